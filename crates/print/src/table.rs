//! What a list consists of, whether it becomes a PDF or a workbook.

use chrono::NaiveDate;

/// A column of a list.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column<'a> {
    /// The heading.
    pub title: &'a str,
    /// In millimetres, on paper; on the screen about as wide.
    pub width: f32,
}

impl<'a> Column<'a> {
    /// A column of this heading, so many millimetres wide.
    #[must_use]
    pub const fn new(title: &'a str, width: f32) -> Self {
        Self { title, width }
    }
}

/// What stands in one place of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Date(NaiveDate),
    Number(i64),
    Empty,
}

impl Cell {
    /// A text, or nothing.
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.into()))
    }

    /// As people read it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Date(date) => date.format("%Y-%m-%d").to_string(),
            Self::Number(number) => number.to_string(),
            Self::Empty => String::new(),
        }
    }
}
