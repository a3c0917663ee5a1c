//! What those need who keep the whole running: messages that did not arrive, grids that nobody leads.

pub mod accounts;
mod audit;
pub mod categories;
pub mod clusters;
mod contact_views;
pub mod deputies;
mod exports;
mod frame;
mod grids;
pub mod ledger;
mod map;
mod notifications;
pub mod numbers;
mod personal_data;
mod policies;
mod regions;
mod reports;
pub mod settings;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(contact_views::list_contact_views)
        .service(notifications::list_notifications)
        .service(exports::list_exports)
        .service(grids::list_grids)
        .service(frame::get_console_settings)
        .service(regions::list_region_options)
        .service(map::get_map)
        .configure(reports::configure)
        .configure(accounts::configure)
        .configure(audit::configure)
        .configure(deputies::configure)
        .configure(ledger::configure)
        .configure(numbers::configure)
        .configure(personal_data::configure)
        .configure(policies::configure)
        .configure(settings::configure)
        .configure(clusters::configure)
        .service(categories::list_categories)
        .service(categories::put_categories);
}
