//! Whoever acts on a submission is never one of two who wait for each other.

use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_query, sql_types::BigInt,
};
use minyi_domain::people::{Actor, Role};
use minyi_store::{Attempt, BeginSending, Correction, SendResult, fixtures::Deputy};
use uuid::Uuid;

use crate::support::{World, now, world};

fn minutes(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(n)
}

/// A submission to a deputy, whose message is published, and somebody who is told of what the deputy cannot be told of.
struct Stage {
    world: World,
    deputy: Deputy,
    staff: Actor,
    submission: Uuid,
    message: Uuid,
}

fn stage() -> Stage {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (submission, _) = world.city.submit(&grid, deputy.route());
    let staff = world.city.staff(grid.site_id, Role::StationStaff);
    let message = world.store.claim_due_notifications(now(), 10).unwrap()[0];
    Stage {
        world,
        deputy,
        staff,
        submission,
        message,
    }
}

impl Stage {
    /// Nobody knows how to reach the deputy.
    fn forget_address(&self) {
        let id = self.deputy.actor.account_id;
        self.world
            .execute(&format!("UPDATE accounts SET wechat_openid = NULL WHERE id = '{id}'"));
    }

    fn staff_is_told(&self) -> bool {
        let id = self.staff.account_id;
        self.world.count(&format!("notifications WHERE account_id = '{id}'")) == 1
    }

    fn is(&self, state: &str) -> bool {
        let message = self.message;
        self.world
            .count(&format!("notifications WHERE id = '{message}' AND state = '{state}'"))
            == 1
    }
}

/// Takes a submission in hand, as whoever acts on it.
fn take(person: &mut PgConnection, submission: Uuid) {
    let lock = format!("SELECT FROM submissions WHERE id = '{submission}' FOR UPDATE");
    person.batch_execute(&lock).unwrap();
}

/// Somebody who is in the middle of an act on this submission.
fn acting(world: &World, submission: Uuid) -> PgConnection {
    let mut person = world.raw();
    person.batch_execute("BEGIN").unwrap();
    take(&mut person, submission);
    person
}

fn until_somebody_waits(world: &World) {
    #[derive(QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let mut looking = world.raw();
    let mut is_waiting = || {
        let query = sql_query(
            "SELECT count(*) AS count FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        query.get_result::<Waiting>(&mut looking).unwrap().count > 0
    };
    while !is_waiting() {
        thread::yield_now();
    }
}

#[test]
fn who_begins_a_message_does_not_wait_for_who_acts_on_its_submission() {
    let stage = stage();
    stage.forget_address();
    let mut person = acting(&stage.world, stage.submission);
    let begin = || stage.world.store.begin_sending(stage.message, now()).unwrap();
    assert_eq!(begin(), BeginSending::Later);
    assert!(!stage.staff_is_told());
    person.batch_execute("COMMIT").unwrap();
    let due = stage.world.store.claim_due_notifications(now(), 10).unwrap();
    assert_eq!(due, [stage.message]);
    assert_eq!(begin(), BeginSending::NoAddress);
    assert!(stage.staff_is_told());
}

#[test]
fn who_sweeps_does_not_wait_for_who_acts_on_a_submission() {
    let stage = stage();
    let begun = stage.world.store.begin_sending(stage.message, now()).unwrap();
    assert!(matches!(begun, BeginSending::Send(_)), "{begun:?}");
    stage
        .world
        .execute("UPDATE notifications SET attempts = 3, unknown_attempts = 2 WHERE state = 'sending'");
    let mut person = acting(&stage.world, stage.submission);
    let sweep = || {
        let swept = stage
            .world
            .store
            .republish_stale(minutes(10), TimeDelta::minutes(5), minutes(15));
        swept.unwrap();
    };
    sweep();
    assert!(stage.is("sending") && !stage.staff_is_told());
    person.batch_execute("COMMIT").unwrap();
    sweep();
    assert!(stage.is("dead") && stage.staff_is_told());
}

#[test]
fn who_records_what_arrived_holds_nothing_while_waiting_for_who_acts() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let mut submissions = [(); 2].map(|()| world.city.submit(&grid, deputy.route()).0);
    submissions.sort_unstable();
    let ids = world.store.claim_due_notifications(now(), 10).unwrap();
    let finished: Vec<(Attempt, SendResult)> = ids
        .into_iter()
        .map(|id| {
            let BeginSending::Send(outgoing) = world.store.begin_sending(id, now()).unwrap() else {
                panic!("nothing to send")
            };
            let sent = SendResult::Sent {
                provider_message_id: None,
            };
            (outgoing.attempt(), sent)
        })
        .collect();
    // An answer goes to what was merged as well, whatever the order in which they came.
    let mut person = acting(&world, submissions[1]);
    let store = &world.store;
    thread::scope(|scope| {
        let recording = scope.spawn(|| store.finish_all(&finished, now()));
        until_somebody_waits(&world);
        take(&mut person, submissions[0]);
        person.batch_execute("COMMIT").unwrap();
        recording.join().unwrap().unwrap();
    });
    assert_eq!(world.count("notifications WHERE state = 'sent'"), 2);
    assert_eq!(world.count("events WHERE kind = 'notified'"), 2);
}

#[test]
fn who_sends_a_dead_message_again_takes_its_submission_first() {
    let stage = stage();
    stage.forget_address();
    let begun = stage.world.store.begin_sending(stage.message, now()).unwrap();
    assert_eq!(begun, BeginSending::NoAddress);
    let account = stage.deputy.actor.account_id;
    stage.world.execute(&format!(
        "UPDATE accounts SET wechat_openid = '{}' WHERE id = '{account}'",
        stage.deputy.openid
    ));
    let mut other = acting(&stage.world, stage.submission);
    let (store, correction) = (&stage.world.store, Correction::default());
    thread::scope(|scope| {
        let resending = scope.spawn(|| store.resend(&stage.staff, stage.message, &correction, minutes(1)));
        until_somebody_waits(&stage.world);
        let end = format!(
            "UPDATE notifications SET error = 'late' WHERE id = '{}'; COMMIT",
            stage.message
        );
        other.batch_execute(&end).unwrap();
        resending.join().unwrap().unwrap().unwrap();
    });
    assert!(stage.is("waiting"));
}
