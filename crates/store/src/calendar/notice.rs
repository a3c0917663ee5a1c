//! A year's announced days as they are handed in (节假日安排), and what can be wrong with them.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// Years that the database takes.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2200;
/// What the notice of a year may name of its neighbours: a holiday around New Year and the days worked for it.
const AROUND_NEW_YEAR: Days = Days::new(31);

/// A year's announced days, in the widely used JSON shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarYear {
    pub year: i16,
    /// Addresses of the notices (国务院办公厅通知).
    #[serde(default)]
    pub papers: Vec<String>,
    pub days: Vec<CalendarDay>,
}

/// A day that differs from "Monday to Friday is worked".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarDay {
    #[serde(default)]
    pub name: String,
    pub date: NaiveDate,
    /// True: free (放假); false: worked (调休上班).
    #[serde(rename = "isOffDay")]
    pub is_off: bool,
}

/// What is wrong with a notice; the numbers count its days from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarMistake {
    #[error("year: {0} is not between {first} and {last}", first = YEARS.start(), last = YEARS.end())]
    Year(i16),
    #[error("days: no day of {0}")]
    Empty(i16),
    #[error("days[{index}].date: {date} is not in {year}")]
    Outside { index: usize, date: NaiveDate, year: i16 },
    #[error("days[{index}].date: {date} stands in days[{earlier}] already")]
    Twice {
        index: usize,
        date: NaiveDate,
        earlier: usize,
    },
}

impl CalendarYear {
    /// Whether it can be taken.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(&self) -> Result<(), CalendarMistake> {
        if !YEARS.contains(&self.year) {
            return Err(CalendarMistake::Year(self.year));
        }
        if self.own_days().next().is_none() {
            return Err(CalendarMistake::Empty(self.year));
        }
        let mut seen = BTreeMap::new();
        for (index, day) in self.days.iter().enumerate() {
            let (date, year) = (day.date, self.year);
            if !self.has(date) && !self.is_around(date) {
                return Err(CalendarMistake::Outside { index, date, year });
            }
            if let Some(earlier) = seen.insert(date, index) {
                return Err(CalendarMistake::Twice { index, date, earlier });
            }
        }
        Ok(())
    }

    /// The days of the year itself.
    pub fn own_days(&self) -> impl Iterator<Item = &CalendarDay> {
        self.days.iter().filter(|day| self.has(day.date))
    }

    /// Days of a neighbouring year; they belong to that year's own notice and are left out.
    pub fn foreign_days(&self) -> impl Iterator<Item = &CalendarDay> {
        self.days.iter().filter(|day| !self.has(day.date))
    }

    fn has(&self, date: NaiveDate) -> bool {
        date.year() == i32::from(self.year)
    }

    fn is_around(&self, date: NaiveDate) -> bool {
        let near = |day: Option<NaiveDate>| day.is_some_and(|day| self.has(day));
        near(date.checked_add_days(AROUND_NEW_YEAR)) || near(date.checked_sub_days(AROUND_NEW_YEAR))
    }
}
