//! Sending something in.

mod accept;
mod request;

use actix_web::{HttpRequest, HttpResponse, post, web::Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

pub use accept::{Accepted, NAME_PURPOSE, Origin, PHONE_PURPOSE, accept, check_key, photo_missing, take_in};
pub use request::{ContactRequest, LocationRequest, SubmissionRequest, check_photos, digest};

use crate::{address::ClientAddress, contract::ServiceConfig, extract::JsonBody, problem::Problem, state::State};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(create_submission);
}

/// What the resident keeps.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "number": "20261121-ACDE347", "receipt": "ACDE3467KMNPRTVWXY34",
    "receipt_url": "https://my.example.gov.cn/r/ACDE3467KMNPRTVWXY34",
    "answer_due_at": "2026-11-27T15:59:59Z", "answer_due_provisional": false
}))]
pub struct SubmissionResponse {
    /// 登记编号: to be quoted; opens nothing.
    number: String,
    /// 回执码: opens the receipt, so keep it.
    receipt: String,
    receipt_url: String,
    /// By then an answer is promised.
    answer_due_at: DateTime<Utc>,
    /// The holidays of that year are not announced yet; the date may move by some days.
    answer_due_provisional: bool,
}

/// Send in (提交民意)
///
/// The same key with the same body may be sent any number of times: it is one submission, and the answer is the
/// same. A code that was replaced leads to its successor.
#[utoipa::path(tag = "群众", request_body = SubmissionRequest, params(
    ("token" = String, Path, description = "the code, as scanned or typed"),
    ("Idempotency-Key" = String, Header, description = "8–128 visible ASCII characters, new for every submission", example = "0c7d3f1e-3c1f-4a6b-9a52-5b8d7d0f9d11")
), responses(
    (status = 201, description = "registered and on its way; a repeated send carries `Idempotency-Replayed: true`", body = SubmissionResponse,
        headers(("Idempotency-Replayed" = String, description = "`true` if this request was sent before"))),
    (status = 400, description = "`idempotency_key_required`：缺少幂等键；`code_mistyped`：编号输错了；`malformed_request`：请求体读不出来"),
    (status = 404, description = "`code_unknown`：没有这个码"),
    (status = 409, description = "`code_suspended`：这个码暂停使用"),
    (status = 410, description = "`code_retired`：这个码已经停用"),
    (status = 422, description = "`invalid_fields`：字段不对，见 `errors`；`idempotency_key_reused`：同一个键发过别的内容"),
))]
#[post("/codes/{token}/submissions")]
async fn create_submission(
    state: State,
    token: Path<String>,
    http: HttpRequest,
    address: ClientAddress,
    JsonBody(request): JsonBody<SubmissionRequest>,
) -> Result<HttpResponse, Problem> {
    let key = key_of(&http);
    let Accepted { receipt, repeated } = accept(&state, &token, key, request, address).await?;
    let mut response = HttpResponse::Created();
    if repeated {
        response.insert_header(("idempotency-replayed", "true"));
    }
    Ok(response.json(SubmissionResponse {
        receipt_url: state.receipt_url(&receipt.receipt),
        number: receipt.number,
        receipt: receipt.receipt.to_string(),
        answer_due_at: receipt.answer_due_at,
        answer_due_provisional: receipt.answer_due_provisional,
    }))
}

/// The header `Idempotency-Key`; empty if it is missing.
pub fn key_of(http: &HttpRequest) -> &str {
    let key = http.headers().get("idempotency-key");
    key.and_then(|value| value.to_str().ok()).unwrap_or_default()
}
