#![allow(clippy::unwrap_used, reason = "tests fail loudly")]
use proptest::prelude::*;

use super::*;

fn policies(answer: u16, remind: u16) -> Policies {
    let working = |amount| Policy {
        amount,
        unit: Unit::WorkingDays,
    };
    let handover = HandoverPolicies {
        accept: working(5),
        answer: Policy {
            amount: 3,
            unit: Unit::Months,
        },
        extend: Policy {
            amount: 3,
            unit: Unit::Months,
        },
        partner: working(5),
        redo: working(5),
        judge: working(15),
        around: Around {
            remind: working(10),
            escalate_head: working(0),
            escalate: working(5),
            escalate_county: working(10),
        },
    };
    Policies {
        answer: working(answer),
        around: Around {
            remind: working(remind),
            escalate_head: working(0),
            escalate: working(1),
            escalate_county: working(3),
        },
        auto_close: Policy {
            amount: 15,
            unit: Unit::CalendarDays,
        },
        give_info: working(5),
        office: handover,
        intersession: handover,
        proposal: handover,
    }
}

#[test]
fn five_working_days_from_a_friday() {
    let calendar = WorkCalendar::new([], [2026]);
    // Friday 20 November 2026, 10:00 in China.
    let plan = plan_answer(&calendar, &policies(5, 1), "2026-11-20T02:00:00Z".parse().unwrap());
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    assert_eq!(
        plan.answer_due,
        Deadline {
            at: at("2026-11-27T15:59:59Z"),
            provisional: false
        }
    );
    assert_eq!(plan.remind_at, Some(at("2026-11-26T01:00:00Z")));
    assert_eq!(plan.escalate_at, at("2026-11-30T15:59:59Z"));
    // Half of five working days is over with the third.
    assert_eq!(plan.half_at, Some(at("2026-11-25T01:00:00Z")));
    assert_eq!(plan.escalate_head_at, plan.answer_due.at);
    assert_eq!(plan.escalate_county_at, at("2026-12-02T15:59:59Z"));
}

#[test]
fn who_is_late_is_reminded_on_every_working_day_before_work() {
    let calendar = WorkCalendar::new([], [2026]);
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    // Due on a Friday.
    let first = next_daily(&calendar, at("2026-11-27T15:59:59Z"));
    assert_eq!(first, at("2026-11-30T00:00:00Z"));
    assert_eq!(next_daily(&calendar, first), at("2026-12-01T00:00:00Z"));
}

proptest! {
    #[test]
    fn steps_come_in_their_order(hours in 0..20_000_i64, answer in 1..60_u16, remind in 1..60_u16) {
        let start = "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::hours(hours);
        let plan = plan_answer(&WorkCalendar::default(), &policies(answer, remind), start);
        prop_assert!(plan.answer_due.at > start);
        prop_assert!(plan.escalate_head_at >= plan.answer_due.at);
        prop_assert!(plan.escalate_head_at < plan.escalate_at && plan.escalate_at < plan.escalate_county_at);
        if let Some(remind_at) = plan.remind_at {
            prop_assert!(start < remind_at && remind_at < plan.answer_due.at);
        }
        if let Some(half_at) = plan.half_at {
            prop_assert!(start < half_at && half_at < plan.remind_at.unwrap_or(plan.answer_due.at));
        }
    }
}

/// 代表法 (2025) Art. 51: three months, hard ones six.
#[test]
fn a_proposal_is_answered_within_three_months_a_hard_one_within_six() {
    let calendar = WorkCalendar::new([], [2026, 2027]);
    let start = "2026-11-30T02:00:00Z".parse().unwrap();
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let due = |hard| {
        plan_handover(&calendar, &policies(5, 1).proposal, hard, start)
            .answer
            .answer_due
            .at
    };
    assert_eq!(due(false), at("2027-02-28T15:59:59Z"));
    assert_eq!(due(true), at("2027-05-28T15:59:59Z"));
}

