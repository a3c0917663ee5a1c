//! Steps of many submissions in one transaction.

use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection as _, sql_query, sql_types::Text};
use minyi_domain::{
    people::Role,
    routing::{Route, RouteReason},
    text::AnswerText,
};
use minyi_store::{StepOutcome, Store};
use uuid::Uuid;

use crate::support::{World, connect, now, world};

fn day(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(n)
}

/// Four matters of one station: one whose resident wants to hear of it, one with a clock from before there was a step for the
/// head, a report on an official, and one more. All who may be told of them are there.
fn town() -> World {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.staff(grid.site_id, Role::StationHead);
    world.city.staff(grid.site_id, Role::StationStaff);
    let street = world.city.admin("990102003", Role::StreetAdmin).account_id;
    world.city.admin("990102", Role::CountyAdmin);
    world.execute(&format!(
        "INSERT INTO group_robots (id, site_id, key_sealed, set_by_account_id, set_at)
        VALUES ('{site}', '{site}', '\\x00', '{street}', '2026-01-01')",
        site = grid.site_id
    ));
    let (_, heard) = world.city.submit(&grid, deputy.route());
    world
        .store
        .subscribe_resident(&heard.receipt, "resident", now())
        .unwrap();
    let (old, _) = world.city.submit(&grid, deputy.route());
    world.execute(&format!(
        "DELETE FROM deadline_steps WHERE step = 'escalate_head' AND submission_id = '{old}'"
    ));
    let report = Route {
        deputy_id: None,
        reason: RouteReason::Confidential,
    };
    world.city.submit(&grid, report);
    world.city.submit(&grid, deputy.route());
    world
}

/// All that steps write, without ids, in an order that does not depend on them.
const WRITTEN: &str = "
SELECT concat_ws(' ', 'event', events.kind, actor, is_public, data, occurred_at, confidential_region) AS line
FROM events JOIN submissions ON submissions.id = submission_id
UNION ALL
SELECT concat_ws(' ', 'message', events.kind, template, notifications.channel, notifications.state, due_at, in_digest,
    role, subscription_id IS NOT NULL, robot_id IS NOT NULL, notifications.created_at, confidential_region)
FROM notifications JOIN events ON events.id = event_id JOIN submissions ON submissions.id = notifications.submission_id
    LEFT JOIN accounts ON accounts.id = notifications.account_id
UNION ALL
SELECT concat_ws(' ', 'step', step, deadline_steps.clock, turn, due_at, done_at, outcome, confidential_region)
FROM deadline_steps JOIN submissions ON submissions.id = submission_id
UNION ALL
SELECT concat_ws(' ', 'submission', overdue_at, escalated_at, confidential_region) FROM submissions
ORDER BY line";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// A month of the town's clocks.
fn month(take: fn(&Store, &[Uuid], DateTime<Utc>)) -> Vec<String> {
    let world = town();
    // Reminded, late, told of every day, and at last with the county.
    for days in [4, 5, 6, 7, 10, 20, 21] {
        let ids = world.store.claim_due_steps(day(days), 1000).unwrap();
        take(&world.store, &ids, day(days));
    }
    assert!(world.store.verify_timelines(|_| ()).unwrap().breaks.is_empty());
    let lines: Vec<Line> = sql_query(WRITTEN).load(&mut world.raw()).unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

#[test]
fn what_is_taken_together_is_written_as_if_it_were_taken_one_by_one() {
    let one_by_one = month(|store, ids, at| {
        for id in ids {
            assert_ne!(store.run_step(*id, at).unwrap(), StepOutcome::NotFound);
        }
    });
    let together = month(|store, ids, at| {
        let outcomes = store.run_steps(ids, at).unwrap();
        let mut taken: Vec<Uuid> = outcomes.iter().map(|(id, _)| *id).collect();
        let mut asked = ids.to_vec();
        taken.sort_unstable();
        asked.sort_unstable();
        assert_eq!(taken, asked, "none was left over");
    });
    assert_eq!(together, one_by_one);
    let has = |what: &str| together.iter().any(|line| line.contains(what));
    for what in [
        "county_admin",
        "station_head",
        "dingtalk_robot",
        "resident_progress",
        "overdue_daily",
        "990102",
    ] {
        assert!(has(what), "{what} is in none of {together:#?}");
    }
}

#[test]
fn what_somebody_is_at_is_left_out_and_holds_nothing_up() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (held, _) = world.city.submit(&grid, deputy.route());
    world.city.submit(&grid, deputy.route());
    let ids = world.store.claim_due_steps(day(4), 10).unwrap();
    let mut person = world.raw();
    person
        .batch_execute(&format!(
            "BEGIN; SELECT FROM submissions WHERE id = '{held}' FOR UPDATE"
        ))
        .unwrap();

    let outcomes = world.store.run_steps(&ids, day(4)).unwrap();

    assert_eq!(outcomes.len(), 1);
    assert_eq!(outcomes[0].1, StepOutcome::Done);
    person.batch_execute("COMMIT").unwrap();
    let mut outcomes: Vec<_> = world.store.run_steps(&ids, day(4)).unwrap();
    outcomes.retain(|(_, outcome)| *outcome == StepOutcome::Done);
    assert_eq!(outcomes.len(), 1, "the other one was done before");
    assert_eq!(world.count("events WHERE kind = 'reminded'"), 2);
}

