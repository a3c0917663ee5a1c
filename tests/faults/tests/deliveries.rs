//! The reckoning of messages: what it must find, and what it must let pass.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use minyi_faults::deliveries::{Arrival, Row, Verdict, compare};
use uuid::Uuid;
use wechat_simulator::templates::DEPUTY_DEADLINE;

const NUMBER: &str = "20260302-ACDE0001";

/// One deputy is told of one event of one matter; `message`: it was sent.
fn row(id: u128, said: &str, message: Option<&str>) -> Row {
    Row {
        id: Uuid::from_u128(id),
        carrier: Uuid::from_u128(id),
        openid: "o1".to_owned(),
        template: "deputy_deadline".to_owned(),
        number: NUMBER.to_owned(),
        said: said.to_owned(),
        state: if message.is_some() { "sent" } else { "dead" }.to_owned(),
        in_digest: false,
        unknown: 0,
        message: message.map(str::to_owned),
    }
}

fn arrival(id: &str, words: &str) -> Arrival {
    Arrival {
        id: id.to_owned(),
        openid: "o1".to_owned(),
        template: DEPUTY_DEADLINE.to_owned(),
        number: NUMBER.to_owned(),
        words: words.to_owned(),
    }
}

fn named(count: i64) -> Verdict {
    Verdict {
        named: count,
        ..Verdict::default()
    }
}

#[test]
fn a_lost_and_a_doubled_event_of_one_matter_do_not_cancel_out() {
    let rows = [row(1, "overdue", Some("1")), row(2, "escalated", Some("2"))];
    let whole = [arrival("1", "已超期"), arrival("2", "升级督办")];
    assert_eq!(compare(&rows, &whole), named(2));
    let cancelling = [arrival("1", "已超期"), arrival("3", "已超期")];
    let expected = Verdict {
        lost: 1,
        unexplained: 1,
        ..named(1)
    };
    assert_eq!(compare(&rows, &cancelling), expected);
}

#[test]
fn only_an_unknown_outcome_of_the_same_event_explains_a_second_message() {
    let unknown = Row {
        unknown: 1,
        ..row(1, "overdue", Some("1"))
    };
    let rows = [unknown, row(2, "escalated", Some("2"))];
    let first = [arrival("1", "已超期"), arrival("2", "升级督办")];
    let with = |more: Arrival| compare(&rows, &[first.to_vec(), vec![more]].concat());
    let again = Verdict {
        fitted: 1,
        again: 1,
        ..named(2)
    };
    assert_eq!(with(arrival("3", "已超期")), again);
    let unexplained = Verdict {
        unexplained: 1,
        ..named(2)
    };
    assert_eq!(with(arrival("3", "升级督办")), unexplained);
}

#[test]
fn an_unknown_outcome_that_arrived_once_is_no_repetition() {
    let dead = Row {
        unknown: 3,
        ..row(1, "overdue", None)
    };
    let expected = Verdict {
        fitted: 1,
        ..Verdict::default()
    };
    assert_eq!(compare(&[dead], &[arrival("1", "已超期")]), expected);
}

#[test]
fn what_reached_another_person_or_stands_for_two_events_is_found() {
    let other = Arrival {
        openid: "o2".to_owned(),
        ..arrival("1", "已超期")
    };
    let astray = Verdict { astray: 1, ..named(1) };
    assert_eq!(compare(&[row(1, "overdue", Some("1"))], &[other]), astray);
    let two = [row(1, "overdue", Some("1")), row(2, "escalated", Some("1"))];
    let shared = Verdict { shared: 1, ..named(1) };
    assert_eq!(compare(&two, &[arrival("1", "已超期")]), shared);
}

#[test]
fn the_rows_of_a_digest_share_its_message() {
    let carrier = Row {
        in_digest: true,
        ..row(1, "reminded late", Some("1"))
    };
    let carried = Row {
        id: Uuid::from_u128(2),
        number: "20260302-ACDE0002".to_owned(),
        ..carrier.clone()
    };
    assert_eq!(compare(&[carrier, carried], &[arrival("1", "今日汇总")]), named(1));
}
