use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, pg::Pg,
};
use minyi_domain::{
    deadlines::Step,
    lifecycle::{self, Action, Party, State},
};
use uuid::Uuid;

use crate::{
    Result, Store, Template,
    events::NewEvent,
    ids, notifications,
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
#[diesel(table_name = submissions, check_for_backend(Pg))]
struct Submission {
    id: Uuid,
    #[diesel(deserialize_as = Word<State>)]
    state: State,
    round: i16,
    assignee_deputy_id: Option<Uuid>,
    site_id: Uuid,
    region_code: String,
    answer_due_at: DateTime<Utc>,
}

impl Submission {
    fn responsible(&self, connection: &mut PgConnection) -> Result<Vec<Uuid>> {
        let (deputy, site) = (self.assignee_deputy_id, self.site_id);
        notifications::responsible(connection, deputy, site, &self.region_code)
    }
}

impl Store {
    /// Runs one step in one transaction that reads the state anew. Running it twice changes nothing.
    pub fn run_step(&self, id: Uuid, now: DateTime<Utc>) -> Result<StepOutcome> {
        self.connection()?.transaction(|connection| {
            let Some(submission) = lock_submission(connection, id)? else {
                return Ok(StepOutcome::NotFound);
            };
            let (Word(step), round, due_at, done_at): (Word<Step>, i16, DateTime<Utc>, Option<DateTime<Utc>>) =
                deadline_steps::table
                    .find(id)
                    .select((
                        deadline_steps::step,
                        deadline_steps::round,
                        deadline_steps::due_at,
                        deadline_steps::done_at,
                    ))
                    .for_update()
                    .first(connection)?;
            if done_at.is_some() {
                return Ok(StepOutcome::AlreadyDone);
            }
            if due_at > now {
                // Put off while its id was already on the way; its new time will bring it again.
                return Ok(StepOutcome::NotYet);
            }
            let needed = round == submission.round && is_needed(step, &submission, now);
            if needed {
                take(connection, step, &submission, now)?;
            }
            let outcome = if needed { "done" } else { "void" };
            diesel::update(deadline_steps::table.find(id))
                .set((deadline_steps::done_at.eq(now), deadline_steps::outcome.eq(outcome)))
                .execute(connection)?;
            Ok(if needed { StepOutcome::Done } else { StepOutcome::Void })
        })
    }
}

/// The submission is locked before its step, as everywhere, so that an answer and a step never wait for each other.
fn lock_submission(connection: &mut PgConnection, step_id: Uuid) -> Result<Option<Submission>> {
    let id: Option<Uuid> = deadline_steps::table
        .find(step_id)
        .select(deadline_steps::submission_id)
        .first(connection)
        .optional()?;
    let Some(id) = id else {
        return Ok(None);
    };
    let submission = submissions::table.find(id).select(Submission::as_select()).for_update();
    Ok(Some(submission.first(connection)?))
}

fn is_needed(step: Step, submission: &Submission, now: DateTime<Utc>) -> bool {
    match step {
        // A reminder that comes after the deadline (the worker was down) would only confuse.
        Step::Remind => submission.state.awaits_answer() && now < submission.answer_due_at,
        Step::Overdue | Step::Escalate => submission.state.awaits_answer(),
        Step::AutoClose => lifecycle::next(submission.state, Action::CloseUnrated, Party::Clock).is_ok(),
    }
}

fn take(connection: &mut PgConnection, step: Step, submission: &Submission, now: DateTime<Utc>) -> Result<()> {
    let (kind, accounts) = match step {
        Step::Remind => (EventKind::Reminded, submission.responsible(connection)?),
        Step::Overdue => {
            let row = diesel::update(submissions::table.find(submission.id));
            row.set(submissions::overdue_at.eq(now)).execute(connection)?;
            let mut accounts = submission.responsible(connection)?;
            let heads = notifications::station_heads(connection, submission.site_id)?;
            accounts.extend(heads);
            accounts.sort_unstable();
            accounts.dedup();
            (EventKind::Overdue, accounts)
        }
        Step::Escalate => {
            let row = diesel::update(submissions::table.find(submission.id));
            row.set(submissions::escalated_at.eq(now)).execute(connection)?;
            let accounts = notifications::supervising(connection, &submission.region_code)?;
            (EventKind::Escalated, accounts)
        }
        Step::AutoClose => {
            return close(connection, submission.id, ids::new(now), "no_rating", now);
        }
    };
    let event_id = NewEvent::new(submission.id, kind, now).insert(connection)?;
    let template = Template::DeputyDeadline;
    notifications::queue_for_accounts(connection, event_id, submission.id, template, &accounts, now)?;
    // A reminder is between the clock and the handler; what goes wrong, the resident learns too.
    if step != Step::Remind {
        notifications::queue_for_residents(connection, event_id, submission.id, now)?;
    }
    notifications::wake(connection)
}
