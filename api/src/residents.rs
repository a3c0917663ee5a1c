//! What residents do: look at a code, send something in with photos, follow and rate it. No account is needed.

pub mod codes;
pub mod meetings;
pub mod multipart;
pub mod photos;
pub mod posters;
pub mod receipts;
pub mod submissions;

use crate::contract::ServiceConfig;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(codes::configure)
        .configure(posters::configure)
        .configure(photos::configure)
        .configure(submissions::configure)
        .configure(receipts::configure)
        .configure(meetings::configure);
}
