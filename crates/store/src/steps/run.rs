use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    pg::Pg,
};
use minyi_domain::{
    deadlines::Step,
    lifecycle::{self, Action, Party, State},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Error, Result, Store, Template,
    casework::{Case, Ruling, lapse},
    events::NewEvent,
    handovers::{self, Held},
    ids, notifications,
    promises::Pledge,
    receipts::close,
    schema::{deadline_steps, submissions},
    submissions::EventKind,
    word::Word,
};

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOutcome {
    /// It had its effect.
    Done,
    /// It was no longer needed.
    Void,
    /// Its time has not come (again); nothing changed.
    NotYet,
    /// It was done or void before; nothing changed.
    AlreadyDone,
    /// No such step.
    NotFound,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = deadline_steps, check_for_backend(Pg))]
struct Due {
    #[diesel(deserialize_as = Word<Step>)]
    step: Step,
    clock: i16,
    due_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
}

impl Store {
    /// Runs one step in one transaction that reads the state anew. Running it twice changes nothing.
    pub fn run_step(&self, id: Uuid, now: DateTime<Utc>) -> Result<StepOutcome> {
        let outcome = self.act(|connection| {
            let Some(mut subject) = Subject::lock(connection, id)? else {
                return Ok(StepOutcome::NotFound);
            };
            let due: Due = deadline_steps::table
                .find(id)
                .select(Due::as_select())
                .for_update()
                .first(connection)?;
            if due.done_at.is_some() {
                return Ok(StepOutcome::AlreadyDone);
            }
            if due.due_at > now {
                // Put off while its id was already on the way; its new time will bring it again.
                return Ok(StepOutcome::NotYet);
            }
            let needed = subject.needs(&due, now);
            if needed {
                subject.take(connection, due.step, now)?;
            }
            let outcome = if needed { "done" } else { "void" };
            diesel::update(deadline_steps::table.find(id))
                .set((deadline_steps::done_at.eq(now), deadline_steps::outcome.eq(outcome)))
                .execute(connection)?;
            Ok(if needed { StepOutcome::Done } else { StepOutcome::Void })
        })?;
        // Whether the lifecycle lets the clock act was asked before.
        outcome.map_err(|refusal| Error::Unknown(format!("a step was refused: {refusal:?}")))
    }
}

/// Whose clock it is. The submissions are locked before their handover, their promise and the step, as everywhere, so
/// that an answer and a step never wait for each other.
enum Subject {
    Submission(Case),
    Handover(Held),
    Promise(Pledge),
}

impl Subject {
    fn lock(connection: &mut PgConnection, step_id: Uuid) -> Ruling<Option<Self>> {
        let owner: Option<(Uuid, Option<Uuid>, Option<Uuid>)> = deadline_steps::table
            .find(step_id)
            .select((
                deadline_steps::submission_id,
                deadline_steps::handover_id,
                deadline_steps::promise_id,
            ))
            .first(connection)
            .optional()?;
        Ok(match owner {
            None => None,
            Some((_, Some(handover), _)) => Some(Self::Handover(Held::lock_any(connection, handover)?)),
            Some((_, None, Some(promise))) => Some(Self::Promise(Pledge::lock(connection, promise)?)),
            Some((submission, None, None)) => Some(Self::Submission(Case::lock_any(connection, submission)?)),
        })
    }

    fn needs(&self, due: &Due, now: DateTime<Utc>) -> bool {
        match self {
            Self::Submission(case) => due.clock == case.clock && is_needed(due.step, case, now),
            Self::Handover(held) => due.clock == held.handover.clock && handovers::needs(due.step, held, now),
            Self::Promise(pledge) => pledge.needs(due.step, now),
        }
    }

    fn take(&mut self, connection: &mut PgConnection, step: Step, now: DateTime<Utc>) -> Ruling<()> {
        match self {
            Self::Submission(case) => take(connection, step, case, now),
            Self::Handover(held) => handovers::take(connection, step, held, now),
            Self::Promise(pledge) => pledge.take(connection, step, now),
        }
    }
}

fn is_needed(step: Step, case: &Case, now: DateTime<Utc>) -> bool {
    let may = |action| lifecycle::TABLE.next(case.state, action, Party::Clock).is_ok();
    match step {
        // A reminder that comes after the deadline (the worker was down) would only confuse.
        Step::Remind => case.state.awaits_answer() && now < case.answer_due_at,
        Step::Overdue | Step::Escalate => case.state.awaits_answer(),
        Step::AutoClose => may(Action::CloseUnrated) || may(Action::CloseDeclined),
        Step::InfoLapse => may(Action::LapseInfo),
        Step::HandoverAccept
        | Step::HandoverRemind
        | Step::HandoverOverdue
        | Step::HandoverEscalate
        | Step::Judge
        | Step::PromiseRemind
        | Step::PromiseOverdue => false,
    }
}

fn take(connection: &mut PgConnection, step: Step, case: &mut Case, now: DateTime<Utc>) -> Ruling<()> {
    let (kind, accounts) = match step {
        Step::Overdue => {
            let row = diesel::update(submissions::table.find(case.id));
            row.set(submissions::overdue_at.eq(now)).execute(connection)?;
            let mut accounts = case.handlers(connection)?;
            if case.confidential_region.is_none() {
                accounts.extend(notifications::station_heads(connection, case.site_id)?);
            }
            accounts.sort_unstable();
            accounts.dedup();
            (EventKind::Overdue, accounts)
        }
        Step::Escalate => {
            let row = diesel::update(submissions::table.find(case.id));
            row.set(submissions::escalated_at.eq(now)).execute(connection)?;
            let region = case.confidential_region.as_ref().unwrap_or(&case.region_code);
            (EventKind::Escalated, notifications::supervising(connection, region)?)
        }
        Step::AutoClose => {
            let reason = if case.state == State::Declined {
                "declined"
            } else {
                "no_rating"
            };
            let data = json!({ "reason": reason });
            return Ok(close(connection, case.id, ids::new(now), reason, data, now)?);
        }
        Step::InfoLapse => return lapse(connection, case, now),
        _ => (EventKind::Reminded, case.handlers(connection)?),
    };
    let event_id = NewEvent::new(case.id, kind, now).insert(connection)?;
    let template = Template::DeputyDeadline;
    notifications::queue_for_accounts(connection, event_id, case.id, template, &accounts, now)?;
    // A reminder is between the clock and the handler; what goes wrong, the resident learns too.
    if step != Step::Remind {
        notifications::queue_for_residents(connection, event_id, case.id, now)?;
    }
    Ok(notifications::wake(connection)?)
}
