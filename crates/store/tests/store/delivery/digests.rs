//! Several messages in one (汇总).

use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::delivery::Channel;
use minyi_store::BeginSending;

use super::{Stage, refused, sent, stage};
use crate::support::now;

/// So many days and hours from now on.
fn at(days: i64, hours: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(days) + TimeDelta::hours(hours)
}

/// Three matters of one deputy, due on the fifth day: their reminders are gathered on the sixth at eight, and sent at nine.
fn three_late() -> Stage {
    let mut stage = stage();
    let (grid, _) = stage.world.city.grid_with_lead();
    for _ in 0..2 {
        stage.world.city.submit(&grid, stage.deputy.route());
    }
    for outgoing in &stage.begin(now()) {
        stage.finish(outgoing, &sent(), now());
    }
    for time in [at(4, 0), at(5, 0), at(6, -2)] {
        for id in stage.world.store.claim_due_steps(time, 100).unwrap() {
            stage.world.store.run_step(id, time).unwrap();
        }
    }
    stage.world.execute("DELETE FROM notifications WHERE NOT in_digest");
    stage
}

#[test]
fn what_is_late_comes_as_one_message_and_shares_its_fate() {
    let stage = three_late();
    assert!(stage.begin(at(6, -2)).is_empty(), "not before nine");
    let digest = stage.begin_one(at(6, -1));
    assert_eq!(digest.others.len(), 2);
    stage.finish(&digest, &refused(43101), at(6, -1));
    let digest = stage.begin_one(at(6, -1));
    assert_eq!((digest.channel, digest.others.len()), (Channel::Wecom, 2));
    stage.finish(&digest, &sent(), at(6, -1));
    assert_eq!(
        stage
            .world
            .count("notifications WHERE channel = 'wecom' AND state = 'sent'"),
        3
    );
    assert_eq!(
        stage
            .world
            .count("notifications WHERE channel = 'wecom' AND carried_by IS NOT NULL"),
        2
    );
}

#[test]
fn what_a_digest_takes_along_is_not_begun_again_beside_it() {
    let stage = three_late();
    assert!(stage.begin(at(6, -2)).is_empty(), "not before nine");
    let store = &stage.world.store;
    let ids = store.claim_due_notifications(at(6, -1), 100).unwrap();
    assert_eq!(ids.len(), 3);
    let begun = store.begin_all(&ids, at(6, -1)).unwrap();
    let [
        BeginSending::Send(digest),
        BeginSending::AlreadyDone,
        BeginSending::AlreadyDone,
    ] = &begun[..]
    else {
        panic!("{begun:?}")
    };
    assert_eq!((digest.id, digest.others.len()), (ids[0], 2));
    let sending = "notifications WHERE state = 'sending' AND attempts = 1";
    assert_eq!(stage.world.count(sending), 3);
}

#[test]
fn an_arrival_that_is_told_late_counts_only_for_what_was_in_that_message() {
    let stage = three_late();
    let account = stage.deputy.actor.account_id;
    for channel in [Channel::Wecom, Channel::Sms] {
        stage
            .world
            .store
            .set_channel_address(account, channel, None, account, now())
            .unwrap();
    }
    // The third is not in the first message.
    stage.world.execute(
        "UPDATE notifications SET due_at = due_at + interval '1 hour' WHERE id = (SELECT max(id::text)::uuid FROM notifications)",
    );
    let first = stage.begin_one(at(6, -1));
    assert_eq!(first.others.len(), 1);
    // Its outcome is unknown for long enough; all three go out.
    let store = &stage.world.store;
    store
        .republish_stale(at(6, 0), TimeDelta::minutes(5), at(6, 0))
        .unwrap();
    let second = stage.begin_one(at(6, 1));
    assert_eq!(second.others.len(), 2);
    // The first had arrived. The second has not: for the third only this counts.
    stage.finish(&first, &sent(), at(6, 1));
    stage.finish(&second, &refused(43101), at(6, 1));
    let count = |state: &str| stage.world.count(&format!("notifications WHERE state = '{state}'"));
    assert_eq!((count("sent"), count("dead")), (2, 1));
    assert_ne!(first.key(), second.key(), "another message");
    let went_out_together = format!("sent' AND coalesce(carried_by, id) = '{}", first.id);
    assert_eq!(count(&went_out_together), 2);
    // What failed long ago says nothing of what runs now.
    stage.finish(&first, &refused(43101), at(6, 1));
    assert_eq!((count("sent"), count("dead")), (2, 1));
}
