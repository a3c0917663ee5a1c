//! The resident's consent to publishing, given and taken back (公开的单独同意).

use actix_web::{HttpResponse, delete, put, web::Path};
use minyi_store::Refusal;

use crate::{
    address::ClientAddress,
    limits::Guess,
    problem::Problem,
    state::{AppState, State},
};

/// Gives the consent, or takes it back; either may be done twice.
///
/// # Errors
/// Those of finding the receipt.
pub async fn set_consent(state: &AppState, typed: &str, given: bool, address: ClientAddress) -> Result<(), Problem> {
    let receipt = state.read_receipt(typed).await?;
    let now = state.now();
    let set = move |store: &minyi_store::Store| {
        if given {
            store.give_publish_consent(&receipt, now)
        } else {
            store.withdraw_publish_consent(&receipt, now)
        }
    };
    match state.act(set).await {
        Err(Problem::Refused(Refusal::NotFound)) => Err(state
            .wrong_guess(Guess::Receipt, address, Problem::ReceiptUnknown)
            .await),
        done => done,
    }
}

/// Agree to publishing (同意公开)
///
/// The matter may then be published without personal data, after a person has checked it. Voluntary: whoever does not
/// agree is served the same.
#[utoipa::path(tag = "群众", params(("receipt" = String, Path)), responses(
    (status = 204, description = "agreed; doing it twice changes nothing"),
    (status = 400, description = "`receipt_mistyped`：回执码输错了"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
))]
#[put("/receipts/{receipt}/publish-consent")]
pub(super) async fn give_publish_consent(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    set_consent(&state, &receipt, true, address).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take the agreement back (撤回同意)
///
/// At any time; what is published is off at once.
#[utoipa::path(tag = "群众", params(("receipt" = String, Path)), responses(
    (status = 204, description = "taken back; doing it twice changes nothing"),
    (status = 400, description = "`receipt_mistyped`：回执码输错了"),
    (status = 404, description = "`receipt_unknown`：没有这个回执"),
))]
#[delete("/receipts/{receipt}/publish-consent")]
pub(super) async fn withdraw_publish_consent(
    state: State,
    receipt: Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    set_consent(&state, &receipt, false, address).await?;
    Ok(HttpResponse::NoContent().finish())
}
