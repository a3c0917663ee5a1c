//! Several submissions as one proposal.

use std::thread;

use chrono::{TimeDelta, Utc};
use minyi_domain::{
    handover::{Channel, ResultClass},
    lifecycle::State,
    people::Role,
    text::{AnswerText, ContactName, OfficeText, Title},
};
use minyi_store::{
    Approval, DraftChange, NewDraft, OfficeAnswer, OfficePromise, Refusal,
    fixtures::{COUNTY, Deputy, Grid, TOWNSHIP},
};
use uuid::Uuid;

use crate::{
    handing::{note, reason},
    support::{World, connect, now, world},
};

fn draft(world: &World, deputy: &Deputy, digits: usize, submission_ids: &[Uuid]) -> Result<Uuid, Refusal> {
    let (title, text) = (
        Title::parse("关于更换老旧路灯的建议").unwrap(),
        OfficeText::parse("全县老旧路灯较多，建议分批更换。").unwrap(),
    );
    let new = NewDraft {
        region_digits: digits,
        title: &title,
        text: &text,
        submission_ids,
        lead_deputy_id: None,
        cosigner_ids: &[],
    };
    world.store.draft_proposal(&deputy.actor, new, now()).unwrap()
}

fn three(world: &mut World) -> (Grid, Deputy, Vec<Uuid>) {
    let (grid, deputy) = world.city.grid_with_lead();
    let ids = (0..3).map(|_| world.city.submit(&grid, deputy.route()).0).collect();
    (grid, deputy, ids)
}

#[test]
fn three_submissions_become_one_proposal_and_all_are_answered() {
    let mut world = world();
    let (grid, deputy, ids) = three(&mut world);
    let (child, child_receipt) = world.city.submit(&grid, deputy.route());
    merge(&world, child, ids[1]);
    let office_id = world.city.office(COUNTY);
    let office = world.city.office_handler(office_id);
    let street = world.city.office(TOWNSHIP);
    let id = draft(&world, &deputy, 6, &ids).unwrap();
    let store = &world.store;
    let submit = |office| store.submit_proposal(&deputy.actor, id, office, false, now()).unwrap();
    assert_eq!(submit(street), Err(Refusal::TargetUnfit("office")));
    let handover = submit(office_id).unwrap();
    assert_eq!(submit(office_id), Err(Refusal::Once));
    let detail = store.handover(&office.scope(), handover).unwrap().unwrap();
    assert_eq!(
        (detail.handover.channel, detail.submissions.len()),
        (Channel::Intersession, 3)
    );
    let proposal = store.proposal(&deputy.actor.scope(), id).unwrap().unwrap();
    assert_eq!(proposal.number.as_deref(), Some("〔2026〕闭会第0001号"));
    assert!(
        store.proposal(&office.scope(), id).unwrap().is_some(),
        "the office reads the form"
    );
    let lineage = store
        .submission(&deputy.actor.scope(), ids[2])
        .unwrap()
        .unwrap()
        .proposals;
    assert_eq!(lineage[0].id, id);

    let name = ContactName::parse("孙局长").unwrap();
    store.accept_handover(&office, handover, &name, now()).unwrap().unwrap();
    let (text, promise) = (OfficeText::parse("已列入计划").unwrap(), note("明年三月前换完"));
    let answer = OfficeAnswer {
        text: &text,
        result: ResultClass::C,
        promise: Some(OfficePromise {
            text: &promise,
            due_on: "2027-03-31".parse().unwrap(),
        }),
    };
    store
        .answer_handover(&office, handover, answer, now())
        .unwrap()
        .unwrap();
    let text = AnswerText::parse("已列入明年计划，三月前换完。").unwrap();
    let approval = Approval {
        comment: None,
        answer: Some(&text),
    };
    store
        .approve_handover(&deputy.actor, handover, approval, now())
        .unwrap()
        .unwrap();
    for id in ids.iter().chain([&child]) {
        let detail = store.submission(&deputy.actor.scope(), *id).unwrap().unwrap();
        assert_eq!(
            (detail.state, detail.answers.len(), detail.promises.len()),
            (State::Answered, 1, 1)
        );
    }
    let note = note("已经全部换完");
    let promise = store.receipt(&child_receipt.receipt).unwrap().unwrap().promises[0].id;
    store.keep_promise(&office, promise, &note, now()).unwrap().unwrap_err();
    // The office knows nothing of the merged one; what it keeps, it keeps to all.
    let own = store.submission(&office.scope(), ids[0]).unwrap().unwrap().promises[0].id;
    store.keep_promise(&office, own, &note, now()).unwrap().unwrap();
    assert_eq!(world.count("promises WHERE kept_at IS NOT NULL"), 4);
}

