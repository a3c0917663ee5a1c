//! Clocks that a worker computes again: whole or not at all, one job at a time.

use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::{
    calendar::local_date,
    deadlines::{Policy, Unit},
    people::{Actor, PlaceScope, Role},
};
use minyi_store::{By, ClockJob, ClockJobState, ClockTask, ClockWork, DeadlinePolicy, Narrowed, fixtures::COUNTY};
use uuid::Uuid;

use crate::support::{BY, World, now, world};

/// A county whose three open matters get another date when they are computed again.
fn county(world: &mut World) -> Actor {
    let (grid, deputy) = world.city.grid_with_lead();
    for _ in 0..3 {
        world.city.submit(&grid, deputy.route());
    }
    let policy = DeadlinePolicy {
        applies_to: "submission".to_owned(),
        step: "answer".to_owned(),
        policy: Some(Policy {
            amount: 9,
            unit: Unit::WorkingDays,
        }),
        effective_from: local_date(now()),
        narrowed: Narrowed::default(),
    };
    let set = world
        .store
        .set_deadline_policy(&BY, &PlaceScope::Everywhere, &policy, now());
    assert_eq!(set.unwrap(), Ok(()));
    world.city.admin(COUNTY, Role::CountyAdmin)
}

fn ask(world: &World, actor: &Actor, task: &ClockTask) -> Uuid {
    ask_at(world, actor, task, now())
}

fn ask_at(world: &World, actor: &Actor, task: &ClockTask, at: DateTime<Utc>) -> Uuid {
    let (id, by) = (Uuid::new_v4(), By::account(actor.account_id, [192, 0, 2, 1].into()));
    let asked = world.store.ask_clock_job(&by, actor, (id, task), at).unwrap();
    assert_eq!(asked, Ok(()));
    id
}

fn claim(world: &World, at: DateTime<Utc>) -> Option<ClockWork> {
    let until = at + TimeDelta::minutes(1);
    world.store.claim_clock_job(Uuid::new_v4(), at, until).unwrap()
}

fn job(world: &World, actor: &Actor, id: Uuid) -> Option<ClockJob> {
    world.store.clock_job(&actor.place_scope(), id).unwrap()
}

/// Open matters that have nine working days: the Thursday after next.
fn moved(world: &World) -> i64 {
    world.count("submissions WHERE answer_due_at = '2026-12-03T15:59:59Z'")
}

#[test]
fn a_job_says_how_far_it_is_and_stands_in_the_audit_log_as_the_act_of_whoever_asked() {
    let mut world = world();
    let actor = county(&mut world);
    let id = ask(&world, &actor, &ClockTask::Recompute);
    let work = claim(&world, now()).unwrap();
    let mut heard = Vec::new();
    let mut tell = |done, total| {
        heard.push((done, total));
        world
            .store
            .advance_clock_job(&work, (done, total), now() + TimeDelta::minutes(1))
    };
    assert!(world.store.run_clock_job(&work, now(), &mut tell).unwrap());
    assert_eq!(heard, [(0, 3), (3, 3)]);
    assert_eq!(moved(&world), 3);
    let done = job(&world, &actor, id).unwrap();
    assert_eq!((done.state, done.done, done.total), (ClockJobState::Done, 3, 3));
    let acted = format!(
        "audit_log WHERE action = 'clocks_recomputed' AND account_id = '{}' AND address = '192.0.2.1'",
        actor.account_id
    );
    assert_eq!(world.count(&acted), 1);
    assert!(claim(&world, now()).is_none());
}

#[test]
fn what_is_cancelled_in_the_middle_has_changed_nothing() {
    let mut world = world();
    let actor = county(&mut world);
    let id = ask(&world, &actor, &ClockTask::Recompute);
    let work = claim(&world, now()).unwrap();
    let store = &world.store;
    let mut tell = |done, total| {
        store.cancel_clock_job(&actor.place_scope(), id, now()).unwrap();
        store.advance_clock_job(&work, (done, total), now() + TimeDelta::minutes(1))
    };
    assert!(!store.run_clock_job(&work, now(), &mut tell).unwrap());
    assert_eq!(moved(&world), 0);
    assert_eq!(job(&world, &actor, id).unwrap().state, ClockJobState::Cancelled);
    assert_eq!(world.count("audit_log WHERE action = 'clocks_recomputed'"), 0);
    assert!(!store.run_clock_job(&work, now(), &mut |_, _| Ok(true)).unwrap());
    assert_eq!(moved(&world), 0, "nobody keeps what was cancelled");
}

#[test]
fn one_job_at_a_time_and_another_worker_takes_the_place_of_one_that_is_no_more() {
    let mut world = world();
    let actor = county(&mut world);
    let first = ask(&world, &actor, &ClockTask::Recompute);
    // Of one instant there is no first.
    let asked = now() + TimeDelta::seconds(1);
    ask_at(&world, &actor, &ClockTask::PreviewPolicies(None), asked);
    let dead = claim(&world, asked).unwrap();
    assert_eq!(dead.id, first);
    assert!(claim(&world, asked).is_none(), "the second waits for the first");
    let later = asked + TimeDelta::seconds(61);
    let heir = claim(&world, later).unwrap();
    assert_eq!(heir.id, first);
    assert!(!world.store.run_clock_job(&dead, later, &mut |_, _| Ok(true)).unwrap());
    assert_eq!(moved(&world), 0, "it is not in these hands any more");
    assert!(world.store.run_clock_job(&heir, later, &mut |_, _| Ok(true)).unwrap());
    assert_eq!(moved(&world), 3);
    assert_ne!(claim(&world, later).unwrap().id, first);
}

#[test]
fn a_job_is_seen_where_it_was_asked_for_and_forgotten_with_the_next_one() {
    let mut world = world();
    let actor = county(&mut world);
    let stranger = world.city.admin("990102004", Role::StreetAdmin);
    let system = world.city.system_admin();
    let id = ask(&world, &actor, &ClockTask::Recompute);
    assert!(job(&world, &stranger, id).is_none() && job(&world, &system, id).is_none());
    let stopped = world.store.cancel_clock_job(&stranger.place_scope(), id, now());
    assert_eq!(stopped.unwrap(), None);
    let work = claim(&world, now()).unwrap();
    assert!(world.store.fail_clock_job(&work, "没有算完。", now()).unwrap());
    assert_eq!(job(&world, &actor, id).unwrap().error.as_deref(), Some("没有算完。"));
    ask(&world, &actor, &ClockTask::Recompute);
    assert!(job(&world, &actor, id).is_none());
}
