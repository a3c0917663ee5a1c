//! What is sent about hearings.

use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{
    hearing::Kind,
    text::{Address, ContactName, Note, OfficeText, Reason, TextError, Title},
};
use minyi_store::{HearingChange, Minutes, NewHearing, Promised};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    openapi::words,
    problem::{FieldProblem, Problem},
};

/// A hearing to be planned.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({
    "title": "路灯问题答复会", "kind": "answering", "starts_at": "2026-11-28T06:00:00Z",
    "ends_at": "2026-11-28T08:00:00Z", "place": "社区活动室", "urgent_reason": null,
    "submission_ids": ["019aa000-0000-7000-8000-0000000000aa"], "office_ids": [], "deputy_ids": []
}))]
pub struct HearingRequest {
    /// Without it: the own station, or the whole division of an administrator.
    pub site_id: Option<Uuid>,
    #[schema(min_length = 2, max_length = 100)]
    pub title: String,
    #[schema(schema_with = words::hearing_kind)]
    pub kind: Kind,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    #[schema(min_length = 1, max_length = 200)]
    pub place: String,
    /// Why people hear of it less than three calendar days before.
    #[schema(min_length = 2, max_length = 500)]
    pub urgent_reason: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub submission_ids: Vec<Uuid>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub office_ids: Vec<Uuid>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub deputy_ids: Vec<Uuid>,
}

/// What changes; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(example = json!({"place": "镇政府二楼会议室", "add_submissions": ["019aa000-0000-7000-8000-0000000000aa"]}))]
pub struct HearingChangeRequest {
    #[schema(min_length = 2, max_length = 100)]
    pub title: Option<String>,
    #[schema(min_length = 1, max_length = 200)]
    pub place: Option<String>,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    /// Why people hear of the new time less than three calendar days before.
    #[schema(min_length = 2, max_length = 500)]
    pub urgent_reason: Option<String>,
    /// It does not take place; nothing else is changed then.
    #[schema(min_length = 2, max_length = 500)]
    pub cancel_reason: Option<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub add_submissions: Vec<Uuid>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub remove_submissions: Vec<Uuid>,
    /// All that are invited from now on.
    #[schema(max_items = 50)]
    pub office_ids: Option<Vec<Uuid>>,
    /// All that are invited from now on.
    #[schema(max_items = 50)]
    pub deputy_ids: Option<Vec<Uuid>>,
}

/// What came of a hearing.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(example = json!({
    "minutes": "城管办答应下周换灯，物业每周巡查。", "office_ids": [], "deputy_ids": [],
    "promises": [{"submission_id": "019aa000-0000-7000-8000-0000000000aa", "text": "换三盏路灯", "promised_by": "城管办",
                  "due_on": "2026-12-05"}]
}))]
pub struct MinutesRequest {
    #[schema(min_length = 2, max_length = 8000)]
    pub minutes: String,
    /// Offices that came, invited or not.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub office_ids: Vec<Uuid>,
    /// Deputies who came, invited or not.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub deputy_ids: Vec<Uuid>,
    #[serde(default)]
    #[schema(max_items = 50)]
    pub promises: Vec<PromiseRequest>,
}

/// What somebody promised at the table.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub struct PromiseRequest {
    /// One of the submissions on the table.
    pub submission_id: Uuid,
    #[schema(min_length = 2, max_length = 1000)]
    pub text: String,
    /// The office or person.
    #[schema(min_length = 1, max_length = 30)]
    pub promised_by: String,
    /// Today or later.
    pub due_on: NaiveDate,
}

const MOST: usize = 50;

/// Collects what is wrong.
#[derive(Default)]
struct Checker(Vec<FieldProblem>);

impl Checker {
    fn text<T>(&mut self, pointer: &str, parsed: Result<T, TextError>) -> Option<T> {
        parsed
            .map_err(|error| self.0.push(FieldProblem::text(pointer, error)))
            .ok()
    }

