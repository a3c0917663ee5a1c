//! What is sent and answered of personal-information requests.

use chrono::{DateTime, Utc};
use minyi_domain::{
    lifecycle::State as Stage,
    submission::{Contact, ContactError},
};
use minyi_store::{DataKind, DataRequest, PersonalRecord};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    openapi::words,
    problem::{FieldProblem, Problem},
};

/// The phone number of who asks.
#[derive(Deserialize, ToSchema)]
#[schema(as = PersonalDataPhoneRequest, example = json!({"phone": "13800001234"}))]
pub struct PhoneRequest {
    pub phone: String,
}

/// What is kept of a person.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "019aa000-0000-7000-8000-0000000000aa", "number": "20261121-ACDE347", "state": "closed", "state_name": "已办结",
    "submitted_at": "2026-11-21T01:00:00Z", "has_name": true, "has_address": false, "has_position": true, "photos": 2,
    "subscriptions": 1, "frozen": false
}]}))]
pub struct HeldResponse {
    pub items: Vec<HeldEntry>,
}

/// What is kept with one submission; the data itself is not shown.
#[derive(Serialize, ToSchema)]
pub struct HeldEntry {
    id: Uuid,
    number: String,
    #[schema(schema_with = words::state)]
    state: Stage,
    /// In Chinese.
    state_name: &'static str,
    submitted_at: DateTime<Utc>,
    has_name: bool,
    has_address: bool,
    has_position: bool,
    photos: i64,
    /// WeChat users who are told how it goes on.
    subscriptions: i64,
    /// Its processing was stopped.
    frozen: bool,
}

impl From<PersonalRecord> for HeldEntry {
    fn from(record: PersonalRecord) -> Self {
        Self {
            id: record.id,
            number: record.number,
            state: record.state,
            state_name: record.state.zh(),
            submitted_at: record.submitted_at,
            has_name: record.contact_name_sealed.is_some(),
            has_address: record.address.is_some(),
            has_position: record.has_position,
            photos: record.photos,
            subscriptions: record.subscriptions,
            frozen: record.frozen_at.is_some(),
        }
    }
}

/// A copy of everything.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"made_at": "2026-11-21T01:00:00Z", "items": [{
    "number": "20261121-ACDE347", "submitted_at": "2026-11-21T01:00:00Z", "state_name": "已办结", "name": "王阿姨",
    "phone": "13800001234", "address": null, "text": "路灯坏了。", "replies": [], "answers": ["已经修好了。"],
    "comments": [], "photos": 2
}]}))]
pub struct CopyResponse {
    pub made_at: DateTime<Utc>,
    pub items: Vec<CopyEntry>,
}

/// One submission, with its contact data.
#[derive(Serialize, ToSchema)]
pub struct CopyEntry {
    pub number: String,
    pub submitted_at: DateTime<Utc>,
    pub state_name: &'static str,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub text: String,
    /// What was added when asked.
    pub replies: Vec<String>,
    pub answers: Vec<String>,
    /// What was written with ratings.
    pub comments: Vec<String>,
    pub photos: i64,
}

impl CopyEntry {
    /// A record with the opened contact data.
    pub fn new(record: PersonalRecord, name: Option<String>, phone: Option<String>) -> Self {
        Self {
            number: record.number,
            submitted_at: record.submitted_at,
            state_name: record.state.zh(),
            name,
            phone,
            address: record.address,
            text: record.text,
            replies: record.replies,
            answers: record.answers,
            comments: record.comments,
            photos: record.photos,
        }
    }
}

/// What somebody wants.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "phone": "13800001234", "kind": "erase", "reason": "本人到站，核对了身份证，要求删除。"
}))]
pub struct DataRequestRequest {
    pub phone: String,
    /// `erase` deletes what is done and freezes the rest; `freeze`; `unfreeze`; `correct`.
    #[schema(value_type = String)]
    pub kind: DataKind,
    /// How the person has proved who it is, and what the person wants.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
    /// Of a correction: the right name; without it the name stays.
    #[serde(default)]
    pub new_name: Option<String>,
    /// Of a correction: the right phone; without it the phone stays.
    #[serde(default)]
    pub new_phone: Option<String>,
}

