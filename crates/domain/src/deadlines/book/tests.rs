#![allow(clippy::unwrap_used, reason = "tests fail loudly")]
use proptest::prelude::*;

use super::*;

const STEPS: [&str; 10] = [
    "accept",
    "answer",
    "extend",
    "partner",
    "redo",
    "judge",
    "remind",
    "escalate_head",
    "escalate",
    "escalate_county",
];

fn working(amount: u16) -> Policy {
    Policy {
        amount,
        unit: Unit::WorkingDays,
    }
}

fn day(n: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 1).unwrap() + chrono::Days::new(n)
}

fn entry(applies_to: &str, step: &str, amount: u16, cover: Cover, from: NaiveDate) -> PolicyEntry {
    PolicyEntry {
        applies_to: applies_to.to_owned(),
        step: step.to_owned(),
        cover,
        policy: Some(working(amount)),
        effective_from: from,
    }
}

/// A general policy of five working days for everything.
fn general() -> Vec<PolicyEntry> {
    let mut all: Vec<PolicyEntry> = ["answer", "auto_close", "give_info"]
        .iter()
        .chain(&STEPS[6..])
        .map(|step| entry("submission", step, 5, Cover::default(), day(0)))
        .collect();
    for of in ["office", "intersession", "proposal"] {
        all.extend(STEPS.iter().map(|step| entry(of, step, 5, Cover::default(), day(0))));
    }
    all
}

fn categories() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "城建",
        "城建/路灯",
        "城建/路灯/不亮",
        "城建/路",
        "环境",
        "环境/垃圾",
    ])
    .prop_map(str::to_owned)
}

fn regions() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "9901",
        "990102",
        "990102003",
        "990102003201",
        "990103",
        "990103001",
    ])
    .prop_map(str::to_owned)
}

prop_compose! {
    fn matters()(
        kind in prop::sample::select(Kind::ALL),
        category in prop::option::of(categories()),
        urgency in prop::sample::select(Urgency::ALL),
        region_code in regions(),
    ) -> Matter {
        Matter { kind, category, urgency, region_code }
    }
}

prop_compose! {
    fn covers()(
        kind in prop::option::of(prop::sample::select(Kind::ALL)),
        category in prop::option::of(categories()),
        urgency in prop::option::of(prop::sample::select(Urgency::ALL)),
        region_code in prop::option::of(regions()),
    ) -> Cover {
        Cover { kind, category, urgency, region_code }
    }
}

prop_compose! {
    /// A narrower policy with a length that no other has.
    fn narrower(amount: u16)(
        cover in covers().prop_filter("general", |cover| !cover.is_general()),
        from in 0..20_u64,
        ends in prop::bool::weighted(0.2),
    ) -> PolicyEntry {
        let set = entry("submission", "answer", amount, cover, day(from));
        PolicyEntry { policy: set.policy.filter(|_| !ends), ..set }
    }
}

/// At most one of the same cover and day, as the table has it.
fn several() -> impl Strategy<Value = Vec<PolicyEntry>> {
    (0..12_u16)
        .prop_flat_map(|count| (0..count).map(|n| narrower(100 + n)).collect::<Vec<_>>())
        .prop_map(|mut all| {
            let known = all.clone();
            let mut index = 0;
            all.retain(|entry| {
                let before = known.iter().take(index);
                index += 1;
                !before
                    .clone()
                    .any(|other| other.cover == entry.cover && other.effective_from == entry.effective_from)
            });
            all
        })
}

fn book(on: NaiveDate, further: &[PolicyEntry]) -> Book {
    let mut all = general();
    all.extend_from_slice(further);
    Book::on(on, &all).unwrap()
}

