//! Handing over, and what the offices do.

use chrono::{Days, NaiveDate};
use minyi_domain::{
    calendar::local_date,
    people::Actor,
    text::{AnswerText, ContactName, Demand, Note, OfficeText, Reason, Title},
};
use minyi_store::{Approval, HandoverView, NewDraft, NewHandover, OfficeAnswer, OfficePromise, ProposalItem};
use uuid::Uuid;

use super::{Act, Done};
use crate::{Error, Result, plot::Deed};

/// More proposals than the demonstration has.
const ALL: i64 = 100;

impl<'a> Act<'a> {
    pub fn deal_with_offices(&self) -> Done {
        let (store, at) = (self.store(), self.at);
        match &self.step.deed {
            Deed::HandOver { office, demand, hard } => {
                let new = NewHandover {
                    office_id: self.office(office)?,
                    demand: &Demand::parse(demand)?,
                    is_hard: *hard,
                };
                Ok(store.hand_over(self.actor()?, self.id(), new, at)?.map(drop))
            }
            Deed::Withdraw => Ok(store.withdraw_handover(self.actor()?, self.handover()?.id, at)?),
            Deed::Sign { responsible } => {
                let responsible = ContactName::parse(responsible)?;
                Ok(store.accept_handover(self.clerk()?, self.handover()?.id, &responsible, at)?)
            }
            Deed::Refuse { reason } => {
                let reason = Reason::parse(reason)?;
                Ok(store.refuse_handover(self.clerk()?, self.handover()?.id, &reason, at)?)
            }
            Deed::Extend { reason } => {
                let reason = Reason::parse(reason)?;
                let extended = store.extend_handover(self.clerk()?, self.handover()?.id, &reason, at)?;
                Ok(extended.map(drop))
            }
            Deed::Invite { office } => {
                let office = self.office(office)?;
                let invited = store.invite_partner(self.clerk()?, self.handover()?.id, office, at)?;
                Ok(invited.map(drop))
            }
            Deed::Opine { office, text } => {
                let clerk = self.clerk_of(self.office(office)?)?;
                Ok(store.opine(clerk, self.handover()?.id, &Demand::parse(text)?, at)?)
            }
            Deed::Reply {
                result,
                text,
                promise,
                until,
            } => {
                let promise = promise.as_deref().map(Note::parse).transpose()?;
                let due_on = self.in_days(*until);
                let answer = OfficeAnswer {
                    text: &OfficeText::parse(text)?,
                    result: *result,
                    promise: promise.as_ref().map(|text| OfficePromise { text, due_on }),
                };
                Ok(store.answer_handover(self.clerk()?, self.handover()?.id, answer, at)?)
            }
            _ => self.judge_or_propose(),
        }
    }

    fn judge_or_propose(&self) -> Done {
        let (store, at) = (self.store(), self.at);
        match &self.step.deed {
            Deed::Approve { comment, answer } => {
                let comment = comment.as_deref().map(Note::parse).transpose()?;
                let answer = answer.as_deref().map(AnswerText::parse).transpose()?;
                let approval = Approval {
                    comment: comment.as_ref(),
                    answer: answer.as_ref(),
                };
                Ok(store.approve_handover(self.actor()?, self.handover()?.id, approval, at)?)
            }
            Deed::SendBack { comment } => {
                let comment = Note::parse(comment)?;
                let sent = store.send_back_handover(self.actor()?, self.handover()?.id, &comment, at)?;
                Ok(sent.map(drop))
            }
            Deed::Keep { note } => {
                let open = self.detail.promises.iter().find(|promise| promise.kept_at.is_none());
                let promise = open.ok_or(Error::Data("nothing was promised"))?;
                Ok(store.keep_promise(self.actor()?, promise.id, &Note::parse(note)?, at)?)
            }
            Deed::Draft {
                title,
                text,
                digits,
                with,
                cosigners,
            } => self.draft((title, text), *digits, with, *cosigners),
            Deed::Propose { title, office } => {
                let proposal = self.proposal(title)?.ok_or(Error::Data("no such proposal"))?;
                let office = self.office(office)?;
                let submitted = store.submit_proposal(self.actor()?, proposal.id, office, false, at)?;
                Ok(submitted.map(drop))
            }
            _ => Err(Error::Data("nobody does this")),
        }
    }

    fn draft(&self, (title, text): (&str, &str), digits: usize, with: &[String], cosigners: usize) -> Done {
        let store = self.store();
        let mut submission_ids = vec![self.id()];
        for key in with {
            submission_ids.push(self.other(key)?);
        }
        let possible = store.possible_cosigners(&self.stage.everywhere()?, self.id())?;
        let others = possible.unwrap_or_default().into_iter().map(|deputy| deputy.id);
        let cosigner_ids: Vec<Uuid> = others
            .filter(|deputy| Some(*deputy) != self.detail.assignee_deputy_id)
            .take(cosigners)
            .collect();
        let new = NewDraft {
            region_digits: digits,
            title: &Title::parse(title)?,
            text: &OfficeText::parse(text)?,
            submission_ids: &submission_ids,
            lead_deputy_id: self.detail.assignee_deputy_id,
            cosigner_ids: &cosigner_ids,
        };
        Ok(store.draft_proposal(self.actor()?, new, self.at)?.map(drop))
    }

    pub fn proposal(&self, title: &str) -> Result<Option<ProposalItem>> {
        let all = self.store().proposals(&self.stage.everywhere()?, None, ALL)?;
        Ok(all.items.into_iter().find(|proposal| proposal.title == title))
    }

    pub fn office(&self, name: &str) -> Result<Uuid> {
        let mut offices = self.stage.city.directory.offices.iter();
        let found = offices.find(|office| office.name == name);
        Ok(found.ok_or(Error::Data("no such office"))?.id)
    }

    /// A day so many days after this step.
    pub fn in_days(&self, days: u64) -> NaiveDate {
        local_date(self.at) + Days::new(days)
    }

    /// The handover that goes on, the last one if there are several.
    fn handover(&self) -> Result<&HandoverView> {
        let open = self.detail.handovers.iter().filter(|one| one.finished_at.is_none());
        open.max_by_key(|one| one.handed_at)
            .ok_or(Error::Data("nothing was handed over"))
    }

    /// Who works at the office that has it.
    fn clerk(&self) -> Result<&'a Actor> {
        self.clerk_of(self.handover()?.office_id)
    }

    fn clerk_of(&self, office_id: Uuid) -> Result<&'a Actor> {
        let mut staff = self.stage.city.staff.iter().map(|member| &member.actor);
        staff
            .find(|actor| actor.office_id == Some(office_id))
            .ok_or(Error::Data("nobody works at this office"))
    }
}
