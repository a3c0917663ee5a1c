//! Triage: one file for each act.

use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::{lifecycle::State, text::AnswerText};
use minyi_store::{Refusal, SubmissionDetail, SubmitReceipt, fixtures::Deputy};
use uuid::Uuid;

use crate::support::{World, now};

mod decline;
mod info;
mod merge;
mod restrict;
mod split;
mod transfer;
mod urgency;

fn hours(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(n)
}

fn days(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(n)
}

/// A submission with its deputy.
fn case(world: &mut World) -> (Uuid, SubmitReceipt, Deputy) {
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    (id, receipt, deputy)
}

fn answer(world: &World, deputy: &Deputy, id: Uuid, at: DateTime<Utc>) {
    let text = AnswerText::parse("已联系供电所，明天修好").unwrap();
    let ends_at = at + TimeDelta::days(15);
    world.store.answer(&deputy.actor, id, &text, &[], at, ends_at).unwrap();
}

fn detail(world: &World, deputy: &Deputy, id: Uuid) -> SubmissionDetail {
    world.store.submission(&deputy.actor.scope(), id).unwrap().unwrap()
}

fn state(world: &World, receipt: &SubmitReceipt) -> State {
    world.store.receipt(&receipt.receipt).unwrap().unwrap().state
}

fn not_now<T: std::fmt::Debug>(outcome: Result<T, Refusal>) {
    assert!(matches!(outcome, Err(Refusal::NotNow(_))), "{outcome:?}");
}
