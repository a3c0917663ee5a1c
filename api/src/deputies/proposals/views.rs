//! Proposals as JSON.

use chrono::{DateTime, Utc};
use minyi_domain::{
    handover::{Channel, State as Stage},
    people::DeputyLevel,
};
use minyi_store::{OfficeCandidate, ProposalDeputy, ProposalDetail, ProposalItem, ProposalLine};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::openapi::words;

/// A page of the list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "019aa000-0000-7000-8000-0000000000aa", "channel": "intersession", "channel_name": "闭会期间代表建议",
    "region_name": "禾溪市", "number": "〔2026〕闭会第0007号", "title": "关于更换老旧路灯的建议", "lead_name": "李春兰",
    "drafted_at": "2026-11-20T01:00:00Z", "submitted_at": "2026-11-21T01:00:00Z"
}], "next_cursor": null}))]
pub struct ProposalsResponse {
    items: Vec<ProposalEntry>,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

/// A proposal in the list.
#[derive(Serialize, ToSchema)]
pub struct ProposalEntry {
    id: Uuid,
    #[schema(schema_with = words::handover_channel)]
    channel: Channel,
    channel_name: &'static str,
    region_name: String,
    /// `null`: a draft.
    number: Option<String>,
    title: String,
    lead_name: String,
    drafted_at: DateTime<Utc>,
    submitted_at: Option<DateTime<Utc>>,
}

impl ProposalsResponse {
    /// A page and where it goes on.
    pub fn new(items: Vec<ProposalItem>, next_cursor: Option<String>) -> Self {
        let entry = |item: ProposalItem| ProposalEntry {
            channel_name: item.channel.zh(),
            id: item.id,
            channel: item.channel,
            region_name: item.region_name,
            number: item.number,
            title: item.title,
            lead_name: item.lead_name,
            drafted_at: item.drafted_at,
            submitted_at: item.submitted_at,
        };
        Self {
            items: items.into_iter().map(entry).collect(),
            next_cursor,
        }
    }
}

/// Into what a submission went.
#[derive(Serialize, ToSchema)]
pub struct ProposalLineResponse {
    id: Uuid,
    #[schema(schema_with = words::handover_channel)]
    channel: Channel,
    number: Option<String>,
    title: String,
    submitted_at: Option<DateTime<Utc>>,
}

impl From<ProposalLine> for ProposalLineResponse {
    fn from(line: ProposalLine) -> Self {
        Self {
            id: line.id,
            channel: line.channel,
            number: line.number,
            title: line.title,
            submitted_at: line.submitted_at,
        }
    }
}

/// A deputy who brings a proposal in or signs it.
#[derive(Serialize, ToSchema)]
pub struct ProposalDeputyResponse {
    id: Uuid,
    name: String,
    #[schema(schema_with = words::deputy_level)]
    level: DeputyLevel,
    workplace: String,
}

impl From<ProposalDeputy> for ProposalDeputyResponse {
    fn from(deputy: ProposalDeputy) -> Self {
        Self {
            id: deputy.id,
            name: deputy.name,
            level: deputy.level,
            workplace: deputy.workplace,
        }
    }
}

/// Deputies to choose from.
#[derive(Serialize, ToSchema)]
pub struct CosignersResponse {
    items: Vec<ProposalDeputyResponse>,
}

impl CosignersResponse {
    /// In the given order.
    pub fn new(deputies: Vec<ProposalDeputy>) -> Self {
        Self {
            items: deputies.into_iter().map(Into::into).collect(),
        }
    }
}

/// A submission from which a proposal came.
#[derive(Serialize, ToSchema)]
pub struct ProposalSourceResponse {
    id: Uuid,
    number: String,
}

/// An office that has or had a proposal.
#[derive(Serialize, ToSchema)]
pub struct ProposalHandoverResponse {
    id: Uuid,
    office_name: String,
    #[schema(schema_with = words::handover_state)]
    state: Stage,
    state_name: &'static str,
}

/// An office that a proposal may go to.
#[derive(Serialize, ToSchema)]
pub struct ProposalOfficeResponse {
    id: Uuid,
    name: String,
}

/// A proposal (代表建议).
#[derive(Serialize, ToSchema)]
pub struct ProposalResponse {
    id: Uuid,
    #[schema(schema_with = words::handover_channel)]
    channel: Channel,
    channel_name: &'static str,
    region_name: String,
    /// `null`: a draft.
    number: Option<String>,
    title: String,
    text: String,
    drafted_at: DateTime<Utc>,
    submitted_at: Option<DateTime<Utc>>,
    lead: ProposalDeputyResponse,
    cosigners: Vec<ProposalDeputyResponse>,
    /// Those that this person sees.
    submissions: Vec<ProposalSourceResponse>,
    handovers: Vec<ProposalHandoverResponse>,
    /// To which of them it may be submitted now.
    offices: Vec<ProposalOfficeResponse>,
}

impl ProposalResponse {
    /// `offices`: to which of them it may go.
    pub fn new(detail: ProposalDetail, offices: Vec<OfficeCandidate>) -> Self {
        let source = |(id, number)| ProposalSourceResponse { id, number };
        let handover = |(id, office_name, state): (Uuid, String, Stage)| ProposalHandoverResponse {
            id,
            office_name,
            state,
            state_name: state.zh(),
        };
        Self {
            channel_name: detail.channel.zh(),
            id: detail.id,
            channel: detail.channel,
            region_name: detail.region_name,
            number: detail.number,
            title: detail.title,
            text: detail.text,
            drafted_at: detail.drafted_at,
            submitted_at: detail.submitted_at,
            lead: detail.lead.into(),
            cosigners: detail.cosigners.into_iter().map(Into::into).collect(),
            submissions: detail.submissions.into_iter().map(source).collect(),
            handovers: detail.handovers.into_iter().map(handover).collect(),
            offices: offices
                .into_iter()
                .map(|OfficeCandidate { id, name, .. }| ProposalOfficeResponse { id, name })
                .collect(),
        }
    }
}
