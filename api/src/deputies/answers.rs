//! Answering.

use actix_web::{HttpResponse, post, web::Path};
use minyi_domain::{people::Actor, text::AnswerText};
use minyi_store::AnswerOutcome;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    extract::JsonBody,
    problem::{FieldProblem, Problem},
    residents::submissions::{check_photos, photo_missing},
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(create_answer);
}

/// An answer as sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"text": "路灯今天已经修好，谢谢您提醒。", "photo_ids": []}))]
pub struct AnswerRequest {
    #[schema(min_length = 2, max_length = 4000)]
    pub text: String,
    /// From `POST /api/v1/photos`, in the order in which they are shown.
    #[serde(default)]
    #[schema(max_items = 9)]
    pub photo_ids: Vec<Uuid>,
}

/// The answer stands and the resident is being told.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "019aa000-0000-7000-8000-0000000000bb"}))]
pub struct AnswerCreatedResponse {
    id: Uuid,
}

/// Answers a submission; gives the answer's id.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::SubmissionUnknown`], [`Problem::AnswerRefused`], [`Problem::Forbidden`].
pub async fn answer(state: &AppState, actor: Actor, id: Uuid, request: AnswerRequest) -> Result<Uuid, Problem> {
    let mut wrong = Vec::new();
    let text = AnswerText::parse(&request.text)
        .map_err(|error| wrong.push(FieldProblem::text("/text", error)))
        .ok();
    check_photos(&request.photo_ids, "/photo_ids", &mut wrong);
    let text = text.filter(|_| wrong.is_empty()).ok_or(Problem::Invalid(wrong))?;
    let now = state.now();
    let auto_close_at = state.rules_in_force().await?.auto_close_at(now);
    let photo_ids = request.photo_ids.clone();
    let write = move |store: &minyi_store::Store| store.answer(&actor, id, &text, &photo_ids, now, auto_close_at);
    match state.ask(write).await? {
        AnswerOutcome::Answered { answer_id } => Ok(answer_id),
        AnswerOutcome::NotFound => Err(Problem::SubmissionUnknown),
        AnswerOutcome::Forbidden => Err(Problem::Forbidden),
        AnswerOutcome::Refused(_) => Err(Problem::AnswerRefused),
        AnswerOutcome::PhotoMissing(missing) => Err(photo_missing(&request.photo_ids, missing)),
    }
}

/// Answer (答复)
///
/// The resident reads it on the receipt page at once. Until it is rated, a further answer adds to it.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = AnswerRequest, params(("id" = Uuid, Path)), responses(
    (status = 201, description = "answered", body = AnswerCreatedResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`answer_refused`：已经办结"),
))]
#[post("/submissions/{id}/answers")]
async fn create_answer(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<AnswerRequest>,
) -> Result<HttpResponse, Problem> {
    let id = answer(&state, signed_in.actor, id.into_inner(), request).await?;
    Ok(HttpResponse::Created().json(AnswerCreatedResponse { id }))
}
