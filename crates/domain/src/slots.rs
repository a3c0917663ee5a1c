//! How a duty day becomes slots for meetings (接待时段).

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Utc};

use crate::calendar::at_local_time;

/// Days ahead for which slots are offered.
pub const DAYS_AHEAD: u64 = 30;

/// A stretch of a day that is cut into slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheme {
    /// 1 Monday … 7 Sunday; `None`: every day that has no scheme of its own.
    pub weekday: Option<u8>,
    /// Minutes after midnight in China.
    pub from_minute: u16,
    /// Minutes after midnight in China.
    pub until_minute: u16,
    /// Length of a slot.
    pub slot_minutes: u16,
    /// Appointments that the site has room for at once.
    pub capacity: u16,
}

const fn usual(from_minute: u16, until_minute: u16) -> Scheme {
    Scheme {
        weekday: None,
        from_minute,
        until_minute,
        slot_minutes: 30,
        capacity: 4,
    }
}

/// The hours of a site that has set none: 09:00–11:30 and 14:00–17:00 in half hours.
pub const USUAL: [Scheme; 2] = [usual(9 * 60, 11 * 60 + 30), usual(14 * 60, 17 * 60)];

/// A slot of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub capacity: u16,
}

/// The slots of a day, in their order; a weekday's own schemes take the place of those for every day.
#[must_use]
pub fn of_day(schemes: &[Scheme], day: NaiveDate) -> Vec<Slot> {
    let schemes = if schemes.is_empty() { &USUAL } else { schemes };
    let weekday = u8::try_from(day.weekday().number_from_monday()).ok();
    let own = schemes.iter().any(|scheme| scheme.weekday == weekday);
    let applies = |scheme: &&Scheme| scheme.weekday == if own { weekday } else { None };
    let mut slots: Vec<Slot> = schemes
        .iter()
        .filter(applies)
        .flat_map(|scheme| cut(*scheme, day))
        .collect();
    slots.sort_by_key(|slot| slot.starts_at);
    slots
}

fn cut(scheme: Scheme, day: NaiveDate) -> impl Iterator<Item = Slot> {
    let minutes = |n: u16| TimeDelta::minutes(i64::from(n));
    let midnight = at_local_time(day, NaiveTime::MIN);
    let length = scheme.slot_minutes.max(1);
    let room = scheme.until_minute.saturating_sub(scheme.from_minute) / length;
    (0..room).map(move |index| {
        let starts_at = midnight + minutes(scheme.from_minute) + minutes(length) * i32::from(index);
        Slot {
            starts_at,
            ends_at: starts_at + minutes(length),
            capacity: scheme.capacity,
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use proptest::prelude::*;

    use super::*;

    fn friday() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
    }

    #[test]
    fn the_usual_day_has_eleven_half_hours() {
        let slots = of_day(&[], friday());
        assert_eq!(slots.len(), 11);
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(slots.first().unwrap().starts_at, at("2026-11-20T01:00:00Z"));
        assert_eq!(slots.last().unwrap().ends_at, at("2026-11-20T09:00:00Z"));
    }

    #[test]
    fn a_weekday_of_its_own_takes_the_place_of_the_others() {
        let evening = Scheme {
            weekday: Some(5),
            ..usual(19 * 60, 20 * 60)
        };
        let schemes = [usual(9 * 60, 10 * 60), evening];
        let hours = |day| of_day(&schemes, day).first().map(|slot| slot.starts_at.to_rfc3339());
        assert_eq!(hours(friday()).unwrap(), "2026-11-20T11:00:00+00:00");
        assert_eq!(
            hours(friday().pred_opt().unwrap()).unwrap(),
            "2026-11-19T01:00:00+00:00"
        );
    }

    proptest! {
        #[test]
        fn slots_lie_within_their_hours_and_never_overlap(
            from in 0_u16..1440, length in 0_u16..1440, slot_minutes in 1_u16..500, days in 0_u64..400,
        ) {
            let until_minute = (from + length).min(1440);
            let scheme = Scheme { from_minute: from, until_minute, slot_minutes, ..usual(0, 0) };
            let day = friday() + chrono::Days::new(days);
            let slots = of_day(&[scheme], day);
            let midnight = at_local_time(day, NaiveTime::MIN);
            for slot in &slots {
                prop_assert!(slot.starts_at >= midnight + TimeDelta::minutes(i64::from(from)));
                prop_assert!(slot.ends_at <= midnight + TimeDelta::minutes(i64::from(until_minute)));
            }
            for (before, after) in slots.iter().zip(slots.iter().skip(1)) {
                prop_assert!(before.ends_at <= after.starts_at);
            }
            prop_assert_eq!(slots.len(), usize::from((until_minute - from) / slot_minutes));
        }
    }
}
