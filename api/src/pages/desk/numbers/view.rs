//! What the page of the statistics shows.

use askama::Template;
use chrono::{Days, Months, NaiveDate};
use minyi_domain::rates::{Measure, Rate};
use minyi_store::Figures;

use crate::pages::{desk::view::Person, layout::Layout};

/// The figures of a period.
#[derive(Template)]
#[template(path = "desk/numbers.html")]
pub struct NumbersView {
    pub layout: Layout,
    pub person: Option<Person>,
    /// What cannot be read of the address.
    pub wrong: Vec<String>,
    pub from: String,
    pub to: String,
    /// Word, name, chosen.
    pub groupings: Vec<(&'static str, &'static str, bool)>,
    /// The chosen one's name.
    pub by: &'static str,
    pub volumes: Vec<&'static str>,
    pub rates: Vec<&'static str>,
    pub total: Line,
    pub lines: Vec<Line>,
    pub chart: Chart,
    pub definitions: Vec<(&'static str, &'static str)>,
    pub time_definition: &'static str,
    pub small_definition: &'static str,
}

/// A row.
pub struct Line {
    pub label: String,
    pub volumes: Vec<Volume>,
    pub rates: Vec<Percent>,
    pub time: Time,
}

/// A number and the way to what it counts.
pub struct Volume {
    pub count: i64,
    /// `None`: this person does not read the ledger.
    pub href: Option<String>,
}

/// A rate with what it is made of.
pub struct Percent {
    /// `None`: nothing to divide by.
    pub percent: Option<String>,
    pub numerator: Volume,
    pub denominator: Volume,
    pub small: bool,
    pub aside: Option<String>,
}

/// Working days to the first answer, in words.
pub struct Time {
    pub median: String,
    pub ninetieth: String,
}

impl Time {
    /// A dash where nothing was answered.
    pub fn of(median: Option<f64>, ninetieth: Option<f64>) -> Self {
        let say = |days: Option<f64>| days.map_or_else(|| "—".to_owned(), |days| format!("{days:.1}"));
        Self {
            median: say(median),
            ninetieth: say(ninetieth),
        }
    }
}

/// What came in month by month, as columns.
pub struct Chart {
    pub width: usize,
    pub columns: Vec<Column>,
    /// The same in words.
    pub words: String,
}

/// One month of the chart; lengths are units of the drawing.
pub struct Column {
    pub x: usize,
    pub middle: usize,
    pub top: i64,
    pub height: i64,
    pub count: i64,
    pub month: String,
}

const STEP: usize = 56;
/// The height of the largest column.
const TALL: i64 = 100;
/// Where the columns stand.
const GROUND: i64 = 122;

impl Chart {
    /// The columns of these months.
    pub fn of(months: &[Figures]) -> Self {
        let registered = |month: &Figures| month.counts.of(Measure::Registered);
        let most = months.iter().map(registered).max().unwrap_or(0).max(1);
        let column = |(index, month): (usize, &Figures)| {
            let height = registered(month) * TALL / most;
            Column {
                x: index * STEP + 10,
                middle: index * STEP + STEP / 2,
                top: GROUND - height,
                height,
                count: registered(month),
                month: month.label.clone(),
            }
        };
        let say = |month: &Figures| {
            let rate = month.counts.share(Rate::Response).value();
            let rate = rate.map_or_else(String::new, |rate| format!("，响应率 {:.1}%", rate * 100.0));
            format!("{} 登记 {} 件{rate}", month.label, registered(month))
        };
        Self {
            width: months.len().max(1) * STEP,
            columns: months.iter().enumerate().map(column).collect(),
            words: months.iter().map(say).collect::<Vec<_>>().join("；"),
        }
    }
}

/// The days of a month, written `2026-11`, that lie in the period.
pub fn month_within(month: &str, from: NaiveDate, to: NaiveDate) -> Option<(String, String)> {
    let first: NaiveDate = format!("{month}-01").parse().ok()?;
    let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
    Some((first.max(from).to_string(), last.min(to).to_string()))
}

/// First and last day of a week, by its Monday, as far as it lies in the period.
pub fn week_within(monday: &str, from: NaiveDate, to: NaiveDate) -> Option<(String, String)> {
    let first: NaiveDate = monday.parse().ok()?;
    let last = first.checked_add_days(Days::new(6))?;
    Some((first.max(from).to_string(), last.min(to).to_string()))
}