    /// A text that may be left out; blank is left out.
    fn optional<T>(&mut self, pointer: &str, text: Option<&str>, parse: fn(&str) -> Result<T, TextError>) -> Option<T> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        self.text(pointer, parse(text))
    }

    fn few(&mut self, pointer: &str, count: usize) {
        if count > MOST {
            let detail = format!("一次最多选 {MOST} 个。");
            self.0.push(FieldProblem::new(pointer, "too_many", detail));
        }
    }

    fn order(&mut self, starts_at: DateTime<Utc>, ends_at: DateTime<Utc>) {
        if ends_at <= starts_at {
            self.0.push(FieldProblem::new(
                "/ends_at",
                "before_start",
                "结束时间要在开始时间以后。",
            ));
        }
    }

    fn done<T>(self, value: Option<T>) -> Result<T, Problem> {
        value.filter(|_| self.0.is_empty()).ok_or(Problem::Invalid(self.0))
    }
}

impl HearingRequest {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Problem::Invalid`].
    pub fn read(self) -> Result<NewHearing, Problem> {
        let mut check = Checker::default();
        let title = check.text("/title", Title::parse(&self.title));
        let place = check.text("/place", Address::parse(&self.place));
        let urgent_reason = check.optional("/urgent_reason", self.urgent_reason.as_deref(), Reason::parse);
        check.order(self.starts_at, self.ends_at);
        check.few("/submission_ids", self.submission_ids.len());
        check.few("/office_ids", self.office_ids.len());
        check.few("/deputy_ids", self.deputy_ids.len());
        let new = title.zip(place).map(|(title, place)| NewHearing {
            site_id: self.site_id,
            title,
            kind: self.kind,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            place,
            urgent_reason,
            submission_ids: self.submission_ids,
            office_ids: self.office_ids,
            deputy_ids: self.deputy_ids,
        });
        check.done(new)
    }
}

impl HearingChangeRequest {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Problem::Invalid`].
    pub fn read(self) -> Result<HearingChange, Problem> {
        let mut check = Checker::default();
        let lists = [&self.add_submissions, &self.remove_submissions];
        let lists = lists.into_iter().chain(&self.office_ids).chain(&self.deputy_ids);
        let most = lists.map(Vec::len).max().unwrap_or(0);
        check.few("/add_submissions", most);
        let change = HearingChange {
            title: check.optional("/title", self.title.as_deref(), Title::parse),
            place: check.optional("/place", self.place.as_deref(), Address::parse),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            urgent_reason: check.optional("/urgent_reason", self.urgent_reason.as_deref(), Reason::parse),
            cancel_reason: check.optional("/cancel_reason", self.cancel_reason.as_deref(), Reason::parse),
            add_submissions: self.add_submissions,
            remove_submissions: self.remove_submissions,
            office_ids: self.office_ids,
            deputy_ids: self.deputy_ids,
        };
        check.done(Some(change))
    }
}

impl MinutesRequest {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Problem::Invalid`].
    pub fn read(self) -> Result<Minutes, Problem> {
        let mut check = Checker::default();
        let text = check.text("/minutes", OfficeText::parse(&self.minutes));
        check.few("/office_ids", self.office_ids.len());
        check.few("/deputy_ids", self.deputy_ids.len());
        check.few("/promises", self.promises.len());
        let mut promises = Vec::new();
        for (index, promise) in self.promises.iter().enumerate() {
            let text = check.text(&format!("/promises/{index}/text"), Note::parse(&promise.text));
            let by = ContactName::parse(&promise.promised_by);
            let by = check.text(&format!("/promises/{index}/promised_by"), by);
            promises.extend(text.zip(by).map(|(text, promised_by)| Promised {
                submission_id: promise.submission_id,
                text,
                promised_by,
                due_on: promise.due_on,
            }));
        }
        let minutes = text.map(|text| Minutes {
            text,
            office_ids: self.office_ids,
            deputy_ids: self.deputy_ids,
            promises,
        });
        check.done(minutes)
    }
}
