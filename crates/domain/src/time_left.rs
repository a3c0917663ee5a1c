//! How long until an answer is due, in words for those who owe it.

use chrono::{DateTime, Utc};

use crate::{
    calendar::{WorkCalendar, local_date},
    lifecycle::State,
};

/// The time that is left (剩余时限).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeLeft {
    /// 0 on the last day and while the clock stands still; negative when the time is over.
    pub working_days: i32,
    /// `还有 2 个工作日`, `今天到期`, `已超期 3 个工作日`, `等待居民补充，时限暂停`.
    pub words: String,
    /// A year on the way is not announced yet.
    pub provisional: bool,
    /// The clock stands still until the resident has replied.
    pub paused: bool,
}

/// What is left in this state; `None` when nothing runs.
#[must_use]
pub fn time_left(
    state: State,
    due_at: DateTime<Utc>,
    provisional: bool,
    now: DateTime<Utc>,
    calendar: &WorkCalendar,
) -> Option<TimeLeft> {
    if !state.awaits_answer() {
        return None;
    }
    if state == State::AwaitingResident {
        return Some(TimeLeft {
            working_days: 0,
            words: "等待居民补充，时限暂停".to_owned(),
            provisional,
            paused: true,
        });
    }
    let left = calendar.working_days_left(now, due_at);
    let days = (local_date(due_at) - local_date(now)).num_days();
    let (working_days, words) = if now > due_at {
        // Late on the same day is late all the same.
        let late = left.min(-1);
        (late, format!("已超期 {} 个工作日", late.unsigned_abs()))
    } else if days == 0 {
        (0, "今天到期".to_owned())
    } else if left == 0 {
        // Only days off are left, as before a limit in calendar days.
        (0, format!("还有 {days} 天"))
    } else {
        (left, format!("还有 {left} 个工作日"))
    };
    Some(TimeLeft {
        working_days,
        words,
        provisional,
        paused: false,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// 2026 with a working Saturday, 10 October, after a week off.
    fn calendar() -> WorkCalendar {
        let off = (1..=7).map(|day| (format!("2026-10-0{day}").parse().unwrap(), true));
        WorkCalendar::new(off.chain([("2026-10-10".parse().unwrap(), false)]), [2026])
    }

    fn left(now: &str, due: &str) -> (i32, String) {
        let left = time_left(State::Accepted, at(due), false, at(now), &calendar()).unwrap();
        (left.working_days, left.words)
    }

    #[test]
    fn days_are_counted_to_the_end_of_the_last_one_in_china() {
        // Friday 27 November.
        let due = "2026-11-27T15:59:59Z";
        for (now, days, words) in [
            ("2026-11-25T04:00:00Z", 2, "还有 2 个工作日"),
            ("2026-11-26T15:59:59Z", 1, "还有 1 个工作日"),
            ("2026-11-26T16:00:00Z", 0, "今天到期"),
            ("2026-11-27T15:59:59Z", 0, "今天到期"),
            ("2026-11-27T16:00:00Z", -1, "已超期 1 个工作日"),
            ("2026-11-29T04:00:00Z", -1, "已超期 1 个工作日"),
            ("2026-12-02T04:00:00Z", -3, "已超期 3 个工作日"),
        ] {
            assert_eq!(left(now, due), (days, words.to_owned()), "{now}");
        }
    }

    #[test]
    fn days_off_do_not_count_and_a_working_weekend_does() {
        // From Friday to Monday is one working day.
        assert_eq!(left("2026-11-20T04:00:00Z", "2026-11-23T15:59:59Z").0, 1);
        // From the last day before the holidays to the working Saturday after: Thursday, Friday, Saturday.
        assert_eq!(left("2026-09-30T04:00:00Z", "2026-10-10T15:59:59Z").0, 3);
        assert_eq!(
            left("2026-10-02T04:00:00Z", "2026-10-05T15:59:59Z"),
            (0, "还有 3 天".to_owned())
        );
    }

    #[test]
    fn a_stopped_clock_says_so_and_an_ended_one_says_nothing() {
        let of = |state| {
            time_left(
                state,
                at("2026-11-20T15:59:59Z"),
                true,
                at("2026-12-20T04:00:00Z"),
                &calendar(),
            )
        };
        let paused = of(State::AwaitingResident).unwrap();
        assert!(paused.paused && paused.provisional && paused.words.contains("暂停"));
        for state in [State::Answered, State::Closed, State::Declined, State::Merged] {
            assert_eq!(of(state), None);
        }
    }
}
