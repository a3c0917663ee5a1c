use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use minyi_domain::{
    calendar::local_date,
    categories::parse_scheme,
    deadlines::{LegalLimit, Policy, Unit},
    people::{Actor, PlaceScope, Role, Scope},
    submission::{Kind, Satisfaction, Urgency},
    text::{AnswerText, Demand},
};
use minyi_store::{
    By, ClockEffect, ClockTask, DeadlinePolicy, Narrowed, NewAnswer, NewHandover, PolicyRefusal, RateOutcome,
    Recomputed,
    fixtures::{COUNTY, TOWNSHIP},
};
use uuid::Uuid;

use crate::support::{BY, World, now, world};

fn answer_within(amount: u16, narrowed: Narrowed) -> DeadlinePolicy {
    DeadlinePolicy {
        applies_to: "submission".to_owned(),
        step: "answer".to_owned(),
        policy: Some(Policy {
            amount,
            unit: Unit::WorkingDays,
        }),
        effective_from: local_date(now()),
        narrowed,
    }
}

fn in_region(code: &str) -> Narrowed {
    Narrowed {
        region_code: Some(code.to_owned()),
        ..Narrowed::default()
    }
}

/// Sets it for the whole installation's administrator.
#[track_caller]
fn set(world: &World, policy: &DeadlinePolicy) {
    let by = By::command_line();
    let set = world
        .store
        .set_deadline_policy(&by, &PlaceScope::Everywhere, policy, now())
        .unwrap();
    assert_eq!(set, Ok(()));
}

fn everywhere() -> Scope {
    Scope::Region(String::new())
}

fn compute(world: &World, actor: &Actor, task: &ClockTask, at: DateTime<Utc>) -> Result<Recomputed, PolicyRefusal> {
    match world.clocks(actor, task, at)? {
        ClockEffect::Policies(recomputed) => Ok(recomputed),
        ClockEffect::Year(_) => panic!("a year was computed"),
    }
}

fn preview(
    world: &World,
    actor: &Actor,
    tried: &DeadlinePolicy,
    at: DateTime<Utc>,
) -> Result<Recomputed, PolicyRefusal> {
    compute(world, actor, &ClockTask::PreviewPolicies(Some(tried.clone())), at)
}

fn due(world: &World, id: Uuid) -> DateTime<Utc> {
    world
        .store
        .submission(&everywhere(), id)
        .unwrap()
        .unwrap()
        .answer_due_at
}

/// The end of a day in November 2026.
fn end(day: u32) -> DateTime<Utc> {
    minyi_domain::calendar::end_of_day(NaiveDate::from_ymd_opt(2026, 11, day).unwrap())
}

fn category(world: &World, path: &str) -> Uuid {
    let scheme = parse_scheme("level1,level2,level3\n市政,路灯,不亮\n环保,,\n".as_bytes()).unwrap();
    world.store.import_categories(&BY, &scheme, now()).unwrap();
    let all = world.store.categories().unwrap();
    all.into_iter().find(|row| row.path == path).unwrap().id
}

#[test]
fn a_new_policy_moves_running_clocks_only_on_purpose_and_a_preview_changes_nothing() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    let actor = world.city.admin(COUNTY, Role::CountyAdmin);
    let elsewhere = world.city.admin("990102004", Role::StreetAdmin);
    let (by, places) = (By::command_line(), actor.place_scope());
    let before = due(&world, id);
    let tried = answer_within(9, in_region(COUNTY));
    let seen = preview(&world, &actor, &tried, now()).unwrap();
    assert_eq!((seen.examined, seen.moved), (1, 1));
    assert_eq!((seen.first[0].submission_id, seen.first[0].from), (id, before));
    assert_eq!(due(&world, id), before, "a preview changes nothing");

    let done = world.store.set_deadline_policy(&by, &places, &tried, now()).unwrap();
    assert_eq!(done, Ok(()));
    assert_eq!(due(&world, id), before, "a running clock keeps its policy");
    let recompute = |actor: &Actor| compute(&world, actor, &ClockTask::Recompute, now()).unwrap();
    assert_eq!(recompute(&elsewhere).examined, 0);
    assert_eq!(recompute(&actor), seen);
    assert_eq!(due(&world, id), seen.first[0].to);
    assert_eq!(recompute(&actor).moved, 0);
    let listed = world.store.deadline_policies(&places).unwrap();
    assert!(listed.iter().any(|listed| listed.policy == tried));
}

