//! The working-day calendar (工作日历): which years are known, and taking a new one, looked at before.

use actix_web::{HttpResponse, get, post, put, web::Path};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use minyi_domain::{calendar::local_date, rights::Permission};
use minyi_store::{CalendarDay, CalendarEffect, CalendarMistake, CalendarYear, ClockTask, MovedDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::clock_jobs::ClockJobResponse;
use crate::{auth::SignedIn, contract::ServiceConfig, extract::JsonBody, problem::Problem, state::State};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_calendar_years)
        .service(preview_calendar_year)
        .service(put_calendar_year);
}

/// A day that differs from "Monday to Friday is worked".
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"name": "元旦", "date": "2027-01-01", "isOffDay": true}))]
pub struct CalendarDayBody {
    #[serde(default)]
    name: String,
    date: NaiveDate,
    /// `true`: free (放假); `false`: worked (调休上班).
    #[serde(rename = "isOffDay")]
    is_off: bool,
}

impl From<CalendarDay> for CalendarDayBody {
    fn from(CalendarDay { name, date, is_off }: CalendarDay) -> Self {
        Self { name, date, is_off }
    }
}

/// The notice of a year in the widely used shape; other fields are passed over.
#[derive(Deserialize, ToSchema)]
#[schema(as = CalendarNotice, example = json!({"year": 2027, "papers": ["国办发明电〔2026〕7号"], "days": [
    {"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"name": "元旦", "date": "2027-01-09", "isOffDay": false}
]}))]
pub struct NoticeRequest {
    #[schema(minimum = 2000, maximum = 2200)]
    year: i16,
    /// Where it comes from.
    #[serde(default)]
    papers: Vec<String>,
    /// Days of a neighbouring year are left out: they belong to that year's notice.
    days: Vec<CalendarDayBody>,
}

/// The years that are known and the ones that matter next.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [
    {"year": 2027, "provisional": true, "source": null, "days": []},
    {"year": 2026, "provisional": false, "source": "国务院办公厅关于2026年部分节假日安排的通知", "days": [
        {"name": "元旦", "date": "2026-01-01", "isOffDay": true}]}
]}))]
pub struct CalendarYearsResponse {
    /// The latest first.
    items: Vec<CalendarYearEntry>,
}

/// A year.
#[derive(Serialize, ToSchema)]
pub struct CalendarYearEntry {
    year: i16,
    /// No notice yet: Mondays to Fridays count, and dates computed through it are provisional.
    provisional: bool,
    source: Option<String>,
    days: Vec<CalendarDayBody>,
}

/// What an import would change, or has changed.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "year": 2027, "days_added": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}], "days_removed": [],
    "days_left_out": [], "examined": 12, "submissions_moved": 1, "handovers_moved": 0, "still_provisional": 0,
    "moved": [{"submission_id": "019aa000-0000-7000-8000-0000000000aa", "number": "20261228-ACDE347",
        "from": "2027-01-04T15:59:59Z", "to": "2027-01-05T15:59:59Z"}]
}))]
pub struct CalendarEffectResponse {
    year: i16,
    days_added: Vec<CalendarDayBody>,
    days_removed: Vec<CalendarDayBody>,
    /// Of a neighbouring year.
    days_left_out: Vec<CalendarDayBody>,
    /// Provisional dates of submissions that wait for an answer.
    examined: usize,
    /// Dates promised to residents that move, everywhere.
    submissions_moved: usize,
    /// Dates of offices that move, everywhere.
    handovers_moved: usize,
    /// Another year is still unknown.
    still_provisional: usize,
    /// Of the residents' dates those in my region, the first hundred.
    moved: Vec<MovedDateEntry>,
}

