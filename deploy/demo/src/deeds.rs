//! Plays the written casework (see [`crate::plot`]) through the product's own use cases: here who does it, and the acts
//! on the submission itself.

use std::net::Ipv4Addr;

use chrono::{DateTime, Utc};
use minyi_domain::{
    calendar::local_date,
    people::{Actor, Level, Scope},
    redaction::redact,
    release::{PublicCase, title_of},
    text::{AnswerText, InfoReply, Question, RatingComment, Reason, SubmissionText},
    token::{CaseToken, ReceiptToken, SubmissionNumber},
};
use minyi_store::{
    AnswerOutcome, By, MergeTarget, NewPart, NewRelease, RateOutcome, Refusal, Store, SubmissionDetail, TransferTo,
};
use uuid::Uuid;

use crate::{
    Error, Result,
    history::Stage,
    plot::{Deed, Part, Plot, Step},
    story::Case,
};

mod meetings;
mod offices;

/// Done, or refused by a rule.
type Done = Result<std::result::Result<(), Refusal>>;

/// One step that is being played.
struct Act<'a> {
    stage: &'a Stage<'a>,
    cases: &'a [Case],
    case: &'a Case,
    step: &'a Step,
    at: DateTime<Utc>,
    /// When the story ends.
    end: DateTime<Utc>,
    detail: SubmissionDetail,
}

impl Stage<'_> {
    /// The submission with which a plot begins.
    pub fn case_of<'c>(&self, cases: &'c [Case], key: &str) -> Result<&'c Case> {
        let key = format!("casework-{key}");
        let found = cases.iter().find(|case| case.key == key);
        found.ok_or(Error::Data("no such plot"))
    }

    /// Plays one step at `at`, unless an earlier run did.
    pub fn take(
        &self,
        cases: &[Case],
        case: &Case,
        plot: &Plot,
        step: &Step,
        (at, end): (DateTime<Utc>, DateTime<Utc>),
    ) -> Result<()> {
        let detail = self.store.submission(&self.everywhere()?, self.submission_id(case))?;
        let act = Act {
            stage: self,
            cases,
            case,
            step,
            at,
            end,
            detail: detail.ok_or(Error::OtherDemonstration)?,
        };
        if self.gone_on_with && act.was_done()? {
            return Ok(());
        }
        match act.perform()? {
            Ok(()) => self.deliver(at),
            // Meanwhile somebody may have gone on otherwise.
            Err(_) if self.gone_on_with => Ok(()),
            Err(refusal) => Err(Error::Refused {
                plot: plot.key.clone(),
                at: step.at.clone(),
                refusal,
            }),
        }
    }

    fn everywhere(&self) -> Result<Scope> {
        Ok(self.console()?.scope())
    }

    fn console(&self) -> Result<&Actor> {
        let member = self.city.staff.first().ok_or(Error::Data("no console account"))?;
        Ok(&member.actor)
    }

    fn member(&self, username: &str) -> Result<&Actor> {
        let found = self.city.staff.iter().find(|member| member.username == username);
        Ok(&found.ok_or(Error::Data("no such user name"))?.actor)
    }
}

