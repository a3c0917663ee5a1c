//! What those need who keep the whole running: messages that did not arrive, grids that nobody leads.

pub mod accounts;
mod answer_templates;
mod audit;
mod calendar;
pub mod categories;
mod clock_jobs;
pub mod clusters;
pub mod codes;
mod contact_views;
mod content_words;
mod delivery;
mod delivery_policy;
pub mod deputies;
mod exports;
mod frame;
mod grids;
mod group_robots;
pub mod ledger;
mod letters;
mod map;
mod notifications;
pub mod numbers;
mod personal_data;
pub mod places;
mod policies;
pub mod prints;
mod regions;
mod reports;
mod retention;
mod roles;
pub mod settings;
mod tables;
mod test_message;
mod wechat_settings;
mod wordings;

use crate::contract::ServiceConfig;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(contact_views::list_contact_views)
        .service(notifications::list_notifications)
        .service(letters::get_notification)
        .service(exports::list_exports)
        .service(grids::list_grids)
        .configure(accounts::configure)
        .configure(answer_templates::configure)
        .configure(wordings::configure)
        .configure(audit::configure)
        .service(frame::get_console_settings)
        .service(regions::list_region_options)
        .service(roles::list_roles)
        .service(map::get_map)
        .configure(reports::configure)
        .configure(deputies::configure)
        .configure(ledger::configure)
        .configure(numbers::configure)
        .configure(personal_data::configure)
        .configure(retention::configure)
        .configure(policies::configure)
        .configure(settings::configure)
        .configure(calendar::configure)
        .configure(clock_jobs::configure)
        .configure(delivery::configure)
        .configure(delivery_policy::configure)
        .configure(group_robots::configure)
        .configure(places::configure)
        .service(test_message::send_test_message)
        .service(wechat_settings::get_wechat_settings)
        .service(tables::export_table)
        .configure(content_words::configure)
        .configure(clusters::configure)
        .configure(codes::configure)
        .configure(prints::configure)
        .service(categories::list_categories)
        .service(categories::put_categories);
}
