//! Triage (受理环节): what handlers do with a submission before it is answered. The desk's forms call the same functions
//! as the JSON interface.

pub mod decline;
pub mod info;
pub mod kinds;
pub mod merge;
pub mod restrict;
pub mod split;
pub mod transfer;
mod views;

use crate::contract::ServiceConfig;
use minyi_domain::{
    lifecycle::{self, Action, Party},
    people::Role,
};
use minyi_store::SubmissionDetail;

pub use views::{InfoRequestResponse, KinResponse, TransferResponse};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(info::configure)
        .configure(decline::configure)
        .configure(kinds::configure)
        .configure(merge::configure)
        .configure(split::configure)
        .configure(transfer::configure)
        .configure(restrict::configure);
}

/// The steps that this role may take with it now, in the order of the lifecycle's table.
pub fn possible(detail: &SubmissionDetail, role: Role) -> Vec<Action> {
    let (standing, office_owes) = (detail.standing(), detail.office_owes());
    let actions = Party::of(role)
        .into_iter()
        .flat_map(|party| lifecycle::TABLE.possible(detail.state, party));
    let leaves = |action: &Action| standing.leaves(*action, role) && !(office_owes && *action == Action::Answer);
    actions.filter(leaves).collect()
}
