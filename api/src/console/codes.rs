//! The codes on the walls: made, hung up, watched, replaced.

mod act;
mod alarms;
mod check;
mod installations;
mod list;
mod make;
mod places;
mod record;
mod selection;

use crate::contract::ServiceConfig;
pub use alarms::SHOWN_DAYS as ALARM_DAYS;

pub(super) use selection::{SelectionRequest, read_token};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list::list_codes)
        .service(make::make_codes)
        .service(places::list_code_places)
        .service(act::act_on_codes)
        .service(check::check_code)
        .service(record::get_code_record)
        .service(installations::hang_code)
        .service(installations::take_code_down)
        .service(alarms::list_code_alarms);
}
