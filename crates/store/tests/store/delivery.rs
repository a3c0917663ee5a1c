//! By which channel an account is told, and when.

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
use minyi_domain::{
    delivery::{Channel, Hours, Kind},
    people::Role,
};
use minyi_store::{
    Address, BeginSending, By, DeliveryPolicy, NewWishes, Outgoing, Recipient, SendResult, fixtures::Deputy, sealed_for,
};
use uuid::Uuid;

use crate::support::{World, now, world};

mod digests;
mod permissions;

/// A city in which WeCom and text messages exist too, with a grid's deputy who can be reached by all three.
struct Stage {
    world: World,
    deputy: Deputy,
    site: Uuid,
    submission: Uuid,
}

fn minutes(n: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(n)
}

fn stage() -> Stage {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let channels = [Channel::Wechat, Channel::Wecom, Channel::Sms];
    world.store.announce_channels("worker", &channels, now()).unwrap();
    let account = deputy.actor.account_id;
    for channel in [Channel::Wecom, Channel::Sms] {
        let sealed = sealed_for(channel);
        world
            .store
            .set_channel_address(account, channel, Some(sealed.as_bytes()), account, now())
            .unwrap();
    }
    let (submission, _) = world.city.submit(&grid, deputy.route());
    Stage {
        site: grid.site_id,
        world,
        deputy,
        submission,
    }
}

impl Stage {
    fn wish(&self, orders: &[(Kind, &[Channel])], digest: bool) {
        let wishes = NewWishes {
            orders: orders.iter().map(|(kind, order)| (*kind, order.to_vec())).collect(),
            quiet: None,
            digest,
        };
        let account = self.deputy.actor.account_id;
        self.world
            .store
            .set_notification_wishes(account, &wishes, now())
            .unwrap();
    }

    /// What is to be sent now.
    fn begin(&self, at: DateTime<Utc>) -> Vec<Outgoing> {
        let ids = self.world.store.claim_due_notifications(at, 100).unwrap();
        let begun = ids
            .into_iter()
            .map(|id| self.world.store.begin_sending(id, at).unwrap());
        begun
            .filter_map(|begun| match begun {
                BeginSending::Send(outgoing) => Some(*outgoing),
                _ => None,
            })
            .collect()
    }

    fn begin_one(&self, at: DateTime<Utc>) -> Outgoing {
        let mut outgoing = self.begin(at);
        assert_eq!(outgoing.len(), 1, "{outgoing:?}");
        outgoing.remove(0)
    }

    fn finish(&self, outgoing: &Outgoing, result: &SendResult, at: DateTime<Utc>) {
        self.world
            .store
            .finish_sending(&outgoing.attempt(), result, at)
            .unwrap();
    }

    /// Channel and state of every message, in the order in which they were made.
    fn rows(&self) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            row: String,
        }
        let query = "SELECT channel || ' ' || state AS row FROM notifications ORDER BY id";
        let rows: Vec<Row> = diesel::sql_query(query).load(&mut self.world.raw()).unwrap();
        rows.into_iter().map(|row| row.row).collect()
    }
}

fn refused(code: i32) -> SendResult {
    SendResult::Dead {
        code: Some(code),
        error: "refused".to_owned(),
    }
}

fn sent() -> SendResult {
    SendResult::Sent {
        provider_message_id: None,
    }
}

#[test]
fn the_first_channel_of_the_persons_order_is_taken() {
    let stage = stage();
    stage.wish(
        &[(Kind::NewWork, &[Channel::Mail, Channel::Sms, Channel::Wechat])],
        false,
    );
    let outgoing = stage.begin_one(now());
    assert_eq!(outgoing.channel, Channel::Sms, "no mail is set up here");
    let owner = stage.deputy.actor.account_id;
    let bytes = sealed_for(Channel::Sms).into_bytes();
    let purpose = sealed_for(Channel::Sms);
    assert_eq!(outgoing.address, Address::Sealed { purpose, owner, bytes });
    assert_eq!(stage.rows(), ["sms sending"]);
}

#[test]
fn each_channel_that_refuses_lets_the_next_be_tried_until_one_takes_it() {
    let stage = stage();
    let first = stage.begin_one(now());
    assert_eq!(first.channel, Channel::Wechat);
    stage.finish(&first, &refused(43101), minutes(1));
    let second = stage.begin_one(minutes(1));
    assert_eq!((second.channel, second.created_at), (Channel::Wecom, first.created_at));
    stage.finish(&second, &refused(60111), minutes(2));
    let third = stage.begin_one(minutes(2));
    stage.finish(&third, &sent(), minutes(3));
    assert_eq!(stage.rows(), ["wechat passed", "wecom passed", "sms sent"]);
    assert!(stage.begin(minutes(9_999)).is_empty());
    // The person reads of it once.
    let page = stage.world.store.messages(&stage.deputy.actor, None, 10).unwrap();
    assert_eq!(page.items.len(), 1);
}

