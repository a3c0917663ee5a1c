//! What those need who keep the whole running: messages that did not arrive, grids that nobody leads.

pub mod accounts;
mod audit;
pub mod categories;
pub mod clusters;
pub mod codes;
mod contact_views;
pub mod deputies;
mod exports;
mod grids;
pub mod ledger;
mod notifications;
pub mod numbers;
pub mod prints;
mod personal_data;
mod policies;
pub mod settings;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(contact_views::list_contact_views)
        .service(notifications::list_notifications)
        .service(exports::list_exports)
        .service(grids::list_grids)
        .configure(accounts::configure)
        .configure(audit::configure)
        .configure(deputies::configure)
        .configure(ledger::configure)
        .configure(numbers::configure)
        .configure(personal_data::configure)
        .configure(policies::configure)
        .configure(settings::configure)
        .configure(clusters::configure)
        .configure(codes::configure)
        .configure(prints::configure)
        .service(categories::list_categories)
        .service(categories::put_categories);
}
