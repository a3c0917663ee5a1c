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
    // Half of the time is over on Tuesday, early in the morning.
    assert_eq!(plan.half_at, Some(at("2026-11-24T01:00:00Z")));
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
    fn a_pause_of_no_time_changes_nothing(hours in 0..20_000_i64, days in 1..60_u16, later in 0..24_i64) {
        let calendar = WorkCalendar::default();
        let start = "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::hours(hours);
        let due = calendar.add_working_days(start, days).at;
        let pause = start + chrono::TimeDelta::hours(later);
        prop_assume!(local_date(pause) < local_date(due));
        let left = days_left(&calendar, pause, due);
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

/// Searched hour by hour, which is another way than the rule's.
fn half_by_searching(calendar: &WorkCalendar, start: DateTime<Utc>, due: DateTime<Utc>) -> DateTime<Utc> {
    let midnight = at_local_time(local_date(start), NaiveTime::MIN);
    (0..)
        .map(|hours| midnight + chrono::TimeDelta::hours(hours))
        .find(|at| {
            let local = at.with_timezone(&crate::calendar::CHINA);
            let half_is_over = *at - start >= due - *at;
            half_is_over && local.format("%H").to_string() == "09" && calendar.is_working_day(local.date_naive())
        })
        .unwrap()
}

proptest! {
    #[test]
    fn half_of_the_time_is_over_on_the_first_morning_that_is_worked(hours in 0..20_000_i64, answer in 1..60_u16) {
        let start = "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::hours(hours);
        let calendar = WorkCalendar::default();
        let plan = plan_answer(&calendar, &policies(answer, 1), start);
        let half = half_by_searching(&calendar, start, plan.answer_due.at);
        let before_reminder = half > start && half < plan.remind_at.unwrap_or(plan.answer_due.at);
        prop_assert_eq!(plan.half_at, before_reminder.then_some(half));
    }
}
