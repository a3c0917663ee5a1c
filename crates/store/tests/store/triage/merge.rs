use chrono::TimeDelta;
use minyi_domain::{lifecycle::State, people::Role};
use minyi_store::{
    EventKind, Kinship, MergeTarget, Refusal, SubmitReceipt,
    fixtures::{COUNTY, Deputy},
};
use uuid::Uuid;

use super::{answer, case, days, detail, hours, not_now, state};
use crate::support::{World, world};

/// Two of one grid, the second an hour later and due a day earlier.
fn pair(world: &mut World) -> (Deputy, (Uuid, SubmitReceipt), (Uuid, SubmitReceipt)) {
    let (grid, deputy) = world.city.grid_with_lead();
    let first = world.city.submit(&grid, deputy.route());
    let mut later = world.city.submission(&grid, deputy.route());
    later.now += TimeDelta::hours(1);
    later.plan.answer_due.at = days(4);
    let minyi_store::SubmitOutcome::Created(receipt) = world.store.submit(&later).unwrap() else {
        unreachable!("a new submission is created")
    };
    (deputy, first, (later.id, receipt))
}

#[test]
fn one_answer_reaches_both_and_the_nearer_promise_is_kept() {
    let mut world = world();
    let (deputy, (first, one), (second, other)) = pair(&mut world);
    let target = MergeTarget::Id(first);
    let merge = |at| world.store.merge(&deputy.actor, second, &target, at).unwrap();
    merge(hours(2)).unwrap();
    not_now(merge(hours(2)));
    let primary = detail(&world, &deputy, first);
    assert_eq!(primary.answer_due_at, other.answer_due_at);
    assert_eq!((primary.kin[0].kinship, primary.kin[0].id), (Kinship::TakenIn, second));
    let merged = detail(&world, &deputy, second);
    assert_eq!(
        (merged.state, merged.answer_due_at),
        (State::Merged, other.answer_due_at)
    );
    assert_eq!(merged.kin[0].kinship, Kinship::MergedInto);
    let open = format!("deadline_steps WHERE submission_id = '{second}' AND done_at IS NULL");
    assert_eq!(world.count(&open), 0);

    answer(&world, &deputy, first, hours(3));
    assert_eq!(
        (state(&world, &one), state(&world, &other)),
        (State::Answered, State::Answered)
    );
    let view = world.store.receipt(&other.receipt).unwrap().unwrap();
    assert_eq!((view.answers.len(), view.may_rate), (1, true));
    not_now(merge(hours(4)));
}

#[test]
fn who_came_after_the_date_of_the_first_had_passed_keeps_the_own_promise() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (first, one) = world.city.submit(&grid, deputy.route());
    let mut later = world.city.submission(&grid, deputy.route());
    later.now = days(7);
    later.plan.answer_due.at = days(12);
    world.store.submit(&later).unwrap();
    let target = MergeTarget::Id(first);
    let merged = world.store.merge(&deputy.actor, later.id, &target, days(8)).unwrap();
    assert_eq!(merged, Ok(()));
    assert!(detail(&world, &deputy, first).answer_due_at <= one.answer_due_at.max(days(12)));
    assert_eq!(detail(&world, &deputy, later.id).answer_due_at, days(12));
}

#[test]
fn only_an_earlier_open_one_in_sight_takes_another_in() {
    let mut world = world();
    let (deputy, (first, one), (second, _)) = pair(&mut world);
    let (foreign, _, _) = case(&mut world);
    let merge = |id, into| {
        world
            .store
            .merge(&deputy.actor, id, &MergeTarget::Id(into), hours(2))
            .unwrap()
    };
    assert_eq!(merge(second, second), Err(Refusal::TargetUnfit("submission")));
    assert_eq!(merge(first, second), Err(Refusal::TargetUnfit("submission")));
    assert_eq!(merge(second, foreign), Err(Refusal::TargetUnknown("submission")));
    assert_eq!(merge(foreign, first), Err(Refusal::NotFound));
    answer(&world, &deputy, first, hours(1));
    assert_eq!(merge(second, first), Err(Refusal::TargetUnfit("submission")));
    assert_eq!(state(&world, &one), State::Answered);
}

#[test]
fn an_auditor_merges_nothing_and_a_report_on_an_official_stays_alone() {
    let mut world = world();
    let (_, (first, _), (second, _)) = pair(&mut world);
    let auditor = world.city.admin(COUNTY, Role::Auditor);
    let admin = world.city.admin(COUNTY, Role::CountyAdmin);
    let merge = |actor| {
        world
            .store
            .merge(actor, second, &MergeTarget::Id(first), hours(2))
            .unwrap()
    };
    assert_eq!(merge(&auditor), Err(Refusal::Forbidden));
    let level = minyi_domain::people::Level::County;
    world.store.restrict(&admin, second, level, hours(1)).unwrap().unwrap();
    assert_eq!(merge(&admin), Err(Refusal::TargetUnfit("submission")));
}

#[test]
fn what_was_taken_out_again_keeps_its_promise() {
    let mut world = world();
    let (deputy, (first, _), (second, other)) = pair(&mut world);
    let target = MergeTarget::Id(first);
    world
        .store
        .merge(&deputy.actor, second, &target, hours(2))
        .unwrap()
        .unwrap();
    let unmerge = |at| world.store.unmerge(&deputy.actor, second, at).unwrap();
    assert_eq!(unmerge(hours(3)), Ok(other.answer_due_at));
    not_now(unmerge(hours(3)));
    let alone = detail(&world, &deputy, second);
    assert_eq!((alone.state, alone.kin.len()), (State::Accepted, 0));
    assert_eq!(alone.events.last().unwrap().kind, EventKind::Unmerged);
    answer(&world, &deputy, first, hours(4));
    assert_eq!(state(&world, &other), State::Accepted);
    // The date has passed: the days that were left then are given now.
    let (deputy, (first, _), (second, _)) = pair(&mut world);
    let target = MergeTarget::Id(first);
    world
        .store
        .merge(&deputy.actor, second, &target, hours(2))
        .unwrap()
        .unwrap();
    let due = world.store.unmerge(&deputy.actor, second, days(20)).unwrap().unwrap();
    assert!(due > days(20), "{due}");
}

#[test]
fn followers_follow_and_hidden_ones_take_them_along() {
    let mut world = world();
    let (deputy, (first, _), (second, _)) = pair(&mut world);
    let third = {
        let grid = world.city.grid(detail(&world, &deputy, first).site_id);
        let mut new = world.city.submission(&grid, deputy.route());
        new.now += TimeDelta::hours(2);
        world.store.submit(&new).unwrap();
        new.id
    };
    let merge = |id, into| {
        world
            .store
            .merge(&deputy.actor, id, &MergeTarget::Id(into), hours(3))
            .unwrap()
    };
    merge(third, second).unwrap();
    merge(second, first).unwrap();
    let kin = detail(&world, &deputy, third).kin;
    assert_eq!((kin[0].kinship, kin[0].id), (Kinship::MergedInto, first));
    let level = minyi_domain::people::Level::County;
    world
        .store
        .restrict(&deputy.actor, first, level, hours(4))
        .unwrap()
        .unwrap();
    for id in [first, second, third] {
        assert_eq!(world.store.submission(&deputy.actor.scope(), id).unwrap(), None);
    }
}