#[test]
fn a_step_that_there_is_not_is_refused_and_a_late_one_keeps_its_date() {
    let mut world = world();
    let wrong = DeadlinePolicy {
        step: "dance".to_owned(),
        ..answer_within(3, Narrowed::default())
    };
    let set = world
        .store
        .set_deadline_policy(&By::command_line(), &PlaceScope::Everywhere, &wrong, now());
    assert_eq!(set.unwrap(), Err(PolicyRefusal::NoStep));
    let system = world.city.system_admin();
    assert_eq!(preview(&world, &system, &wrong, now()), Err(PolicyRefusal::NoStep));
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    world.execute(&format!(
        "UPDATE submissions SET overdue_at = answer_due_at WHERE id = '{id}'"
    ));
    let later = now() + TimeDelta::days(30);
    let seen = preview(&world, &system, &answer_within(9, Narrowed::default()), later).unwrap();
    assert_eq!(seen.examined, 0);
}

#[test]
fn who_administers_a_division_sets_and_sees_policies_of_that_division_only() {
    let mut world = world();
    let county = world.city.admin(COUNTY, Role::CountyAdmin);
    world.execute(
        "INSERT INTO regions (code, name) SELECT '990199', '邻县' WHERE NOT EXISTS (
            SELECT FROM regions WHERE code = '990199')",
    );
    let own = PlaceScope::Region(COUNTY.to_owned());
    let try_to = |scope: &PlaceScope, narrowed| {
        let by = By::command_line();
        let policy = answer_within(4, narrowed);
        world.store.set_deadline_policy(&by, scope, &policy, now()).unwrap()
    };
    for foreign in [
        Narrowed::default(),
        in_region("990199"),
        in_region("9901"),
        in_region("990102999999"),
    ] {
        assert_eq!(try_to(&own, foreign.clone()), Err(PolicyRefusal::Region), "{foreign:?}");
        let seen = preview(&world, &county, &answer_within(4, foreign), now());
        assert_eq!(seen, Err(PolicyRefusal::Region));
    }
    assert_eq!(
        try_to(&PlaceScope::Nothing, in_region(COUNTY)),
        Err(PolicyRefusal::Region)
    );
    assert_eq!(try_to(&own, in_region(TOWNSHIP)), Ok(()));
    assert_eq!(try_to(&own, in_region(COUNTY)), Ok(()));
    assert_eq!(try_to(&PlaceScope::Everywhere, in_region("990199")), Ok(()));

    let regions = |scope: &PlaceScope| {
        let listed = world.store.deadline_policies(scope).unwrap();
        let mut codes: Vec<_> = listed
            .into_iter()
            .filter_map(|one| one.policy.narrowed.region_code)
            .collect();
        codes.sort();
        codes
    };
    assert_eq!(regions(&own), [COUNTY, TOWNSHIP]);
    assert_eq!(regions(&PlaceScope::Region(TOWNSHIP.to_owned())), [COUNTY, TOWNSHIP]);
    assert_eq!(regions(&PlaceScope::Everywhere), [COUNTY, TOWNSHIP, "990199"]);
    assert!(world.store.deadline_policies(&PlaceScope::Nothing).unwrap().is_empty());
}

#[test]
fn no_policy_is_longer_than_the_law_and_a_general_one_is_never_ended() {
    let world = world();
    let set = |policy: &DeadlinePolicy| {
        let by = By::command_line();
        world
            .store
            .set_deadline_policy(&by, &PlaceScope::Everywhere, policy, now())
            .unwrap()
    };
    let months = |amount| DeadlinePolicy {
        applies_to: "proposal".to_owned(),
        policy: Some(Policy {
            amount,
            unit: Unit::Months,
        }),
        ..answer_within(1, in_region(COUNTY))
    };
    assert_eq!(set(&months(3)), Ok(()));
    assert!(matches!(
        set(&months(4)),
        Err(PolicyRefusal::Law(LegalLimit {
            longest: Policy {
                amount: 3,
                unit: Unit::Months
            },
            ..
        }))
    ));
    let past_the_program = "UPDATE deadline_policies SET amount = 4 WHERE applies_to = 'proposal' AND step = 'answer'";
    assert!(
        world.try_execute(past_the_program).is_err(),
        "the table knows the law too"
    );
    let ended = |narrowed| DeadlinePolicy {
        policy: None,
        ..answer_within(1, narrowed)
    };
    assert_eq!(set(&ended(Narrowed::default())), Err(PolicyRefusal::NoLength));
    assert_eq!(set(&ended(in_region(COUNTY))), Ok(()));
    let unknown = Narrowed {
        category_id: Some(Uuid::nil()),
        ..Narrowed::default()
    };
    assert_eq!(set(&answer_within(3, unknown)), Err(PolicyRefusal::Category));
}

