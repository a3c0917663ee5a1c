//! What a message uses up of what a person lets through.

use minyi_store::{PushAnswer, Template};

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
