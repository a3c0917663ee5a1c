use chrono::TimeDelta;
use minyi_domain::{
    calendar::local_date,
    deadlines::{Policy, Unit},
    people::{Role, Scope},
};
use minyi_store::{By, DeadlinePolicy};

use crate::support::{now, world};

fn answer_within(amount: u16) -> DeadlinePolicy {
    DeadlinePolicy {
        applies_to: "submission".to_owned(),
        step: "answer".to_owned(),
        policy: Policy {
            amount,
            unit: Unit::WorkingDays,
        },
        effective_from: local_date(now()),
    }
}

#[test]
fn a_new_policy_moves_running_clocks_only_on_purpose_and_a_preview_changes_nothing() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    let actor = world.city.admin("990102", Role::CountyAdmin);
    let (by, scope) = (By::command_line(), actor.scope());
    let promised = |world: &crate::support::World| {
        let found = world.store.submission(&scope, id).unwrap().unwrap();
        found.answer_due_at
    };
    let before = promised(&world);
    let tried = answer_within(9);
    let seen = world
        .store
        .preview_policies(&scope, Some(&tried), now())
        .unwrap()
        .unwrap();
    assert_eq!((seen.examined, seen.moved.len()), (1, 1));
    assert_eq!((seen.moved[0].submission_id, seen.moved[0].from), (id, before));
    assert_eq!(promised(&world), before, "a preview changes nothing");

    assert!(world.store.set_deadline_policy(&by, &tried, now()).unwrap());
    assert_eq!(promised(&world), before, "a running clock keeps its policy");
    let elsewhere = Scope::Region("9902".to_owned());
    assert_eq!(
        world.store.recompute_policies(&by, &elsewhere, now()).unwrap().examined,
        0
    );
    let done = world.store.recompute_policies(&by, &scope, now()).unwrap();
    assert_eq!(done, seen);
    assert_eq!(promised(&world), seen.moved[0].to);
    assert!(
        world
            .store
            .recompute_policies(&by, &scope, now())
            .unwrap()
            .moved
            .is_empty()
    );
    let policies = world.store.deadline_policies().unwrap();
    assert!(policies.contains(&tried));
}

#[test]
fn a_step_that_there_is_not_is_refused_and_a_late_one_keeps_its_date() {
    let mut world = world();
    let wrong = DeadlinePolicy {
        step: "dance".to_owned(),
        ..answer_within(3)
    };
    assert!(
        !world
            .store
            .set_deadline_policy(&By::command_line(), &wrong, now())
            .unwrap()
    );
    let everywhere = Scope::Region(String::new());
    assert_eq!(
        world.store.preview_policies(&everywhere, Some(&wrong), now()).unwrap(),
        None
    );
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    world.execute(&format!(
        "UPDATE submissions SET overdue_at = answer_due_at WHERE id = '{id}'"
    ));
    let later = now() + TimeDelta::days(30);
    let seen = world
        .store
        .preview_policies(&everywhere, Some(&answer_within(9)), later)
        .unwrap()
        .unwrap();
    assert_eq!(seen.examined, 0);
}
