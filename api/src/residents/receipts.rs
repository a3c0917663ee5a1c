//! Following a submission by its receipt.

mod consent;
mod follow;
mod info;
mod rating;
mod review;
mod view;

use minyi_domain::token::ReceiptToken;
use minyi_store::ReceiptView;

pub use consent::set_consent;
pub use follow::end_messages;
pub use info::{InfoGivenRequest, give_info};
pub use rating::{RatingRequest, rate};
pub use review::request_review;
pub use view::{AnswerResponse, RatingResponse, TimelineEntry};

use crate::{
    address::ClientAddress,
    contract::ServiceConfig,
    limits::Guess,
    problem::{Problem, position_of},
    state::AppState,
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(view::get_receipt)
        .service(rating::create_rating)
        .service(info::create_info)
        .service(review::create_review)
        .service(follow::create_subscription)
        .service(follow::delete_subscription)
        .service(follow::lookup_receipt)
        .service(consent::give_publish_consent)
        .service(consent::withdraw_publish_consent);
}

impl AppState {
    /// Finds a submission by the receipt as typed or scanned.
    ///
    /// # Errors
    /// [`Problem::ReceiptMistyped`], [`Problem::ReceiptUnknown`], [`Problem::RateLimited`].
    pub async fn find_by_receipt(&self, typed: &str, address: ClientAddress) -> Result<ReceiptView, Problem> {
        let receipt = self.read_receipt(typed).await?;
        let wanted = receipt.clone();
        let found = self
            .receipts
            .ask(&self.store, receipt, move |store, _| store.receipt(&wanted));
        match found.await? {
            Some(view) => Ok(view),
            None => Err(self.wrong_guess(Guess::Receipt, address, Problem::ReceiptUnknown).await),
        }
    }

    /// Reads a typed receipt and counts the request against it.
    ///
    /// # Errors
    /// [`Problem::ReceiptMistyped`], [`Problem::RateLimited`].
    pub async fn read_receipt(&self, typed: &str) -> Result<ReceiptToken, Problem> {
        let receipt = ReceiptToken::parse(typed).map_err(|error| Problem::ReceiptMistyped {
            position: position_of(error),
        })?;
        self.limit_receipt(receipt.as_str()).await?;
        Ok(receipt)
    }

    /// The address of the receipt's page.
    pub fn receipt_url(&self, receipt: &ReceiptToken) -> String {
        self.url(&format!("/r/{receipt}"))
    }
}
