use std::{collections::BTreeSet, thread, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::{people::Role, text::AnswerText};
use minyi_store::{
    Address, Attempt, BeginSending, EventKind, Recipient, SendResult, Store, Template, fixtures::TO_STAFF,
};
use uuid::Uuid;

use crate::support::{World, connect, now, world};

mod residents;

fn minutes(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(n)
}

fn state(world: &World) -> String {
    for state in [
        "waiting",
        "published",
        "sending",
        "unknown",
        "sent",
        "dead",
        "void",
        "passed",
    ] {
        if world.count(&format!("notifications WHERE state = '{state}'")) == 1 {
            return state.to_owned();
        }
    }
    panic!("not exactly one message")
}

fn unknown(at: DateTime<Utc>) -> SendResult {
    SendResult::Unknown {
        at,
        error: "timed out".to_owned(),
    }
}

fn sent() -> SendResult {
    SendResult::Sent {
        provider_message_id: Some("m1".to_owned()),
    }
}

/// Claims everything that is due and begins it; the messages that are to be sent.
fn begin_due(world: &World, at: DateTime<Utc>) -> Vec<BeginSending> {
    let ids = world.store.claim_due_notifications(at, 100).unwrap();
    ids.into_iter()
        .map(|id| world.store.begin_sending(id, at).unwrap())
        .collect()
}

fn attempt(world: &World, id: Uuid, at: DateTime<Utc>) -> Attempt {
    let BeginSending::Send(outgoing) = world.store.begin_sending(id, at).unwrap() else {
        panic!("nothing to send")
    };
    outgoing.attempt()
}

#[test]
fn a_message_carries_what_its_text_needs_and_is_told_in_the_timeline() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    let ids = world.store.claim_due_notifications(now(), 10).unwrap();
    let BeginSending::Send(outgoing) = world.store.begin_sending(ids[0], now()).unwrap() else {
        panic!()
    };
    assert_eq!(
        (outgoing.template, outgoing.event),
        (Template::DeputyNew, EventKind::Routed)
    );
    assert_eq!(
        (outgoing.recipient, &outgoing.address),
        (
            Recipient::Account(deputy.actor.account_id),
            &Address::Openid(deputy.openid.clone())
        )
    );
    assert_eq!(
        (outgoing.submission_id, &outgoing.number, outgoing.attempts),
        (id, &receipt.number, 1)
    );
    // A second worker that gets the same id has nothing to do.
    assert_eq!(
        world.store.begin_sending(ids[0], now()).unwrap(),
        BeginSending::AlreadyDone
    );
    world
        .store
        .finish_sending(&outgoing.attempt(), &sent(), minutes(1))
        .unwrap();
    world
        .store
        .finish_sending(&outgoing.attempt(), &sent(), minutes(1))
        .unwrap();
    let timeline = world.store.receipt(&receipt.receipt).unwrap().unwrap().timeline;
    assert_eq!(
        timeline
            .iter()
            .filter(|event| event.kind == EventKind::Notified)
            .count(),
        1
    );
    assert_eq!(timeline[2].data["role"], "deputy");
    assert_eq!(state(&world), "sent");
    assert!(begin_due(&world, minutes(99_999)).is_empty());
    assert_eq!(
        world.store.begin_sending(Uuid::nil(), now()).unwrap(),
        BeginSending::AlreadyDone
    );
}

#[test]
fn of_many_recipients_the_first_stands_in_the_timeline() {
    let mut world = world();
    let site = world.city.site();
    let grid = world.city.grid(site);
    for _ in 0..3 {
        world.city.staff(site, Role::StationStaff);
    }
    world.city.submit(&grid, TO_STAFF);
    let ids = world.store.claim_due_notifications(now(), 10).unwrap();
    assert_eq!(ids.len(), 3);
    for id in ids {
        let attempt = attempt(&world, id, now());
        world.store.finish_sending(&attempt, &sent(), now()).unwrap();
    }
    assert_eq!(world.count("events WHERE kind = 'notified'"), 1);
}

#[test]
fn two_who_claim_never_get_the_same() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    for _ in 0..40 {
        world.city.submit(&grid, deputy.route());
    }
    let store = connect(&world.database, 8);
    let claimed: Vec<Uuid> = thread::scope(|scope| {
        let claim = || {
            let mut all = Vec::new();
            loop {
                let ids = store.claim_due_notifications(now(), 3).unwrap();
                if ids.is_empty() {
                    return all;
                }
                all.extend(ids);
            }
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(claim)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(claimed.len(), 40);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>().len(), 40);
    assert!(world.store.claim_due_steps(now(), 10).unwrap().is_empty());
}

#[test]
fn a_definite_failure_waits_for_its_next_time() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.submit(&grid, deputy.route());
    let id = world.store.claim_due_notifications(now(), 10).unwrap()[0];
    let attempt = attempt(&world, id, now());
    let retry = SendResult::Retry {
        at: minutes(5),
        code: Some(-1),
        error: "busy".to_owned(),
    };
    world.store.finish_sending(&attempt, &retry, now()).unwrap();
    assert!(begin_due(&world, minutes(4)).is_empty());
    let begun = begin_due(&world, minutes(5));
    assert!(matches!(&begun[..], [BeginSending::Send(outgoing)] if outgoing.attempts == 2));
}