proptest! {
    /// Whatever order they are read in, one holds, it covers the matter, and nothing in effect comes before it.
    #[test]
    fn exactly_one_policy_holds(matter in matters(), mut further in several(), on in 0..25_u64, turn in 0..12_usize) {
        let held = book(day(on), &further).policies(&matter);
        if !further.is_empty() {
            let middle = turn % further.len();
            further.rotate_left(middle);
            further.reverse();
        }
        prop_assert_eq!(book(day(on), &further).policies(&matter), held);

        let in_effect: Vec<&PolicyEntry> = further
            .iter()
            .filter(|entry| entry.effective_from <= day(on) && entry.cover.covers(&matter))
            .filter(|entry| !further.iter().any(|other| other.replaces(entry) && other.effective_from <= day(on)))
            .filter(|entry| entry.policy.is_some())
            .collect();
        let chosen: Vec<_> = in_effect.iter().filter(|entry| entry.policy == Some(held.answer)).collect();
        match chosen.as_slice() {
            [] => prop_assert!(in_effect.is_empty() && held.answer == working(5)),
            [chosen] => for other in &in_effect {
                prop_assert!(*other == **chosen || other.cover.rank() < chosen.cover.rank());
            },
            _ => prop_assert!(false, "two hold at once"),
        }
    }

    /// A new one changes only what it covers, there only to its own length, and nothing before its day.
    #[test]
    fn a_narrower_policy_changes_only_what_it_covers(
        matter in matters(), further in several(), new in narrower(999), on in 0..25_u64,
    ) {
        prop_assume!(new.policy.is_some());
        prop_assume!(further.iter().all(|entry| entry.cover != new.cover));
        let before = book(day(on), &further).policies(&matter);
        let mut all = further;
        all.push(new.clone());
        let after = book(day(on), &all).policies(&matter);
        let elsewhere = Policies { answer: before.answer, ..after };
        prop_assert_eq!(elsewhere, before, "other steps stay");
        if !new.cover.covers(&matter) || new.effective_from > day(on) {
            prop_assert_eq!(after.answer, before.answer);
        } else {
            prop_assert!(after.answer == before.answer || Some(after.answer) == new.policy);
        }
    }

    /// The promise before the kind is known is kept for every kind.
    #[test]
    fn nobody_is_promised_too_early(further in several(), region in regions(), on in 0..25_u64) {
        let now = "2026-11-20T02:00:00Z".parse().unwrap();
        let rules = RuleBook { calendar: WorkCalendar::default(), book: book(day(on), &further) };
        let (_, promised) = rules.promise(&region, now);
        for kind in Kind::ALL {
            let due = rules.rules(&Matter::new(*kind, &region)).plan(now).answer_due;
            prop_assert!(due.at <= promised.at);
        }
    }
}

#[test]
fn the_order_is_urgency_then_category_then_kind_then_place() {
    let place = |code: &str| Cover {
        region_code: Some(code.to_owned()),
        ..Cover::default()
    };
    let category = |path: &str| Cover {
        category: Some(path.to_owned()),
        ..Cover::default()
    };
    let urgent = Cover {
        urgency: Some(Urgency::Urgent),
        ..Cover::default()
    };
    let kind = Cover {
        kind: Some(Kind::Problem),
        ..Cover::default()
    };
    let mut matter = Matter::new(Kind::Problem, "990102003");
    let covers = [
        place("990102"),
        place("990102003"),
        kind,
        category("城建"),
        category("城建/路灯"),
        urgent,
    ];
    let set: Vec<PolicyEntry> = (10..)
        .zip(covers)
        .map(|(amount, cover)| entry("submission", "answer", amount, cover, day(0)))
        .collect();
    let answer = |set: &[PolicyEntry], matter: &Matter| book(day(1), set).policies(matter).answer.amount;
    assert_eq!(answer(&set[..1], &matter), 10);
    assert_eq!(answer(&set[..2], &matter), 11);
    assert_eq!(answer(&set, &matter), 12);
    matter.category = Some("城建/路灯/不亮".to_owned());
    assert_eq!(answer(&set[..4], &matter), 13);
    assert_eq!(answer(&set, &matter), 14);
    matter.urgency = Urgency::Urgent;
    assert_eq!(answer(&set, &matter), 15);
    // A name that only begins alike is another category.
    matter = Matter::new(Kind::Thanks, "9902");
    matter.category = Some("城建管理".to_owned());
    assert_eq!(answer(&set, &matter), 5);
}

#[test]
fn a_narrower_policy_can_be_ended_and_a_missing_general_one_is_named() {
    let cover = Cover {
        kind: Some(Kind::Thanks),
        ..Cover::default()
    };
    let begun = entry("submission", "answer", 9, cover, day(2));
    let ended = PolicyEntry {
        policy: None,
        effective_from: day(4),
        ..begun.clone()
    };
    let thanks = Matter::new(Kind::Thanks, "9901");
    let set = [ended, begun];
    let answer = |n| book(day(n), &set).policies(&thanks).answer.amount;
    assert_eq!([answer(1), answer(2), answer(3), answer(4)], [5, 9, 9, 5]);
    let missing = NoPolicy {
        applies_to: "submission",
        step: "answer",
    };
    assert_eq!(Book::on(day(9), &general()[1..]), Err(missing));
}
