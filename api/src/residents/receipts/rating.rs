//! Rating an answer.

use actix_web::{HttpResponse, post, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{submission::Satisfaction, text::RatingComment};
use minyi_store::RateOutcome;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    address::ClientAddress,
    extract::JsonBody,
    limits::Guess,
    openapi::words,
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// What the resident thinks of the answer.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"solved": true, "satisfaction": "satisfied", "comment": "修得很快，谢谢。"}))]
pub struct RatingRequest {
    /// Whether the matter is solved (是否解决).
    pub solved: bool,
    #[schema(schema_with = words::satisfaction)]
    pub satisfaction: Satisfaction,
    #[schema(max_length = 500)]
    pub comment: Option<String>,
}

/// What follows from a rating.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"state": "reopened", "answer_due_at": "2026-12-04T15:59:59Z"}))]
pub struct RatingResultResponse {
    /// `closed` 已办结；`reopened` 不满意，重新办理
    state: &'static str,
    /// Until when there is another answer, if reopened.
    answer_due_at: Option<DateTime<Utc>>,
}

/// Rates the answer that waits for it. Gives the date of the next answer if the rating reopens the matter.
///
/// # Errors
/// [`Problem::Invalid`], [`Problem::RatingRefused`], and those of finding the receipt.
pub async fn rate(
    state: &AppState,
    typed_receipt: &str,
    request: RatingRequest,
    address: ClientAddress,
) -> Result<Option<DateTime<Utc>>, Problem> {
    let receipt = state.read_receipt(typed_receipt).await?;
    let comment = request
        .comment
        .as_deref()
        .map(str::trim)
        .filter(|comment| !comment.is_empty());
    let comment = comment
        .map(RatingComment::parse)
        .transpose()
        .map_err(|error| Problem::Invalid(vec![FieldProblem::text("/comment", error)]))?;
    let now = state.now();
    let RatingRequest {
        solved, satisfaction, ..
    } = request;
    let rate = move |store: &minyi_store::Store| store.rate(&receipt, solved, satisfaction, comment.as_ref(), now);
    match state.ask(rate).await? {
        RateOutcome::Closed => Ok(None),
        RateOutcome::Reopened { answer_due_at } => Ok(Some(answer_due_at)),
        RateOutcome::NotFound => Err(state
            .wrong_guess(Guess::Receipt, address, Problem::ReceiptUnknown)
            .await),
        RateOutcome::Refused(_) => Err(Problem::RatingRefused),
    }
}

/// Rate the answer (评价答复)
///
/// A first dissatisfied rating sends the matter back to its handler; everything else closes it.
#[utoipa::path(tag = "群众", request_body = RatingRequest, params(("receipt" = String, Path)), responses(
    (status = 201, description = "rated", body = RatingResultResponse),
    (status = 400, description = "`receipt_mistyped`：回执码输错了；`malformed_request`：请求体读不出来"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
    (status = 409, description = "`rating_refused`：还没有答复，或者已经评价过"),
))]
#[post("/receipts/{receipt}/rating")]
pub(super) async fn create_rating(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
    JsonBody(request): JsonBody<RatingRequest>,
) -> Result<HttpResponse, Problem> {
    let answer_due_at = rate(&state, &receipt, request, address).await?;
    let stage = if answer_due_at.is_some() { "reopened" } else { "closed" };
    Ok(HttpResponse::Created().json(RatingResultResponse {
        state: stage,
        answer_due_at,
    }))
}
