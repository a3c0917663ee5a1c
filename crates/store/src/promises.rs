//! What was promised to a resident (承诺): tracked until it is kept, and the resident hears of it.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    pg::Pg,
};
use minyi_domain::{
    calendar::end_of_day,
    deadlines::{Policy, Rules, Step, remind_before},
    people::Actor,
    rights::Permission,
    text::Note,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Result, Store, Template,
    casework::{Case, Refusal, Ruling},
    events::NewEvent,
    handovers::office_accounts,
    ids, notifications,
    schema::{deadline_steps, handovers, promises, submissions},
    scope::submissions_in,
    steps::{self, Owner},
    submissions::EventKind,
};

/// A promise as everybody sees it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = promises, check_for_backend(Pg))]
pub struct PromiseView {
    pub id: Uuid,
    pub submission_id: Uuid,
    pub text: String,
    /// Who promised it.
    pub promised_by: String,
    pub due_on: NaiveDate,
    pub made_at: DateTime<Utc>,
    pub overdue_at: Option<DateTime<Utc>>,
    pub kept_at: Option<DateTime<Utc>>,
    /// How it was kept.
    pub kept_note: Option<String>,
}

/// What is promised: by an office that a handover went to, or at a hearing.
pub struct NewPromise<'a> {
    pub handover_id: Option<Uuid>,
    pub hearing_id: Option<Uuid>,
    pub text: &'a str,
    pub by: &'a str,
    pub due_on: NaiveDate,
    /// How long before the day those are reminded who promised it.
    pub remind: Policy,
}

/// A promise under its lock, with its submission.
pub struct Pledge {
    id: Uuid,
    case: Case,
    /// Of several submissions of a handover, the one on which the messages hang.
    is_lead: bool,
    office_id: Option<Uuid>,
    promised_by: String,
    due_on: NaiveDate,
    kept: bool,
}

impl Store {
    /// The office, the deputy or the station says that a promise was kept, and how; with it all that were made together
    /// with it. The residents are told, also after closing (承诺兑现).
    pub fn keep_promise(
        &self,
        actor: &Actor,
        id: Uuid,
        note: &Note,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let for_office = actor.role.may(Permission::ActForOffice);
            if !actor.role.may(Permission::Handle) && !for_office {
                return Err(Refusal::Forbidden.into());
            }
            let seen: Option<(Uuid, Option<Uuid>)> = promises::table
                .inner_join(submissions::table)
                .filter(promises::id.eq(id))
                .filter(submissions_in(&actor.scope()))
                .select((promises::id, promises::handover_id))
                .first(connection)
                .optional()?;
            let (id, handover) = seen.ok_or(Refusal::NotFound)?;
            for pledge in lock_together(connection, id, handover)? {
                // An invited office, or another one of the same submission, speaks for itself only.
                if for_office && pledge.office_id != actor.office_id {
                    return Err(Refusal::Forbidden.into());
                }
                if pledge.kept {
                    return Err(Refusal::Once.into());
                }
                keep(connection, &pledge, actor, note, now)?;
            }
            Ok(())
        })
    }
}

fn keep(connection: &mut PgConnection, pledge: &Pledge, actor: &Actor, note: &Note, now: DateTime<Utc>) -> Ruling<()> {
    diesel::update(promises::table.find(pledge.id))
        .set((
            promises::kept_at.eq(now),
            promises::kept_note.eq(note.as_str()),
            promises::kept_by_account_id.eq(actor.account_id),
        ))
        .execute(connection)?;
    let open = deadline_steps::table
        .filter(deadline_steps::promise_id.eq(pledge.id))
        .filter(deadline_steps::done_at.is_null());
    diesel::update(open)
        .set((deadline_steps::done_at.eq(now), deadline_steps::outcome.eq("void")))
        .execute(connection)?;
    let event = pledge
        .case
        .event(EventKind::PromiseKept, actor, now)
        .with_data(json!({ "by": pledge.promised_by, "note": note.as_str() }));
    let event_id = event.id;
    pledge.case.tell_residents(connection, event, now)?;
    if !pledge.is_lead {
        return Ok(());
    }
    let mut accounts = pledge.case.handlers(connection)?;
    accounts.retain(|account| *account != actor.account_id);
    let (case, template) = (pledge.case.id, Template::DeputyNew);
    Ok(notifications::queue_for_accounts(
        connection, event_id, case, template, &accounts, now,
    )?)
}