/// What is decided.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"granted": true, "reason": "身份已经核对，同意。"}))]
pub struct DataDecisionRequest {
    pub granted: bool,
    /// Told to the person.
    #[schema(min_length = 2, max_length = 500)]
    pub reason: String,
}

/// A page of requests.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [], "next_cursor": null}))]
pub struct DataRequestsResponse {
    pub items: Vec<DataRequestEntry>,
    pub next_cursor: Option<String>,
}

/// A request with its decision.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aa000-0000-7000-8000-0000000000d1", "number": "GR20261121-0A1B2C", "kind": "erase",
    "reason": "本人到站，核对了身份证，要求删除。", "asked_by_name": "潘晓蕾", "asked_at": "2026-11-21T01:00:00Z",
    "submissions": 2, "own": false, "decided_by_name": null, "decided_at": null, "granted": null,
    "decision_reason": null, "erased": null, "frozen": null, "corrected": null, "new_name": null, "new_phone": null
}))]
pub struct DataRequestEntry {
    id: Uuid,
    number: String,
    #[schema(value_type = String)]
    kind: DataKind,
    reason: String,
    asked_by_name: String,
    asked_at: DateTime<Utc>,
    submissions: i64,
    /// Asked for by the signed-in person, who cannot decide it.
    own: bool,
    decided_by_name: Option<String>,
    /// `null`: it waits.
    decided_at: Option<DateTime<Utc>>,
    granted: Option<bool>,
    decision_reason: Option<String>,
    /// Submissions that lost their personal data.
    erased: Option<i32>,
    /// Submissions whose processing was stopped, or taken up again.
    frozen: Option<i32>,
    /// Submissions whose contact data was corrected; `null` of other requests.
    corrected: Option<i32>,
    /// What a correction that waits is to put there.
    new_name: Option<String>,
    /// The same; only its beginning and end.
    new_phone: Option<String>,
}

impl DataRequestEntry {
    /// A request as the account `own` sees it, with what its correction is to put there.
    pub fn new(request: DataRequest, own: Uuid, new_name: Option<String>, new_phone: Option<String>) -> Self {
        Self {
            id: request.id,
            number: request.number,
            kind: request.kind,
            reason: request.reason,
            asked_by_name: request.asked_by_name,
            asked_at: request.asked_at,
            submissions: request.submissions,
            own: request.asked_by == own,
            decided_by_name: request.decided_by_name,
            decided_at: request.decided_at,
            granted: request.granted,
            decision_reason: request.decision_reason,
            erased: request.erased,
            frozen: request.frozen,
            corrected: request.corrected,
            new_name,
            new_phone,
        }
    }
}

/// Reads what a correction is to put there; `None`: it is another kind of request.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_correction(request: &DataRequestRequest) -> Result<Option<Contact>, Problem> {
    let contact =
        Contact::parse(request.new_name.as_deref(), request.new_phone.as_deref()).map_err(|error| match error {
            ContactError::Name(error) => Problem::Invalid(vec![FieldProblem::text("/new_name", error)]),
            ContactError::Phone => Problem::field("/new_phone", "phone_invalid", "请填写手机号或者带区号的电话。"),
        })?;
    let is_empty = contact == Contact::default();
    match request.kind {
        DataKind::Correct if is_empty => Err(Problem::field("/new_name", "required", "请填写正确的姓名或者电话。")),
        DataKind::Correct => Ok(Some(contact)),
        _ if is_empty => Ok(None),
        _ => Err(Problem::field(
            "/kind",
            "not_a_correction",
            "只有更正才填新的姓名和电话。",
        )),
    }
}

/// Reads a reason.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_reason(typed: &str) -> Result<String, Problem> {
    let reason = typed.trim();
    if !(2..=500).contains(&reason.chars().count()) {
        return Err(Problem::field("/reason", "out_of_range", "理由是 2 到 500 个字。"));
    }
    Ok(reason.to_owned())
}
