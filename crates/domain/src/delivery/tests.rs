#![allow(clippy::unwrap_used, reason = "tests fail loudly")]
use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::{prelude::*, sample::subsequence};

use super::*;

fn time(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn wishes(digest: bool) -> Wishes {
    Wishes {
        order: None,
        quiet: Hours::new(time(22, 0), time(7, 0)),
        digest,
        digest_at: time(9, 0),
    }
}

const ALL: &[Channel] = Channel::PERSONAL;

#[test]
fn the_night_is_quiet_except_for_emergencies() {
    // Half past eleven in the evening in China.
    let night = at("2026-11-19T15:30:00Z");
    let when = |pressing| match wishes(false).next(Kind::NewWork, pressing, ALL, &[], night) {
        Next::On { at, in_digest, .. } => (at, in_digest),
        other => panic!("{other:?}"),
    };
    assert_eq!(when(Pressing::Emergency), (night, false));
    assert_eq!(when(Pressing::Usual), (at("2026-11-19T23:00:00Z"), false));
    assert_eq!(when(Pressing::CanWait), (at("2026-11-19T23:00:00Z"), false));
}

#[test]
fn a_digest_gathers_what_can_wait_until_the_morning() {
    let noon = at("2026-11-19T04:00:00Z");
    let next = |pressing, tried: &[Channel]| wishes(true).next(Kind::News, pressing, ALL, tried, noon);
    let on = |channel, at, in_digest| Next::On { channel, at, in_digest };
    assert_eq!(
        next(Pressing::CanWait, &[]),
        on(Channel::Wechat, at("2026-11-20T01:00:00Z"), true)
    );
    assert_eq!(next(Pressing::Usual, &[]), on(Channel::Wechat, noon, false));
    assert_eq!(
        next(Pressing::CanWait, &[Channel::Wechat]),
        on(Channel::WechatService, noon, false),
        "what was refused has waited long enough"
    );
}

#[test]
fn what_must_be_answered_cannot_be_switched_off() {
    let silent = Wishes {
        order: Some(Vec::new()),
        ..wishes(false)
    };
    let next = |kind| silent.next(kind, Pressing::Usual, ALL, &[], at("2026-11-19T04:00:00Z"));
    assert_eq!(next(Kind::News), Next::Unwanted);
    assert_eq!(next(Kind::NewWork), Next::Nobody);
    assert_eq!(next(Kind::Deadline), Next::Nobody);
}

fn any_time() -> impl Strategy<Value = NaiveTime> {
    (0..24_u32, 0..60_u32).prop_map(|(hour, minute)| time(hour, minute))
}

fn any_wishes() -> impl Strategy<Value = Wishes> {
    let order = prop::option::of(subsequence(ALL.to_vec(), 0..=ALL.len()).prop_shuffle());
    let quiet = prop::option::of((any_time(), any_time()));
    (order, quiet, any::<bool>(), any_time()).prop_map(|(order, quiet, digest, digest_at)| Wishes {
        order,
        quiet: quiet.and_then(|(from, until)| Hours::new(from, until)),
        digest,
        digest_at,
    })
}

fn any_pressing() -> impl Strategy<Value = Pressing> {
    prop::sample::select(vec![Pressing::Emergency, Pressing::Usual, Pressing::CanWait])
}

proptest! {
    /// Refused everywhere, a message has gone through each usable channel of the order once, in that order.
    #[test]
    fn each_channel_is_tried_once_in_the_persons_order(
        wishes in any_wishes(), usable in subsequence(ALL.to_vec(), 0..=ALL.len()), pressing in any_pressing(),
        minutes in 0..2_000_000_i64,
    ) {
        let now = at("2026-01-01T00:00:00Z") + TimeDelta::minutes(minutes);
        let mut tried = Vec::new();
        while let Next::On { channel, .. } = wishes.next(Kind::NewWork, pressing, &usable, &tried, now) {
            tried.push(channel);
            prop_assert!(tried.len() <= ALL.len());
        }
        let order = wishes.order.clone().unwrap_or_else(|| ALL.to_vec());
        let expected: Vec<_> = order.into_iter().filter(|channel| usable.contains(channel)).collect();
        prop_assert_eq!(&tried, &expected);
        prop_assert_eq!(tried.iter().collect::<BTreeSet<_>>().len(), tried.len());
        prop_assert_eq!(wishes.next(Kind::NewWork, pressing, &usable, &tried, now), Next::Nobody);
    }

    /// Nobody is disturbed in quiet hours, nothing waits longer than two days, and an emergency does not wait at all.
    #[test]
    fn nothing_comes_in_quiet_hours_and_nothing_waits_for_ever(
        wishes in any_wishes(), pressing in any_pressing(), minutes in 0..2_000_000_i64,
        kind in prop::sample::select(Kind::ALL.to_vec()),
    ) {
        let now = at("2026-01-01T00:00:00Z") + TimeDelta::minutes(minutes);
        if let Next::On { at, in_digest, .. } = wishes.next(kind, pressing, ALL, &[], now) {
            prop_assert!(at >= now && at - now <= TimeDelta::days(2));
            prop_assert!(in_digest <= (wishes.digest && pressing == Pressing::CanWait));
            if pressing == Pressing::Emergency {
                prop_assert_eq!(at, now);
            } else if let Some(quiet) = wishes.quiet {
                prop_assert!(!quiet.contain(at));
            }
            if !in_digest && pressing != Pressing::Emergency && !wishes.quiet.is_some_and(|quiet| quiet.contain(now)) {
                prop_assert_eq!(at, now, "nobody waits without a reason");
            }
        }
    }
}

#[test]
fn an_address_fits_its_channel_and_is_shown_in_part() {
    let read = |channel: Channel, typed: &str| channel.read_address(typed);
    assert_eq!(read(Channel::Sms, " 138 0000 0001 "), Some("13800000001".to_owned()));
    assert_eq!(
        read(Channel::Sms, "010-12345678"),
        None,
        "a landline gets no text messages"
    );
    assert_eq!(read(Channel::Mail, "li@example.cn"), Some("li@example.cn".to_owned()));
    for wrong in [
        "li",
        "li@",
        "@example.cn",
        "li@cn",
        "li@a.cn, wang@a.cn",
        "li@a.cn\r\nBcc: x@y.cn",
        "李@a.cn",
    ] {
        assert_eq!(read(Channel::Mail, wrong), None, "{wrong}");
    }
    assert_eq!(read(Channel::Wecom, "li.chunlan"), Some("li.chunlan".to_owned()));
    assert_eq!(read(Channel::Wecom, "a|b"), None, "one person, not several");
    for bound in [Channel::Wechat, Channel::WechatService, Channel::DingtalkRobot] {
        assert_eq!(read(bound, "openid"), None, "{bound}");
    }
    assert_eq!(Channel::Sms.mask("13800000001"), "138****0001");
    assert_eq!(Channel::Mail.mask("chunlan@example.cn"), "c***@example.cn");
    assert_eq!(Channel::Dingtalk.mask("li.chunlan"), "li***");
}