#[test]
fn steps_that_several_take_together_have_one_effect_and_nobody_waits_in_a_circle() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let store = connect(&world.database, 8);
    let submissions: Vec<Uuid> = (0..12).map(|_| world.city.submit(&grid, deputy.route()).0).collect();
    let ids = world.store.claim_due_steps(day(6), 100).unwrap();
    let text = AnswerText::parse("已经修好").unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| store.run_steps(&ids, day(6)).unwrap());
        }
        // One who answers one after the other, and one who changes all at once, in another order.
        scope.spawn(|| {
            for id in &submissions[..6] {
                let rated_until = day(21);
                store
                    .answer(&deputy.actor, *id, &text, &[], day(6), rated_until)
                    .unwrap();
            }
        });
        scope.spawn(|| {
            let changes = submissions.iter().rev();
            let changes = changes.map(|id| format!("UPDATE submissions SET address = '东门' WHERE id = '{id}';"));
            let all: String = changes.collect();
            world.execute(&format!("BEGIN; {all} COMMIT"));
        });
    });
    for id in &ids {
        store.run_step(*id, day(6)).unwrap();
    }
    assert_eq!(
        world.count(
            "deadline_steps WHERE done_at IS NULL AND due_at <= '2026-11-26T02:00:00Z' AND step <> 'overdue_daily'"
        ),
        0
    );
    for (step, kind) in [
        ("overdue", "kind = 'overdue'"),
        ("escalate", "kind = 'escalated' AND is_public"),
    ] {
        let done = world.count(&format!("deadline_steps WHERE step = '{step}' AND outcome = 'done'"));
        assert_eq!(world.count(&format!("events WHERE {kind}")), done, "{step}");
        assert!(done >= 6, "what was not answered is late");
    }
    assert!(world.store.verify_timelines(|_| ()).unwrap().breaks.is_empty());
}

#[test]
fn one_that_fails_takes_the_others_back_and_they_run_by_themselves() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (spoilt, _) = world.city.submit(&grid, deputy.route());
    world.city.submit(&grid, deputy.route());
    world.execute(&format!(
        "CREATE TRIGGER spoilt BEFORE INSERT ON events FOR EACH ROW WHEN (NEW.submission_id = '{spoilt}')
        EXECUTE FUNCTION refuse_change()"
    ));
    let ids = world.store.claim_due_steps(day(4), 10).unwrap();

    assert!(world.store.run_steps(&ids, day(4)).is_err());

    assert_eq!(world.count("events WHERE kind = 'reminded'"), 0);
    let alone = ids.iter().filter_map(|id| world.store.run_step(*id, day(4)).ok());
    assert_eq!(alone.collect::<Vec<_>>(), [StepOutcome::Done]);
}

#[test]
fn what_ends_a_submission_is_taken_by_itself() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    let text = AnswerText::parse("已经修好").unwrap();
    world
        .store
        .answer(&deputy.actor, id, &text, &[], day(1), day(16))
        .unwrap();
    let ids = world.store.claim_due_steps(day(16), 10).unwrap();
    assert!(world.store.run_steps(&ids, day(16)).unwrap().is_empty());
    assert_eq!(world.store.run_step(ids[0], day(16)).unwrap(), StepOutcome::Done);
}