#[test]
fn a_category_with_a_shorter_time_brings_the_date_forward_and_none_puts_it_off() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let lamps = category(&world, "市政/路灯/不亮");
    let of = |path: &str| Narrowed {
        category_id: Some(category(&world, path)),
        ..Narrowed::default()
    };
    let (street, noise) = (of("市政"), of("环保"));
    let noise_id = noise.category_id.unwrap();
    set(&world, &answer_within(2, street));
    set(&world, &answer_within(20, noise));
    let rules = world.store.rules(now()).unwrap();
    let mut new = world.city.submission(&grid, deputy.route());
    new.plan = rules
        .rules(&minyi_domain::deadlines::Matter::new(Kind::Problem, &grid.region_code))
        .plan(now());
    world.store.submit(&new).unwrap();
    let at = now() + TimeDelta::hours(1);
    let classify = |category| {
        assert_eq!(
            world.store.classify(&deputy.actor, new.id, category, at).unwrap(),
            Ok(())
        );
        due(&world, new.id)
    };
    assert_eq!(due(&world, new.id), end(27));
    assert_eq!(classify(noise_id), end(27), "never put off");
    assert_eq!(
        classify(lamps),
        end(24),
        "what holds for a category holds for those below it"
    );
    assert_eq!(classify(noise_id), end(24));
}

#[test]
fn closing_reopening_and_offices_go_by_what_holds_for_the_matter() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let office = world.city.office(TOWNSHIP);
    let in_township = |applies_to: &str, step: &str, amount| DeadlinePolicy {
        applies_to: applies_to.to_owned(),
        step: step.to_owned(),
        ..answer_within(amount, in_region(TOWNSHIP))
    };
    set(&world, &in_township("submission", "answer", 3));
    set(&world, &in_township("submission", "auto_close", 2));
    set(&world, &in_township("office", "answer", 4));
    let urgent = Narrowed {
        urgency: Some(Urgency::Urgent),
        ..Narrowed::default()
    };
    let listed = world.store.deadline_policies(&PlaceScope::Everywhere).unwrap();
    let is_urgent = listed.iter().find(|one| one.policy.narrowed == urgent).unwrap();
    assert_eq!(
        is_urgent.policy.policy.unwrap().amount,
        1,
        "what was urgent has kept its length"
    );

    let (id, receipt) = world.city.submit(&grid, deputy.route());
    let text = AnswerText::parse("已经修好").unwrap();
    let new = NewAnswer {
        text: &text,
        photo_ids: &[],
        idempotency_key: None,
    };
    world.store.answer_once(&deputy.actor, id, new, now()).unwrap();
    assert_eq!(
        world.count(&format!(
            "deadline_steps WHERE step = 'auto_close' AND due_at = '{}'",
            end(24)
        )),
        1
    );
    let at = now() + TimeDelta::hours(1);
    let rated = world
        .store
        .rate(&receipt.receipt, false, Satisfaction::Dissatisfied, None, at)
        .unwrap();
    assert_eq!(rated, RateOutcome::Reopened { answer_due_at: end(25) });

    let demand = Demand::parse("请修路灯").unwrap();
    let new = NewHandover {
        office_id: office,
        demand: &demand,
        is_hard: false,
    };
    let given = world.store.hand_over(&deputy.actor, id, new, at).unwrap().unwrap();
    let found = world.store.handover(&deputy.actor.scope(), given).unwrap().unwrap();
    assert_eq!(found.handover.answer_due_at, end(26));
}
