//! Handling together what several residents said of one thing.

use actix_web::{HttpResponse, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{people::Actor, rights::Permission, token::SubmissionNumber};
use minyi_store::MergeTarget;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(merge_submission).service(unmerge_submission);
}

/// The earlier one.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"into": "20261120-ACDE347"}))]
pub struct MergeRequest {
    /// Its number or its id.
    pub into: String,
}

/// Until when it is answered now.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"answer_due_at": "2026-11-27T15:59:59Z"}))]
pub struct AnswerDueResponse {
    pub answer_due_at: DateTime<Utc>,
}

/// Merges it into an earlier one.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::Refused`].
pub async fn merge(state: &AppState, actor: Actor, id: Uuid, into: &str) -> Result<(), Problem> {
    let number = SubmissionNumber::parse(into).map(MergeTarget::Number);
    let target = into.trim().parse().map(MergeTarget::Id).or(number).map_err(|_| {
        Problem::field(
            "/into",
            "number_invalid",
            "登记编号不对，像 20261121-ACDE347 这样，请对照原文。",
        )
    })?;
    let now = state.now();
    state.act(move |store| store.merge(&actor, id, &target, now)).await
}

/// Takes it out again; gives the date.
///
/// # Errors
/// [`Problem::Refused`].
pub async fn unmerge(state: &AppState, actor: Actor, id: Uuid) -> Result<DateTime<Utc>, Problem> {
    let now = state.now();
    state.act(move |store| store.unmerge(&actor, id, now)).await
}

/// Merge into an earlier one (并案)
///
/// Both receipts live on; one answer reaches both. The earlier one takes over the nearer date.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = MergeRequest, params(("id" = Uuid, Path)), responses(
    (status = 204, description = "merged"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`not_now`：现在不能并案；`target_unfit`：主件是它自己、比它晚、已经答复、已经并入别的，或者保密情况不同"),
    (status = 422, description = "`invalid_fields`：字段不对，见 `errors`；`target_unknown`：没有这个主件，或者不在您的范围内"),
))]
#[post("/submissions/{id}/merge")]
async fn merge_submission(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<MergeRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    merge(&state, signed_in.actor, id.into_inner(), &request.into).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take it out again (取消并案)
#[utoipa::path(tag = "办理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "on its own again", body = AnswerDueResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`not_now`：没有并案"),
))]
#[post("/submissions/{id}/unmerge")]
async fn unmerge_submission(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    let answer_due_at = unmerge(&state, signed_in.actor, id.into_inner()).await?;
    Ok(HttpResponse::Ok().json(AnswerDueResponse { answer_due_at }))
}
