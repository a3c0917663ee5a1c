//! The desk: where deputies and staff read and answer in a browser. The session is a cookie; every form carries the
//! session's token.

mod clusters;
mod deputies;
mod handovers;
mod hearings;
mod inbox;
mod intake;
mod ledger;
mod login;
mod meetings;
mod numbers;
mod proposals;
pub mod release;
mod revisits;
mod settings;
mod submission;
mod upkeep;
pub mod view;

use actix_web::web;

use crate::auth::SignedIn;
use view::Person;

/// Registers the routes under `/desk`.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(inbox::show_inbox)
        .service(login::show_login)
        .service(login::login)
        .service(login::show_step)
        .service(login::take_step)
        .service(login::logout)
        .service(submission::show_submission)
        .service(submission::answer_form)
        .service(submission::act_form)
        .service(submission::show_contact)
        .service(submission::choose_category)
        .service(intake::show_intake)
        .service(intake::enter_form)
        .service(intake::show_entered)
        .service(intake::print_slip)
        .service(handovers::show_handovers)
        .service(handovers::show_handover)
        .service(handovers::hand_over_form)
        .service(handovers::act_form)
        .service(handovers::keep_promise_form)
        .service(proposals::show_proposals)
        .service(proposals::show_draft)
        .service(proposals::draft_form)
        .service(proposals::show_proposal)
        .service(proposals::proposal_form)
        .service(ledger::show_ledger)
        .service(numbers::show_numbers)
        .service(clusters::show_clusters)
        .service(clusters::show_cluster)
        .service(release::show_release)
        .service(release::edit_release)
        .service(release::preview_release)
        .service(release::confirm_release)
        .service(release::withdraw_release)
        .service(deputies::show_deputies)
        .service(deputies::invite_form)
        .service(deputies::unbind_form)
        .service(settings::show_settings)
        .service(settings::settings_form)
        .service(upkeep::show_codes)
        .service(upkeep::show_watch)
        .configure(configure_meetings);
}

/// What happens face to face.
fn configure_meetings(cfg: &mut web::ServiceConfig) {
    cfg.service(meetings::show_calendar)
        .service(meetings::show_week)
        .service(meetings::settle_form)
        .service(meetings::show_propose)
        .service(meetings::propose_form)
        .service(hearings::show_hearings)
        .service(hearings::show_plan)
        .service(hearings::plan_form)
        .service(hearings::show_hearing)
        .service(hearings::change_form)
        .service(hearings::minutes_form)
        .service(revisits::show_revisits)
        .service(revisits::record_form);
}

/// Registers the routes under `/deputy`: where the message in WeChat leads.
pub fn configure_deputy(cfg: &mut web::ServiceConfig) {
    cfg.service(login::open_from_wechat).service(login::enter_from_wechat);
}

/// The person in the head of a page; `here` is the tab that is open.
fn person(signed_in: &SignedIn, here: &'static str) -> Person {
    Person {
        name: signed_in.actor.display_name.clone(),
        role: signed_in.actor.role,
        csrf: signed_in.csrf_token(),
        here,
    }
}
