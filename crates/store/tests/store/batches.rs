//! Many messages in one transaction: each fares as if it were alone.

use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::people::Role;
use minyi_store::{
    Attempt, BeginSending, PushAnswer, SendResult, Template,
    fixtures::{Deputy, TO_STAFF},
};
use uuid::Uuid;

use crate::support::{World, now, world};

fn minutes(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(n)
}

/// So many submissions to one deputy.
fn submitted(world: &mut World, count: usize) -> Deputy {
    let (grid, deputy) = world.city.grid_with_lead();
    for _ in 0..count {
        world.city.submit(&grid, deputy.route());
    }
    deputy
}

/// Claims everything and begins it together.
fn begin(world: &World) -> Vec<Attempt> {
    let ids = world.store.claim_due_notifications(now(), 100).unwrap();
    let begun = world.store.begin_all(&ids, now()).unwrap();
    begun
        .into_iter()
        .map(|begun| match begun {
            BeginSending::Send(outgoing) => outgoing.attempt(),
            other => panic!("{other:?}"),
        })
        .collect()
}

fn sent(number: usize) -> SendResult {
    SendResult::Sent {
        provider_message_id: Some(format!("m{number}")),
    }
}

fn refused() -> SendResult {
    SendResult::Dead {
        code: Some(43101),
        error: "NotSubscribed".to_owned(),
    }
}

#[test]
fn whatever_is_asked_twice_or_unknown_is_begun_once_and_in_order() {
    let mut world = world();
    let deputy = submitted(&mut world, 2);
    let ids = world.store.claim_due_notifications(now(), 100).unwrap();
    let asked = [ids[0], Uuid::nil(), ids[1], ids[0]];
    let account = Some(deputy.actor.account_id);
    let recipients = world.store.recipients_of(&asked).unwrap();
    assert_eq!(recipients, [account, None, account, account]);
    let begun = world.store.begin_all(&asked, now()).unwrap();
    let begun: Vec<Option<Uuid>> = begun
        .iter()
        .map(|begun| match begun {
            BeginSending::Send(outgoing) => Some(outgoing.id),
            _ => None,
        })
        .collect();
    assert_eq!(begun, [Some(ids[0]), None, Some(ids[1]), None]);
    assert_eq!(world.count("notifications WHERE state = 'sending' AND attempts = 1"), 2);
}

#[test]
fn of_all_that_arrive_together_the_first_of_each_event_stands_in_the_timeline() {
    let mut world = world();
    let site = world.city.site();
    let grid = world.city.grid(site);
    for _ in 0..3 {
        world.city.staff(site, Role::StationStaff);
    }
    for _ in 0..2 {
        world.city.submit(&grid, TO_STAFF);
    }
    let finished: Vec<(Attempt, SendResult)> = begin(&world)
        .into_iter()
        .enumerate()
        .map(|(number, attempt)| (attempt, sent(number)))
        .collect();
    assert_eq!(finished.len(), 6);
    for _ in 0..2 {
        world.store.finish_all(&finished, now()).unwrap();
        assert_eq!(world.count("events WHERE kind = 'notified'"), 2);
    }
    assert_eq!(
        world.count("events WHERE kind = 'notified' AND data ->> 'role' = 'station_staff'"),
        2
    );
    assert_eq!(
        world.count("notifications WHERE state = 'sent' AND carried_by IS NULL"),
        6
    );
    for (attempt, result) in &finished {
        let SendResult::Sent { provider_message_id } = result else {
            panic!("{result:?}")
        };
        let named = format!(
            "notifications WHERE id = '{}' AND provider_message_id = '{}'",
            attempt.id,
            provider_message_id.as_deref().unwrap()
        );
        assert_eq!(world.count(&named), 1);
    }
    assert!(world.store.verify_timelines(|_| {}).unwrap().breaks.is_empty());
}

#[test]
fn each_outcome_is_recorded_beside_the_others() {
    let mut world = world();
    submitted(&mut world, 4);
    let attempts = begin(&world);
    let results = [
        sent(1),
        SendResult::Retry {
            at: minutes(5),
            code: Some(-1),
            error: "busy".to_owned(),
        },
        SendResult::Unknown {
            at: minutes(2),
            error: "timeout".to_owned(),
        },
        refused(),
    ];
    let finished: Vec<_> = attempts.into_iter().zip(results).collect();
    world.store.finish_all(&finished, now()).unwrap();
    for condition in [
        "state = 'sent' AND finished_at IS NOT NULL AND error IS NULL",
        "state = 'waiting' AND error_code = -1 AND error = 'busy'",
        "state = 'unknown' AND unknown_attempts = 1 AND error_code IS NULL AND error = 'timeout'",
        "state = 'dead' AND error_code = 43101 AND finished_at IS NOT NULL",
    ] {
        assert_eq!(
            world.count(&format!("notifications WHERE {condition}")),
            1,
            "{condition}"
        );
    }
}

#[test]
fn each_of_many_uses_up_one_permission_and_never_more_than_there_are() {
    for (allowed, left) in [(5, 2), (2, 0)] {
        let mut world = world();
        let deputy = submitted(&mut world, 4);
        let account = deputy.actor.account_id;
        for _ in 0..allowed {
            let answer = PushAnswer::Accepted;
            world
                .store
                .answer_push(account, Template::DeputyNew, answer, now())
                .unwrap();
        }
        let mut attempts = begin(&world);
        let last = attempts.pop().unwrap();
        let finished: Vec<_> = attempts
            .into_iter()
            .enumerate()
            .map(|(number, attempt)| (attempt, sent(number)))
            .collect();
        world.store.finish_all(&finished, now()).unwrap();
        assert_eq!(
            world.store.push_permissions(account).unwrap(),
            [(Template::DeputyNew, left)]
        );
        world.store.finish_all(&[(last, refused())], now()).unwrap();
        assert_eq!(
            world.store.push_permissions(account).unwrap(),
            [(Template::DeputyNew, 0)]
        );
    }
}

#[test]
fn a_refusal_among_those_that_arrived_says_that_no_permission_is_left() {
    let mut world = world();
    let deputy = submitted(&mut world, 2);
    let account = deputy.actor.account_id;
    for _ in 0..5 {
        world
            .store
            .answer_push(account, Template::DeputyNew, PushAnswer::Accepted, now())
            .unwrap();
    }
    let finished: Vec<_> = begin(&world).into_iter().zip([refused(), sent(1)]).collect();
    world.store.finish_all(&finished, now()).unwrap();
    assert_eq!(
        world.store.push_permissions(account).unwrap(),
        [(Template::DeputyNew, 0)]
    );
}