/// A promised date that moves.
#[derive(Serialize, ToSchema)]
pub struct MovedDateEntry {
    submission_id: Uuid,
    number: String,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl NoticeRequest {
    fn read(self) -> Result<CalendarYear, Problem> {
        let day = |day: CalendarDayBody| CalendarDay {
            name: day.name,
            date: day.date,
            is_off: day.is_off,
        };
        let year = CalendarYear {
            year: self.year,
            papers: self.papers,
            days: self.days.into_iter().map(day).collect(),
        };
        year.check().map_err(|mistake| explain(&mistake))?;
        Ok(year)
    }
}

fn explain(mistake: &CalendarMistake) -> Problem {
    match mistake {
        CalendarMistake::Year(_) => Problem::field("/year", "out_of_range", "年份是 2000 到 2200。"),
        CalendarMistake::Empty(year) => Problem::field("/days", "empty", format!("里面没有 {year} 年的日子。")),
        CalendarMistake::Outside { index, date, year } => Problem::field(
            &format!("/days/{index}/date"),
            "out_of_range",
            format!("{date} 不是 {year} 年的日子。"),
        ),
        CalendarMistake::Twice { index, date, .. } => {
            Problem::field(&format!("/days/{index}/date"), "repeated", format!("{date} 写了两次。"))
        }
    }
}

impl CalendarEffectResponse {
    /// What came of a year's notice.
    pub fn new(year: &CalendarYear, effect: CalendarEffect) -> Self {
        let days = |days: Vec<CalendarDay>| days.into_iter().map(Into::into).collect();
        let moved = |moved: MovedDate| MovedDateEntry {
            submission_id: moved.submission_id,
            number: moved.number,
            from: moved.from,
            to: moved.to,
        };
        Self {
            year: year.year,
            days_added: days(effect.days_added),
            days_removed: days(effect.days_removed),
            days_left_out: days(year.foreign_days().cloned().collect()),
            examined: effect.replanned.examined,
            submissions_moved: effect.submissions_moved,
            handovers_moved: effect.handovers_moved,
            still_provisional: effect.replanned.still_provisional,
            moved: effect.moved.into_iter().map(moved).collect(),
        }
    }
}

/// The years of the calendar (工作日历)
///
/// The years with a notice, and of this year and the next one those that have none yet.
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "the latest first", body = CalendarYearsResponse),
))]
#[get("/calendar-years")]
async fn list_calendar_years(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let known = state.ask(|store| store.calendar_years()).await?;
    let this_year = i16::try_from(local_date(state.now()).year()).unwrap_or(i16::MAX);
    let unknown = [this_year, this_year.saturating_add(1)]
        .into_iter()
        .filter(|year| known.iter().all(|known| known.year != *year))
        .map(|year| CalendarYearEntry {
            year,
            provisional: true,
            source: None,
            days: Vec::new(),
        });
    let mut items: Vec<CalendarYearEntry> = unknown.collect();
    items.extend(known.into_iter().map(|known| CalendarYearEntry {
        year: known.year,
        provisional: false,
        source: Some(known.source),
        days: known.days.into_iter().map(Into::into).collect(),
    }));
    items.sort_by_key(|entry| std::cmp::Reverse(entry.year));
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(CalendarYearsResponse { items }))
}

/// What a year's notice would change (导入前预览)
///
/// Nothing is changed. A worker computes it; ask for the job.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = NoticeRequest, responses(
    (status = 201, description = "waiting for a worker", body = ClockJobResponse),
))]
#[post("/calendar-years/preview")]
async fn preview_calendar_year(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<NoticeRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    state
        .ask_clock_job(signed_in, ClockTask::PreviewYear(request.read()?))
        .await
}

/// Take a year's notice (导入一年的节假日安排)
///
/// It replaces what was known of that year, and provisional dates of what is open are computed again. No date moves into the
/// past, and one that was reported overdue stays. A worker does it, whole or not at all; it stands in the audit log.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = NoticeRequest, responses(
    (status = 201, description = "waiting for a worker", body = ClockJobResponse),
))]
#[put("/calendar-years/{year}")]
async fn put_calendar_year(
    state: State,
    signed_in: SignedIn,
    path: Path<i16>,
    JsonBody(request): JsonBody<NoticeRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    if request.year != path.into_inner() {
        return Err(Problem::field("/year", "mismatch", "年份和地址里的不一样。"));
    }
    state
        .ask_clock_job(signed_in, ClockTask::TakeYear(request.read()?))
        .await
}