impl<'a> Act<'a> {
    fn store(&self) -> &'a Store {
        self.stage.store
    }

    fn id(&self) -> Uuid {
        self.detail.id
    }

    fn receipt(&self) -> ReceiptToken {
        self.stage.receipt(self.case)
    }

    fn was_done(&self) -> Result<bool> {
        if let Deed::Draft { title, .. } = &self.step.deed {
            return Ok(self.proposal(title)?.is_some());
        }
        Ok(self.detail.events.iter().any(|event| event.occurred_at == self.at))
    }

    /// Who does it and from where, for the audit.
    fn by(&self) -> Result<By> {
        Ok(By::account(self.actor()?.account_id, Ipv4Addr::LOCALHOST.into()))
    }

    /// Who does it: the one that is named, otherwise whoever has to act.
    fn actor(&self) -> Result<&'a Actor> {
        if let Some(by) = &self.step.by {
            return self.stage.member(by);
        }
        if self.detail.confidential_region.is_some() || self.detail.handled_above {
            return self.stage.console();
        }
        let mut deputies = self.stage.city.deputies.iter();
        if let Some(deputy) = deputies.find(|deputy| Some(deputy.id) == self.detail.assignee_deputy_id) {
            return Ok(&deputy.actor);
        }
        let mut staff = self.stage.city.staff.iter().map(|member| &member.actor);
        let here = staff.find(|actor| actor.site_id == Some(self.detail.site_id));
        here.map_or_else(|| self.stage.console(), Ok)
    }

    fn perform(&self) -> Done {
        let (store, id, at) = (self.store(), self.id(), self.at);
        match &self.step.deed {
            Deed::Accept => Ok(store.accept(self.actor()?, id, at)?),
            Deed::Ask { question } => {
                let asked = store.ask_resident(self.actor()?, id, &Question::parse(question)?, at)?;
                Ok(asked.map(drop))
            }
            Deed::Tell { reply } => {
                let told = store.give_info(&self.receipt(), &InfoReply::parse(reply)?, &[], at)?;
                Ok(told.map(drop))
            }
            Deed::Decline { kind, text } => {
                Ok(store.decline(self.actor()?, id, kind, &AnswerText::parse(text)?, at)?)
            }
            Deed::Review => Ok(store.request_review(&self.receipt(), at)?.map(drop)),
            Deed::Transfer { place, reason } => {
                let grid = self.stage.city.grids.iter().find(|grid| grid.place == *place);
                let to = TransferTo::Grid(grid.ok_or(Error::Data("no such place"))?.id);
                let moved = store.transfer(self.actor()?, id, to, &Reason::parse(reason)?, at)?;
                Ok(moved.map(drop))
            }
            Deed::Restrict => Ok(store.restrict(self.actor()?, id, Level::County, at)?),
            Deed::Urgency { urgency } => Ok(store.set_urgency(self.actor()?, id, *urgency, at)?.map(drop)),
            Deed::Merge { into } => {
                let into = MergeTarget::Id(self.other(into)?);
                Ok(store.merge(self.actor()?, id, &into, at)?)
            }
            Deed::Split { parts } => self.split(parts),
            Deed::Answer { text } => self.answer(text),
            Deed::Rate {
                solved,
                satisfaction,
                comment,
            } => {
                let comment = comment.as_deref().map(RatingComment::parse).transpose()?;
                let rated = store.rate(&self.receipt(), *solved, *satisfaction, comment.as_ref(), at)?;
                let was_rated = matches!(rated, RateOutcome::Closed | RateOutcome::Reopened { .. });
                Ok(if was_rated { Ok(()) } else { Err(Refusal::Once) })
            }
            Deed::Release => self.release(),
            Deed::AskMeeting { .. }
            | Deed::ProposeMeeting { .. }
            | Deed::Confirm
            | Deed::HoldMeeting { .. }
            | Deed::PlanHearing(_)
            | Deed::HoldHearing { .. }
            | Deed::Revisit { .. } => self.meet(),
            _ => self.deal_with_offices(),
        }
    }

    /// The submission of another plot.
    fn other(&self, key: &str) -> Result<Uuid> {
        Ok(self.stage.submission_id(self.stage.case_of(self.cases, key)?))
    }

    fn answer(&self, text: &str) -> Done {
        let closes = self.stage.rules.0.auto_close_at(self.at);
        let text = AnswerText::parse(text)?;
        let answered = self
            .store()
            .answer(self.actor()?, self.id(), &text, &[], self.at, closes)?;
        let was_answered = matches!(answered, AnswerOutcome::Answered { .. });
        Ok(if was_answered { Ok(()) } else { Err(Refusal::Once) })
    }

    fn split(&self, parts: &[Part]) -> Done {
        let part = |(index, part): (usize, &Part)| -> Result<NewPart> {
            let label = format!("part:{}:{index}", self.case.key);
            let mut chance = self.stage.seed.chance(&label);
            Ok(NewPart {
                id: self.stage.seed.id(&label, self.at),
                number: SubmissionNumber::random(local_date(self.at), &mut chance.0),
                receipt: ReceiptToken::random(&mut chance.0),
                kind: part.kind,
                text: SubmissionText::parse(&part.text)?,
                contact_name_sealed: None,
                contact_phone_sealed: None,
            })
        };
        let parts: Vec<NewPart> = parts.iter().enumerate().map(part).collect::<Result<_>>()?;
        Ok(self.store().split(self.actor()?, self.id(), &parts, self.at)?.map(drop))
    }

    /// Publishes what the program proposes.
    fn release(&self) -> Done {
        let text = redact(&self.detail.text, None);
        let answer = self.detail.answers.last().map(|answer| redact(&answer.text, None));
        let public = PublicCase::parse(&title_of(&text), &text, &answer.unwrap_or_default());
        let public = public.map_err(|_| Error::Data("a release is not fit to be published"))?;
        let mut chance = self.stage.seed.chance(&format!("release:{}", self.case.key));
        let token = CaseToken::random(&mut chance.0);
        let new = NewRelease {
            public,
            marks: Vec::new(),
            marks_seen: true,
        };
        let released = self.store().release(self.actor()?, self.id(), &new, token, self.at)?;
        Ok(released.map(drop))
    }
}