/// Promises something to the residents of a submission: the event, and the steps of its clock.
pub fn make(
    connection: &mut PgConnection,
    submission_id: Uuid,
    new: &NewPromise<'_>,
    actor: &Actor,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Ruling<Uuid> {
    let id = ids::new(now);
    diesel::insert_into(promises::table)
        .values((
            promises::id.eq(id),
            promises::submission_id.eq(submission_id),
            promises::handover_id.eq(new.handover_id),
            promises::hearing_id.eq(new.hearing_id),
            promises::text.eq(new.text),
            promises::promised_by.eq(new.by),
            promises::due_on.eq(new.due_on),
            promises::made_at.eq(now),
        ))
        .execute(connection)?;
    let due_at = end_of_day(new.due_on);
    let remind_at = remind_before(&rules.calendar, new.remind, due_at, now);
    let owner = Owner {
        submission_id,
        handover_id: None,
        promise_id: Some(id),
        clock: 0,
    };
    let planned = [(Step::PromiseRemind, remind_at), (Step::PromiseOverdue, Some(due_at))];
    steps::plan(connection, owner, &planned, now)?;
    NewEvent::new(submission_id, EventKind::PromiseMade, now)
        .by_account(actor.account_id)
        .with_data(json!({ "by": new.by, "due_on": new.due_on }))
        .insert(connection)?;
    Ok(id)
}

/// The promises to the residents of a submission, oldest first.
pub fn of_submission(connection: &mut PgConnection, submission_id: Uuid) -> Result<Vec<PromiseView>> {
    Ok(promises::table
        .filter(promises::submission_id.eq(submission_id))
        .order((promises::made_at, promises::id))
        .select(PromiseView::as_select())
        .load(connection)?)
}

impl Pledge {
    /// Locks a promise for the clock: its submission, then itself.
    pub fn lock(connection: &mut PgConnection, id: Uuid) -> Ruling<Self> {
        let mut found = lock_together(connection, id, None)?;
        Ok(found.pop().ok_or(Refusal::NotFound)?)
    }

    /// Whether a step of its clock still means something.
    pub fn needs(&self, step: Step, now: DateTime<Utc>) -> bool {
        let late = now >= end_of_day(self.due_on);
        !self.kept && (step == Step::PromiseOverdue || step == Step::PromiseRemind && !late)
    }

    /// Takes a step of its clock. Of promises that were made together, the office is told of one; each resident is told
    /// of the own.
    pub fn take(&self, connection: &mut PgConnection, step: Step, now: DateTime<Utc>) -> Ruling<()> {
        let overdue = step == Step::PromiseOverdue;
        let kind = if overdue {
            EventKind::PromiseOverdue
        } else {
            EventKind::Reminded
        };
        let event = NewEvent::new(self.case.id, kind, now)
            .with_data(json!({ "by": self.promised_by, "due_on": self.due_on, "office": self.promised_by }));
        let event = if overdue { event } else { event.internal() };
        let event_id = event.insert(connection)?;
        if overdue {
            diesel::update(promises::table.find(self.id))
                .set(promises::overdue_at.eq(now))
                .execute(connection)?;
            notifications::queue_for_residents(connection, event_id, self.case.id, now)?;
        }
        if self.is_lead {
            let accounts = self.to_tell(connection, overdue)?;
            let template = Template::DeputyDeadline;
            notifications::queue_for_accounts(connection, event_id, self.case.id, template, &accounts, now)?;
        }
        Ok(notifications::wake(connection)?)
    }

    /// The office and, once it is late, the administrators; the handlers where no office promised.
    fn to_tell(&self, connection: &mut PgConnection, overdue: bool) -> Result<Vec<Uuid>> {
        let mut accounts = match self.office_id {
            Some(office) => office_accounts(connection, office)?,
            None => self.case.handlers(connection)?,
        };
        if overdue {
            accounts.extend(notifications::supervising(connection, &self.case.region_code)?);
        }
        accounts.sort_unstable();
        accounts.dedup();
        Ok(accounts)
    }
}

/// Locks a promise, and with a handover all that were made through it: the submissions by their ids, then the promises.
fn lock_together(connection: &mut PgConnection, id: Uuid, handover: Option<Uuid>) -> Ruling<Vec<Pledge>> {
    let of: Vec<(Uuid, Uuid)> = match handover {
        Some(handover) => promises::table
            .filter(promises::handover_id.eq(handover))
            .select((promises::submission_id, promises::id))
            .order(promises::submission_id)
            .load(connection)?,
        None => promises::table
            .filter(promises::id.eq(id))
            .select((promises::submission_id, promises::id))
            .load(connection)?,
    };
    let mut cases = Vec::with_capacity(of.len());
    for (submission, promise) in of {
        cases.push((Case::lock_any(connection, submission)?, promise));
    }
    let mut pledges = Vec::with_capacity(cases.len());
    for (case, promise) in cases {
        pledges.push(lock_one(connection, case, promise)?);
    }
    Ok(pledges)
}

fn lock_one(connection: &mut PgConnection, case: Case, id: Uuid) -> Ruling<Pledge> {
    type Row = (Option<Uuid>, String, NaiveDate, Option<DateTime<Utc>>);
    let (handover, promised_by, due_on, kept_at): Row = promises::table
        .find(id)
        .select((
            promises::handover_id,
            promises::promised_by,
            promises::due_on,
            promises::kept_at,
        ))
        .for_update()
        .first(connection)?;
    let through: Option<(Uuid, Uuid)> = match handover {
        Some(handover) => handovers::table
            .find(handover)
            .select((handovers::office_id, handovers::lead_submission_id))
            .first(connection)
            .optional()?,
        None => None,
    };
    Ok(Pledge {
        id,
        is_lead: through.is_none_or(|(_, lead)| lead == case.id),
        office_id: through.map(|(office, _)| office),
        case,
        promised_by,
        due_on,
        kept: kept_at.is_some(),
    })
}
