//! Asking residents again after closing (上门回访).

use actix_web::{HttpResponse, get, post, web::Path, web::Query};
use chrono::{DateTime, Utc};
use minyi_domain::{
    people::Actor,
    revisit::{Outcome, Reason, Way},
    rights::Permission,
    text::Note,
};
use minyi_store::{Revisit, RevisitResult};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    openapi::words,
    paging::{read_cursor, read_limit, write_cursor},
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_revisits).service(record_revisit);
}

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RevisitsQuery {
    /// `open`: still to be done, the overdue first; `done`: the last first.
    #[param(default = "open")]
    state: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of the list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000dd", "submission_id": "019aa000-0000-7000-8000-0000000000aa",
        "number": "20261121-ACDE347", "text": "3 号院门口的路灯坏了半个多月。", "place": "杏林社区 3 号院",
        "site_name": "杏林社区代表联络站", "reason": "unsolved", "due_at": "2026-12-06T15:59:59Z", "overdue": false,
        "done_at": null, "way": null, "outcome": null, "satisfied": null, "note": null
    }],
    "next_cursor": null
}))]
pub struct RevisitsResponse {
    items: Vec<RevisitEntry>,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

/// A revisit in the list.
#[derive(Serialize, ToSchema)]
pub struct RevisitEntry {
    id: Uuid,
    submission_id: Uuid,
    number: String,
    text: String,
    place: String,
    site_name: String,
    #[schema(schema_with = words::revisit_reason)]
    reason: Reason,
    due_at: DateTime<Utc>,
    /// It is not done and the time is over.
    overdue: bool,
    done_at: Option<DateTime<Utc>>,
    #[schema(schema_with = words::revisit_way)]
    way: Option<Way>,
    #[schema(schema_with = words::revisit_outcome)]
    outcome: Option<Outcome>,
    satisfied: Option<bool>,
    note: Option<String>,
}

impl RevisitEntry {
    fn new(revisit: Revisit, now: DateTime<Utc>) -> Self {
        Self {
            overdue: revisit.done_at.is_none() && revisit.due_at < now,
            way: revisit.way(),
            outcome: revisit.outcome(),
            id: revisit.id,
            submission_id: revisit.submission_id,
            number: revisit.number,
            text: revisit.text,
            place: revisit.place,
            site_name: revisit.site_name,
            reason: revisit.reason,
            due_at: revisit.due_at,
            done_at: revisit.done_at,
            satisfied: revisit.satisfied,
            note: revisit.note,
        }
    }
}

/// What came out.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"way": "visit", "outcome": "solved", "satisfied": true, "note": "灯亮了，老人很高兴。"}))]
pub struct RevisitRequest {
    #[schema(schema_with = words::revisit_way)]
    pub way: Way,
    #[schema(schema_with = words::revisit_outcome)]
    pub outcome: Outcome,
    /// Needed unless nobody was reached.
    pub satisfied: Option<bool>,
    #[schema(min_length = 2, max_length = 1000)]
    pub note: Option<String>,
}

impl RevisitRequest {
    fn read(&self) -> Result<RevisitResult, Problem> {
        if self.outcome.was_reached() && self.satisfied.is_none() {
            return Err(Problem::field("/satisfied", "required", "请选居民满意还是不满意。"));
        }
        let note = self.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
        let note = note
            .map(Note::parse)
            .transpose()
            .map_err(|error| Problem::Invalid(vec![FieldProblem::text("/note", error)]))?;
        Ok(RevisitResult {
            way: self.way,
            outcome: self.outcome,
            satisfied: self.satisfied.filter(|_| self.outcome.was_reached()),
            note,
        })
    }
}

impl AppState {
    /// Writes what came out of a revisit.
    ///
    /// # Errors
    /// [`Problem::Invalid`], [`Problem::Refused`].
    pub async fn record_revisit(&self, actor: Actor, id: Uuid, request: &RevisitRequest) -> Result<(), Problem> {
        let (result, now) = (request.read()?, self.now());
        self.act(move |store| store.record_revisit(&actor, id, &result, now))
            .await
    }
}

/// Reads the parameter `state`; true: those that are done.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_done(state: Option<&str>) -> Result<bool, Problem> {
    match state.unwrap_or("open") {
        "open" => Ok(false),
        "done" => Ok(true),
        _ => Err(Problem::field("state", "unknown_state", "state 只能是 open 或 done。")),
    }
}

/// Revisits (回访)
///
/// Every matter that was not solved for the resident, and a sample of the others, within 15 days after closing.
#[utoipa::path(tag = "接待", security(("bearer" = [])), params(RevisitsQuery), responses(
    (status = 200, description = "a page", body = RevisitsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 422, description = "`invalid_fields`：state、cursor 或 limit 不对"),
))]
#[get("/revisits")]
async fn list_revisits(
    state: State,
    signed_in: SignedIn,
    query: Query<RevisitsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Revisit)?;
    let done = read_done(query.state.as_deref())?;
    let (cursor, limit) = (read_cursor(query.cursor.as_deref())?, read_limit(query.limit)?);
    let (scope, now) = (signed_in.actor.scope(), state.now());
    let page = state
        .ask(move |store| store.revisits(&scope, done, cursor, limit))
        .await?;
    let entry = |revisit| RevisitEntry::new(revisit, now);
    let body = RevisitsResponse {
        items: page.items.into_iter().map(entry).collect(),
        next_cursor: page.next.map(write_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// Write what came out of a revisit (登记回访结果)
///
/// Once; the same again changes nothing.
#[utoipa::path(tag = "接待", security(("bearer" = [])), request_body = RevisitRequest, params(("id" = Uuid, Path)), responses(
    (status = 204, description = "written"),
    (status = 404, description = "`submission_unknown`：没有这个回访，或者不归您办理"),
    (status = 409, description = "`only_once`：已经登记过别的结果"),
    (status = 422, description = "`invalid_fields`：字段不对，见 `errors`"),
))]
#[post("/revisits/{id}")]
async fn record_revisit(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<RevisitRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Revisit)?;
    state.record_revisit(signed_in.actor, id.into_inner(), &request).await?;
    Ok(HttpResponse::NoContent().finish())
}
