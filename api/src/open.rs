//! What everybody may read without signing in: released cases and numbers of a station and of a division (公开).

mod numbers;
mod place;
mod support;
mod unchanged;

use actix_web::{HttpRequest, HttpResponse, get, web::Path};
use minyi_domain::{calendar::local_date, lifecycle::State as Stage, submission::Kind, token::CaseToken};
use minyi_store::OpenCase;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub use numbers::NumbersKept;
pub use place::PAGE;
pub use support::join;
use unchanged::revalidated;
pub use unchanged::tagged;

use crate::{
    contract::ServiceConfig,
    openapi::words,
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(place::get_open_station)
        .service(place::get_open_region)
        .service(get_open_case)
        .service(support::create_support)
        .service(crate::console::places::get_open_deputy_photo);
}

/// A case as it was released; nothing in it leads to a person.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "token": "ACDE3467KMNPRTVW", "title": "3 号院门口的路灯坏了", "text": "3 号院门口的路灯坏了半个多月，晚上老人出门看不清台阶。",
    "answer": "路灯今天已经修好，谢谢您提醒。", "kind": "problem", "kind_name": "反映问题", "state": "closed", "state_name": "已办结",
    "station": {"id": "019aa000-0000-7000-8000-00000000000a", "name": "杏林社区代表联络站"},
    "submitted_on": "2026-11-21", "answered_on": "2026-11-22", "released_on": "2026-11-25", "support_count": 3,
    "page_url": "https://my.example.gov.cn/open/cases/ACDE3467KMNPRTVW"
}))]
pub struct OpenCaseResponse {
    token: String,
    title: String,
    text: String,
    answer: String,
    #[schema(schema_with = words::kind)]
    kind: Kind,
    kind_name: &'static str,
    #[schema(schema_with = words::state)]
    state: Stage,
    state_name: &'static str,
    station: StationName,
    /// In China.
    #[schema(value_type = String, format = Date)]
    submitted_on: String,
    #[schema(value_type = Option<String>, format = Date)]
    answered_on: Option<String>,
    #[schema(value_type = String, format = Date)]
    released_on: String,
    /// How many others it concerns (附议).
    support_count: i64,
    page_url: String,
}

/// Where it was answered.
#[derive(Serialize, ToSchema)]
pub struct StationName {
    id: Uuid,
    name: String,
}

impl OpenCaseResponse {
    fn new(state: &AppState, case: OpenCase) -> Self {
        let day = |at| local_date(at).to_string();
        Self {
            page_url: state.url(&format!("/open/cases/{}", case.public_token)),
            token: case.public_token.to_string(),
            title: case.title,
            text: case.text,
            answer: case.answer,
            kind: case.kind,
            kind_name: case.kind.zh(),
            state: case.state,
            state_name: case.state.zh(),
            station: StationName {
                id: case.site_id,
                name: case.site_name,
            },
            submitted_on: day(case.submitted_at),
            answered_on: case.answered_at.map(day),
            released_on: day(case.released_at),
            support_count: case.support_count,
        }
    }
}

impl AppState {
    /// A released case by its token.
    ///
    /// # Errors
    /// [`Problem::OpenUnknown`].
    pub async fn find_open_case(&self, token: &str) -> Result<OpenCase, Problem> {
        let token = read_token(token)?;
        self.ask(move |store| store.open_case(&token))
            .await?
            .ok_or(Problem::OpenUnknown)
    }
}

/// Reads a case's token.
///
/// # Errors
/// [`Problem::OpenUnknown`].
fn read_token(token: &str) -> Result<CaseToken, Problem> {
    CaseToken::parse(token).map_err(|_| Problem::OpenUnknown)
}

/// A released case (公开的事)
///
/// Answers carry an `ETag`; ask again with `If-None-Match`. What was withdrawn is gone at once.
#[utoipa::path(tag = "公开", params(("token" = String, Path)), responses(
    (status = 200, description = "the case", body = OpenCaseResponse),
    (status = 304, description = "not changed since the `ETag` in `If-None-Match`"),
    (status = 404, description = "`open_unknown`：没有公开过，或者已经停止公开"),
))]
#[get("/open/cases/{token}")]
async fn get_open_case(state: State, request: HttpRequest, token: Path<String>) -> Result<HttpResponse, Problem> {
    let case = state.find_open_case(&token).await?;
    revalidated(&request, &OpenCaseResponse::new(&state, case))
}
