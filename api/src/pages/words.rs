//! Days and deadlines as people say them.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use minyi_domain::{
    calendar::{CHINA, Deadline, WorkCalendar, local_date},
    deadlines::{Policy, Unit},
    lifecycle::State,
    submission::Satisfaction,
};
use minyi_store::CloseReason;

const WEEKDAYS: [&str; 7] = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];

/// `11月27日（周五）`; with the year when it is not the year of `today`.
pub fn day(date: NaiveDate, today: NaiveDate) -> String {
    let weekday = usize::try_from(date.weekday().num_days_from_monday()).unwrap_or(0);
    let weekday = WEEKDAYS.get(weekday).copied().unwrap_or_default();
    format!("{}（{weekday}）", plain_day(date, today))
}

fn plain_day(date: NaiveDate, today: NaiveDate) -> String {
    let day = format!("{}月{}日", date.month(), date.day());
    if date.year() == today.year() {
        day
    } else {
        format!("{}年{day}", date.year())
    }
}

/// `11月21日 14:05` in China.
pub fn moment(instant: DateTime<Utc>, today: NaiveDate) -> String {
    let time = instant.with_timezone(&CHINA).format("%H:%M");
    format!("{} {time}", plain_day(local_date(instant), today))
}

/// What a resident is promised before sending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// `5 个工作日内`
    pub within: String,
    /// `11月27日（周五）`
    pub latest: String,
    /// The holidays on the way are not announced yet.
    pub provisional: bool,
}

/// The promise for a submission sent today.
pub fn promise(policy: Policy, deadline: Deadline, today: NaiveDate) -> Promise {
    let unit = match policy.unit {
        Unit::WorkingDays => "个工作日内",
        Unit::CalendarDays => "天内",
        Unit::Months => "个月内",
    };
    Promise {
        within: format!("{} {unit}", policy.amount),
        latest: day(local_date(deadline.at), today),
        provisional: deadline.provisional,
    }
}

/// How much time is left, for those who owe the answer. The tone chooses colour and icon; the words say it all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    pub words: String,
    /// `bad`, `warn`, `good` or empty.
    pub tone: &'static str,
}

/// How a case has ended, in one word: an unhappy end is not called settled.
pub fn ended(reason: Option<CloseReason>, satisfaction: Option<Satisfaction>) -> Due {
    let (words, tone) = match (reason, satisfaction) {
        (Some(CloseReason::Rated), Some(Satisfaction::Dissatisfied)) => ("不满意办结", "warn"),
        (Some(CloseReason::Rated), _) => ("已评价办结", "good"),
        (Some(CloseReason::NoRating), _) => ("无评价办结", "good"),
        (Some(CloseReason::Declined), _) => ("不予受理，已结束", ""),
        (None, _) => ("已办结", "good"),
    };
    Due {
        words: words.to_owned(),
        tone,
    }
}

/// `还有 2 个工作日`, `今天到期`, `已超期 1 天`, `已答复`; of a closed one [`ended`] says more.
pub fn due(state: State, due_at: DateTime<Utc>, now: DateTime<Utc>, calendar: &WorkCalendar) -> Due {
    let due = |words: String, tone| Due { words, tone };
    match state {
        State::Answered => return due("已答复".to_owned(), "good"),
        State::Closed => return due("已办结".to_owned(), "good"),
        State::Declined => return due("不予受理，已告知".to_owned(), "good"),
        State::Merged => return due("已并案办理".to_owned(), "good"),
        State::AwaitingResident => return due("等居民补充，期限暂停".to_owned(), ""),
        State::Registered | State::Accepted | State::HandedOver | State::Reopened => {}
    }
    let (today, last) = (local_date(now), local_date(due_at));
    if now > due_at {
        return due(format!("已超期 {} 天", (today - last).num_days().max(1)), "bad");
    }
    match calendar.working_days_left(now, due_at) {
        _ if today == last => due("今天到期".to_owned(), "warn"),
        left @ ..=1 => due(format!("还有 {} 个工作日", left.max(0)), "warn"),
        left => due(format!("还有 {left} 个工作日"), ""),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn calendar() -> WorkCalendar {
        WorkCalendar::new([], [2026])
    }

    #[test]
    fn a_day_names_its_year_only_when_it_is_another() {
        let today = NaiveDate::from_ymd_opt(2026, 12, 30).unwrap();
        assert_eq!(
            day(NaiveDate::from_ymd_opt(2026, 12, 31).unwrap(), today),
            "12月31日（周四）"
        );
        assert_eq!(
            day(NaiveDate::from_ymd_opt(2027, 1, 4).unwrap(), today),
            "2027年1月4日（周一）"
        );
        assert_eq!(moment(at("2026-12-30T16:05:00Z"), today), "12月31日 00:05");
    }

    #[test]
    fn a_promise_is_said_in_days_and_with_a_date() {
        let policy = Policy {
            amount: 5,
            unit: Unit::WorkingDays,
        };
        let start = at("2026-11-20T02:00:00Z");
        let promise = promise(policy, policy.after(&calendar(), start), local_date(start));
        assert_eq!(
            (promise.within.as_str(), promise.latest.as_str()),
            ("5 个工作日内", "11月27日（周五）")
        );
        assert!(!promise.provisional);
    }

    #[test]
    fn a_closed_case_says_how_it_ended() {
        let rated = |satisfaction| ended(Some(CloseReason::Rated), Some(satisfaction));
        assert_eq!(rated(Satisfaction::Satisfied).words, "已评价办结");
        let unhappy = rated(Satisfaction::Dissatisfied);
        assert_eq!((unhappy.words.as_str(), unhappy.tone), ("不满意办结", "warn"));
        assert_eq!(ended(Some(CloseReason::NoRating), None).words, "无评价办结");
        assert_eq!(ended(Some(CloseReason::Declined), None).words, "不予受理，已结束");
    }

    #[test]
    fn the_time_left_is_said_in_working_days_and_the_delay_in_days() {
        // Due at the end of Friday 27 November 2026 in China.
        let due_at = at("2026-11-27T15:59:59Z");
        for (now, words, tone) in [
            ("2026-11-21T04:00:00Z", "还有 5 个工作日", ""),
            ("2026-11-26T04:00:00Z", "还有 1 个工作日", "warn"),
            ("2026-11-27T01:00:00Z", "今天到期", "warn"),
            ("2026-11-27T16:00:00Z", "已超期 1 天", "bad"),
            ("2026-11-30T04:00:00Z", "已超期 3 天", "bad"),
        ] {
            let due = due(State::Registered, due_at, at(now), &calendar());
            assert_eq!((due.words.as_str(), due.tone), (words, tone), "{now}");
        }
        assert_eq!(
            due(State::Answered, due_at, at("2026-12-30T04:00:00Z"), &calendar()).tone,
            "good"
        );
    }
}
