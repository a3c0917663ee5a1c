//! The public side of a station and of a division.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Path, Query},
};
use chrono::{DateTime, Utc};
use minyi_domain::{hearing, token::CaseToken};
use minyi_store::{OpenCase, OpenHearing, OpenNumbers, OpenPlace, Page, SitePublic};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{OpenCaseResponse, numbers::NumbersResponse, revalidated};
use crate::{
    openapi::words,
    paging::read_limit,
    problem::Problem,
    residents::codes::SiteResponse,
    state::{AppState, State},
};

/// Cases on a page for people.
pub const PAGE: i64 = 20;

/// Which part of the list of cases.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CasesQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A station with its numbers and released cases.
#[derive(Serialize, ToSchema)]
pub struct OpenStationResponse {
    station: SiteResponse,
    numbers: NumbersResponse,
    /// Coming ones (答复活动预告), the next first.
    hearings: Vec<OpenHearingResponse>,
    /// Those published last first.
    cases: Vec<OpenCaseResponse>,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

/// A coming hearing: nothing in it leads to a resident.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "title": "路灯问题答复会", "kind": "answering", "kind_name": "居民诉求答复活动", "starts_at": "2026-11-28T06:00:00Z",
    "ends_at": "2026-11-28T08:00:00Z", "place": "社区活动室", "station_name": "杏林社区代表联络站", "deputies": ["李春兰"]
}))]
pub struct OpenHearingResponse {
    title: String,
    #[schema(schema_with = words::hearing_kind)]
    kind: hearing::Kind,
    kind_name: &'static str,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    place: String,
    /// `null`: of the whole division.
    station_name: Option<String>,
    /// Those who publish their names.
    deputies: Vec<String>,
}

impl From<OpenHearing> for OpenHearingResponse {
    fn from(hearing: OpenHearing) -> Self {
        Self {
            title: hearing.title,
            kind: hearing.kind,
            kind_name: hearing.kind.zh(),
            starts_at: hearing.starts_at,
            ends_at: hearing.ends_at,
            place: hearing.place,
            station_name: hearing.site_name,
            deputies: hearing.deputies,
        }
    }
}

/// A division with its numbers and released cases.
#[derive(Serialize, ToSchema)]
pub struct OpenRegionResponse {
    #[schema(example = "230102")]
    code: String,
    #[schema(example = "某区")]
    name: String,
    numbers: NumbersResponse,
    /// Coming ones (答复活动预告), the next first.
    hearings: Vec<OpenHearingResponse>,
    /// Those published last first.
    cases: Vec<OpenCaseResponse>,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

/// Numbers and a page of cases.
pub struct Opened {
    pub numbers: Arc<OpenNumbers>,
    pub cases: Page<OpenCase, CaseToken>,
    pub hearings: Vec<OpenHearing>,
}

impl AppState {
    /// A station's public data and its division.
    ///
    /// # Errors
    /// [`Problem::OpenUnknown`].
    pub async fn find_open_station(&self, id: Uuid) -> Result<(SitePublic, String), Problem> {
        self.ask(move |store| store.open_station(id))
            .await?
            .ok_or(Problem::OpenUnknown)
    }

    /// A division's name.
    ///
    /// # Errors
    /// [`Problem::OpenUnknown`].
    pub async fn find_open_region(&self, code: String) -> Result<String, Problem> {
        self.ask(move |store| store.open_region(&code))
            .await?
            .ok_or(Problem::OpenUnknown)
    }

    /// What everybody may read of a place that exists.
    ///
    /// # Errors
    /// [`Problem::Invalid`] if the cursor is none.
    pub async fn open_place(&self, place: OpenPlace, cursor: Option<&str>, limit: i64) -> Result<Opened, Problem> {
        let wrong = |_| {
            let detail = "cursor 不对，请用上一页返回的 next_cursor。";
            Problem::field("cursor", "cursor_invalid", detail)
        };
        let after = cursor.map(CaseToken::parse).transpose().map_err(wrong)?;
        let numbers = self.open_numbers(&place).await?;
        let now = self.now();
        let read = move |store: &minyi_store::Store| {
            let cases = store.open_cases(&place, after.as_ref(), limit)?;
            Ok((cases, store.open_hearings(&place, now)?))
        };
        let (cases, hearings) = self.ask(read).await?;
        Ok(Opened {
            numbers,
            cases,
            hearings,
        })
    }
}

fn cases(state: &AppState, page: Page<OpenCase, CaseToken>) -> (Vec<OpenCaseResponse>, Option<String>) {
    let cases = page.items.into_iter().map(|case| OpenCaseResponse::new(state, case));
    (cases.collect(), page.next.map(|token| token.to_string()))
}

/// What a station lets everybody read (联络站公开)
///
/// Numbers of the last twelve months and the released cases. Answers carry an `ETag`; ask again with `If-None-Match`.
#[utoipa::path(tag = "公开", params(("id" = Uuid, Path), CasesQuery), responses(
    (status = 200, description = "numbers and a page of cases", body = OpenStationResponse),
    (status = 304, description = "not changed since the `ETag` in `If-None-Match`"),
    (status = 404, description = "`open_unknown`：没有这个联络站"),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/open/stations/{id}")]
pub(super) async fn get_open_station(
    state: State,
    request: HttpRequest,
    id: Path<Uuid>,
    query: Query<CasesQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, limit) = (id.into_inner(), read_limit(query.limit)?);
    let (station, _) = state.find_open_station(id).await?;
    let station = station.into();
    let opened = state
        .open_place(OpenPlace::Station(id), query.cursor.as_deref(), limit)
        .await?;
    let (cases, next_cursor) = cases(&state, opened.cases);
    let numbers = (&*opened.numbers).into();
    revalidated(
        &request,
        &OpenStationResponse {
            station,
            numbers,
            hearings: opened.hearings.into_iter().map(Into::into).collect(),
            cases,
            next_cursor,
        },
    )
}

/// What a division lets everybody read (区域公开)
///
/// As for a station; everything within the division counts.
#[utoipa::path(tag = "公开", params(("code" = String, Path, description = "without trailing zeros", example = "230102"), CasesQuery), responses(
    (status = 200, description = "numbers and a page of cases", body = OpenRegionResponse),
    (status = 304, description = "not changed since the `ETag` in `If-None-Match`"),
    (status = 404, description = "`open_unknown`：没有这个区域"),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/open/regions/{code}")]
pub(super) async fn get_open_region(
    state: State,
    request: HttpRequest,
    code: Path<String>,
    query: Query<CasesQuery>,
) -> Result<HttpResponse, Problem> {
    let (code, limit) = (code.into_inner(), read_limit(query.limit)?);
    let name = state.find_open_region(code.clone()).await?;
    let place = OpenPlace::Region(code.clone());
    let opened = state.open_place(place, query.cursor.as_deref(), limit).await?;
    let (cases, next_cursor) = cases(&state, opened.cases);
    let numbers = (&*opened.numbers).into();
    revalidated(
        &request,
        &OpenRegionResponse {
            code,
            name,
            numbers,
            hearings: opened.hearings.into_iter().map(Into::into).collect(),
            cases,
            next_cursor,
        },
    )
}
