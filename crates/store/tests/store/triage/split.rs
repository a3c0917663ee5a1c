use minyi_domain::{
    calendar::local_date,
    lifecycle::State,
    people::Role,
    submission::Kind,
    text::SubmissionText,
    token::{ReceiptToken, SubmissionNumber},
};
use minyi_store::{EventKind, Kinship, NewPart, Refusal, fixtures::COUNTY, new_id};
use rand::{SeedableRng as _, rngs::StdRng};

use super::{answer, case, detail, hours, not_now};
use crate::support::{now, world};

fn part(seed: u64, text: &str) -> NewPart {
    let mut rng = StdRng::seed_from_u64(seed);
    NewPart {
        id: new_id(now()),
        number: SubmissionNumber::random(local_date(now()), &mut rng),
        receipt: ReceiptToken::random(&mut rng),
        kind: Kind::Suggestion,
        text: SubmissionText::parse(text).unwrap(),
        contact_name_sealed: None,
        contact_phone_sealed: None,
    }
}

#[test]
fn each_matter_becomes_a_submission_in_the_same_hands_with_the_same_promise() {
    let mut world = world();
    let (id, receipt, deputy) = case(&mut world);
    world
        .store
        .subscribe_resident(&receipt.receipt, "resident", now())
        .unwrap()
        .unwrap();
    let parts = [part(1, "楼下的健身器材也坏了"), part(2, "建议装一个电动车棚")];
    let made = world.store.split(&deputy.actor, id, &parts, hours(1)).unwrap().unwrap();
    // The same again is the same, also under other numbers.
    let again = [part(3, "楼下的健身器材也坏了"), part(4, "建议装一个电动车棚")];
    assert_eq!(
        world.store.split(&deputy.actor, id, &again, hours(1)).unwrap().unwrap(),
        made
    );
    assert_eq!(world.count("submissions"), 3);

    let child = detail(&world, &deputy, made[0].id);
    let original = detail(&world, &deputy, id);
    assert_eq!(
        (child.state, child.answer_due_at),
        (State::Registered, original.answer_due_at)
    );
    assert_eq!(child.grid_name, original.grid_name);
    assert_eq!(child.assignee_deputy_id, Some(deputy.id));
    let kinds: Vec<_> = child.events.iter().map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Registered, EventKind::Split, EventKind::Routed]);
    assert_eq!((child.kin[0].kinship, child.kin[0].id), (Kinship::SplitFrom, id));
    assert_eq!(original.state, State::Accepted);
    let open = format!(
        "deadline_steps WHERE submission_id = '{}' AND done_at IS NULL",
        made[0].id
    );
    // Of the three working days that are left, the second is half and the day before the last: one reminder.
    assert_eq!(world.count(&open), 5);

    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    let receipts: Vec<_> = view.split_into.iter().map(|kin| &kin.receipt).collect();
    assert_eq!(receipts.len(), 2);
    assert!(receipts.contains(&&made[0].receipt));
    // Whoever asked to be told of the whole is told of its parts.
    answer(&world, &deputy, made[0].id, hours(2));
    let told = format!(
        "notifications WHERE submission_id = '{}' AND subscription_id IS NOT NULL",
        made[0].id
    );
    assert_eq!(world.count(&told), 1);
}

#[test]
fn only_whose_work_it_is_splits_and_only_what_is_open() {
    let mut world = world();
    let (id, _, deputy) = case(&mut world);
    let (_, stranger) = world.city.grid_with_lead();
    let auditor = world.city.admin(COUNTY, Role::Auditor);
    let split = |actor| {
        world
            .store
            .split(actor, id, &[part(1, "另外一件事情")], hours(2))
            .unwrap()
    };
    assert_eq!(split(&stranger.actor), Err(Refusal::NotFound));
    assert_eq!(split(&auditor), Err(Refusal::Forbidden));
    answer(&world, &deputy, id, hours(1));
    not_now(split(&deputy.actor));
}