/// What merging does to the rows.
fn merge(world: &World, child: Uuid, parent: Uuid) {
    use diesel::connection::SimpleConnection as _;
    let statement = format!(
        "UPDATE submissions SET state = 'merged', merged_into_id = '{parent}' WHERE id = '{child}';
        UPDATE deadline_steps SET done_at = '{0}', outcome = 'void' WHERE submission_id = '{child}'",
        now().to_rfc3339()
    );
    world.raw().batch_execute(&statement).unwrap();
}

#[test]
fn numbers_have_no_holes_and_each_congress_counts_for_itself() {
    let mut world = world();
    let (county, city) = (world.city.office(COUNTY), world.city.office("9901"));
    let mut drafts = Vec::new();
    for _ in 0..6 {
        let (grid, deputy) = world.city.grid_with_lead();
        let submission = world.city.submit(&grid, deputy.route()).0;
        let id = draft(&world, &deputy, 6, &[submission]).unwrap();
        drafts.push((deputy, id));
    }
    let store = connect(&world.database, 6);
    thread::scope(|scope| {
        for (deputy, id) in &drafts {
            let store = &store;
            scope.spawn(move || {
                // The first try fails after it has taken a number.
                let _ = store
                    .submit_proposal(&deputy.actor, *id, city, false, now())
                    .unwrap()
                    .unwrap_err();
                store
                    .submit_proposal(&deputy.actor, *id, county, false, now())
                    .unwrap()
                    .unwrap();
            });
        }
    });
    assert_eq!(world.count("proposals WHERE number = '〔2026〕闭会第0006号'"), 1);
    assert_eq!(world.count("(SELECT DISTINCT number FROM proposals) AS numbers"), 6);
    let (grid, deputy) = world.city.grid_with_lead();
    let submission = world.city.submit(&grid, deputy.route()).0;
    let id = draft(&world, &deputy, 4, &[submission]).unwrap();
    store
        .submit_proposal(&deputy.actor, id, city, true, now())
        .unwrap()
        .unwrap();
    assert_eq!(world.count("proposals WHERE number = '〔2026〕建议第0001号'"), 1);
    // Hard: six months instead of three.
    let due = "handovers WHERE channel = 'proposal' AND answer_due_at = '2027-05-20T15:59:59Z'";
    assert_eq!(world.count(due), 1);
}

#[test]
fn a_draft_takes_only_what_its_author_sees_and_is_fixed_once_submitted() {
    let mut world = world();
    let (_, deputy, ids) = three(&mut world);
    let (other_grid, other) = world.city.grid_with_lead();
    let foreign = world.city.submit(&other_grid, other.route()).0;
    let unknown = Err(Refusal::TargetUnknown("submission"));
    assert_eq!(draft(&world, &deputy, 6, &[ids[0], foreign]), unknown);
    assert_eq!(draft(&world, &deputy, 6, &[]), unknown);
    let id = draft(&world, &deputy, 6, &ids[..1]).unwrap();
    let store = &world.store;
    assert_eq!(store.proposal(&other.actor.scope(), id).unwrap(), None);
    let change = DraftChange {
        submission_ids: Some(&ids),
        cosigner_ids: Some(&[other.id]),
        ..DraftChange::default()
    };
    assert_eq!(
        store.change_proposal(&other.actor, id, change).unwrap(),
        Err(Refusal::NotFound)
    );
    assert_eq!(store.change_proposal(&deputy.actor, id, change).unwrap(), Ok(()));
    let detail = store.proposal(&deputy.actor.scope(), id).unwrap().unwrap();
    assert_eq!((detail.submissions.len(), detail.cosigners.len()), (3, 1));
    let stranger = world.city.deputy();
    let unsigned = DraftChange {
        cosigner_ids: Some(&[stranger.id]),
        ..DraftChange::default()
    };
    let refused = world.store.change_proposal(&deputy.actor, id, unsigned).unwrap();
    assert_eq!(
        refused,
        Err(Refusal::TargetUnknown("deputy")),
        "of no grid of this county"
    );
    let office_id = world.city.office(COUNTY);
    let office = world.city.office_handler(office_id);
    let submit = |office| {
        world
            .store
            .submit_proposal(&deputy.actor, id, office, false, now())
            .unwrap()
    };
    let handover = submit(office_id).unwrap();
    assert_eq!(
        world.store.change_proposal(&deputy.actor, id, change).unwrap(),
        Err(Refusal::Once)
    );
    // Refused by one office it goes to another, under its number.
    let later = now() + TimeDelta::days(1);
    world
        .store
        .refuse_handover(&office, handover, &reason("应由交通局办理"), later)
        .unwrap()
        .unwrap();
    let second = world.city.office(COUNTY);
    world
        .store
        .submit_proposal(&deputy.actor, id, second, false, later)
        .unwrap()
        .unwrap();
    assert_eq!(world.count("proposal_numbers WHERE last = 1"), 1);
    let county = world.city.admin(COUNTY, Role::CountyAdmin);
    let page = world.store.proposals(&county.scope(), None, 10).unwrap();
    assert_eq!(page.items.len(), 1);
    let _: chrono::DateTime<Utc> = page.items[0].drafted_at;
}
