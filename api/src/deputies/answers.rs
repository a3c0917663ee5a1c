//! Answering.

use actix_web::{HttpRequest, HttpResponse, post, web::Path};
use minyi_domain::{people::Actor, text::AnswerText};
use minyi_store::{AnswerOutcome, NewAnswer, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    problem::{FieldProblem, Problem},
    residents::submissions::{check_key, check_photos, photo_missing},
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

/// What became of a send.
pub struct Answered {
    /// The answer's.
    pub id: Uuid,
    /// The same answer was sent before.
    pub repeated: bool,
}

/// Answers a submission. With a `key` of the author's own, a repeated send is the same answer.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::SubmissionUnknown`], [`Problem::AnswerRefused`], [`Problem::Forbidden`],
/// [`Problem::IdempotencyKeyRequired`] if the key is malformed, [`Problem::IdempotencyKeyReused`].
pub async fn answer(
    state: &AppState,
    actor: Actor,
    id: Uuid,
    key: Option<String>,
    request: AnswerRequest,
) -> Result<Answered, Problem> {
    key.as_deref().map_or(Ok(()), check_key)?;
    let mut wrong = Vec::new();
    let text = AnswerText::parse(&request.text)
        .map_err(|error| wrong.push(FieldProblem::text("/text", error)))
        .ok();
    check_photos(&request.photo_ids, "/photo_ids", &mut wrong);
    let text = text.filter(|_| wrong.is_empty()).ok_or(Problem::Invalid(wrong))?;
    let now = state.now();
    let photo_ids = request.photo_ids.clone();
    let write = move |store: &minyi_store::Store| {
        let new = NewAnswer {
            text: &text,
            photo_ids: &photo_ids,
            idempotency_key: key.as_deref(),
        };
        store.answer_once(&actor, id, new, now)
    };
    let answered = |id, repeated| Ok(Answered { id, repeated });
    match state.ask(write).await? {
        AnswerOutcome::Answered { answer_id } => answered(answer_id, false),
        AnswerOutcome::Repeated { answer_id } => answered(answer_id, true),
        AnswerOutcome::KeyReused => Err(Problem::IdempotencyKeyReused),
        AnswerOutcome::NotFound => Err(Problem::SubmissionUnknown),
        AnswerOutcome::Forbidden => Err(Problem::Forbidden),
        AnswerOutcome::OfficeOwes => Err(Problem::Refused(Refusal::OfficeOwes)),
        AnswerOutcome::HandledAbove => Err(Problem::Refused(Refusal::HandledAbove)),
        AnswerOutcome::Refused(_) => Err(Problem::AnswerRefused),
        AnswerOutcome::PhotoMissing(missing) => Err(photo_missing(&request.photo_ids, missing)),
    }
}

/// Answer (答复)
///
/// The resident reads it on the receipt page at once. Until it is rated, a further answer adds to it. With a key, the
/// same answer may be sent any number of times and is one.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = AnswerRequest, params(
    ("id" = Uuid, Path),
    ("Idempotency-Key" = Option<String>, Header, description = "8–128 visible ASCII characters, new for every answer", example = "0c7d3f1e-3c1f-4a6b-9a52-5b8d7d0f9d11")
), responses(
    (status = 201, description = "answered; a repeated send carries `Idempotency-Replayed: true`", body = AnswerCreatedResponse,
        headers(("Idempotency-Replayed" = String, description = "`true` if this answer was sent before"))),
    (status = 400, description = "`idempotency_key_required`：幂等键的格式不对；`malformed_request`：请求体读不出来"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`answer_refused`：已经办结；`office_owes`：承办单位还没有办完；`handled_above`：现在由上级办理"),
    (status = 422, description = "`invalid_fields`：字段不对，见 `errors`；`idempotency_key_reused`：同一个键发过别的内容"),
))]
#[post("/submissions/{id}/answers")]
async fn create_answer(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    http: HttpRequest,
    JsonBody(request): JsonBody<AnswerRequest>,
) -> Result<HttpResponse, Problem> {
    let key = http.headers().get("idempotency-key");
    let key = key.map(|key| key.to_str().unwrap_or_default().to_owned());
    let Answered { id, repeated } = answer(&state, signed_in.actor, id.into_inner(), key, request).await?;
    let mut response = HttpResponse::Created();
    if repeated {
        response.insert_header(("idempotency-replayed", "true"));
    }
    Ok(response.json(AnswerCreatedResponse { id }))
}
