//! Due dates held against a calendar that nobody here wrote (the Python package chinesecalendar). Skipped where no
//! Python with it is named in `MINYI_ORACLE_PYTHON`; `cargo dev test` names one. The table is shown by
//!
//! ```text
//! MINYI_ORACLE_PYTHON=.dev/oracle/bin/python cargo test --package minyi-store --test store -- oracle:: --nocapture
//! ```

use std::{
    io::Write as _,
    process::{Command, Stdio},
    thread,
};

use chrono::{DateTime, Utc};
use minyi_domain::{
    calendar::{end_of_day, local_date},
    deadlines::{Policy, Unit},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::support::world;

const CASES: usize = 100_000;

/// A start within the years that the package and the migrations both know, and a length that stays within them.
fn case(chance: &mut StdRng) -> (Policy, DateTime<Utc>) {
    let unit = *Unit::ALL.get(chance.random_range(0..Unit::ALL.len())).unwrap();
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap().timestamp();
    let end = at("2026-12-30T16:00:00Z");
    let start = chance.random_range(at("2023-12-31T16:00:00Z")..end);
    // Whole days that are left in the last year; more than five of nine are never days of rest.
    let days = u16::try_from((end - start) / 86_400).unwrap();
    let most = match unit {
        Unit::Months => (days / 31).min(6),
        Unit::CalendarDays => days.min(179),
        Unit::WorkingDays => (days * 5 / 9).min(109),
    };
    let amount = chance.random_range(0..=most);
    (Policy { amount, unit }, DateTime::from_timestamp(start, 0).unwrap())
}

fn ask(python: &str, questions: String) -> Vec<String> {
    let mut oracle = Command::new(python)
        .args(["-c", include_str!("oracle.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = oracle.stdin.take().unwrap();
    let asking = thread::spawn(move || input.write_all(questions.as_bytes()));
    let output = oracle.wait_with_output().unwrap();
    asking.join().unwrap().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn due_dates_are_those_of_an_independent_calendar() {
    let Ok(python) = std::env::var("MINYI_ORACLE_PYTHON") else {
        println!("skipped: MINYI_ORACLE_PYTHON is not set");
        return;
    };
    let world = world();
    let calendar = world.store.calendar().unwrap();
    let mut chance = StdRng::seed_from_u64(20_261_122);
    let cases: Vec<_> = (0..CASES).map(|_| case(&mut chance)).collect();
    let line = |(policy, start): &(Policy, DateTime<Utc>)| {
        format!("{} {} {}\n", policy.unit, start.timestamp(), policy.amount)
    };
    let theirs = ask(&python, cases.iter().map(line).collect());
    assert_eq!(theirs.len(), CASES);
    println!(
        "{:<14} {:>7} {:>10}  {:<10}  {:<10}",
        "unit", "cases", "different", "first due", "last due"
    );
    let mut different = Vec::new();
    for unit in Unit::ALL {
        let before = different.len();
        let mut due: Vec<_> = Vec::new();
        for ((policy, start), theirs) in cases
            .iter()
            .zip(&theirs)
            .filter(|((policy, _), _)| policy.unit == *unit)
        {
            let ours = policy.after(&calendar, *start);
            let day = local_date(ours.at);
            if ours.provisional || ours.at != end_of_day(day) || &day.to_string() != theirs {
                different.push(format!("{policy:?} from {start}: {ours:?}, theirs {theirs}"));
            }
            due.push(day);
        }
        let (first, last) = (due.iter().min().unwrap(), due.iter().max().unwrap());
        println!(
            "{:<14} {:>7} {:>10}  {first}  {last}",
            unit.to_string(),
            due.len(),
            different.len() - before
        );
    }
    assert!(
        different.is_empty(),
        "{} of {CASES}: {:?}",
        different.len(),
        different.first()
    );
}
