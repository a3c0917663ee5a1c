use std::thread;

use minyi_domain::{people::Role, submission::CoordinateSystem, submission::Location, text::SubmissionText};
use minyi_store::{Error, EventKind, SubmitOutcome, fixtures::TO_STAFF};
use uuid::Uuid;

use crate::support::{connect, world};

fn recipients(world: &crate::support::World, id: Uuid) -> Vec<Uuid> {
    use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
    use minyi_store::schema::notifications::dsl;
    let accounts: Vec<Option<Uuid>> = dsl::notifications
        .filter(dsl::submission_id.eq(id))
        .select(dsl::account_id)
        .order(dsl::account_id)
        .load(&mut world.raw())
        .unwrap();
    accounts.into_iter().flatten().collect()
}

#[test]
fn a_submission_brings_its_events_steps_and_message() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let mut new = world.city.submission(&grid, deputy.route());
    new.location = Some(Location::parse(120.1, 30.2, CoordinateSystem::Gcj02).unwrap());
    new.contact_phone_sealed = Some(vec![1, 2, 3]);
    new.phone_index = Some([9; 32]);
    let SubmitOutcome::Created(receipt) = world.store.submit(&new).unwrap() else {
        panic!("not created")
    };
    assert_eq!(receipt.answer_due_at, new.plan.answer_due.at);

    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    let kinds: Vec<_> = view.timeline.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Registered, EventKind::Routed]);
    assert_eq!(view.timeline[1].data["reason"], "lead");
    assert_eq!(view.timeline[1].data["deputy"], deputy.actor.display_name.as_str());
    assert_eq!(view.number, new.number.as_str());
    assert!(!view.may_rate);

    assert_eq!(recipients(&world, new.id), [deputy.actor.account_id]);
    assert_eq!(
        world.count("deadline_steps WHERE step IN ('remind', 'overdue', 'escalate') AND clock = 0"),
        3
    );
    let detail = world.store.submission(&deputy.actor.scope(), new.id).unwrap().unwrap();
    assert_eq!(detail.location, new.location);
    assert_eq!(detail.contact_phone_sealed, new.contact_phone_sealed);
    assert_eq!(
        detail.assignee_name.as_deref(),
        Some(deputy.actor.display_name.as_str())
    );
    let found = world.store.find_receipt(&new.number, &[9; 32]).unwrap();
    assert_eq!(found, Some(receipt.receipt));
    assert_eq!(world.store.find_receipt(&new.number, &[8; 32]).unwrap(), None);
}

#[test]
fn a_plan_without_a_reminder_has_two_steps() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let mut new = world.city.submission(&grid, deputy.route());
    new.plan.remind_at = None;
    world.store.submit(&new).unwrap();
    assert_eq!(world.count("deadline_steps"), 4);
}

#[test]
fn the_same_request_sixteen_times_at_once_is_one_submission() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let photos = [world.city.photo(), world.city.photo()];
    let store = connect(&world.database, 16);
    let requests: Vec<_> = (0..16)
        .map(|_| {
            let mut new = world.city.submission(&grid, deputy.route());
            new.idempotency_key = "the same key".to_owned();
            new.photo_ids = photos.to_vec();
            new
        })
        .collect();
    let outcomes: Vec<SubmitOutcome> = thread::scope(|scope| {
        let threads: Vec<_> = requests
            .iter()
            .map(|new| scope.spawn(|| store.submit(new).unwrap()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let created = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, SubmitOutcome::Created(_)))
        .count();
    assert_eq!(created, 1);
    let receipts: Vec<_> = outcomes
        .iter()
        .map(|outcome| match outcome {
            SubmitOutcome::Created(receipt) | SubmitOutcome::Repeated(receipt) => receipt,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]));
    for (from, expected) in [
        ("submissions", 1),
        ("events", 2),
        ("notifications", 1),
        ("deadline_steps", 5),
    ] {
        assert_eq!(world.count(from), expected, "{from}");
    }
    assert_eq!(world.count("photos WHERE submission_id IS NOT NULL"), 2);
}

#[test]
fn a_key_belongs_to_one_request() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let first = world.city.submission(&grid, deputy.route());
    world.store.submit(&first).unwrap();
    let mut other = world.city.submission(&grid, deputy.route());
    other.idempotency_key = first.idempotency_key;
    other.text = SubmissionText::parse("完全不同的一件事情").unwrap();
    other.request_digest = [8; 32];
    assert_eq!(world.store.submit(&other).unwrap(), SubmitOutcome::KeyReused);
    assert_eq!(world.count("submissions"), 1);
}

#[test]
fn a_taken_number_is_told_and_nothing_is_written() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let first = world.city.submission(&grid, deputy.route());
    world.store.submit(&first).unwrap();
    let mut second = world.city.submission(&grid, deputy.route());
    second.number = first.number;
    assert!(matches!(world.store.submit(&second), Err(Error::NumberTaken)));
    assert_eq!(world.count("events"), 2);
}

#[test]
fn without_a_deputy_everybody_at_the_station_is_told() {
    let mut world = world();
    let site = world.city.site();
    let grid = world.city.grid(site);
    let elsewhere = world.city.site();
    world.city.staff(elsewhere, Role::StationStaff);
    let mut expected =
        [Role::StationStaff, Role::StationStaff, Role::StationHead].map(|role| world.city.staff(site, role).account_id);
    expected.sort();
    let (id, receipt) = world.city.submit(&grid, TO_STAFF);
    assert_eq!(recipients(&world, id), expected);
    let timeline = world.store.receipt(&receipt.receipt).unwrap().unwrap().timeline;
    assert_eq!(timeline[1].data["reason"], "station_staff");
    assert!(timeline[1].data["deputy"].is_null());
}

#[test]
fn without_anybody_at_the_station_the_nearest_administrators_are_told() {
    let mut world = world();
    let site = world.city.site();
    let grid = world.city.grid(site);
    let city = world.city.admin("9901", Role::CityAdmin).account_id;
    let (id, _) = world.city.submit(&grid, TO_STAFF);
    assert_eq!(recipients(&world, id), [city]);

    let county = world.city.admin("990102", Role::CountyAdmin).account_id;
    // Sees much, but answers nobody; and somebody of another township.
    world.city.admin("990102003", Role::Auditor);
    world.city.admin("990102004", Role::StreetAdmin);
    let (id, _) = world.city.submit(&grid, TO_STAFF);
    assert_eq!(recipients(&world, id), [county]);
}

#[test]
fn a_deputy_without_a_usable_account_does_not_swallow_the_message() {
    use diesel::connection::SimpleConnection as _;
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let staff = world.city.staff(grid.site_id, Role::StationStaff).account_id;
    world
        .raw()
        .batch_execute(&format!(
            "UPDATE accounts SET disabled_at = now() WHERE id = '{}'",
            deputy.actor.account_id
        ))
        .unwrap();
    let (id, _) = world.city.submit(&grid, deputy.route());
    assert_eq!(recipients(&world, id), [staff]);
}