#[test]
fn a_long_wait_is_a_refusal_where_another_channel_is_left_and_a_short_one_is_not() {
    let stage = stage();
    let first = stage.begin_one(now());
    let again = |at| SendResult::Retry {
        at,
        code: Some(45009),
        error: "quota".to_owned(),
    };
    stage.finish(&first, &again(minutes(2)), now());
    assert_eq!(stage.rows(), ["wechat waiting"]);
    let first = stage.begin_one(minutes(2));
    stage.finish(&first, &again(minutes(62)), minutes(2));
    assert_eq!(stage.rows(), ["wechat passed", "wecom waiting"]);
}

#[test]
fn an_outcome_that_stays_unknown_lets_the_next_channel_be_tried() {
    let stage = stage();
    let first = stage.begin_one(now());
    let unknown = SendResult::Unknown {
        at: minutes(3),
        error: "timeout".to_owned(),
    };
    stage.finish(&first, &unknown, now());
    assert!(stage.begin(minutes(3)).is_empty(), "it goes out on the next channel");
    let second = stage.begin_one(minutes(3));
    assert_eq!(second.channel, Channel::Wecom);
    // The first one comes true after all, while the second is under way: that one goes through, and nothing more.
    stage.finish(&first, &sent(), minutes(4));
    stage.finish(&second, &refused(60111), minutes(5));
    assert!(stage.begin(minutes(9_999)).is_empty());
    assert_eq!(stage.rows(), ["wechat sent", "wecom passed"]);
}

#[test]
fn an_unknown_outcome_is_not_repeated_on_its_channel_while_another_one_waits_for_its_time() {
    for (patience, looks) in [(5, [2, 4, 5]), (1, [1, 1, 1])] {
        let stage = stage();
        stage
            .world
            .execute(&format!("UPDATE delivery_policy SET unknown_minutes = {patience}"));
        let first = stage.begin_one(now());
        let unknown = SendResult::Unknown {
            at: minutes(looks[0]),
            error: "timeout".to_owned(),
        };
        stage.finish(&first, &unknown, now());
        for at in looks {
            let sent = stage.begin(minutes(at));
            assert!(
                sent.iter().all(|outgoing| outgoing.channel == Channel::Wecom),
                "{sent:?}"
            );
        }
        stage.begin(minutes(looks[2]));
        assert_eq!(
            stage.rows(),
            ["wechat passed", "wecom sending"],
            "after {patience} minutes"
        );
        assert_eq!(stage.world.count("notifications WHERE attempts = 1"), 2);
    }
}

#[test]
fn with_no_other_channel_an_unknown_outcome_is_repeated_on_its_own() {
    let stage = stage();
    stage.wish(&[(Kind::NewWork, &[Channel::Wechat])], false);
    stage.world.execute("UPDATE delivery_policy SET unknown_minutes = 5");
    let first = stage.begin_one(now());
    let unknown = SendResult::Unknown {
        at: minutes(2),
        error: "timeout".to_owned(),
    };
    stage.finish(&first, &unknown, now());
    let again = stage.begin_one(minutes(2));
    assert_eq!((again.id, again.channel), (first.id, Channel::Wechat));
}

#[test]
fn what_arrived_after_all_is_not_sent_on_another_channel() {
    let stage = stage();
    let first = stage.begin_one(now());
    let unknown = SendResult::Unknown {
        at: minutes(3),
        error: "timeout".to_owned(),
    };
    stage.finish(&first, &unknown, now());
    stage.begin(minutes(3));
    stage.finish(&first, &sent(), minutes(3));
    assert_eq!(stage.rows(), ["wechat sent", "wecom void"]);
}

#[test]
fn with_no_channel_left_the_station_is_told_of_what_must_be_answered() {
    let mut stage = stage();
    let staff = stage.world.city.staff(stage.site, Role::StationStaff);
    for at in 1..=3 {
        let outgoing = stage.begin_one(minutes(at));
        assert_eq!(outgoing.submission_id, stage.submission);
        stage.finish(&outgoing, &refused(43101), minutes(at));
    }
    assert_eq!(stage.rows()[..3], ["wechat passed", "wecom passed", "sms dead"]);
    let outgoing = stage.begin_one(minutes(4));
    let to_staff = Recipient::Account(staff.account_id);
    assert_eq!((outgoing.recipient, outgoing.channel), (to_staff, Channel::Wechat));
}

#[test]
fn all_switched_off_is_for_the_station_and_who_wants_no_news_still_finds_them() {
    let mut stage = stage();
    stage.world.city.staff(stage.site, Role::StationHead);
    stage.wish(&[(Kind::NewWork, &[]), (Kind::News, &[])], false);
    assert!(stage.begin(now()).is_empty());
    assert_eq!(stage.begin(now()).len(), 1, "the head");
    // Made at one moment, they have no order.
    let mut rows = stage.rows();
    rows.sort();
    assert_eq!(rows, ["wechat dead", "wechat sending"]);

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
    assert!(stage.begin(now()).is_empty());
    assert_eq!(stage.world.count("notifications WHERE state = 'void'"), 1);
    let page = stage.world.store.messages(&stage.deputy.actor, None, 10).unwrap();
    assert_eq!(page.items.len(), 2);
}

