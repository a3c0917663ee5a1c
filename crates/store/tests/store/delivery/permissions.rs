//! What a message uses up of what a person lets through.

use minyi_store::{FailedMessage, PushAnswer, TakenPush, Template};

use super::*;

/// Two pieces of news that are due now; nothing else is on its way.
fn news(stage: &Stage) {
    stage.world.execute("DELETE FROM notifications");
    for _ in 0..2 {
        let event = Uuid::new_v4();
        stage.world.execute(&format!(
            "INSERT INTO events (id, submission_id, kind, actor, is_public, data, occurred_at)
                SELECT '{event}', id, 'handover_accepted', 'clock', true, '{{}}', '{0}' FROM submissions;
            INSERT INTO notifications (id, event_id, submission_id, account_id, channel, template, state, due_at, created_at)
                SELECT gen_random_uuid(), '{event}', id, '{1}', 'wechat', 'deputy_new', 'waiting', '{0}', '{0}'
                FROM submissions",
            now(),
            stage.deputy.actor.account_id
        ));
    }
}

#[test]
fn a_digest_uses_up_what_was_allowed_of_the_template_with_which_it_goes_out() {
    for (result, left) in [(sent(), 1), (refused(43101), 0)] {
        let stage = stage();
        stage.wish(&[(Kind::News, &[Channel::Wechat])], true);
        let (store, account) = (&stage.world.store, stage.deputy.actor.account_id);
        for template in [Template::DeputyNew, Template::DeputyDeadline] {
            for _ in 0..2 {
                store
                    .answer_push(account, template, PushAnswer::Accepted, now())
                    .unwrap();
            }
        }
        news(&stage);
        assert!(stage.begin(now()).is_empty(), "it waits for nine o'clock");
        let nine = now() + TimeDelta::hours(23);
        let digest = stage.begin_one(nine);
        assert_eq!((digest.template, digest.others.len()), (Template::DeputyNew, 1));
        stage.finish(&digest, &result, nine);
        let mut permissions = store.push_permissions(account).unwrap();
        permissions.sort_by_key(|(template, _)| template.as_str());
        assert_eq!(
            permissions,
            [(Template::DeputyDeadline, left), (Template::DeputyNew, 2)]
        );
    }
}

/// WeChat says that what it had taken as `message_id` failed. `key`: of the push.
fn failed(stage: &Stage, key: u8, message_id: &str, at: DateTime<Utc>) -> bool {
    let push = TakenPush {
        key: [key; 32],
        kind: "subscribe_msg_sent_event",
        openid: &stage.deputy.openid,
        answers: &[],
        failed: &[FailedMessage {
            message_id: message_id.to_owned(),
            code: -1,
            status: "system failed".to_owned(),
        }],
        report: None,
    };
    stage.world.store.take_push(push, at).unwrap()
}

fn taken(message_id: &str) -> SendResult {
    SendResult::Sent {
        provider_message_id: Some(message_id.to_owned()),
    }
}

#[test]
fn what_failed_after_it_was_taken_goes_on_by_the_next_channel_once() {
    let stage = stage();
    let (store, account) = (&stage.world.store, stage.deputy.actor.account_id);
    store
        .answer_push(account, Template::DeputyNew, PushAnswer::Accepted, now())
        .unwrap();
    let first = stage.begin_one(now());
    stage.finish(&first, &taken("7"), now());
    assert!(failed(&stage, 1, "8", minutes(1)), "of another message");
    assert_eq!(stage.rows(), ["wechat sent"]);
    assert!(failed(&stage, 2, "7", minutes(1)));
    assert!(!failed(&stage, 2, "7", minutes(1)), "a repetition");
    assert!(failed(&stage, 3, "7", minutes(1)), "the same in another push");
    assert_eq!(stage.rows(), ["wechat passed", "wecom waiting"]);
    let why = "notifications WHERE error_code = -1 AND error = 'system failed'";
    assert_eq!(stage.world.count(why), 1);
    let second = stage.begin_one(minutes(1));
    stage.finish(&second, &sent(), minutes(1));
    assert_eq!(stage.rows(), ["wechat passed", "wecom sent"]);
    assert_eq!(stage.world.count("events WHERE kind = 'notified'"), 1);
    let permissions = store.push_permissions(account).unwrap();
    assert_eq!(permissions, [(Template::DeputyNew, 0)], "it does not come back");
}

#[test]
fn what_went_out_together_fails_together() {
    let stage = stage();
    stage.wish(&[(Kind::News, &[Channel::Wechat, Channel::Sms])], true);
    news(&stage);
    stage.begin(now());
    let nine = now() + TimeDelta::hours(23);
    let digest = stage.begin_one(nine);
    stage.finish(&digest, &taken("7"), nine);
    assert!(failed(&stage, 1, "7", nine));
    assert_eq!(stage.world.count("notifications WHERE state = 'passed'"), 2);
    let again = stage.begin_one(nine);
    assert_eq!((again.channel, again.others.len()), (Channel::Sms, 1));
}
