//! Reports on officials, and how urgent a matter is.

use actix_web::{HttpResponse, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{
    people::{Actor, Level},
    rights::Permission,
    submission::Urgency,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::merge::AnswerDueResponse;
use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    openapi::words,
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(restrict_submission).service(mark_urgency);
}

/// To whose administrators.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"level": "county"}))]
pub struct RestrictRequest {
    #[schema(schema_with = words::level)]
    pub level: Level,
}

/// How urgent it is.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"urgency": "urgent"}))]
pub struct UrgencyRequest {
    #[schema(schema_with = words::urgency)]
    pub urgency: Urgency,
}

/// Gives it to the administrators above, and to them alone.
///
/// # Errors
/// [`Problem::Refused`].
pub async fn restrict(state: &AppState, actor: Actor, id: Uuid, level: Level) -> Result<(), Problem> {
    let now = state.now();
    state.act(move |store| store.restrict(&actor, id, level, now)).await
}

/// Marks how urgent it is; gives the date.
///
/// # Errors
/// [`Problem::Refused`].
pub async fn urgency(state: &AppState, actor: Actor, id: Uuid, urgency: Urgency) -> Result<DateTime<Utc>, Problem> {
    let now = state.now();
    state
        .act(move |store| store.set_urgency(&actor, id, urgency, now))
        .await
}

/// Make it confidential (转为保密件)
///
/// For reports on officials (信访工作条例第三十条): only the administrators of the county, or of the city, see it from now
/// on. Whoever did it does not see it any more.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = RestrictRequest, params(("id" = Uuid, Path)), responses(
    (status = 204, description = "confidential"),
    (status = 403, description = "`forbidden`：您的角色不能办理，或者已经是保密件"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`not_now`：现在不能转为保密件；`target_unfit`：并案的民意不在同一个区域"),
))]
#[post("/submissions/{id}/restrict")]
async fn restrict_submission(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<RestrictRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    restrict(&state, signed_in.actor, id.into_inner(), request.level).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Mark how urgent it is (调整缓急)
///
/// Urgent brings the date forward; no mark ever puts it off.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = UrgencyRequest, params(("id" = Uuid, Path)), responses(
    (status = 200, description = "marked", body = AnswerDueResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`not_now`：现在不能调整缓急"),
))]
#[post("/submissions/{id}/urgency")]
async fn mark_urgency(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<UrgencyRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    let answer_due_at = urgency(&state, signed_in.actor, id.into_inner(), request.urgency).await?;
    Ok(HttpResponse::Ok().json(AnswerDueResponse { answer_due_at }))
}
