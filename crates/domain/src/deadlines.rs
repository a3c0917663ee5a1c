//! When an answer is due, and what the clock does around that (办理时限).

use chrono::{DateTime, NaiveTime, Utc};

use crate::calendar::{Deadline, WorkCalendar, at_local_time, local_date};
use crate::words::words;

words! {
    /// Days of the calendar (日) or working days (工作日); the law uses both, so the unit stands with every rule.
    Unit {
        WorkingDays = "working_days", "个工作日";
        CalendarDays = "calendar_days", "日";
    }
}

words! {
    /// A future step of a submission's clock.
    Step {
        Remind = "remind", "到期提醒";
        Overdue = "overdue", "超期";
        Escalate = "escalate", "升级督办";
        AutoClose = "auto_close", "自动办结";
    }
}

/// A length of time with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    pub amount: u16,
    pub unit: Unit,
}

impl Policy {
    /// The end of the last day of this length of time, counted from `start`.
    #[must_use]
    pub fn after(self, calendar: &WorkCalendar, start: DateTime<Utc>) -> Deadline {
        match self.unit {
            Unit::WorkingDays => calendar.add_working_days(start, self.amount),
            Unit::CalendarDays => WorkCalendar::add_calendar_days(start, self.amount),
        }
    }
}

/// The policies in force when a clock starts; a running clock keeps those it began with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policies {
    /// From registration, or from reopening, to the answer.
    pub answer: Policy,
    /// Before the answer is due.
    pub remind: Policy,
    /// After the answer was due.
    pub escalate: Policy,
    /// From the answer to closing without a rating.
    pub auto_close: Policy,
}

/// The clock of one round, from registration or reopening to the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerPlan {
    /// The promise to the resident; [`Step::Overdue`] falls due with it.
    pub answer_due: Deadline,
    /// None: the time is too short for a reminder.
    pub remind_at: Option<DateTime<Utc>>,
    pub escalate_at: DateTime<Utc>,
}

/// People are reminded when they begin to work, not in the night.
const MORNING: NaiveTime = match NaiveTime::from_hms_opt(9, 0, 0) {
    Some(time) => time,
    None => unreachable!(),
};

/// Plans the clock of a round that begins at `start`.
#[must_use]
pub fn plan_answer(calendar: &WorkCalendar, policies: &Policies, start: DateTime<Utc>) -> AnswerPlan {
    let answer_due = policies.answer.after(calendar, start);
    let due_day = local_date(answer_due.at);
    let remind_day = match policies.remind.unit {
        Unit::WorkingDays => calendar.working_days_before(due_day, policies.remind.amount),
        Unit::CalendarDays => due_day - chrono::Days::new(u64::from(policies.remind.amount)),
    };
    let remind_at = at_local_time(remind_day, MORNING);
    AnswerPlan {
        answer_due,
        remind_at: (remind_at > start).then_some(remind_at),
        escalate_at: policies.escalate.after(calendar, answer_due.at).at,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use proptest::prelude::*;

    use super::*;

    fn policies(answer: u16, remind: u16) -> Policies {
        let working = |amount| Policy {
            amount,
            unit: Unit::WorkingDays,
        };
        Policies {
            answer: working(answer),
            remind: working(remind),
            escalate: working(1),
            auto_close: Policy {
                amount: 15,
                unit: Unit::CalendarDays,
            },
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
    }

    proptest! {
        #[test]
        fn steps_come_in_their_order(hours in 0..20_000_i64, answer in 1..60_u16, remind in 1..60_u16) {
            let start = "2026-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + chrono::TimeDelta::hours(hours);
            let plan = plan_answer(&WorkCalendar::default(), &policies(answer, remind), start);
            prop_assert!(plan.answer_due.at > start);
            prop_assert!(plan.escalate_at > plan.answer_due.at);
            if let Some(remind_at) = plan.remind_at {
                prop_assert!(start < remind_at && remind_at < plan.answer_due.at);
            }
        }
    }
}