proptest! {
    /// A pause gives nothing and takes nothing: stopped and resumed on the same day, the date is the same.
    #[test]
    fn a_pause_of_no_time_changes_nothing(
        hours in 0..20_000_i64, amount in 1..60_u16, unit in proptest::sample::select(Unit::ALL), later in 0..24_i64
    ) {
        let calendar = WorkCalendar::default();
        let start = "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::hours(hours);
        let due = Policy { amount, unit }.after(&calendar, start).at;
        let pause = start + chrono::TimeDelta::hours(later);
        prop_assume!(local_date(pause) < local_date(due));
        let left = days_left(&calendar, unit, pause, due);
        prop_assert_eq!(left.unit == Unit::WorkingDays, unit == Unit::WorkingDays);
        prop_assert_eq!(resume_answer(&calendar, &policies(5, 1), left, pause).answer_due.at, due);
    }

    #[test]
    fn a_handover_is_accepted_answered_and_judged_in_this_order(hours in 0..20_000_i64, hard in any::<bool>()) {
        let start = "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::hours(hours);
        let plan = plan_handover(&WorkCalendar::default(), &policies(5, 1).proposal, hard, start);
        prop_assert!(start < plan.accept_due.at && plan.accept_due.at < plan.answer.answer_due.at);
        prop_assert!(plan.answer.answer_due.at < plan.resident_due.at);
    }
}

/// Counted day by day, which is another way than the rule's.
fn half_by_counting(calendar: &WorkCalendar, unit: Unit, start: DateTime<Utc>, due: DateTime<Utc>) -> DateTime<Utc> {
    let is_counted = |day: &NaiveDate| unit != Unit::WorkingDays || calendar.is_working_day(*day);
    let days = local_date(start).iter_days().skip(1);
    let days: Vec<_> = days
        .take_while(|day| *day <= local_date(due))
        .filter(is_counted)
        .collect();
    let is_over = |over: usize| over >= days.len() - over;
    let half = (1..=days.len()).find(|over| is_over(*over)).unwrap();
    let from = days[half - 1];
    let worked = from.iter_days().find(|day| calendar.is_working_day(*day)).unwrap();
    at_local_time(worked, MORNING)
}

proptest! {
    #[test]
    fn half_of_the_time_is_over_with_half_of_the_days(
        hours in 0..20_000_i64, answer in 1..60_u16, unit in proptest::sample::select(Unit::ALL)
    ) {
        let start = "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::hours(hours);
        let calendar = WorkCalendar::default();
        let mut policies = policies(answer, 1);
        policies.answer.unit = unit;
        let plan = plan_answer(&calendar, &policies, start);
        let half = half_by_counting(&calendar, unit, start, plan.answer_due.at);
        let before_reminder = half > start && half < plan.remind_at.unwrap_or(plan.answer_due.at);
        prop_assert_eq!(plan.half_at, before_reminder.then_some(half));
    }
}

#[test]
fn of_five_working_days_half_is_told_on_the_third_whichever_day_it_was_sent() {
    let calendar = WorkCalendar::new([], [2026]);
    let monday = "2026-11-16T02:00:00Z".parse::<DateTime<Utc>>().unwrap();
    let thirds = [19, 20, 23, 24, 25, 25, 25];
    for (later, third) in (0..).zip(thirds) {
        let start = monday + chrono::TimeDelta::days(later);
        let plan = plan_answer(&calendar, &policies(5, 1), start);
        let day = NaiveDate::from_ymd_opt(2026, 11, third).unwrap();
        assert_eq!(plan.half_at, Some(at_local_time(day, MORNING)), "sent {start}");
        assert!(plan.half_at < plan.remind_at, "sent {start}");
    }
}

#[test]
fn of_calendar_days_half_is_told_on_a_day_of_china_that_is_worked() {
    let calendar = WorkCalendar::new([], [2026]);
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let half = |start: &str| {
        let mut policies = policies(8, 1);
        policies.answer.unit = Unit::CalendarDays;
        plan_answer(&calendar, &policies, at(start)).half_at
    };
    // Half past midnight on Tuesday in China: the fourth day after it is a Saturday.
    assert_eq!(half("2026-11-16T16:30:00Z"), Some(at("2026-11-23T01:00:00Z")));
    assert_eq!(half("2026-11-16T02:00:00Z"), Some(at("2026-11-20T01:00:00Z")));
}

#[test]
fn a_pause_over_a_weekend_takes_three_days_of_a_promise_in_days() {
    let calendar = WorkCalendar::new([], [2026]);
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let (friday, monday, due) = (
        at("2026-11-20T02:00:00Z"),
        at("2026-11-23T02:00:00Z"),
        at("2026-11-25T15:59:59Z"),
    );
    let resumed = |unit| {
        let left = days_left(&calendar, unit, friday, due);
        resume_answer(&calendar, &policies(5, 1), left, monday).answer_due.at
    };
    for unit in [Unit::CalendarDays, Unit::Months] {
        assert_eq!(resumed(unit), at("2026-11-28T15:59:59Z"), "{unit}");
    }
    assert_eq!(resumed(Unit::WorkingDays), at("2026-11-26T15:59:59Z"));
}
