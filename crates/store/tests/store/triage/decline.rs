use diesel::RunQueryDsl as _;
use minyi_domain::{
    lifecycle::State,
    people::Role,
    text::{AnswerText, Guidance, KindName, RightChannel},
};
use minyi_store::{AnswerKind, CloseReason, DeclineKind, EventKind, MergeTarget, Refusal, fixtures::COUNTY};

use super::{case, days, hours, not_now, state};
use crate::support::{BY, World, now, world};

fn guidance() -> AnswerText {
    AnswerText::parse("请拨打法律服务热线咨询。").unwrap()
}

#[test]
fn what_is_not_taken_is_answered_and_closes_by_itself() {
    let mut world = world();
    let (id, receipt, deputy) = case(&mut world);
    let decline = |world: &World, kind: &str| {
        world
            .store
            .decline(&deputy.actor, id, kind, &guidance(), hours(1))
            .unwrap()
    };
    assert_eq!(decline(&world, "nonsense"), Err(Refusal::TargetUnknown("kind")));
    decline(&world, "unlawful").unwrap();
    not_now(decline(&world, "unlawful"));
    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    assert_eq!(
        (view.state, view.may_rate, view.may_ask_review),
        (State::Declined, false, true)
    );
    assert_eq!(view.answers[0].kind, AnswerKind::Decline);
    assert_eq!(view.declined_as.unwrap().code, "unlawful");
    let event = view.timeline.last().unwrap();
    assert_eq!(
        (event.kind, &event.data["kind"]),
        (EventKind::Declined, &"unlawful".into())
    );
    assert!(event.data["answer_digest"].is_string());

    let due = world.store.claim_due_steps(days(60), 10).unwrap();
    assert_eq!(due.len(), 1);
    world.store.run_step(due[0], days(60)).unwrap();
    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    assert_eq!(
        (view.state, view.close_reason),
        (State::Closed, Some(CloseReason::Declined))
    );
    assert_eq!(
        world
            .store
            .request_review(&receipt.receipt, days(61))
            .unwrap()
            .unwrap_err(),
        Refusal::NotNow(minyi_domain::lifecycle::Refused {
            state: State::Closed,
            action: minyi_domain::lifecycle::Action::RequestReview,
            party: minyi_domain::lifecycle::Party::Resident,
        })
    );
}

#[test]
fn a_review_goes_to_the_level_above_and_is_asked_for_once() {
    let mut world = world();
    let (id, receipt, deputy) = case(&mut world);
    let above = world.city.admin(COUNTY, Role::CountyAdmin);
    let decline = |actor, at| world.store.decline(actor, id, "unlawful", &guidance(), at).unwrap();
    let review = |at| world.store.request_review(&receipt.receipt, at).unwrap();
    assert!(review(hours(1)).is_err());
    decline(&deputy.actor, hours(1)).unwrap();
    let due = review(hours(2)).unwrap();
    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    assert_eq!((view.state, view.answer_due_at), (State::Reopened, due));
    assert!(view.handled_above && !view.may_ask_review);
    let kinds: Vec<_> = view.timeline.iter().rev().take(2).map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Reopened, EventKind::ReviewAsked]);
    assert_eq!(
        world.count(&format!("notifications WHERE account_id = '{}'", above.account_id)),
        1
    );
    // Sent twice.
    assert_eq!(review(hours(2)), Err(Refusal::Once));
    // Whoever has refused does not judge the refusal.
    assert_eq!(decline(&deputy.actor, hours(3)), Err(Refusal::Forbidden));
    decline(&above, hours(3)).unwrap();
    assert_eq!(review(hours(4)), Err(Refusal::Once));
}

#[test]
fn what_was_merged_is_declined_together_and_reviewed_alone() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (first, one) = world.city.submit(&grid, deputy.route());
    let (second, other) = world.city.submit(&grid, deputy.route());
    let (first, second, one, other) = if first < second {
        (first, second, one, other)
    } else {
        (second, first, other, one)
    };
    let target = MergeTarget::Id(first);
    world
        .store
        .merge(&deputy.actor, second, &target, hours(1))
        .unwrap()
        .unwrap();
    world
        .store
        .decline(&deputy.actor, first, "secret", &guidance(), hours(2))
        .unwrap()
        .unwrap();
    let view = world.store.receipt(&other.receipt).unwrap().unwrap();
    assert_eq!((view.state, view.answers.len()), (State::Declined, 1));
    assert_eq!(view.answers[0].kind, AnswerKind::Decline);
    world.store.request_review(&other.receipt, hours(3)).unwrap().unwrap();
    assert_eq!(
        (state(&world, &one), state(&world, &other)),
        (State::Declined, State::Reopened)
    );
}

#[test]
fn kinds_are_configured_and_never_vanish() {
    let mut world = world();
    let (id, _, deputy) = case(&mut world);
    let kind = |is_active| {
        DeclineKind::new(
            "private_dispute".to_owned(),
            7,
            &KindName::parse("邻里纠纷").unwrap(),
            &Guidance::parse("请找人民调解委员会。").unwrap(),
            &RightChannel::parse("人民调解委员会").unwrap(),
            is_active,
        )
    };
    world.store.put_decline_kind(&BY, &kind(false), now()).unwrap();
    let decline = || {
        world
            .store
            .decline(&deputy.actor, id, "private_dispute", &guidance(), hours(1))
            .unwrap()
    };
    assert_eq!(decline(), Err(Refusal::TargetUnknown("kind")));
    world.store.put_decline_kind(&BY, &kind(true), now()).unwrap();
    decline().unwrap();
    assert_eq!(world.store.decline_kinds().unwrap().last(), Some(&kind(true)));
    // A declined submission without its kind cannot stand in the database.
    let emptied = diesel::sql_query("UPDATE submissions SET decline_kind = NULL").execute(&mut world.raw());
    assert!(
        emptied
            .unwrap_err()
            .to_string()
            .contains("submissions_declined_has_kind")
    );
}
