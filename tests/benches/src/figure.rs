//! One figure of the table: what was measured, the limit beside it, and what it should be.

use serde_json::{Value, json};

/// What a figure should be.
#[derive(Clone, Copy)]
pub enum Goal {
    /// Reported, not judged.
    None,
    AtLeast(f64),
    AtMost(f64),
    /// At least this part of the limit.
    PartOfLimit(f64),
    /// At most so many times the limit.
    TimesLimit(f64),
}

/// A measurement.
pub struct Figure {
    pub row: u8,
    pub what: String,
    pub value: f64,
    pub unit: &'static str,
    /// What was measured in the same run, and how much it was.
    pub limit: Option<(String, f64)>,
    pub goal: Goal,
}

impl Figure {
    pub fn new(row: u8, what: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self {
            row,
            what: what.into(),
            value,
            unit,
            limit: None,
            goal: Goal::None,
        }
    }

    #[must_use]
    pub fn against(self, what: impl Into<String>, value: f64) -> Self {
        Self {
            limit: Some((what.into(), value)),
            ..self
        }
    }

    #[must_use]
    pub fn should_be(self, goal: Goal) -> Self {
        Self { goal, ..self }
    }

    fn ratio(&self) -> Option<f64> {
        self.limit.as_ref().map(|(_, limit)| self.value / limit)
    }

    /// `None`: nothing to judge.
    fn is_met(&self) -> Option<bool> {
        match self.goal {
            Goal::None => None,
            Goal::AtLeast(least) => Some(self.value >= least),
            Goal::AtMost(most) => Some(self.value <= most),
            Goal::PartOfLimit(part) => self.ratio().map(|ratio| ratio >= part),
            Goal::TimesLimit(times) => self.ratio().map(|ratio| ratio <= times),
        }
    }

    fn goal_words(&self) -> String {
        match self.goal {
            Goal::None => String::new(),
            Goal::AtLeast(least) => format!("≥ {least}"),
            Goal::AtMost(most) => format!("≤ {most}"),
            Goal::PartOfLimit(part) => format!("≥ {:.0} % of it", part * 100.0),
            Goal::TimesLimit(times) => format!("≤ {times} × it"),
        }
    }

    /// For the file.
    pub fn report(&self) -> Value {
        json!({
            "row": self.row, "what": self.what, "value": self.value, "unit": self.unit,
            "limit": self.limit.as_ref().map(|(what, value)| json!({ "what": what, "value": value })),
            "ratio": self.ratio(), "goal": self.goal_words(), "met": self.is_met(),
        })
    }
}

/// The table.
pub fn print(figures: &[Figure]) {
    println!(
        "\n  #  {:<52} {:>12} {:<6} {:<34} {:>7}  goal",
        "what", "figure", "", "limit in the same run", "ratio"
    );
    for figure in figures {
        let limit = figure
            .limit
            .as_ref()
            .map(|(what, value)| format!("{what} {}", number(*value)));
        let ratio = figure.ratio().map(|ratio| format!("{ratio:.2}"));
        let met = match figure.is_met() {
            None => "",
            Some(true) => "met",
            Some(false) => "MISSED",
        };
        println!(
            "{:>3}  {:<52} {:>12} {:<6} {:<34} {:>7}  {} {met}",
            figure.row,
            figure.what,
            number(figure.value),
            figure.unit,
            limit.unwrap_or_default(),
            ratio.unwrap_or_default(),
            figure.goal_words()
        );
    }
}

fn number(value: f64) -> String {
    if value.abs() < 100.0 {
        format!("{value:.2}")
    } else {
        format!("{value:.0}")
    }
}

/// The value below which `share` (0 to 1) of the values lie; they are sorted here.
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an index below the length"
    )]
    let index = ((values.len() as f64 - 1.0) * share).round() as usize;
    values.get(index).copied().unwrap_or(f64::NAN)
}
