use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;
use minyi_domain::{
    people::{Actor, Role, Scope},
    revisit::{Outcome, Reason, Way},
    submission::Satisfaction,
    text::{AnswerText, Note},
};
use minyi_store::{Refusal, Revisit, RevisitResult, fixtures::Grid};
use uuid::Uuid;

use crate::support::{World, now, world};

/// A submission that is answered, rated, and so closed.
fn closed(world: &mut World, solved: bool) -> (Grid, Actor, Uuid) {
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    let text = AnswerText::parse("已经修好了").unwrap();
    let until = now() + TimeDelta::days(15);
    world.store.answer(&deputy.actor, id, &text, &[], now(), until).unwrap();
    world
        .store
        .rate(&receipt.receipt, solved, Satisfaction::BasicallySatisfied, None, now())
        .unwrap();
    (grid, deputy.actor, id)
}

fn sample(world: &World, percent: u8) {
    let policy = format!("UPDATE revisit_policy SET sample_percent = {percent}");
    world.raw().batch_execute(&policy).unwrap();
}

fn list(world: &World, scope: &Scope, done: bool) -> Vec<Revisit> {
    world.store.revisits(scope, done, None, 10).unwrap().items
}

fn result(outcome: Outcome) -> RevisitResult {
    RevisitResult {
        way: Way::Visit,
        outcome,
        satisfied: outcome.was_reached().then_some(false),
        note: Some(Note::parse("灯又灭了").unwrap()),
    }
}

#[test]
fn whoever_is_not_helped_is_asked_again_and_of_the_others_a_sample() {
    let mut world = world();
    sample(&world, 0);
    let (_, unhappy, _) = closed(&mut world, false);
    let (_, happy, _) = closed(&mut world, true);
    let asked = list(&world, &unhappy.scope(), false);
    assert_eq!(asked[0].reason, Reason::Unsolved);
    assert_eq!(
        asked[0].due_at,
        "2026-12-05T15:59:59Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap()
    );
    assert!(list(&world, &happy.scope(), false).is_empty());
    sample(&world, 100);
    let (_, happy, _) = closed(&mut world, true);
    assert_eq!(list(&world, &happy.scope(), false)[0].reason, Reason::Sample);
}

#[test]
fn what_came_out_is_written_once() {
    let mut world = world();
    let (grid, deputy, submission) = closed(&mut world, false);
    let staff = world.city.staff(grid.site_id, Role::StationStaff);
    let id = list(&world, &staff.scope(), false)[0].id;
    let far = world.city.site_in("990102004");
    let stranger = world.city.staff(far, Role::StationStaff);
    let record = |actor, outcome| world.store.record_revisit(actor, id, &result(outcome), now()).unwrap();
    assert_eq!(record(&stranger, Outcome::Solved), Err(Refusal::NotFound));
    assert_eq!(record(&staff, Outcome::Unsolved), Ok(()));
    assert_eq!(record(&deputy, Outcome::Unsolved), Ok(()));
    assert_eq!(record(&deputy, Outcome::Solved), Err(Refusal::Once));
    let count = format!("events WHERE kind = 'revisited' AND submission_id = '{submission}'");
    assert_eq!(world.count(&count), 1);
    assert!(list(&world, &staff.scope(), false).is_empty());
    assert_eq!(list(&world, &staff.scope(), true)[0].outcome(), Some(Outcome::Unsolved));
    assert!(list(&world, &stranger.scope(), true).is_empty());
}

#[test]
fn the_oldest_come_first_page_by_page() {
    let mut world = world();
    for _ in 0..3 {
        closed(&mut world, false);
    }
    world
        .raw()
        .batch_execute("UPDATE revisits SET due_at = due_at - random() * interval '2 days'")
        .unwrap();
    let scope = Scope::Region("99".to_owned());
    let first = world.store.revisits(&scope, false, None, 2).unwrap();
    let rest = world.store.revisits(&scope, false, first.next, 2).unwrap();
    let dates: Vec<_> = first.items.iter().chain(&rest.items).map(|item| item.due_at).collect();
    assert!(dates.len() == 3 && dates.is_sorted(), "{dates:?}");
    assert!(rest.next.is_none());
}

#[test]
fn postgres_itself_refuses_an_outcome_without_a_name() {
    let mut world = world();
    closed(&mut world, false);
    for wrong in [
        "UPDATE revisits SET outcome = 'solved', satisfied = true",
        "UPDATE revisits SET satisfied = true",
        "UPDATE revisits SET note = '说明'",
    ] {
        world.raw().batch_execute(wrong).unwrap_err();
    }
}
