use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::{lifecycle::State, people::Role, text::AnswerText};
use minyi_store::{EventKind, StepOutcome, fixtures::Deputy};
use uuid::Uuid;

use crate::support::{World, connect, now, world};

fn day(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(n)
}

fn run_due(world: &World, at: DateTime<Utc>) -> Vec<StepOutcome> {
    let ids = world.store.claim_due_steps(at, 100).unwrap();
    ids.into_iter()
        .map(|id| world.store.run_step(id, at).unwrap())
        .collect()
}

fn answer(world: &World, deputy: &Deputy, id: Uuid, at: DateTime<Utc>) {
    let text = AnswerText::parse("已经修好").unwrap();
    world
        .store
        .answer(&deputy.actor, id, &text, &[], at, at + TimeDelta::days(15))
        .unwrap();
}

fn told(world: &World, kind: &str) -> i64 {
    world.count(&format!(
        "notifications JOIN events ON events.id = event_id WHERE template = 'deputy_deadline' AND kind = '{kind}'"
    ))
}

#[test]
fn an_unanswered_submission_is_reminded_overdue_and_escalated() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.staff(grid.site_id, Role::StationHead);
    world.city.staff(grid.site_id, Role::StationStaff);
    world.city.admin("990102003", Role::StreetAdmin);
    world.city.admin("990102", Role::CountyAdmin);
    let (id, receipt) = world.city.submit(&grid, deputy.route());

    assert!(run_due(&world, day(3)).is_empty());
    assert_eq!(run_due(&world, day(4)), [StepOutcome::Done]);
    assert_eq!(told(&world, "reminded"), 1);
    assert_eq!(run_due(&world, day(5)), [StepOutcome::Done, StepOutcome::Done]);
    assert_eq!(
        (told(&world, "overdue"), told(&world, "escalated")),
        (1, 1),
        "the deputy, and the head"
    );
    // The street hears of it, and those who are late are reminded for the first time.
    assert_eq!(run_due(&world, day(6)), [StepOutcome::Done, StepOutcome::Done]);
    assert_eq!(told(&world, "escalated"), 2, "the street too, not yet the county");
    assert_eq!(told_late(&world), ["deputy", "station_head"], "those who are late");

    let detail = world.store.submission(&deputy.actor.scope(), id).unwrap().unwrap();
    assert_eq!((detail.overdue_at, detail.escalated_at), (Some(day(5)), Some(day(6))));
    let timeline = world.store.receipt(&receipt.receipt).unwrap().unwrap().timeline;
    let kinds: Vec<_> = timeline.iter().skip(2).map(|event| event.kind).collect();
    assert_eq!(kinds, [EventKind::Reminded, EventKind::Overdue, EventKind::Escalated]);

    // Every working day those who are late are reminded, and on the twentieth day the county hears of it.
    assert!(
        run_due(&world, day(20))
            .iter()
            .all(|outcome| *outcome == StepOutcome::Done)
    );
    assert_eq!(told(&world, "escalated"), 3);
    assert_eq!(world.count("events WHERE kind = 'reminded' AND data ? 'late'"), 2);
}

/// The roles of those who are reminded of what is late.
fn told_late(world: &World) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Role {
        #[diesel(sql_type = diesel::sql_types::Text)]
        role: String,
    }
    let query = "SELECT role FROM notifications n JOIN accounts a ON a.id = account_id
        WHERE n.event_id IN (SELECT id FROM events WHERE kind = 'reminded' AND data ? 'late') ORDER BY role";
    let roles: Vec<Role> = diesel::RunQueryDsl::load(diesel::sql_query(query), &mut world.raw()).unwrap();
    roles.into_iter().map(|row| row.role).collect()
}

