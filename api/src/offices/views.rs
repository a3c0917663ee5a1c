//! Handovers and promises as JSON.

use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{
    handover::{Action, Channel, ResultClass, State as Stage, TABLE},
    lifecycle::{self, Party},
    people::Actor,
    submission::Kind,
};
use minyi_store::{
    HandedSubmission, HandoverDetail, HandoverItem, HandoverView, OfficeAnswerView, PartnerView, PromiseView,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{openapi::words, residents::photos::PhotoLinks, state::AppState};

/// A handover in a list.
#[derive(Serialize, ToSchema)]
pub struct HandoverEntry {
    id: Uuid,
    #[schema(schema_with = words::handover_channel)]
    channel: Channel,
    channel_name: &'static str,
    #[schema(schema_with = words::handover_state)]
    state: Stage,
    state_name: &'static str,
    office_id: Uuid,
    office_name: String,
    handed_by_name: String,
    /// What is asked of the office.
    demand: String,
    is_hard: bool,
    handed_at: DateTime<Utc>,
    accept_due_at: DateTime<Utc>,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
    /// The answer was late, or is.
    overdue_at: Option<DateTime<Utc>>,
    /// The first of its submissions.
    submission_id: Uuid,
    number: String,
}

/// A handover (交办).
#[derive(Serialize, ToSchema)]
pub struct HandoverResponse {
    id: Uuid,
    #[schema(schema_with = words::handover_channel)]
    channel: Channel,
    channel_name: &'static str,
    #[schema(schema_with = words::handover_state)]
    state: Stage,
    state_name: &'static str,
    office_id: Uuid,
    office_name: String,
    handed_by_name: String,
    /// What is asked of the office.
    demand: String,
    is_hard: bool,
    handed_at: DateTime<Utc>,
    /// Until then the office signs or sends back.
    accept_due_at: DateTime<Utc>,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
    accepted_at: Option<DateTime<Utc>>,
    /// Who is responsible at the office.
    responsible_name: Option<String>,
    extended_at: Option<DateTime<Utc>>,
    extension_reason: Option<String>,
    refusal_reason: Option<String>,
    overdue_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    proposal_id: Option<Uuid>,
    answers: Vec<OfficeAnswerResponse>,
    partners: Vec<PartnerResponse>,
    /// What you may do with it now.
    #[schema(schema_with = words::handover_actions)]
    possible: Vec<Action>,
}

/// An office's answer, and what the deputy said of it.
#[derive(Serialize, ToSchema)]
pub struct OfficeAnswerResponse {
    author_name: String,
    text: String,
    #[schema(schema_with = words::result_class)]
    result: ResultClass,
    result_name: &'static str,
    /// What is promised for the day.
    promise: Option<String>,
    promised_on: Option<NaiveDate>,
    answered_at: DateTime<Utc>,
    judge_due_at: DateTime<Utc>,
    /// `null`: not judged yet.
    satisfied: Option<bool>,
    judge_comment: Option<String>,
}

/// An office that helps (协办单位).
#[derive(Serialize, ToSchema)]
pub struct PartnerResponse {
    office_id: Uuid,
    office_name: String,
    invited_at: DateTime<Utc>,
    due_at: DateTime<Utc>,
    opinion: Option<String>,
    opined_at: Option<DateTime<Utc>>,
}

/// A promise (承诺).
#[derive(Serialize, ToSchema)]
pub struct PromiseResponse {
    id: Uuid,
    text: String,
    /// Who promised it.
    promised_by: String,
    due_on: NaiveDate,
    made_at: DateTime<Utc>,
    overdue_at: Option<DateTime<Utc>>,
    kept_at: Option<DateTime<Utc>>,
    /// How it was kept.
    kept_note: Option<String>,
}

/// A handover with what was handed over.
#[derive(Serialize, ToSchema)]
pub struct HandoverDetailResponse {
    handover: HandoverResponse,
    submissions: Vec<HandedSubmissionResponse>,
    promise: Option<PromiseResponse>,
    /// The proposal by which it came.
    proposal: Option<HandedProposalResponse>,
}

/// A submission as an office reads it: without contact data.
#[derive(Serialize, ToSchema)]
pub struct HandedSubmissionResponse {
    id: Uuid,
    number: String,
    #[schema(schema_with = words::kind)]
    kind: Kind,
    #[schema(schema_with = words::state)]
    state: lifecycle::State,
    text: String,
    place: String,
    address: Option<String>,
    submitted_at: DateTime<Utc>,
    photos: Vec<PhotoLinks>,
}

/// A proposal as an office reads it.
#[derive(Serialize, ToSchema)]
pub struct HandedProposalResponse {
    title: String,
    number: Option<String>,
    text: String,
}

impl From<HandoverItem> for HandoverEntry {
    fn from(item: HandoverItem) -> Self {
        Self {
            channel_name: item.channel.zh(),
            state_name: item.state.zh(),
            id: item.id,
            channel: item.channel,
            state: item.state,
            office_id: item.office_id,
            office_name: item.office_name,
            handed_by_name: item.handed_by_name,
            demand: item.demand,
            is_hard: item.is_hard,
            handed_at: item.handed_at,
            accept_due_at: item.accept_due_at,
            answer_due_at: item.answer_due_at,
            answer_due_provisional: item.answer_due_provisional,
            overdue_at: item.overdue_at,
            submission_id: item.lead_submission_id,
            number: item.number,
        }
    }
}

/// What this person may do with it now; an office that only helps may do nothing with it.
pub fn possible(view: &HandoverView, actor: &Actor) -> Vec<Action> {
    let party =
        Party::of(actor.role).filter(|party| *party != Party::Office || actor.office_id == Some(view.office_id));
    let actions = party.into_iter().flat_map(|party| TABLE.possible(view.state, party));
    actions
        .filter(|action| *action != Action::Extend || view.extended_at.is_none())
        .collect()
}

impl HandoverResponse {
    /// As this person sees it.
    pub fn new(view: HandoverView, actor: &Actor) -> Self {
        Self {
            possible: possible(&view, actor),
            channel_name: view.channel.zh(),
            state_name: view.state.zh(),
            id: view.id,
            channel: view.channel,
            state: view.state,
            office_id: view.office_id,
            office_name: view.office_name,
            handed_by_name: view.handed_by_name,
            demand: view.demand,
            is_hard: view.is_hard,
            handed_at: view.handed_at,
            accept_due_at: view.accept_due_at,
            answer_due_at: view.answer_due_at,
            answer_due_provisional: view.answer_due_provisional,
            accepted_at: view.accepted_at,
            responsible_name: view.responsible_name,
            extended_at: view.extended_at,
            extension_reason: view.extension_reason,
            refusal_reason: view.refusal_reason,
            overdue_at: view.overdue_at,
            finished_at: view.finished_at,
            proposal_id: view.proposal_id,
            answers: view.answers.into_iter().map(Into::into).collect(),
            partners: view.partners.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<OfficeAnswerView> for OfficeAnswerResponse {
    fn from(answer: OfficeAnswerView) -> Self {
        Self {
            result_name: answer.result.zh(),
            author_name: answer.author_name,
            text: answer.text,
            result: answer.result,
            promise: answer.promise,
            promised_on: answer.promised_on,
            answered_at: answer.answered_at,
            judge_due_at: answer.judge_due_at,
            satisfied: answer.satisfied,
            judge_comment: answer.judge_comment,
        }
    }
}

impl From<PartnerView> for PartnerResponse {
    fn from(partner: PartnerView) -> Self {
        Self {
            office_id: partner.office_id,
            office_name: partner.office_name,
            invited_at: partner.invited_at,
            due_at: partner.due_at,
            opinion: partner.opinion,
            opined_at: partner.opined_at,
        }
    }
}

impl From<PromiseView> for PromiseResponse {
    fn from(promise: PromiseView) -> Self {
        Self {
            id: promise.id,
            text: promise.text,
            promised_by: promise.promised_by,
            due_on: promise.due_on,
            made_at: promise.made_at,
            overdue_at: promise.overdue_at,
            kept_at: promise.kept_at,
            kept_note: promise.kept_note,
        }
    }
}

impl HandoverDetailResponse {
    /// With links to the photos.
    pub fn new(state: &AppState, detail: HandoverDetail, actor: &Actor) -> Self {
        let submission = |submission: HandedSubmission| HandedSubmissionResponse {
            photos: state.photo_links(&submission.photos),
            id: submission.id,
            number: submission.number,
            kind: submission.kind,
            state: submission.state,
            text: submission.text,
            place: submission.place,
            address: submission.address,
            submitted_at: submission.submitted_at,
        };
        let proposal = |(title, number, text)| HandedProposalResponse { title, number, text };
        Self {
            handover: HandoverResponse::new(detail.handover, actor),
            submissions: detail.submissions.into_iter().map(submission).collect(),
            promise: detail.promise.map(Into::into),
            proposal: detail.proposal.map(proposal),
        }
    }
}
