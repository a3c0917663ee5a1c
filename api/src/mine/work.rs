//! The person's own work (履职): the figures of a month or year, and the dossier (一人一档).

use actix_web::{HttpResponse, get, web::Query};
use chrono::{Datelike as _, Months, NaiveDate};
use minyi_domain::{
    people::DeputyLevel,
    rates::{Counts, Grouping, Measure, Rate},
    rights::Permission,
};
use minyi_store::{Dossier, DossierGrid};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{NO_STORE, home::DutyDayResponse};
use crate::{auth::SignedIn, console::numbers::Question, openapi::words, problem::Problem, state::State};

/// A length of time that ends with today's month or year.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    #[default]
    Month,
    Year,
}

/// Which figures.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct WorkQuery {
    /// `month` (the present one) or `year`.
    #[serde(default)]
    #[param(inline, default = "month")]
    period: Period,
}

/// Figures of what came to me and was registered in the period; the definitions are those of the statistics.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "period": "month", "from": "2026-11-01", "to": "2026-11-30", "registered": 5, "answered": 4, "on_time": 3,
    "on_time_due": 4, "rated": 3, "satisfied": 2, "solved": 2, "overdue": 0, "median_days": 1.5,
    "rates": [{"name": "响应率", "definition": "承诺期限已到的民意里，……", "numerator": 3, "denominator": 4, "percent": 75.0, "small": true}]
}))]
pub struct WorkResponse {
    period: Period,
    from: NaiveDate,
    to: NaiveDate,
    registered: i64,
    answered: i64,
    /// Of those whose promise is over, answered in time.
    on_time: i64,
    on_time_due: i64,
    rated: i64,
    /// Satisfied and basically satisfied.
    satisfied: i64,
    solved: i64,
    /// Now.
    overdue: i64,
    /// Working days to the first answer; `null`: nothing was answered.
    median_days: Option<f64>,
    rates: Vec<WorkRate>,
}

/// A rate with what it is made of.
#[derive(Serialize, ToSchema)]
pub struct WorkRate {
    name: &'static str,
    definition: &'static str,
    numerator: i64,
    denominator: i64,
    /// `null`: nothing to divide by.
    percent: Option<f64>,
    /// 样本少: the denominator is below 20.
    small: bool,
}

fn rates(counts: &Counts) -> Vec<WorkRate> {
    let rate = |rate: &Rate| {
        let share = counts.share(*rate);
        WorkRate {
            name: rate.zh(),
            definition: rate.definition(),
            numerator: share.numerator,
            denominator: share.denominator,
            percent: share.value().map(|value| (value * 1000.0).round() / 10.0),
            small: share.small(),
        }
    };
    Rate::ALL.iter().map(rate).collect()
}

/// The first and the last day of the period in which `today` lies.
fn bounds(period: Period, today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let months = match period {
        Period::Month => 1,
        Period::Year => 12,
    };
    let first = match period {
        Period::Month => today.with_day(1),
        Period::Year => today.with_ordinal(1),
    };
    let first = first.unwrap_or(today);
    let next = first.checked_add_months(Months::new(months));
    (first, next.and_then(|next| next.pred_opt()).unwrap_or(today))
}

/// My figures (我的履职数字)
#[utoipa::path(tag = "我的", security(("bearer" = [])), params(WorkQuery), responses(
    (status = 200, description = "the figures", body = WorkResponse),
    (status = 400, description = "`malformed_request`：period 只能是 month 或 year"),
))]
#[get("/me/work")]
pub async fn get_work(state: State, signed_in: SignedIn, query: Query<WorkQuery>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Serve)?;
    let (from, to) = bounds(query.period, state.today());
    let question = Question {
        from,
        to,
        grouping: Grouping::Month,
    };
    let figures = state.statistics(signed_in.actor.scope(), question).await?.total;
    let of = |measure| figures.counts.of(measure);
    let body = WorkResponse {
        period: query.period,
        from,
        to,
        registered: of(Measure::Registered),
        answered: of(Measure::Answered),
        on_time: of(Measure::InTime),
        on_time_due: of(Measure::Due),
        rated: of(Measure::Rated),
        satisfied: of(Measure::Content),
        solved: of(Measure::Solved),
        overdue: of(Measure::Overdue),
        median_days: figures.median_days,
        rates: rates(&figures.counts),
    };
    Ok(HttpResponse::Ok().insert_header(NO_STORE).json(body))
}