#[test]
fn what_is_late_comes_once_each_working_day_until_it_is_answered() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.staff(grid.site_id, Role::StationHead);
    let (id, _) = world.city.submit(&grid, deputy.route());
    // Due on Wednesday, 25 November at ten; the days after it are worked from eight o'clock on.
    let eight = |days: i64| day(days) - TimeDelta::hours(2);
    assert_eq!(run_due(&world, day(5)).len(), 3);
    let late = "events WHERE kind = 'reminded' AND data ? 'late'";
    for (days, reminders) in [(6, 1), (7, 2), (8, 2), (9, 2), (10, 3)] {
        run_due(&world, eight(days));
        run_due(&world, eight(days));
        assert_eq!(world.count(late), reminders, "day {days}");
    }
    assert_eq!(
        world.count("notifications WHERE in_digest AND due_at = '2026-11-26T01:00:00Z'"),
        2,
        "the deputy and the head, at nine"
    );
    answer(&world, &deputy, id, day(10));
    run_due(&world, eight(13));
    assert_eq!(world.count(late), 3);
    assert_eq!(
        world.count("deadline_steps WHERE step = 'overdue_daily' AND outcome = 'done'"),
        3
    );
}

#[test]
fn a_clock_planned_before_there_was_a_step_for_the_head_tells_the_head_when_the_time_is_over() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.staff(grid.site_id, Role::StationHead);
    world.city.submit(&grid, deputy.route());
    world.execute("DELETE FROM deadline_steps WHERE step = 'escalate_head'");
    run_due(&world, day(5));
    assert_eq!(told(&world, "overdue"), 2, "the deputy and the head");
}

#[test]
fn the_county_is_not_told_twice_where_no_street_is_between() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.admin("990102", Role::CountyAdmin);
    world.city.submit(&grid, deputy.route());
    run_due(&world, day(20));
    assert_eq!(told(&world, "escalated"), 1);
}

#[test]
fn a_step_that_runs_many_times_at_once_has_one_effect() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.submit(&grid, deputy.route());
    let id = world.store.claim_due_steps(day(4), 10).unwrap()[0];
    let store = connect(&world.database, 8);
    let outcomes: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| store.run_step(id, day(4)).unwrap()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(
        outcomes.iter().filter(|outcome| **outcome == StepOutcome::Done).count(),
        1
    );
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == StepOutcome::AlreadyDone)
            .count(),
        7
    );
    assert_eq!(world.count("events WHERE kind = 'reminded'"), 1);
}

#[test]
fn an_answer_and_a_step_at_once_do_not_wait_for_each_other() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let store = connect(&world.database, 4);
    for _ in 0..20 {
        let (id, _) = world.city.submit(&grid, deputy.route());
        let steps = world.store.claim_due_steps(day(6), 10).unwrap();
        thread::scope(|scope| {
            for step in steps {
                let store = &store;
                scope.spawn(move || store.run_step(step, day(6)).unwrap());
            }
            scope.spawn(|| answer(&world, &deputy, id, day(6)));
        });
        assert_eq!(
            world
                .store
                .submission(&deputy.actor.scope(), id)
                .unwrap()
                .unwrap()
                .state,
            State::Answered
        );
    }
    assert_eq!(
        world.count("deadline_steps WHERE done_at IS NULL AND step <> 'auto_close'"),
        0
    );
}

#[test]
fn after_the_deadline_nobody_is_reminded_of_it() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.submit(&grid, deputy.route());
    assert_eq!(
        run_due(&world, day(9)),
        [
            StepOutcome::Void,
            StepOutcome::Done,
            StepOutcome::Done,
            StepOutcome::Done
        ]
    );
}

#[test]
fn an_answer_without_a_rating_closes_by_itself() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    answer(&world, &deputy, id, day(1));
    assert!(run_due(&world, day(15)).is_empty());
    let step = world.store.claim_due_steps(day(16), 10).unwrap()[0];
    // A later answer puts the closing off although its id is on the way already.
    answer(&world, &deputy, id, day(2));
    assert_eq!(world.store.run_step(step, day(16)).unwrap(), StepOutcome::NotYet);
    assert_eq!(run_due(&world, day(17)), [StepOutcome::Done]);
    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    assert_eq!((view.state, view.closed_at), (State::Closed, Some(day(17))));
    assert_eq!(view.timeline.last().unwrap().data["reason"], "no_rating");
    assert_eq!(world.store.run_step(Uuid::nil(), now()).unwrap(), StepOutcome::NotFound);
}