#[test]
fn an_unknown_outcome_is_repeated_twice_and_then_given_up() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.submit(&grid, deputy.route());
    for attempt in 0..3 {
        let begun = begin_due(&world, minutes(attempt * 10));
        let [BeginSending::Send(outgoing)] = &begun[..] else {
            panic!("attempt {attempt}: {begun:?}")
        };
        world
            .store
            .finish_sending(
                &outgoing.attempt(),
                &unknown(minutes(attempt * 10 + 10)),
                minutes(attempt * 10),
            )
            .unwrap();
        assert_eq!(state(&world), if attempt < 2 { "unknown" } else { "dead" });
    }
    assert_eq!(
        world.count("notifications WHERE error = 'outcome unknown' AND unknown_attempts = 3"),
        1
    );
}

#[test]
fn an_unknown_outcome_is_not_repeated_to_somebody_who_has_acted() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    let message = world.store.claim_due_notifications(now(), 10).unwrap()[0];
    let attempt = attempt(&world, message, now());
    world
        .store
        .finish_sending(&attempt, &unknown(minutes(2)), now())
        .unwrap();
    let text = AnswerText::parse("已经修好").unwrap();
    world
        .store
        .answer(&deputy.actor, id, &text, &[], minutes(1), minutes(999))
        .unwrap();
    assert_eq!(begin_due(&world, minutes(2)), [BeginSending::NoLongerNeeded]);
    assert_eq!(state(&world), "void");
}

#[test]
fn that_it_arrived_counts_even_after_it_was_given_up() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.submit(&grid, deputy.route());
    let message = world.store.claim_due_notifications(now(), 10).unwrap()[0];
    let attempt = attempt(&world, message, now());
    let lost = world
        .store
        .republish_stale(minutes(10), TimeDelta::minutes(5), minutes(15))
        .unwrap();
    assert!(lost.notifications.is_empty());
    assert_eq!(state(&world), "unknown");
    assert!(begin_due(&world, minutes(14)).is_empty());
    // The sender was only slow. A failure would not count any more, an arrival does.
    let dead = SendResult::Dead {
        code: Some(1),
        error: "late".to_owned(),
    };
    world.store.finish_sending(&attempt, &dead, minutes(12)).unwrap();
    assert_eq!(state(&world), "unknown");
    world.store.finish_sending(&attempt, &sent(), minutes(13)).unwrap();
    assert_eq!(state(&world), "sent");
}

#[test]
fn what_the_queue_lost_is_published_again() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.submit(&grid, deputy.route());
    let messages = world.store.claim_due_notifications(now(), 10).unwrap();
    let due = now() + TimeDelta::days(5);
    let steps: BTreeSet<_> = world.store.claim_due_steps(due, 10).unwrap().into_iter().collect();
    assert_eq!((messages.len(), steps.len()), (1, 3));
    let sweep = |at| world.store.republish_stale(at, TimeDelta::minutes(5), at).unwrap();
    assert_eq!(sweep(minutes(4)), minyi_store::Republished::default());
    let lost = sweep(due + TimeDelta::minutes(5));
    assert_eq!(lost.notifications, messages);
    assert_eq!(lost.steps.into_iter().collect::<BTreeSet<_>>(), steps);
    assert_eq!(sweep(due + TimeDelta::minutes(9)), minyi_store::Republished::default());
}

#[test]
fn what_somebody_is_at_is_not_published_again_and_holds_up_nothing() {
    use diesel::connection::SimpleConnection as _;
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    for _ in 0..2 {
        world.city.submit(&grid, deputy.route());
    }
    let messages = world.store.claim_due_notifications(now(), 10).unwrap();
    let mut sender = world.raw();
    sender
        .batch_execute(&format!(
            "BEGIN; SELECT FROM notifications WHERE id = '{}' FOR UPDATE",
            messages[0]
        ))
        .unwrap();
    let sweep = || {
        world
            .store
            .republish_stale(minutes(5), TimeDelta::minutes(5), minutes(9))
            .unwrap()
    };
    assert_eq!(sweep().notifications, messages[1..]);
    sender.batch_execute("ROLLBACK").unwrap();
    assert_eq!(sweep().notifications, messages[..1]);
}

#[test]
fn without_an_address_the_message_is_dead_and_listed() {
    use diesel::connection::SimpleConnection as _;
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    world
        .raw()
        .batch_execute("UPDATE accounts SET wechat_openid = NULL")
        .unwrap();
    assert_eq!(begin_due(&world, now()), [BeginSending::NoAddress]);
    let page = world.store.dead_notifications(&deputy.actor.scope(), None, 10).unwrap();
    let dead = &page.items[0];
    assert_eq!((dead.submission_id, &dead.number), (id, &receipt.number));
    assert_eq!(dead.recipient_name.as_deref(), Some(deputy.actor.display_name.as_str()));
    let counts = world.store.work_counts(now()).unwrap();
    let dead = counts.stages.iter().find(|stage| stage.stage == "dead").unwrap();
    assert_eq!((dead.count, dead.since), (1, Some(now())));
    assert_eq!(counts.open_steps, 5);
}

#[test]
fn who_listens_is_woken_by_a_submission() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let mut listener = Store::listen(world.database.url()).unwrap();
    assert!(!listener.wait(Duration::from_millis(20)).unwrap());
    world.city.submit(&grid, deputy.route());
    assert!(listener.wait(Duration::from_secs(60)).unwrap());
    assert!(!listener.wait(Duration::from_millis(20)).unwrap());
}

#[test]
fn a_listener_comes_back_after_its_connection_broke() {
    use diesel::connection::SimpleConnection as _;
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let mut listener = Store::listen(world.database.url()).unwrap();
    let end_others = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()";
    world.raw().batch_execute(end_others).unwrap();
    assert!(listener.wait(Duration::from_secs(60)).is_err());
    assert!(!listener.wait(Duration::ZERO).unwrap());
    world.city.submit(&grid, deputy.route());
    assert!(listener.wait(Duration::from_secs(60)).unwrap());
}
