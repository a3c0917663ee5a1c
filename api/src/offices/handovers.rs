//! Reading handovers.

use actix_web::{
    HttpResponse, get,
    web::{Path, Query},
};
use minyi_domain::{handover::State as Stage, people::Actor, rights::Permission};
use minyi_store::{HandoverDetail, HandoverFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::views::{HandoverDetailResponse, HandoverEntry};
use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_handovers).service(get_handover);
}

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HandoverQuery {
    /// States, comma separated (`offered,redo`), or `open`: all that are not over, what is due first in front.
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
        "id": "019aa000-0000-7000-8000-0000000000aa", "channel": "office", "channel_name": "镇街承办单位", "state": "offered",
        "state_name": "待签收", "office_id": "019aa000-0000-7000-8000-0000000000ab", "office_name": "石桥街道办事处",
        "handed_by_name": "李春兰", "demand": "请到现场查看，修好路灯。", "is_hard": false,
        "handed_at": "2026-11-20T01:00:00Z", "accept_due_at": "2026-11-24T15:59:59Z",
        "answer_due_at": "2026-12-04T15:59:59Z", "answer_due_provisional": false, "overdue_at": null,
        "submission_id": "019aa000-0000-7000-8000-0000000000ac", "number": "20261120-ACDE347"
    }],
    "next_cursor": null
}))]
pub struct HandoversResponse {
    items: Vec<HandoverEntry>,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

/// Reads the parameter `state`.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_filter(words: Option<&str>) -> Result<HandoverFilter, Problem> {
    let words = words.unwrap_or_default().trim();
    if words == "open" {
        return Ok(HandoverFilter {
            states: Vec::new(),
            open_only: true,
        });
    }
    let given = words.split(',').filter(|word| !word.is_empty());
    let states: Result<Vec<Stage>, _> = given.map(str::parse).collect();
    let states = states.map_err(|_| {
        let known: Vec<&str> = Stage::ALL.iter().map(|state| state.as_str()).collect();
        let detail = format!("state 只能是 {} 或 open。", known.join("、"));
        Problem::field("state", "unknown_state", detail)
    })?;
    Ok(HandoverFilter {
        states,
        open_only: false,
    })
}

impl AppState {
    /// One handover in this person's scope.
    ///
    /// # Errors
    /// [`Problem::HandoverUnknown`], also when it lies outside the scope.
    pub async fn find_handover(&self, actor: &Actor, id: Uuid) -> Result<HandoverDetail, Problem> {
        let scope = actor.scope();
        self.ask(move |store| store.handover(&scope, id))
            .await?
            .ok_or(Problem::HandoverUnknown)
    }
}

/// What was handed over (交办列表)
///
/// An office sees what was handed to it, as the one that answers or as a partner; deputies, stations and administrators
/// what was handed over of their own submissions.
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(HandoverQuery), responses(
    (status = 200, description = "a page", body = HandoversResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 422, description = "`invalid_fields`：state、cursor 或 limit 不对"),
))]
#[get("/handovers")]
async fn list_handovers(
    state: State,
    signed_in: SignedIn,
    query: Query<HandoverQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let filter = read_filter(query.state.as_deref())?;
    let cursor = read_cursor(query.cursor.as_deref())?;
    let limit = read_limit(query.limit)?;
    let scope = signed_in.actor.scope();
    let page = state
        .ask(move |store| store.handovers(&scope, &filter, cursor, limit))
        .await?;
    let body = HandoversResponse {
        items: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page.next.map(write_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// One handover (查看交办)
#[utoipa::path(tag = "承办", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the handover with its submissions; photos are links for some minutes", body = HandoverDetailResponse),
    (status = 404, description = "`handover_unknown`：没有这次交办，或者没有交给您办理"),
))]
#[get("/handovers/{id}")]
async fn get_handover(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let detail = state.find_handover(&signed_in.actor, id.into_inner()).await?;
    let body = HandoverDetailResponse::new(&state, detail, &signed_in.actor);
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