#[test]
fn at_night_only_an_emergency_goes_out() {
    let stage = stage();
    // Eleven in the evening in China.
    let night = now() + TimeDelta::hours(13);
    assert!(stage.begin(night).is_empty());
    assert!(
        stage.begin(night + TimeDelta::hours(7)).is_empty(),
        "six in the morning"
    );
    stage
        .world
        .execute("UPDATE submissions SET urgency = 'urgent'; UPDATE notifications SET due_at = created_at");
    assert_eq!(stage.begin(night).len(), 1);
}

#[test]
fn at_night_residents_and_groups_hear_of_an_emergency_and_of_nothing_else() {
    for (urgency, hear_at_night) in [("normal", false), ("urgent", true)] {
        let stage = stage();
        stage.world.execute(&format!(
            "INSERT INTO resident_subscriptions (id, submission_id, wechat_openid, created_at)
                VALUES (gen_random_uuid(), '{0}', 'resident', '{1}');
            INSERT INTO group_robots (id, site_id, key_sealed, set_by_account_id, set_at)
                VALUES ('{2}', '{2}', 'key', '{3}', '{1}');
            UPDATE submissions SET urgency = '{urgency}'",
            stage.submission,
            now(),
            stage.site,
            stage.deputy.actor.account_id
        ));
        // Eleven in the evening of the day on which it was due.
        let night = now() + TimeDelta::days(5) + TimeDelta::hours(13);
        for id in stage.world.store.claim_due_steps(night, 100).unwrap() {
            stage.world.store.run_step(id, night).unwrap();
        }
        let told = |at| {
            let sent = stage.begin(at);
            let is_to = |matches: fn(&Recipient) -> bool| sent.iter().any(|outgoing| matches(&outgoing.recipient));
            (
                is_to(|to| matches!(to, Recipient::Resident(_))),
                is_to(|to| matches!(to, Recipient::Group(_))),
            )
        };
        assert_eq!(told(night), (hear_at_night, hear_at_night), "{urgency}");
        let morning = night + TimeDelta::hours(8);
        assert_eq!(told(morning), (!hear_at_night, !hear_at_night), "{urgency}");
    }
}

#[test]
fn a_quiet_time_of_ones_own_takes_the_place_of_the_usual_one() {
    let stage = stage();
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let wishes = NewWishes {
        orders: Vec::new(),
        quiet: Hours::new(time(9), time(12)),
        digest: false,
    };
    let account = stage.deputy.actor.account_id;
    stage
        .world
        .store
        .set_notification_wishes(account, &wishes, now())
        .unwrap();
    let view = stage.world.store.notification_wishes(account).unwrap();
    assert_eq!((view.quiet, view.digest), (wishes.quiet, false));
    assert!(stage.begin(now()).is_empty(), "it is ten");
    assert_eq!(stage.begin(minutes(120)).len(), 1, "it is twelve");
}

#[test]
fn the_policy_is_set_and_holds_for_whoever_wishes_nothing() {
    let stage = stage();
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let policy = DeliveryPolicy {
        quiet: Hours::new(time(9), time(12)),
        digest_at: time(13),
        unknown_minutes: 1440,
    };
    let by = By::command_line();
    stage.world.store.set_delivery_policy(&by, policy, now()).unwrap();
    assert_eq!(stage.world.store.delivery_policy().unwrap(), policy);
    let view = stage
        .world
        .store
        .notification_wishes(stage.deputy.actor.account_id)
        .unwrap();
    assert_eq!((view.quiet, view.digest_at), (policy.quiet, policy.digest_at));
    assert!(stage.begin(now()).is_empty(), "it is ten");
    assert_eq!(stage.begin(minutes(120)).len(), 1, "it is twelve");
    assert_eq!(stage.world.count("audit_log WHERE action = 'delivery_policy_set'"), 1);
}

#[test]
fn a_worker_takes_no_channel_from_another_and_what_nobody_has_any_more_lapses() {
    let stage = stage();
    let (store, account) = (&stage.world.store, stage.deputy.actor.account_id);
    let announce = |worker: &str, channels: &[Channel], minute| {
        store.announce_channels(worker, channels, minutes(minute)).unwrap();
        store.notification_wishes(account).unwrap().installed
    };
    let all = [Channel::Wechat, Channel::Wecom, Channel::Sms];
    assert_eq!(announce("other", &[Channel::Wechat], 1), all);
    // Said anew by the same worker, less is less.
    assert_eq!(
        announce("worker", &[Channel::Wechat, Channel::Sms], 2),
        [Channel::Wechat, Channel::Sms]
    );
    // The worker that had text messages is gone for six minutes.
    assert_eq!(
        announce("other", &[Channel::Wechat], 6),
        [Channel::Wechat, Channel::Sms]
    );
    assert_eq!(announce("other", &[Channel::Wechat], 8), [Channel::Wechat]);
}