/// What is known of me.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "name": "李春兰", "level": "county", "level_name": "县（市、区）人大代表", "workplace": "杏林小学", "title": "教师",
    "introduction": "", "site_name": "杏林社区代表联络站", "term_from": "2022-01-01", "term_until": null,
    "grids": [{"name": "杏林社区第二网格", "place": "杏林社区 3 号院", "role": "lead", "from": "2026-01-01", "until": null}],
    "handled": {"registered": 40, "answered": 38, "closed": 30},
    "duties": {"done": 3, "until_today": 4, "planned": 2}, "duty_days": [{"date": "2026-11-24",
        "site_id": "019aa000-0000-7000-8000-000000000004", "site_name": "杏林社区代表联络站", "today": false, "signed_in": false}],
    "hearings": 1, "appointments": 2, "proposals": 2
}))]
pub struct DossierResponse {
    name: String,
    #[schema(schema_with = words::deputy_level)]
    level: DeputyLevel,
    level_name: &'static str,
    workplace: String,
    title: String,
    introduction: String,
    site_name: Option<String>,
    term_from: NaiveDate,
    /// First day on which the term no longer runs.
    term_until: Option<NaiveDate>,
    /// The newest first.
    grids: Vec<DossierGridResponse>,
    handled: HandledResponse,
    duties: DutiesResponse,
    /// The last ten before today and the next ten, in their order.
    duty_days: Vec<DutyDayResponse>,
    /// Held with me.
    hearings: i64,
    /// Held.
    appointments: i64,
    /// Submitted, with me as the lead.
    proposals: i64,
}

/// A grid that I have, had, or will have.
#[derive(Serialize, ToSchema)]
pub struct DossierGridResponse {
    name: String,
    place: String,
    /// `lead` (责任代表) or `assistant` (协助代表).
    role: String,
    from: NaiveDate,
    until: Option<NaiveDate>,
}

/// What I am responsible for, in all.
#[derive(Serialize, ToSchema)]
pub struct HandledResponse {
    registered: i64,
    answered: i64,
    closed: i64,
}

/// Days on the roster.
#[derive(Serialize, ToSchema)]
pub struct DutiesResponse {
    /// Signed in.
    done: i64,
    until_today: i64,
    planned: i64,
}

impl DossierResponse {
    fn new(dossier: Dossier, today: NaiveDate) -> Self {
        let counts = dossier.counts;
        let grid = |grid: DossierGrid| DossierGridResponse {
            name: grid.name,
            place: grid.place,
            role: grid.role,
            from: grid.from,
            until: grid.until,
        };
        Self {
            level_name: dossier.level.zh(),
            name: dossier.name,
            level: dossier.level,
            workplace: dossier.workplace,
            title: dossier.title,
            introduction: dossier.introduction,
            site_name: dossier.site_name,
            term_from: dossier.term_from,
            term_until: dossier.term_until,
            grids: dossier.grids.into_iter().map(grid).collect(),
            handled: HandledResponse {
                registered: counts.registered,
                answered: counts.answered,
                closed: counts.closed,
            },
            duties: DutiesResponse {
                done: counts.signed_in,
                until_today: counts.duties,
                planned: counts.planned,
            },
            duty_days: dossier
                .duty_days
                .into_iter()
                .map(|day| DutyDayResponse::new(day, today))
                .collect(),
            hearings: counts.hearings,
            appointments: counts.appointments,
            proposals: counts.proposals,
        }
    }
}

/// My dossier (一人一档)
#[utoipa::path(tag = "我的", security(("bearer" = [])), responses(
    (status = 200, description = "as far as it exists", body = DossierResponse),
))]
#[get("/me/dossier")]
pub async fn get_dossier(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Serve)?;
    let deputy = signed_in.actor.deputy_id.ok_or(Problem::Forbidden)?;
    let now = state.now();
    let dossier = state.ask(move |store| store.dossier(deputy, now)).await?;
    let dossier = dossier.ok_or(Problem::DeputyUnknown)?;
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(DossierResponse::new(dossier, state.today())))
}
