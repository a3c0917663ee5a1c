//! Working days of the Chinese calendar (工作日): Monday to Friday, less public holidays, plus working weekends (调休).
//!
//! A year whose notice of the State Council is not imported counts Mondays to Fridays, and a [`Deadline`] computed
//! through such a year is marked provisional. When the year is imported, the store computes the provisional promises
//! again whose clock still runs; all others stay as they were made.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeZone, Utc, Weekday};

/// Asia/Shanghai has had no daylight saving time since 1991, so a fixed offset is exact.
pub const CHINA: FixedOffset = match FixedOffset::east_opt(8 * 3600) {
    Some(offset) => offset,
    None => unreachable!(),
};

const END_OF_DAY: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 59) {
    Some(time) => time,
    None => unreachable!(),
};

/// The day in China at this instant.
#[must_use]
pub fn local_date(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&CHINA).date_naive()
}

/// The time of day in China at this instant.
#[must_use]
pub fn local_time(instant: DateTime<Utc>) -> NaiveTime {
    instant.with_timezone(&CHINA).time()
}

/// A time of day in China as an instant.
#[must_use]
pub fn at_local_time(date: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    let local = date.and_time(time);
    CHINA
        .from_local_datetime(&local)
        .single()
        .map_or_else(|| local.and_utc(), |instant| instant.to_utc())
}

/// The last second of a day in China; a deadline runs until then.
#[must_use]
pub fn end_of_day(date: NaiveDate) -> DateTime<Utc> {
    at_local_time(date, END_OF_DAY)
}

/// The ends of today and of this week (Sunday night), in China.
#[must_use]
pub fn week_ends(now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let today = local_date(now);
    let to_sunday = u64::from(6 - today.weekday().num_days_from_monday());
    let sunday = today.checked_add_days(Days::new(to_sunday)).unwrap_or(today);
    (end_of_day(today), end_of_day(sunday))
}

/// An instant until which something has to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    pub at: DateTime<Utc>,
    /// Computed through a year whose holidays are not announced yet.
    pub provisional: bool,
}

/// Days that differ from "Monday to Friday is worked", and the years for which they are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkCalendar {
    exceptions: BTreeMap<NaiveDate, bool>,
    known_years: BTreeSet<i32>,
}

impl WorkCalendar {
    /// `days`: (day, whether it is off); `known_years`: years whose notice is imported.
    pub fn new(days: impl IntoIterator<Item = (NaiveDate, bool)>, known_years: impl IntoIterator<Item = i32>) -> Self {
        Self {
            exceptions: days.into_iter().collect(),
            known_years: known_years.into_iter().collect(),
        }
    }

    /// Whether offices work on this day.
    #[must_use]
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        match self.exceptions.get(&day) {
            Some(is_off) => !is_off,
            None => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
        }
    }

    fn is_known(&self, from: NaiveDate, to: NaiveDate) -> bool {
        (from.year().min(to.year())..=from.year().max(to.year())).all(|year| self.known_years.contains(&year))
    }

    /// The `n`th working day after `from` (itself not counted; 0 is `from`).
    fn nth_working_day(&self, from: NaiveDate, n: u16, step: fn(NaiveDate) -> Option<NaiveDate>) -> NaiveDate {
        let mut day = from;
        let mut left = n;
        while left > 0 {
            // Ends at the end of chrono's calendar, a quarter of a million years from now.
            let Some(next) = step(day) else { break };
            day = next;
            if self.is_working_day(day) {
                left -= 1;
            }
        }
        day
    }

    /// The end of the `n`th working day after the day of `start`, which is not counted itself.
    #[must_use]
    pub fn add_working_days(&self, start: DateTime<Utc>, n: u16) -> Deadline {
        let from = local_date(start);
        let day = self.nth_working_day(from, n, |day| day.succ_opt());
        Deadline {
            at: end_of_day(day),
            provisional: !self.is_known(from, day),
        }
    }

    /// The `n`th working day before `day`.
    #[must_use]
    pub fn working_days_before(&self, day: NaiveDate, n: u16) -> NaiveDate {
        self.nth_working_day(day, n, |day| day.pred_opt())
    }

    /// The end of the `n`th calendar day (日) after the day of `start`. Never provisional.
    #[must_use]
    pub fn add_calendar_days(start: DateTime<Utc>, n: u16) -> Deadline {
        let from = local_date(start);
        let day = from.checked_add_days(Days::new(u64::from(n))).unwrap_or(from);
        Deadline {
            at: end_of_day(day),
            provisional: false,
        }
    }

    /// The end of the same day `n` months later, or of that month's last day. Never provisional.
    #[must_use]
    pub fn add_months(start: DateTime<Utc>, n: u16) -> Deadline {
        let from = local_date(start);
        let day = from.checked_add_months(Months::new(u32::from(n))).unwrap_or(from);
        Deadline {
            at: end_of_day(day),
            provisional: false,
        }
    }

    /// Working days from the day of `now` to the day of `due`: 0 on the day itself, negative when it is past.
    #[must_use]
    pub fn working_days_left(&self, now: DateTime<Utc>, due: DateTime<Utc>) -> i32 {
        let (today, last) = (local_date(now), local_date(due));
        let between = |after: NaiveDate, until: NaiveDate| {
            let days = after.iter_days().skip(1).take_while(|day| *day <= until);
            i32::try_from(days.filter(|day| self.is_working_day(*day)).count()).unwrap_or(i32::MAX)
        };
        if last >= today {
            between(today, last)
        } else {
            -between(last, today).max(1)
        }
    }
}

#[cfg(test)]
mod tests;
