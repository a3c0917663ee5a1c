//! Finding a lost receipt, and being told on WeChat how it goes on.

use actix_web::{HttpResponse, delete, post, web::Path};
use minyi_domain::{
    submission::Phone,
    token::{ReceiptToken, SubmissionNumber},
};
use minyi_store::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    address::ClientAddress,
    auth::CodeLoginRequest,
    extract::JsonBody,
    limits::Guess,
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// What the resident still knows.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({"number": "20261121-ACDE347", "phone": "13800001234"}))]
pub struct LookupRequest {
    /// The registration number; dashes and case do not matter.
    pub number: String,
    /// The phone that was left with the submission.
    pub phone: String,
}

/// The receipt that belongs to them.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"receipt": "ACDE3467KMNPRTVWXY34", "receipt_url": "https://my.example.gov.cn/r/ACDE3467KMNPRTVWXY34"}))]
pub struct LookupResponse {
    receipt: String,
    receipt_url: String,
}

impl AppState {
    /// Finds the receipt of a submission whose number and phone somebody knows.
    ///
    /// # Errors
    /// [`Problem::Invalid`], [`Problem::ReceiptUnknown`] whichever of the two is wrong, [`Problem::RateLimited`].
    pub async fn lookup_receipt(
        &self,
        number: &str,
        phone: &str,
        address: ClientAddress,
    ) -> Result<ReceiptToken, Problem> {
        let number = SubmissionNumber::parse(number).map_err(|_| {
            FieldProblem::new(
                "/number",
                "number_invalid",
                "登记编号不对，像 20261121-ACDE347 这样，请对照原文。",
            )
        });
        let phone =
            Phone::parse(phone).ok_or_else(|| FieldProblem::new("/phone", "phone_invalid", "请填当时留下的电话号码。"));
        let (number, phone) = match (number, phone) {
            (Ok(number), Ok(phone)) => (number, phone),
            (number, phone) => {
                return Err(Problem::Invalid(
                    [number.err(), phone.err()].into_iter().flatten().collect(),
                ));
            }
        };
        let guess = Guess::Phone {
            number: number.as_str(),
        };
        self.may_guess(guess, address)?;
        let index = self.keys.index.phone(phone.as_str());
        let wanted = number.clone();
        match self.ask(move |store| store.find_receipt(&wanted, &index)).await? {
            Some(receipt) => Ok(receipt),
            None => Err(self.wrong_guess(guess, address, Problem::ReceiptUnknown).await),
        }
    }
}

/// Find a lost receipt (找回回执)
#[utoipa::path(tag = "群众", request_body = LookupRequest, responses(
    (status = 200, description = "the receipt", body = LookupResponse),
    (status = 404, description = "`receipt_unknown`：编号和电话对不上"),
))]
#[post("/receipts/lookup")]
pub(super) async fn lookup_receipt(
    state: State,
    address: ClientAddress,
    JsonBody(request): JsonBody<LookupRequest>,
) -> Result<HttpResponse, Problem> {
    let receipt = state.lookup_receipt(&request.number, &request.phone, address).await?;
    let receipt_url = state.receipt_url(&receipt);
    Ok(HttpResponse::Ok().json(LookupResponse {
        receipt: receipt.to_string(),
        receipt_url,
    }))
}

/// Be told on WeChat how it goes on (订阅进展)
///
/// The mini-program asks the resident for a subscribe message first, then sends the code of `wx.login`.
#[utoipa::path(tag = "群众", request_body = CodeLoginRequest, params(("receipt" = String, Path)), responses(
    (status = 204, description = "subscribed; doing it twice changes nothing"),
    (status = 400, description = "`receipt_mistyped`：回执码输错了；`malformed_request`：请求体读不出来"),
    (status = 401, description = "`wechat_code_refused`：登录凭证用过或者过期"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
))]
#[post("/receipts/{receipt}/subscription")]
pub(super) async fn create_subscription(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
    JsonBody(request): JsonBody<CodeLoginRequest>,
) -> Result<HttpResponse, Problem> {
    let receipt = state.read_receipt(&receipt).await?;
    let openid = state.openid(&request.js_code).await?;
    let now = state.now();
    match state
        .ask(move |store| store.subscribe_resident(&receipt, &openid, now))
        .await?
    {
        Some(()) => Ok(HttpResponse::NoContent().finish()),
        None => Err(state
            .wrong_guess(Guess::Receipt, address, Problem::ReceiptUnknown)
            .await),
    }
}

/// Ends the messages about a submission; it may be done twice.
///
/// # Errors
/// Those of finding the receipt.
pub async fn end_messages(state: &AppState, typed: &str, address: ClientAddress) -> Result<(), Problem> {
    let receipt = state.read_receipt(typed).await?;
    let now = state.now();
    match state.act(move |store| store.unsubscribe_resident(&receipt, now)).await {
        Err(Problem::Refused(Refusal::NotFound)) => Err(state
            .wrong_guess(Guess::Receipt, address, Problem::ReceiptUnknown)
            .await),
        done => done,
    }
}

/// Be told no more (取消订阅)
///
/// At any time, for whoever holds the receipt. What waits to be sent is not sent any more, and which WeChat user it was for
/// is forgotten; the receipt shows everything as before.
#[utoipa::path(tag = "群众", params(("receipt" = String, Path)), responses(
    (status = 204, description = "ended; doing it twice, or without having subscribed, changes nothing"),
    (status = 400, description = "`receipt_mistyped`：回执码输错了"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
))]
#[delete("/receipts/{receipt}/subscription")]
pub(super) async fn delete_subscription(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    end_messages(&state, &receipt, address).await?;
    Ok(HttpResponse::NoContent().finish())
}
