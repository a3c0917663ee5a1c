//! The resident's reply when the handler asks for more.

use actix_web::{HttpResponse, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::text::InfoReply;
use minyi_store::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    address::ClientAddress,
    extract::JsonBody,
    limits::Guess,
    problem::{FieldProblem, Problem},
    residents::submissions::{check_photos, photo_missing},
    state::{AppState, State},
};

/// The reply as sent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"text": "是 3 号院 2 号楼东侧的那一盏。", "photo_ids": []}))]
pub struct InfoGivenRequest {
    #[schema(min_length = 2, max_length = 4000)]
    pub text: String,
    /// From `POST /api/v1/photos`, in the order in which they are shown.
    #[serde(default)]
    #[schema(max_items = 9)]
    pub photo_ids: Vec<Uuid>,
}

/// The clock goes on.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"answer_due_at": "2026-12-04T15:59:59Z"}))]
pub struct InfoGivenResponse {
    answer_due_at: DateTime<Utc>,
}

/// Writes the reply to the open question; gives the date by which there is an answer.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::Refused`], and those of finding the receipt.
pub async fn give_info(
    state: &AppState,
    typed_receipt: &str,
    request: InfoGivenRequest,
    address: ClientAddress,
) -> Result<DateTime<Utc>, Problem> {
    let receipt = state.read_receipt(typed_receipt).await?;
    let mut wrong = Vec::new();
    let reply = InfoReply::parse(&request.text)
        .map_err(|error| wrong.push(FieldProblem::text("/text", error)))
        .ok();
    check_photos(&request.photo_ids, "/photo_ids", &mut wrong);
    let reply = reply.filter(|_| wrong.is_empty()).ok_or(Problem::Invalid(wrong))?;
    let (now, photo_ids) = (state.now(), request.photo_ids.clone());
    let given = state
        .act(move |store| store.give_info(&receipt, &reply, &photo_ids, now))
        .await;
    match given {
        Err(Problem::Refused(Refusal::NotFound)) => Err(state
            .wrong_guess(Guess::Receipt, address, Problem::ReceiptUnknown)
            .await),
        Err(Problem::Refused(Refusal::PhotoMissing(missing))) => Err(photo_missing(&request.photo_ids, missing)),
        given => given,
    }
}

/// Answer the handler's question (补充情况)
///
/// The clock goes on with the days that were left.
#[utoipa::path(tag = "群众", request_body = InfoGivenRequest, params(("receipt" = String, Path)), responses(
    (status = 201, description = "taken; the clock goes on", body = InfoGivenResponse),
    (status = 400, description = "`receipt_mistyped`：回执码输错了；`malformed_request`：请求体读不出来"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
    (status = 409, description = "`not_now`：没有要补充的，或者已经补充过"),
))]
#[post("/receipts/{receipt}/info")]
pub(super) async fn create_info(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
    JsonBody(request): JsonBody<InfoGivenRequest>,
) -> Result<HttpResponse, Problem> {
    let answer_due_at = give_info(&state, &receipt, request, address).await?;
    Ok(HttpResponse::Created().json(InfoGivenResponse { answer_due_at }))
}
