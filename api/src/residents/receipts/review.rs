//! Asking for a review when something was not taken.

use actix_web::{HttpResponse, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_store::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    address::ClientAddress,
    limits::Guess,
    problem::Problem,
    state::{AppState, State},
};

/// The level above looks at it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"answer_due_at": "2026-12-04T15:59:59Z"}))]
pub struct ReviewResponse {
    answer_due_at: DateTime<Utc>,
}

/// Asks for the review; gives the date by which there is an answer.
///
/// # Errors
/// [`Problem::Refused`], and those of finding the receipt.
pub async fn request_review(
    state: &AppState,
    typed_receipt: &str,
    address: ClientAddress,
) -> Result<DateTime<Utc>, Problem> {
    let receipt = state.read_receipt(typed_receipt).await?;
    let now = state.now();
    match state.act(move |store| store.request_review(&receipt, now)).await {
        Err(Problem::Refused(Refusal::NotFound)) => Err(state
            .wrong_guess(Guess::Receipt, address, Problem::ReceiptUnknown)
            .await),
        asked => asked,
    }
}

/// Ask for a review (申请复核)
///
/// When something was not taken; once. The level above answers.
#[utoipa::path(tag = "群众", params(("receipt" = String, Path)), responses(
    (status = 201, description = "the level above looks at it", body = ReviewResponse),
    (status = 400, description = "`receipt_mistyped`：回执码输错了"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
    (status = 409, description = "`not_now`：不是不予受理，或者已经结束；`only_once`：已经申请过一次"),
))]
#[post("/receipts/{receipt}/review")]
pub(super) async fn create_review(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let answer_due_at = request_review(&state, &receipt, address).await?;
    Ok(HttpResponse::Created().json(ReviewResponse { answer_due_at }))
}
