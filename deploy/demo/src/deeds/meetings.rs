//! Meeting people: appointments, hearings, revisits.

use chrono::TimeDelta;
use minyi_domain::{
    appointment::{Action, Side},
    text::{Address, ContactName, Note, OfficeText, Reason, Title},
};
use minyi_store::{AskedBy, FreeSlot, Minutes, NewHearing, Promised, Refusal, RevisitResult, Settling};

use super::{Act, Done};
use crate::{
    Error, Result,
    plot::{Deed, PlannedHearing, time},
};

/// More hearings and revisits than the demonstration has.
const ALL: i64 = 200;

impl Act<'_> {
    pub fn meet(&self) -> Done {
        match &self.step.deed {
            Deed::AskMeeting { slot, note } => {
                let free = self.store().free_slots_of_receipt(&self.receipt(), self.at)?;
                self.ask(AskedBy::Resident(&self.receipt()), free, *slot, note)
            }
            Deed::ProposeMeeting { slot, note } => {
                let actor = self.actor()?;
                let free = self.store().free_slots_of_case(actor, self.id(), self.at)?;
                self.ask(AskedBy::Handler(actor, self.id()), free, *slot, note)
            }
            Deed::Confirm => self.settle(Action::Confirm, None),
            Deed::HoldMeeting { record } => self.settle(Action::Hold, Some(Note::parse(record)?)),
            Deed::PlanHearing(planned) => self.plan_hearing(planned),
            Deed::HoldHearing { title, .. } => self.hold_hearing(title),
            Deed::Revisit {
                way,
                outcome,
                satisfied,
                note,
            } => {
                let open = self.store().revisits(&self.stage.everywhere()?, false, None, ALL)?;
                let own = open.items.iter().find(|revisit| revisit.submission_id == self.id());
                let result = RevisitResult {
                    way: *way,
                    outcome: *outcome,
                    satisfied: *satisfied,
                    note: Some(Note::parse(note)?),
                };
                let id = own.ok_or(Error::Data("nobody is to be asked again"))?.id;
                Ok(self.store().record_revisit(self.actor()?, id, &result, self.at)?)
            }
            _ => Err(Error::Data("nobody meets for this")),
        }
    }

    fn ask(&self, by: AskedBy<'_>, free: Option<Vec<FreeSlot>>, nth: usize, note: &str) -> Done {
        let free = free.unwrap_or_default();
        let slot = free.get(nth).ok_or(Error::Data("no free slot"))?;
        let asked = self
            .store()
            .ask_appointment(by, &slot.key, Some(&Reason::parse(note)?), self.at)?;
        Ok(asked.map(drop))
    }

    fn settle(&self, action: Action, record: Option<Note>) -> Done {
        let active = self.detail.meetings.active();
        let appointment = active.ok_or(Error::Data("no appointment"))?;
        let settling = Settling {
            action,
            reason: None,
            record,
            slot: None,
        };
        if action == Action::Confirm && appointment.asked_by == Side::Handler {
            let receipt = self.receipt();
            let settled = self
                .store()
                .settle_appointment_as_resident(&receipt, appointment.id, &settling, self.at);
            return Ok(settled?);
        }
        Ok(self
            .store()
            .settle_appointment(self.actor()?, appointment.id, &settling, self.at)?)
    }

    fn plan_hearing(&self, planned: &PlannedHearing) -> Done {
        let starts_at = time(&planned.starts, self.end)?;
        let mut submission_ids = vec![self.id()];
        for key in &planned.with {
            submission_ids.push(self.other(key)?);
        }
        let offices = planned.offices.iter().map(|name| self.office(name));
        let new = NewHearing {
            site_id: None,
            title: Title::parse(&planned.title)?,
            kind: planned.kind,
            starts_at,
            ends_at: starts_at + TimeDelta::hours(planned.hours),
            place: Address::parse(&planned.place)?,
            urgent_reason: None,
            submission_ids,
            office_ids: offices.collect::<Result<_>>()?,
            deputy_ids: self.detail.assignee_deputy_id.into_iter().collect(),
        };
        let (by, actor) = (self.by()?, self.actor()?);
        Ok(self.store().plan_hearing(&by, actor, &new, self.at)?.map(drop))
    }

    fn hold_hearing(&self, wanted: &str) -> Done {
        let Deed::HoldHearing {
            minutes,
            promise,
            promised_by,
            until,
            ..
        } = &self.step.deed
        else {
            return Ok(Err(Refusal::NotFound));
        };
        let actor = self.actor()?;
        let all = self.store().hearings(&actor.scope(), None, None, ALL)?;
        let found = all.items.iter().find(|hearing| hearing.title == wanted);
        let id = found.ok_or(Error::Data("no such hearing"))?.id;
        let invited = self.store().hearing(&actor.scope(), id)?;
        let invited = invited.ok_or(Error::Data("no such hearing"))?;
        let minutes = Minutes {
            text: OfficeText::parse(minutes)?,
            office_ids: invited.offices.iter().map(|office| office.id).collect(),
            deputy_ids: invited.deputies.iter().map(|deputy| deputy.id).collect(),
            promises: vec![Promised {
                submission_id: self.id(),
                text: Note::parse(promise)?,
                promised_by: ContactName::parse(promised_by)?,
                due_on: self.in_days(*until),
            }],
        };
        Ok(self.store().hold_hearing(&self.by()?, actor, id, &minutes, self.at)?)
    }
}
