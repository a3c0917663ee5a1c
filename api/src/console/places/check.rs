//! What a filled-in field may hold, whether it came from a form or from a workbook.

use chrono::NaiveDate;
use minyi_domain::places::division_code;

use crate::problem::{FieldProblem, Problem};

/// What is wrong: field, code, words for people.
#[derive(Debug, Default)]
pub struct Wrong(pub Vec<(&'static str, &'static str, String)>);

impl Wrong {
    pub fn add(&mut self, field: &'static str, code: &'static str, detail: impl Into<String>) {
        self.0.push((field, code, detail.into()));
    }

    /// What was read, if nothing is wrong.
    ///
    /// # Errors
    /// [`Problem::Invalid`].
    pub fn unless<T>(self, value: T) -> Result<T, Problem> {
        if self.0.is_empty() {
            return Ok(value);
        }
        let wrong = self.0.into_iter();
        Err(Problem::Invalid(
            wrong
                .map(|(field, code, detail)| FieldProblem::new(format!("/{field}"), code, detail))
                .collect(),
        ))
    }

    /// A text of one line, at most `most` characters.
    pub fn line(&mut self, field: &'static str, text: &str, most: usize) -> String {
        let text = text.trim();
        if text.chars().count() > most {
            self.add(field, "too_long", format!("最多 {most} 个字。"));
        }
        if text.chars().any(char::is_control) {
            self.add(field, "wrong_characters", "不能有换行和看不见的字符。");
        }
        text.to_owned()
    }

    /// As [`Wrong::line`], and there must be something.
    pub fn required(&mut self, field: &'static str, text: &str, most: usize) -> String {
        let text = self.line(field, text, most);
        if text.is_empty() {
            self.add(field, "required", "这一项必须填。");
        }
        text
    }

    /// As [`Wrong::line`]; nothing is `None`.
    pub fn optional(&mut self, field: &'static str, text: Option<&str>, most: usize) -> Option<String> {
        let text = self.line(field, text.unwrap_or_default(), most);
        (!text.is_empty()).then_some(text)
    }

    /// A text of several lines.
    pub fn text(&mut self, field: &'static str, text: &str, most: usize) -> String {
        let text = text.trim();
        if text.chars().count() > most {
            self.add(field, "too_long", format!("最多 {most} 个字。"));
        }
        text.to_owned()
    }

    /// A telephone number as it is printed: digits, spaces, hyphens, brackets, an extension.
    pub fn phone(&mut self, field: &'static str, text: Option<&str>) -> Option<String> {
        let phone = self.optional(field, text, 30)?;
        let plain = |letter: char| letter.is_ascii_digit() || " -()+转".contains(letter);
        if !phone.chars().all(plain) || phone.chars().filter(char::is_ascii_digit).count() < 3 {
            self.add(field, "not_a_phone", "电话只能有数字、空格、横线、括号和“转”。");
        }
        Some(phone)
    }

    /// A division's code, with or without trailing zeros.
    pub fn division(&mut self, field: &'static str, text: &str) -> String {
        if let Some(code) = division_code(text) {
            return code.to_owned();
        }
        self.add(
            field,
            "not_a_division",
            "区划代码要有 2、4、6、9 或 12 位数字，例如 990102003201。",
        );
        String::new()
    }

    /// Two days in their order.
    pub fn ordered(&mut self, field: &'static str, from: Option<NaiveDate>, until: Option<NaiveDate>) {
        if let (Some(from), Some(until)) = (from, until)
            && until <= from
        {
            self.add(field, "not_after", "失效日期要晚于开始日期。");
        }
    }
}
