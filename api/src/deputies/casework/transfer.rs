//! Into other hands.

use actix_web::{
    HttpResponse, get, post,
    web::{Path, Query},
};
use minyi_domain::{people::Actor, rights::Permission, text::Reason};
use minyi_store::{Target, TransferTargets, TransferTo};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(transfer_submission)
        .service(create_transfers)
        .service(list_transfer_targets);
}

/// To whom, and why; exactly one of `deputy_id` and `grid_id`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"grid_id": "019aa000-0000-7000-8000-0000000000dd", "reason": "路灯在马路对面，属于第三网格。"}))]
pub struct TransferRequest {
    /// A deputy who is assigned to a grid of the same county.
    pub deputy_id: Option<Uuid>,
    /// A grid of the same county: whoever is responsible there has it then.
    pub grid_id: Option<Uuid>,
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

/// Where it went.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"bounced": false}))]
pub struct TransferredResponse {
    /// It had been there before, or it was given on for the third time: the station's staff have it, and the station's
    /// heads were told.
    bounced: bool,
}

/// The most that can be given on at once: as many as a list shows on a page.
const MOST_AT_ONCE: usize = 100;

/// Several submissions into the same hands, with one reason.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "submission_ids": ["019aa000-0000-7000-8000-0000000000aa"], "deputy_id": "019aa000-0000-7000-8000-0000000000ee",
    "reason": "李代表休假，由王代表接手。"
}))]
pub struct TransfersRequest {
    #[schema(min_items = 1, max_items = 100)]
    submission_ids: Vec<Uuid>,
    #[serde(flatten)]
    to: TransferRequest,
}

/// What became of each.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{"id": "019aa000-0000-7000-8000-0000000000aa", "outcome": "transferred"}]}))]
pub struct TransfersResponse {
    /// In the order of the request.
    items: Vec<TransferOutcome>,
}

/// What became of one.
#[derive(Serialize, ToSchema)]
pub struct TransferOutcome {
    id: Uuid,
    /// `transferred`; `bounced`: the station's staff have it now, as it had been there before; `refused`.
    #[schema(value_type = String)]
    outcome: &'static str,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Which targets.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct TargetsQuery {
    /// Part of a name or a place.
    #[serde(default)]
    q: String,
}

/// At most ten deputies and ten grids.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "deputies": [{"id": "019aa000-0000-7000-8000-0000000000ee", "name": "王建国", "of": "杏林社区第三网格"}],
    "grids": [{"id": "019aa000-0000-7000-8000-0000000000dd", "name": "杏林社区第三网格", "of": "杏林社区 5 号院 · 杏林社区代表联络站"}]
}))]
pub struct TransferTargetsResponse {
    deputies: Vec<TargetResponse>,
    grids: Vec<TargetResponse>,
}

/// A deputy or a grid.
#[derive(Serialize, ToSchema)]
pub struct TargetResponse {
    id: Uuid,
    name: String,
    /// A deputy's grids; a grid's place and station.
    of: String,
}

impl From<Target> for TargetResponse {
    fn from(Target { id, name, of }: Target) -> Self {
        Self { id, name, of }
    }
}

/// Gives it into other hands; tells whether it went back and forth and the station has it now.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::Refused`].
pub async fn transfer(state: &AppState, actor: Actor, id: Uuid, request: TransferRequest) -> Result<bool, Problem> {
    let mut wrong = Vec::new();
    let to = match (request.deputy_id, request.grid_id) {
        (Some(deputy), None) => Some(TransferTo::Deputy(deputy)),
        (None, Some(grid)) => Some(TransferTo::Grid(grid)),
        _ => {
            wrong.push(FieldProblem::new(
                "/deputy_id",
                "choose_one",
                "请选一位代表或者一个网格。",
            ));
            None
        }
    };
    let reason = Reason::parse(&request.reason)
        .map_err(|error| wrong.push(FieldProblem::text("/reason", error)))
        .ok();
    let (Some(to), Some(reason)) = (to, reason) else {
        return Err(Problem::Invalid(wrong));
    };
    let now = state.now();
    state
        .act(move |store| store.transfer(&actor, id, to, &reason, now))
        .await
}

/// Deputies and grids of the county whose name or place contains `words`.
///
/// # Errors
/// [`Problem::SubmissionUnknown`].
pub async fn targets(state: &AppState, actor: &Actor, id: Uuid, words: String) -> Result<TransferTargets, Problem> {
    let (scope, today) = (actor.scope(), state.today());
    state
        .ask(move |store| store.transfer_targets(&scope, id, &words, today))
        .await?
        .ok_or(Problem::SubmissionUnknown)
}

/// Transfer (转办)
///
/// The clock goes on unchanged. What goes back to somebody who had it, or is given on for the third time, goes to the
/// station instead.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = TransferRequest, params(("id" = Uuid, Path)), responses(
    (status = 200, description = "in other hands", body = TransferredResponse),
    (status = 403, description = "`forbidden`：您的角色不能办理，或者这件民意由上级办理"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`not_now`：现在不能转办；`target_unfit`：已经在那里"),
    (status = 422, description = "`invalid_fields`：字段不对，见 `errors`；`target_unknown`：没有这位代表或者网格，或者不在本县（市、区）"),
))]
#[post("/submissions/{id}/transfer")]
async fn transfer_submission(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<TransferRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    let bounced = transfer(&state, signed_in.actor, id.into_inner(), request).await?;
    Ok(HttpResponse::Ok().json(TransferredResponse { bounced }))
}

/// Transfer several (批量转办)
///
/// Each is a step of its own, as if they were transferred one after the other: what is refused stays where it is and does
/// not keep the others back.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = TransfersRequest, responses(
    (status = 200, description = "what became of each", body = TransfersResponse),
    (status = 403, description = "`forbidden`：您的角色不能办理"),
    (status = 422, description = "`invalid_fields`：字段不对，见 `errors`"),
))]
#[post("/transfers")]
async fn create_transfers(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<TransfersRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    if !(1..=MOST_AT_ONCE).contains(&request.submission_ids.len()) {
        let detail = format!("一次可以转办 1 到 {MOST_AT_ONCE} 件。");
        return Err(Problem::field("/submission_ids", "out_of_range", detail));
    }
    let mut items = Vec::with_capacity(request.submission_ids.len());
    for id in request.submission_ids {
        let (outcome, detail) = match transfer(&state, signed_in.actor.clone(), id, request.to.clone()).await {
            Ok(false) => ("transferred", None),
            Ok(true) => ("bounced", None),
            Err(problem @ (Problem::Refused(_) | Problem::SubmissionUnknown)) => ("refused", Some(problem.detail())),
            Err(problem) => return Err(problem),
        };
        items.push(TransferOutcome { id, outcome, detail });
    }
    Ok(HttpResponse::Ok().json(TransfersResponse { items }))
}

/// To whom it can be transferred (查找转办对象)
#[utoipa::path(tag = "办理", security(("bearer" = [])), params(("id" = Uuid, Path), TargetsQuery), responses(
    (status = 200, description = "deputies and grids of the county, its own station's first", body = TransferTargetsResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
))]
#[get("/submissions/{id}/transfer-targets")]
async fn list_transfer_targets(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    query: Query<TargetsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    let found = targets(&state, &signed_in.actor, id.into_inner(), query.into_inner().q).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(TransferTargetsResponse {
            deputies: found.deputies.into_iter().map(Into::into).collect(),
            grids: found.grids.into_iter().map(Into::into).collect(),
        }))
}
