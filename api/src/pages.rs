//! Pages rendered by the server.

/// Registers the pages' routes.
pub fn configure(_cfg: &mut actix_web::web::ServiceConfig) {}
