//! What the deputies' client asks for besides the cases: the first page, messages, phrases, permissions for pushes, the
//! person's own work.

mod events;
mod home;
mod messages;
pub mod notification_preferences;
pub mod phrases;
pub mod pushes;
pub mod service_account;
mod sign_ins;
mod work;

use crate::contract::ServiceConfig;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(events::watch_events)
        .service(home::get_home)
        .service(messages::list_messages)
        .service(messages::read_messages)
        .service(phrases::get_phrases)
        .service(pushes::answer_pushes)
        .service(notification_preferences::get_notification_preferences)
        .service(notification_preferences::put_notification_preferences)
        .service(service_account::get_service_account)
        .service(service_account::begin_service_binding)
        .service(service_account::unbind_service_account)
        .service(work::get_work)
        .service(work::get_dossier)
        .service(sign_ins::sign_in);
}

const NO_STORE: (&str, &str) = ("cache-control", "no-store");
