//! Every installation has keys of its own and is loaded on a day of its own: the story can always be written.
#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, TimeZone as _, Utc};
use minyi_demo::{city::City, data::Data, fate::Rules, seed::Seed, story};
use minyi_domain::{
    calendar::WorkCalendar,
    deadlines::{self, Around, HandoverPolicies, Policies, Policy, Unit},
};
use minyi_gateways::{
    Mode,
    keys::{Keys, KeysConfig},
};

fn rules() -> Rules {
    let working = |amount| Policy {
        amount,
        unit: Unit::WorkingDays,
    };
    let auto_close = Policy {
        amount: 15,
        unit: Unit::CalendarDays,
    };
    let around = Around {
        remind: working(1),
        escalate_head: working(0),
        escalate: working(1),
        escalate_county: working(3),
    };
    let handover = HandoverPolicies {
        accept: working(2),
        answer: working(10),
        extend: working(10),
        partner: working(5),
        redo: working(5),
        judge: working(5),
        around,
    };
    let policies = Policies {
        give_info: working(10),
        office: handover,
        intersession: handover,
        proposal: handover,
        answer: working(5),
        around,
        auto_close,
    };
    // The two long holidays of 2026 and a working weekend.
    let first = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
    let off = |start: NaiveDate, days: u64| (0..days).map(move |day| (start + Days::new(day), true));
    let days = off(first(2, 15), 9)
        .chain(off(first(10, 1), 7))
        .chain([(first(10, 10), false)]);
    Rules(deadlines::Rules {
        calendar: WorkCalendar::new(days, [2026]),
        policies,
    })
}

fn seed(number: usize) -> Seed {
    let keys = [b'c', b'i', b'l'].map(|purpose| {
        let text = format!("{}{number:031}", char::from(purpose));
        base64(text.as_bytes())
    });
    let [contact, index, link] = keys;
    let config = KeysConfig {
        contact_keys: format!("k:{contact}").into(),
        index_key: index.into(),
        link_key: link.into(),
    };
    Seed::new(Keys::new(&config, Mode::Development).unwrap().index)
}

fn base64(bytes: &[u8]) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.encode(bytes)
}

#[test]
fn the_story_can_be_written_with_any_keys_on_any_day_at_any_time() {
    let data = Data::read().unwrap();
    let rules = rules();
    let start: DateTime<Utc> = Utc.with_ymd_and_hms(2026, 2, 1, 0, 20, 0).unwrap();
    for number in 0..30 {
        let step = i64::try_from(number).unwrap();
        let end = start + TimeDelta::hours(step * 24 * 10 + step * 7);
        let (end, seed) = (
            end.min(Utc.with_ymd_and_hms(2026, 12, 31, 3, 0, 0).unwrap()),
            seed(number),
        );
        let city = City::build(&data, &seed, end);
        let cases = story::write(&data, &city, &seed, &rules, end).unwrap();

        assert!(cases.iter().all(|case| case.submitted_at < end));
        assert!(cases.iter().flat_map(|case| &case.follows).all(|(at, _)| *at < end));
        let texts: BTreeSet<&str> = cases.iter().map(|case| case.text.as_str()).collect();
        assert!(
            texts.len() >= 110,
            "{} different texts among {}",
            texts.len(),
            cases.len()
        );
        assert!(texts.iter().all(|text| !text.contains(['{', '}', '|'])));
    }
}
