//! `minyi-api import-calendar`: a year's holidays (节假日安排) from a file into the database.

use std::{fs, path::Path};

use chrono::Datelike as _;
use minyi_gateways::clock::Clock;
use minyi_store::{By, CalendarYear, Replanned, Store, StoreConfig};

/// Imports the file; returns what was done, in words.
pub fn run(config: &StoreConfig, file: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let wrong = |what: String| format!("{}: {what}", file.display());
    let text = fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let year = parse(&text).map_err(wrong)?;
    let replanned = Store::connect(config)?.import_calendar_year(&By::command_line(), &year, Clock::System.now())?;
    Ok(report(&year, replanned))
}

/// The error names the field, and the line where there is one.
fn parse(text: &str) -> Result<CalendarYear, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let year: CalendarYear = serde_path_to_error::deserialize(&mut json).map_err(|error| error.to_string())?;
    json.end().map_err(|error| error.to_string())?;
    year.check().map_err(|mistake| mistake.to_string())?;
    Ok(year)
}

fn report(year: &CalendarYear, replanned: Replanned) -> String {
    let off = year.own_days().filter(|day| day.is_off).count();
    let mut text = format!(
        "{}: imported; days off: {off}, days worked instead: {}\n",
        year.year,
        year.own_days().count() - off
    );
    for day in year.foreign_days() {
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
