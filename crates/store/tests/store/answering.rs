use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection as _;
use minyi_domain::{
    deadlines::Step,
    lifecycle::State,
    people::{Actor, Role},
    submission::Satisfaction,
    text::{AnswerText, RatingComment},
    token::ReceiptToken,
};
use minyi_store::{AnswerOutcome, EventKind, RateOutcome, fixtures::COUNTY};
use uuid::Uuid;

use crate::support::{World, now, world};

fn answer(world: &World, actor: &Actor, id: Uuid, at: DateTime<Utc>) -> AnswerOutcome {
    let text = AnswerText::parse("已联系供电所，明天修好").unwrap();
    world
        .store
        .answer(actor, id, &text, &[], at, at + TimeDelta::days(15))
        .unwrap()
}

fn rate(world: &World, receipt: &ReceiptToken, satisfaction: Satisfaction, at: DateTime<Utc>) -> RateOutcome {
    let comment = RatingComment::parse("说明").unwrap();
    world
        .store
        .rate(receipt, true, satisfaction, Some(&comment), at)
        .unwrap()
}

fn hours(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::hours(n)
}

#[test]
fn an_answer_stops_the_clock_and_tells_the_resident() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    world
        .store
        .subscribe_resident(&receipt.receipt, "resident-openid", now())
        .unwrap()
        .unwrap();
    world
        .store
        .subscribe_resident(&receipt.receipt, "resident-openid", now())
        .unwrap()
        .unwrap();
    assert!(matches!(
        answer(&world, &deputy.actor, id, hours(3)),
        AnswerOutcome::Answered { .. }
    ));

    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    assert_eq!((view.state, view.may_rate), (State::Answered, true));
    assert_eq!(view.answers[0].author_name, deputy.actor.display_name);
    assert_eq!(view.timeline.last().unwrap().kind, EventKind::Answered);
    assert_eq!(world.count("deadline_steps WHERE outcome = 'void'"), 5);
    assert_eq!(
        world.count("deadline_steps WHERE step = 'auto_close' AND done_at IS NULL"),
        1
    );
    assert_eq!(world.count("notifications WHERE template = 'resident_progress'"), 1);
}

#[test]
fn a_second_answer_adds_to_the_first_and_puts_off_the_closing() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    answer(&world, &deputy.actor, id, hours(1));
    assert!(matches!(
        answer(&world, &deputy.actor, id, hours(2)),
        AnswerOutcome::Answered { .. }
    ));
    assert_eq!(world.store.receipt(&receipt.receipt).unwrap().unwrap().answers.len(), 2);
    let put_off = (hours(2) + TimeDelta::days(15)).to_rfc3339();
    assert_eq!(
        world.count(&format!(
            "deadline_steps WHERE step = '{}' AND due_at = '{put_off}'",
            Step::AutoClose
        )),
        1
    );
    assert_eq!(
        world.count("submissions WHERE first_answered_at = '2026-11-20T03:00:00Z'"),
        1
    );
}

#[test]
fn a_satisfied_rating_closes_and_nothing_follows() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    assert!(matches!(
        rate(&world, &receipt.receipt, Satisfaction::Satisfied, hours(1)),
        RateOutcome::Refused(_)
    ));
    answer(&world, &deputy.actor, id, hours(2));
    assert_eq!(
        rate(&world, &receipt.receipt, Satisfaction::Satisfied, hours(3)),
        RateOutcome::Closed
    );
    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    assert_eq!((view.state, view.may_rate), (State::Closed, false));
    let last: Vec<_> = view.timeline.iter().rev().take(2).map(|event| event.kind).collect();
    assert_eq!(last, [EventKind::Closed, EventKind::Rated]);
    assert_eq!(view.ratings[0].comment.as_deref(), Some("说明"));
    assert_eq!(world.count("deadline_steps WHERE done_at IS NULL"), 0);
    assert!(matches!(
        rate(&world, &receipt.receipt, Satisfaction::Satisfied, hours(4)),
        RateOutcome::Refused(_)
    ));
    assert!(matches!(
        answer(&world, &deputy.actor, id, hours(4)),
        AnswerOutcome::Refused(_)
    ));
}

#[test]
fn a_dissatisfied_rating_reopens_goes_to_the_level_above_and_closes() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let above = world.city.admin(COUNTY, Role::CountyAdmin);
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    let receipt = &receipt.receipt;
    answer(&world, &deputy.actor, id, hours(1));
    let outcome = rate(&world, receipt, Satisfaction::Dissatisfied, hours(2));
    assert_eq!(
        outcome,
        RateOutcome::Reopened {
            // Five working days from Friday.
            answer_due_at: "2026-11-27T15:59:59Z".parse().unwrap()
        }
    );
    assert_eq!(world.store.receipt(receipt).unwrap().unwrap().state, State::Reopened);
    assert_eq!(world.count("deadline_steps WHERE clock = 1 AND done_at IS NULL"), 6);
    assert_eq!(world.count("notifications WHERE template = 'deputy_new'"), 2);

    answer(&world, &deputy.actor, id, hours(3));
    assert!(matches!(
        rate(&world, receipt, Satisfaction::Dissatisfied, hours(4)),
        RateOutcome::Reopened { .. }
    ));
    let told = format!("notifications WHERE account_id = '{}'", above.account_id);
    assert_eq!(world.count(&told), 1);

    answer(&world, &above, id, hours(5));
    assert_eq!(
        rate(&world, receipt, Satisfaction::Dissatisfied, hours(6)),
        RateOutcome::Closed
    );
    let view = world.store.receipt(receipt).unwrap().unwrap();
    assert_eq!(
        view.ratings.iter().map(|rating| rating.round).collect::<Vec<_>>(),
        [0, 1, 2]
    );
}

#[test]
fn only_those_whose_work_it_is_may_answer() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    let stranger = world.city.deputy();
    let auditor = world.city.admin("990102", Role::Auditor);
    assert_eq!(answer(&world, &stranger.actor, id, hours(1)), AnswerOutcome::NotFound);
    assert_eq!(answer(&world, &auditor, id, hours(1)), AnswerOutcome::Forbidden);
    let head = world.city.staff(grid.site_id, Role::StationHead);
    assert!(matches!(
        answer(&world, &head, id, hours(1)),
        AnswerOutcome::Answered { .. }
    ));
}

#[test]
fn unknown_receipts_are_told_as_such() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let unknown = world.city.submission(&grid, deputy.route()).receipt;
    assert_eq!(world.store.receipt(&unknown).unwrap(), None);
    assert_eq!(
        rate(&world, &unknown, Satisfaction::Satisfied, now()),
        RateOutcome::NotFound
    );
    assert_eq!(world.store.subscribe_resident(&unknown, "openid", now()).unwrap(), None);
}

#[test]
fn the_timeline_and_the_answers_cannot_be_rewritten() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    answer(&world, &deputy.actor, id, hours(1));
    for statement in [
        "UPDATE events SET kind = 'closed'",
        "DELETE FROM events",
        "TRUNCATE events CASCADE",
        "UPDATE answers SET text = '另一种说法'",
        "DELETE FROM answers",
    ] {
        let error = world.raw().batch_execute(statement).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{statement}: {error}");
    }
}
