//! What deputies and station staff do: read what came in, answer it.

pub mod answers;
pub mod appointments;
pub mod casework;
pub mod content;
pub mod handovers;
pub mod hearings;
pub mod inbox;
pub mod intake;
pub mod proposals;
pub mod releases;
pub mod revisits;
pub mod sorting;
pub mod submissions;

use crate::contract::ServiceConfig;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(inbox::configure)
        .configure(submissions::configure)
        .configure(answers::configure)
        .configure(intake::configure)
        .configure(casework::configure)
        .configure(appointments::configure)
        .configure(hearings::configure)
        .configure(revisits::configure)
        .configure(handovers::configure)
        .configure(proposals::configure)
        .configure(releases::configure)
        .configure(content::configure)
        .configure(sorting::configure);
}
