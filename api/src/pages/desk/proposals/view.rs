//! What the pages of proposals show.

use askama::Template;
use chrono::NaiveDate;
use minyi_store::{OfficeCandidate, ProposalDetail};
use uuid::Uuid;

use crate::pages::{desk::view::Person, layout::Layout, words::moment};

/// All of them.
#[derive(Template)]
#[template(path = "desk/proposals.html")]
pub struct ListView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub may_propose: bool,
    pub items: Vec<Line>,
    /// Address of the next page.
    pub next: Option<String>,
}

/// A proposal in the list.
pub struct Line {
    pub id: Uuid,
    pub title: String,
    pub channel: &'static str,
    pub region: String,
    pub lead: String,
    /// None: a draft.
    pub number: Option<String>,
    pub when: String,
}

/// What may be chosen for a draft.
#[derive(Default)]
pub struct Choices {
    pub cases: Vec<Choice>,
    pub deputies: Vec<Choice>,
}

/// Something to tick.
pub struct Choice {
    pub id: Uuid,
    pub text: String,
    pub chosen: bool,
}

/// Beginning one.
#[derive(Template)]
#[template(path = "desk/proposal-new.html")]
pub struct NewProposalView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub csrf: String,
    pub problem: Option<String>,
    pub level: String,
    pub title: String,
    pub text: String,
    /// Id of who was chosen to bring it in.
    pub lead: String,
    /// A deputy's own are the deputy's.
    pub is_deputy: bool,
    pub choices: Choices,
}

/// One proposal.
#[derive(Template)]
#[template(path = "desk/proposal.html")]
pub struct ProposalView {
    pub layout: Layout,
    pub person: Option<Person>,
    pub csrf: String,
    /// What has just been done.
    pub done: Option<&'static str>,
    pub problem: Option<String>,
    pub id: Uuid,
    pub channel: &'static str,
    pub region: String,
    pub number: Option<String>,
    pub title: String,
    pub text: String,
    pub when: String,
    pub lead: String,
    pub cosigners: Vec<String>,
    /// Id and number of those from which it came.
    pub sources: Vec<(Uuid, String)>,
    /// Id, office and state of those to which it went.
    pub handovers: Vec<(Uuid, String, &'static str)>,
    /// It may still be changed.
    pub may_change: bool,
    /// It may be submitted, for the first time or again.
    pub may_submit: bool,
    pub offices: Vec<(Uuid, String)>,
    pub choices: Choices,
}

impl ProposalView {
    /// `may_propose`, the offices to which it may go and what may be chosen come from elsewhere.
    pub fn new(
        layout: Layout,
        (person, csrf): (Person, String),
        detail: ProposalDetail,
        (may_propose, offices, choices): (bool, Vec<OfficeCandidate>, Choices),
        today: NaiveDate,
    ) -> Self {
        let came_back = detail.came_back();
        Self {
            layout,
            person: Some(person),
            csrf,
            done: None,
            problem: None,
            id: detail.id,
            channel: detail.channel.zh(),
            when: moment(detail.submitted_at.unwrap_or(detail.drafted_at), today),
            lead: format!("{}（{}）", detail.lead.name, detail.lead.workplace),
            cosigners: detail.cosigners.into_iter().map(|deputy| deputy.name).collect(),
            may_change: may_propose && detail.submitted_at.is_none(),
            may_submit: may_propose && came_back,
            offices: offices.into_iter().map(|office| (office.id, office.name)).collect(),
            sources: detail.submissions,
            handovers: detail
                .handovers
                .into_iter()
                .map(|(id, office, state)| (id, office, state.zh()))
                .collect(),
            region: detail.region_name,
            number: detail.number,
            title: detail.title,
            text: detail.text,
            choices,
        }
    }
}
