//! What is done with proposals, whichever client asks for it.

use minyi_domain::{
    people::{Actor, DeputyLevel},
    rights::Permission,
    text::{OfficeText, Title},
};
use minyi_store::{DraftChange, NewDraft, OfficeCandidate, ProposalDetail};
use uuid::Uuid;

use super::{ProposalChangeRequest, ProposalRequest, SubmitProposalRequest};
use crate::{problem::Problem, state::AppState};

/// Submissions in one proposal, at most.
const MAX_SUBMISSIONS: usize = 200;
/// Signatures on one proposal, at most.
const MAX_COSIGNERS: usize = 100;

/// Digits of the division of a level.
fn digits(level: DeputyLevel) -> Result<usize, Problem> {
    match level {
        DeputyLevel::County => Ok(6),
        DeputyLevel::City => Ok(4),
        DeputyLevel::Provincial => Ok(2),
        DeputyLevel::National | DeputyLevel::Township => Err(Problem::field(
            "/level",
            "unknown_level",
            "只能提给县级、市级或者省级，level 是 county、city 或 provincial。",
        )),
    }
}

fn check_count(pointer: &str, count: usize, most: usize) -> Result<(), Problem> {
    if count <= most {
        return Ok(());
    }
    Err(Problem::field(pointer, "too_many", format!("最多 {most} 个。")))
}

impl AppState {
    /// Begins a proposal.
    ///
    /// # Errors
    /// [`Problem::Forbidden`], [`Problem::Invalid`], [`Problem::Refused`].
    pub async fn draft_proposal(&self, actor: Actor, request: ProposalRequest) -> Result<Uuid, Problem> {
        must_propose(&actor)?;
        let region_digits = digits(request.level)?;
        let title = Title::parse(&request.title).map_err(Problem::text("/title"))?;
        let text = OfficeText::parse(&request.text).map_err(Problem::text("/text"))?;
        check_count("/submission_ids", request.submission_ids.len(), MAX_SUBMISSIONS)?;
        check_count("/cosigner_ids", request.cosigner_ids.len(), MAX_COSIGNERS)?;
        let now = self.now();
        self.act(move |store| {
            let new = NewDraft {
                region_digits,
                title: &title,
                text: &text,
                submission_ids: &request.submission_ids,
                lead_deputy_id: request.lead_deputy_id,
                cosigner_ids: &request.cosigner_ids,
            };
            store.draft_proposal(&actor, new, now)
        })
        .await
    }

    /// Changes a draft.
    ///
    /// # Errors
    /// As [`AppState::draft_proposal`], and [`Problem::ProposalUnknown`].
    pub async fn change_proposal(&self, actor: Actor, id: Uuid, request: ProposalChangeRequest) -> Result<(), Problem> {
        must_propose(&actor)?;
        let title = request.title.as_deref().map(Title::parse).transpose();
        let title = title.map_err(Problem::text("/title"))?;
        let text = request.text.as_deref().map(OfficeText::parse).transpose();
        let text = text.map_err(Problem::text("/text"))?;
        let (submissions, cosigners) = (request.submission_ids, request.cosigner_ids);
        check_count(
            "/submission_ids",
            submissions.as_ref().map_or(0, Vec::len),
            MAX_SUBMISSIONS,
        )?;
        check_count("/cosigner_ids", cosigners.as_ref().map_or(0, Vec::len), MAX_COSIGNERS)?;
        let act = move |store: &minyi_store::Store| {
            let change = DraftChange {
                title: title.as_ref(),
                text: text.as_ref(),
                submission_ids: submissions.as_deref(),
                cosigner_ids: cosigners.as_deref(),
            };
            store.change_proposal(&actor, id, change)
        };
        self.act(act).await.map_err(unknown)
    }

    /// Submits a proposal; returns the handover.
    ///
    /// # Errors
    /// As [`AppState::change_proposal`].
    pub async fn submit_proposal(
        &self,
        actor: Actor,
        id: Uuid,
        request: SubmitProposalRequest,
    ) -> Result<Uuid, Problem> {
        must_propose(&actor)?;
        let now = self.now();
        let act = move |store: &minyi_store::Store| {
            store.submit_proposal(&actor, id, request.office_id, request.is_hard, now)
        };
        self.act(act).await.map_err(unknown)
    }

    /// One proposal in this person's scope.
    ///
    /// # Errors
    /// [`Problem::ProposalUnknown`], also when it lies outside the scope.
    pub async fn find_proposal(&self, actor: &Actor, id: Uuid) -> Result<ProposalDetail, Problem> {
        let scope = actor.scope();
        self.ask(move |store| store.proposal(&scope, id))
            .await?
            .ok_or(Problem::ProposalUnknown)
    }

    /// The offices to which a proposal may be submitted now; none while an office has it, and for whom may not.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn proposal_offices(
        &self,
        actor: &Actor,
        detail: &ProposalDetail,
    ) -> Result<Vec<OfficeCandidate>, Problem> {
        let may = actor.role.may(Permission::Propose) && detail.came_back();
        let Some((first, _)) = detail.submissions.first().filter(|_| may) else {
            return Ok(Vec::new());
        };
        let mut offices = self.office_candidates(actor, *first).await?;
        offices
            .retain(|office| office.channel == detail.channel && office.region_code.starts_with(&detail.region_code));
        Ok(offices)
    }
}

pub(super) fn must_propose(actor: &Actor) -> Result<(), Problem> {
    if actor.role.may(Permission::Propose) {
        Ok(())
    } else {
        Err(Problem::Forbidden)
    }
}

fn unknown(problem: Problem) -> Problem {
    problem.unknown_as(Problem::ProposalUnknown)
}
