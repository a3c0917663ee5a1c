//! `minyi-api import-calendar`: a year's holidays (节假日安排) from a file into the database.

use std::{collections::BTreeMap, fs, path::Path};

use chrono::{Datelike as _, Days, NaiveDate};
use minyi_gateways::clock::Clock;
use minyi_store::{CalendarDay, CalendarYear, Replanned, Store, StoreConfig};

/// Years that the database takes.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2200;

/// What the notice of a year may name of its neighbours: a holiday around New Year and the days worked for it.
const AROUND_NEW_YEAR: Days = Days::new(31);

/// Imports the file; returns what was done, in words.
pub fn run(config: &StoreConfig, file: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let wrong = |what: String| format!("{}: {what}", file.display());
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let year = parse(&text).map_err(wrong)?;
    let replanned = Store::connect(config)?.import_calendar_year(&year, Clock::System.now())?;
    Ok(report(&year, replanned))
}

/// The error names the field, and the line where there is one.
fn parse(text: &str) -> Result<CalendarYear, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let year: CalendarYear = serde_path_to_error::deserialize(&mut json).map_err(|error| error.to_string())?;
    json.end().map_err(|error| error.to_string())?;
    if !YEARS.contains(&year.year) {
        return Err(format!(
            "year: {} is not between {} and {}",
            year.year,
            YEARS.start(),
            YEARS.end()
        ));
    }
    check(&year)?;
    Ok(year)
}

fn check(year: &CalendarYear) -> Result<(), String> {
    if !year.days.iter().any(|day| is_of(year, day)) {
        return Err(format!("days: no day of {}", year.year));
    }
    let mut seen = BTreeMap::new();
    for (index, day) in year.days.iter().enumerate() {
        let date = day.date;
        if !is_of(year, day) && !is_around(year, date) {
            return Err(format!("days[{index}].date: {date} is not in {}", year.year));
        }
        if let Some(earlier) = seen.insert(date, index) {
            return Err(format!("days[{index}].date: {date} stands in days[{earlier}] already"));
        }
    }
    Ok(())
}

fn is_of(year: &CalendarYear, day: &CalendarDay) -> bool {
    day.date.year() == i32::from(year.year)
}

fn is_around(year: &CalendarYear, date: NaiveDate) -> bool {
    let near = |day: Option<NaiveDate>| day.is_some_and(|day| day.year() == i32::from(year.year));
    near(date.checked_add_days(AROUND_NEW_YEAR)) || near(date.checked_sub_days(AROUND_NEW_YEAR))
}

fn report(year: &CalendarYear, replanned: Replanned) -> String {
    let own = || year.days.iter().filter(|day| is_of(year, day));
    let off = own().filter(|day| day.is_off).count();
    let mut text = format!(
        "{}: imported; days off: {off}, days worked instead: {}\n",
        year.year,
        own().count() - off
    );
    for day in year.days.iter().filter(|day| !is_of(year, day)) {
        let (date, its_year) = (day.date, day.date.year());
        text.push_str(&format!("{date}: left out; it has to be in the file of {its_year}\n"));
    }
    let Replanned {
        examined,
        moved,
        still_provisional,
    } = replanned;
    text.push_str(&format!(
        "provisional dates of open submissions: {examined} computed again, {moved} moved, {still_provisional} still provisional\n"
    ));
    text
}
