use minyi_domain::{people::Role, submission::Urgency};
use minyi_store::{EventKind, Refusal, fixtures::COUNTY};

use super::{answer, case, days, detail, hours, not_now};
use crate::support::world;

#[test]
fn what_is_urgent_is_due_sooner_and_never_later_than_promised() {
    let mut world = world();
    let (id, receipt, deputy) = case(&mut world);
    let mark = |urgency, at| world.store.set_urgency(&deputy.actor, id, urgency, at).unwrap();
    assert_eq!(mark(Urgency::Hard, hours(1)), Ok(receipt.answer_due_at));
    let due = mark(Urgency::Urgent, hours(2)).unwrap();
    // One working day from Friday morning: Monday night.
    assert_eq!(due.to_rfc3339(), "2026-11-23T15:59:59+00:00");
    assert_eq!(mark(Urgency::Urgent, hours(3)), Ok(due));
    assert_eq!(mark(Urgency::Normal, hours(4)), Ok(due));
    let detail = detail(&world, &deputy, id);
    assert_eq!((detail.urgency, detail.answer_due_at), (Urgency::Normal, due));
    let marks = detail
        .events
        .iter()
        .filter(|event| event.kind == EventKind::UrgencyChanged);
    assert_eq!(marks.count(), 3);
    assert_eq!(
        world.count("deadline_steps WHERE clock = 1 AND done_at IS NULL AND step = 'overdue'"),
        1
    );
}

#[test]
fn a_mark_that_comes_late_counts_from_now_and_puts_nothing_off() {
    let mut world = world();
    let (id, receipt, deputy) = case(&mut world);
    let due = world
        .store
        .set_urgency(&deputy.actor, id, Urgency::Urgent, days(4))
        .unwrap()
        .unwrap();
    assert!(due <= receipt.answer_due_at && due > days(4), "{due}");
    let (id, receipt, deputy) = case(&mut world);
    let due = world
        .store
        .set_urgency(&deputy.actor, id, Urgency::Urgent, days(9))
        .unwrap()
        .unwrap();
    assert_eq!(due, receipt.answer_due_at);
}

#[test]
fn only_whose_work_it_is_marks_and_only_what_is_open() {
    let mut world = world();
    let (id, _, deputy) = case(&mut world);
    let (_, stranger) = world.city.grid_with_lead();
    let auditor = world.city.admin(COUNTY, Role::Auditor);
    let mark = |actor| world.store.set_urgency(actor, id, Urgency::Urgent, hours(2)).unwrap();
    assert_eq!(mark(&stranger.actor), Err(Refusal::NotFound));
    assert_eq!(mark(&auditor), Err(Refusal::Forbidden));
    answer(&world, &deputy, id, hours(1));
    not_now(mark(&deputy.actor));
}
