//! Times as people live them: mornings and evenings, hardly ever the night, never later than now.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Timelike, Utc};
use minyi_domain::calendar::{CHINA, at_local_time, local_date};

use crate::seed::Chance;

/// How often something is sent in each hour of the day, from 0 to 23 o'clock.
const SENDING: [i64; 24] = [
    1, 1, 0, 0, 0, 1, 4, 9, 9, 8, 7, 6, 8, 5, 4, 5, 6, 7, 9, 12, 13, 11, 6, 3,
];
/// When deputies find time to answer.
const ANSWERING: [i64; 24] = [0, 0, 0, 0, 0, 0, 1, 5, 9, 10, 9, 6, 8, 4, 6, 8, 8, 6, 5, 8, 9, 6, 1, 0];

/// Draws times before one moment, the end of the story.
#[derive(Debug)]
pub struct Moments<'a> {
    /// The story ends here.
    pub end: DateTime<Utc>,
    pub chance: &'a mut Chance,
}

impl Moments<'_> {
    /// Some time of a day that lies so many days back; none when it is not over yet.
    pub fn sent(&mut self, days_back: std::ops::Range<i64>) -> Option<DateTime<Utc>> {
        let back = u64::try_from(self.chance.between(days_back.start, days_back.end)).ok()?;
        let day = local_date(self.end).checked_sub_days(Days::new(back))?;
        let hour = self.hour(&SENDING);
        let time = at_local_time(day, self.within(hour)?);
        self.past(time)
    }

    /// Some time of the daytime, at least and at most so many hours after `start`.
    pub fn answered(&mut self, start: DateTime<Utc>, hours: std::ops::Range<i64>) -> Option<DateTime<Utc>> {
        let minutes = self.chance.between(hours.start * 60, hours.end * 60);
        let rough = start + TimeDelta::minutes(minutes);
        let hour = rough.with_timezone(&CHINA).hour();
        let index = usize::try_from(hour).unwrap_or(0);
        let usual = ANSWERING.get(index).is_some_and(|weight| *weight > 0);
        if usual {
            let time = rough + TimeDelta::seconds(self.chance.between(0, 60));
            return self.past(time);
        }
        let hour = self.hour(&ANSWERING);
        let time = at_local_time(local_date(rough), self.within(hour)?);
        self.past(time)
            .filter(|time| *time > start + TimeDelta::hours(hours.start))
    }

    fn past(&self, time: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (time < self.end - TimeDelta::minutes(10)).then_some(time)
    }

    fn hour(&mut self, weights: &[i64; 24]) -> u32 {
        let mut left = self.chance.between(0, weights.iter().sum());
        let found = (0u32..).zip(weights).find(|(_, weight)| {
            left -= **weight;
            left < 0
        });
        found.map_or(12, |(hour, _)| hour)
    }

    fn within(&mut self, hour: u32) -> Option<NaiveTime> {
        let mut sixty = || u32::try_from(self.chance.between(0, 60)).unwrap_or(0);
        NaiveTime::from_hms_opt(hour, sixty(), sixty())
    }
}
