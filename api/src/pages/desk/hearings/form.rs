//! The forms of hearings: fields may come more than once, times come as day and hour in China.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use minyi_domain::calendar::at_local_time;
use uuid::Uuid;

use crate::{
    deputies::hearings::{HearingChangeRequest, HearingRequest, MinutesRequest, PromiseRequest},
    problem::Problem,
};

/// What a form has sent, in its order.
#[derive(Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub const fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    pub fn push(&mut self, name: &str, value: String) {
        self.0.push((name.to_owned(), value));
    }

    /// The first value of this name; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value)
    }

    /// The first value of this name, if it is not blank.
    pub fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name).trim())
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    }

    /// All values of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(field, _)| field == name);
        named.map(|(_, value)| value.as_str())
    }

    /// All values of this name that are ids.
    pub fn ids(&self, name: &str) -> Vec<Uuid> {
        self.all(name).filter_map(|id| id.parse().ok()).collect()
    }

    fn time(&self, name: &str) -> Result<DateTime<Utc>, Problem> {
        let day: Option<NaiveDate> = self.text("date").parse().ok();
        let time = NaiveTime::parse_from_str(self.text(name), "%H:%M").ok();
        let (day, time) = day
            .zip(time)
            .ok_or_else(|| Problem::field("/date", "required", "请填日期和起止时间。"))?;
        Ok(at_local_time(day, time))
    }

    /// A hearing to be planned.
    pub fn hearing(&self) -> Result<HearingRequest, Problem> {
        Ok(HearingRequest {
            site_id: None,
            title: self.text("title").to_owned(),
            kind: self
                .text("kind")
                .parse()
                .map_err(|_| Problem::field("/kind", "required", "请选活动的形式。"))?,
            starts_at: self.time("from")?,
            ends_at: self.time("until")?,
            place: self.text("place").to_owned(),
            urgent_reason: self.optional("urgent_reason"),
            submission_ids: self.ids("case"),
            office_ids: self.ids("office"),
            deputy_ids: self.ids("deputy"),
        })
    }

    /// Another time or place.
    pub fn change(&self) -> Result<HearingChangeRequest, Problem> {
        Ok(HearingChangeRequest {
            place: self.optional("place"),
            starts_at: Some(self.time("from")?),
            ends_at: Some(self.time("until")?),
            urgent_reason: self.optional("urgent_reason"),
            remove_submissions: self.ids("remove"),
            ..HearingChangeRequest::default()
        })
    }

    /// What came of it: for each submission `promise.{id}`, `by.{id}` and `due.{id}`.
    pub fn minutes(&self) -> Result<MinutesRequest, Problem> {
        let mut promises = Vec::new();
        for submission_id in self.ids("on_table") {
            let Some(text) = self.optional(&format!("promise.{submission_id}")) else {
                continue;
            };
            let due_on = self.text(&format!("due.{submission_id}")).parse();
            promises.push(PromiseRequest {
                submission_id,
                text,
                promised_by: self.text(&format!("by.{submission_id}")).to_owned(),
                due_on: due_on.map_err(|_| Problem::field("/promises", "required", "承诺要写明什么时候办到。"))?,
            });
        }
        Ok(MinutesRequest {
            minutes: self.text("minutes").to_owned(),
            office_ids: self.ids("office"),
            deputy_ids: self.ids("deputy"),
            promises,
        })
    }
}
