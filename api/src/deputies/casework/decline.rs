//! Not taking something, with guidance to the right channel.

use actix_web::{HttpResponse, post, web::Path};
use minyi_domain::{people::Actor, rights::Permission, text::AnswerText};
use serde::Deserialize;
use utoipa::ToSchema;
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
    cfg.service(decline_submission);
}

/// Why it is not taken, and what the resident is told.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"kind": "legal_procedure", "text": "您反映的事项正在法院审理，代表不能代替法院作出决定。请向法院提出，也可以拨打 12348 咨询。"}))]
pub struct DeclineRequest {
    /// The code of a kind from `GET /api/v1/decline-kinds`.
    pub kind: String,
    /// The kind's guidance, edited or not.
    #[schema(min_length = 2, max_length = 4000)]
    pub text: String,
}

/// Tells the resident that it is not taken.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::Refused`].
pub async fn decline(state: &AppState, actor: Actor, id: Uuid, request: DeclineRequest) -> Result<(), Problem> {
    let text =
        AnswerText::parse(&request.text).map_err(|error| Problem::Invalid(vec![FieldProblem::text("/text", error)]))?;
    let now = state.now();
    state
        .act(move |store| store.decline(&actor, id, &request.kind, &text, now))
        .await
}

/// Do not take it, and say where to go (不予受理并告知)
///
/// It is answered and counted all the same; the resident may ask the level above for one review. What was merged into it
/// is told the same.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = DeclineRequest, params(("id" = Uuid, Path)), responses(
    (status = 204, description = "told"),
    (status = 403, description = "`forbidden`：您的角色不能办理，或者居民已经申请复核，由上级办理"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`not_now`：现在不能不予受理"),
    (status = 422, description = "`invalid_fields`：字段不对，见 `errors`；`target_unknown`：没有这种情形，或者已经停用"),
))]
#[post("/submissions/{id}/decline")]
async fn decline_submission(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<DeclineRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    decline(&state, signed_in.actor, id.into_inner(), request).await?;
    Ok(HttpResponse::NoContent().finish())
}
