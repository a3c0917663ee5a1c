//! Taking a submission on, and asking the resident for more.

use actix_web::{HttpResponse, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{people::Actor, rights::Permission, text::Question};
use serde::{Deserialize, Serialize};
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
    cfg.service(accept_submission).service(create_info_request);
}

/// A question to the resident.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"question": "请问是 3 号院的几号楼？能拍一张照片吗？"}))]
pub struct InfoQuestionRequest {
    #[schema(min_length = 2, max_length = 500)]
    pub question: String,
}

/// Until when the clock stands still.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"due_at": "2026-12-01T15:59:59Z"}))]
pub struct InfoAskedResponse {
    due_at: DateTime<Utc>,
}

/// Takes it on.
///
/// # Errors
/// [`Problem::Refused`].
pub async fn accept(state: &AppState, actor: Actor, id: Uuid) -> Result<(), Problem> {
    let now = state.now();
    state.act(move |store| store.accept(&actor, id, now)).await
}

/// Asks the resident; gives until when.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::Refused`].
pub async fn ask(state: &AppState, actor: Actor, id: Uuid, question: &str) -> Result<DateTime<Utc>, Problem> {
    let question =
        Question::parse(question).map_err(|error| Problem::Invalid(vec![FieldProblem::text("/question", error)]))?;
    let now = state.now();
    state
        .act(move |store| store.ask_resident(&actor, id, &question, now))
        .await
}

/// Take on (受理)
///
/// The clock goes on as it is.
#[utoipa::path(tag = "办理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "taken on"),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`not_now`：现在不能受理"),
))]
#[post("/submissions/{id}/accept")]
async fn accept_submission(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    accept(&state, signed_in.actor, id.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask the resident for more (请居民补充)
///
/// The clock stands still until the reply, or until `due_at`; at most three times.
#[utoipa::path(tag = "办理", security(("bearer" = [])), request_body = InfoQuestionRequest, params(("id" = Uuid, Path)), responses(
    (status = 201, description = "asked", body = InfoAskedResponse),
    (status = 404, description = "`submission_unknown`：没有这件民意，或者不归您办理"),
    (status = 409, description = "`not_now`：现在不能请居民补充；`too_often`：已经问过三次"),
))]
#[post("/submissions/{id}/info-requests")]
async fn create_info_request(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<InfoQuestionRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Handle)?;
    let due_at = ask(&state, signed_in.actor, id.into_inner(), &request.question).await?;
    Ok(HttpResponse::Created().json(InfoAskedResponse { due_at }))
}
