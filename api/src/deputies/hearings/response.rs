//! How hearings are shown to those who plan them.

use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{
    hearing::{Kind, State},
    lifecycle,
    submission::Urgency,
};
use minyi_store::{Hearing, HearingCase, HearingDetail, Invited, PromiseSeen};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::openapi::words;

/// The hearing that was planned.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": "019aa000-0000-7000-8000-0000000000ee"}))]
pub struct HearingPlannedResponse {
    pub id: Uuid,
}

/// A page of hearings.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "019aa000-0000-7000-8000-0000000000ee", "title": "路灯问题答复会", "kind": "answering", "state": "planned",
    "state_name": "已安排", "starts_at": "2026-11-28T06:00:00Z", "ends_at": "2026-11-28T08:00:00Z",
    "place": "社区活动室", "site_name": "杏林社区代表联络站", "urgent_reason": null, "minutes": null, "cancel_reason": null
}], "next_cursor": null}))]
pub struct HearingsResponse {
    items: Vec<HearingEntry>,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

impl HearingsResponse {
    /// A page of them.
    pub fn new(items: Vec<Hearing>, next_cursor: Option<String>) -> Self {
        Self {
            items: items.into_iter().map(Into::into).collect(),
            next_cursor,
        }
    }
}

/// A hearing.
#[derive(Serialize, ToSchema)]
pub struct HearingEntry {
    id: Uuid,
    title: String,
    #[schema(schema_with = words::hearing_kind)]
    kind: Kind,
    #[schema(schema_with = words::hearing_state)]
    state: State,
    state_name: &'static str,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    place: String,
    /// `null`: of the whole division.
    site_name: Option<String>,
    urgent_reason: Option<String>,
    minutes: Option<String>,
    cancel_reason: Option<String>,
}

impl From<Hearing> for HearingEntry {
    fn from(hearing: Hearing) -> Self {
        Self {
            state_name: hearing.state.zh(),
            id: hearing.id,
            title: hearing.title,
            kind: hearing.kind,
            state: hearing.state,
            starts_at: hearing.starts_at,
            ends_at: hearing.ends_at,
            place: hearing.place,
            site_name: hearing.site_name,
            urgent_reason: hearing.urgent_reason,
            minutes: hearing.minutes,
            cancel_reason: hearing.cancel_reason,
        }
    }
}

/// A hearing with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub struct HearingDetailResponse {
    hearing: HearingEntry,
    /// Those that this person may see.
    submissions: Vec<HearingSubmission>,
    offices: Vec<InvitedEntry>,
    deputies: Vec<InvitedEntry>,
    promises: Vec<HearingPromise>,
}

/// A submission on the table.
#[derive(Serialize, ToSchema)]
pub struct HearingSubmission {
    id: Uuid,
    number: String,
    #[schema(schema_with = words::state)]
    state: lifecycle::State,
    #[schema(value_type = String, example = "hard")]
    urgency: Urgency,
    text: String,
    place: String,
}

/// An office or a deputy at the table.
#[derive(Serialize, ToSchema)]
pub struct InvitedEntry {
    id: Uuid,
    name: String,
    attended: bool,
}

/// What was promised at the table.
#[derive(Serialize, ToSchema)]
pub struct HearingPromise {
    id: Uuid,
    submission_id: Uuid,
    text: String,
    promised_by: String,
    due_on: NaiveDate,
    kept_at: Option<DateTime<Utc>>,
}

impl From<HearingDetail> for HearingDetailResponse {
    fn from(detail: HearingDetail) -> Self {
        let submission = |case: HearingCase| HearingSubmission {
            id: case.id,
            number: case.number,
            state: case.state,
            urgency: case.urgency,
            text: case.text,
            place: case.place,
        };
        let invited = |invited: Invited| InvitedEntry {
            id: invited.id,
            name: invited.name,
            attended: invited.attended,
        };
        let promise = |promise: PromiseSeen| HearingPromise {
            id: promise.id,
            submission_id: promise.submission_id,
            text: promise.text,
            promised_by: promise.promised_by,
            due_on: promise.due_on,
            kept_at: promise.kept_at,
        };
        Self {
            hearing: detail.hearing.into(),
            submissions: detail.cases.into_iter().map(submission).collect(),
            offices: detail.offices.into_iter().map(invited).collect(),
            deputies: detail.deputies.into_iter().map(invited).collect(),
            promises: detail.promises.into_iter().map(promise).collect(),
        }
    }
}
