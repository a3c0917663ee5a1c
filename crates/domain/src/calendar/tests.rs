#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn noon(text: &str) -> DateTime<Utc> {
    at_local_time(day(text), NaiveTime::from_hms_opt(12, 0, 0).unwrap())
}

/// The autumn of 2026: 25–27 September and 1–7 October off, 20 September and 10 October worked.
fn autumn_2026() -> WorkCalendar {
    let off = (25..=27)
        .map(|d| format!("2026-09-{d}"))
        .chain((1..=7).map(|d| format!("2026-10-0{d}")));
    let worked = ["2026-09-20", "2026-10-10"].map(|text| (day(text), false));
    WorkCalendar::new(off.map(|text| (day(&text), true)).chain(worked), [2026])
}

#[test]
fn holidays_are_skipped_and_working_weekends_counted() {
    let calendar = autumn_2026();
    let due = |start, n| local_date(calendar.add_working_days(noon(start), n).at);
    assert_eq!(due("2026-09-18", 1), day("2026-09-20"), "a Sunday that is worked");
    assert_eq!(due("2026-09-24", 1), day("2026-09-28"), "over the Mid-Autumn holiday");
    assert_eq!(
        due("2026-09-30", 3),
        day("2026-10-10"),
        "over the National Day, a Saturday that is worked"
    );
    assert_eq!(due("2026-10-03", 1), day("2026-10-08"), "from within a holiday");
}

#[test]
fn the_day_is_the_day_in_china() {
    let calendar = autumn_2026();
    // 16:30 UTC on Friday 18 September is half past midnight on Saturday in China.
    let late = "2026-09-18T16:30:00Z".parse().unwrap();
    assert_eq!(
        calendar.add_working_days(late, 1).at,
        "2026-09-20T15:59:59Z".parse::<DateTime<Utc>>().unwrap()
    );
}

#[test]
fn an_unknown_year_makes_the_deadline_provisional() {
    let calendar = autumn_2026();
    assert!(!calendar.add_working_days(noon("2026-12-28"), 3).provisional);
    assert!(calendar.add_working_days(noon("2026-12-28"), 4).provisional);
    assert!(!WorkCalendar::add_calendar_days(noon("2026-12-28"), 30).provisional);
}

#[test]
fn days_left_in_words_of_people() {
    let calendar = autumn_2026();
    let left = |now, due| calendar.working_days_left(noon(now), end_of_day(day(due)));
    assert_eq!(left("2026-09-30", "2026-10-10"), 3);
    assert_eq!(left("2026-10-10", "2026-10-10"), 0);
    assert_eq!(
        left("2026-10-11", "2026-10-10"),
        -1,
        "overdue on a Sunday is still overdue"
    );
    assert_eq!(left("2026-10-13", "2026-10-10"), -2);
}

proptest! {
    #[test]
    fn between_start_and_deadline_lie_exactly_n_working_days(offset in 0..120_u64, n in 0..60_u16) {
        let calendar = autumn_2026();
        let start = day("2026-08-01").checked_add_days(Days::new(offset)).unwrap();
        let end = local_date(calendar.add_working_days(end_of_day(start), n).at);
        let counted = start.iter_days().skip(1).take_while(|d| *d <= end).filter(|d| calendar.is_working_day(*d)).count();
        prop_assert_eq!(counted, usize::from(n));
        prop_assert!(n == 0 || calendar.is_working_day(end));
    }

    #[test]
    fn back_undoes_forth_from_a_working_day(offset in 0..120_u64, n in 0..60_u16) {
        let calendar = autumn_2026();
        let start = day("2026-08-01").checked_add_days(Days::new(offset)).unwrap();
        prop_assume!(calendar.is_working_day(start));
        let end = local_date(calendar.add_working_days(end_of_day(start), n).at);
        prop_assert_eq!(calendar.working_days_before(end, n), start);
    }
}
