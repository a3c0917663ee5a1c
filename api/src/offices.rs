//! What offices do with what was handed over to them (承办单位).

pub mod acts;
pub mod handovers;
pub mod views;

use crate::contract::ServiceConfig;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(handovers::configure).configure(acts::configure);
}
