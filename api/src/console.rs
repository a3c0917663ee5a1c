//! What those need who keep the whole running: messages that did not arrive, grids that nobody leads.

pub mod accounts;
mod audit;
pub mod categories;
pub mod clusters;
mod contact_views;
pub mod deputies;
mod exports;
mod grids;
pub mod ledger;
mod notifications;
pub mod numbers;
mod personal_data;
pub mod places;
mod policies;
pub mod settings;
mod test_message;

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
        .configure(places::configure)
        .service(test_message::send_test_message)
        .configure(clusters::configure)
        .service(categories::list_categories)
        .service(categories::put_categories);
}
