use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, pg::Pg,
};
use minyi_domain::{
    deadlines::Step,
    lifecycle::{self, Action, Party, State},
};
use serde_json::json;
use uuid::Uuid;

use super::plain;
use crate::{
    Error, Result, Store,
    casework::{Case, Ruling, lapse},
    handovers::{self, Held},
    ids,
    promises::Pledge,
    receipts::close,
    schema::{deadline_steps, submissions},
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

/// A step under its lock.
#[derive(Queryable, Selectable)]
#[diesel(table_name = deadline_steps, check_for_backend(Pg))]
pub struct Due {
    pub id: Uuid,
    pub submission_id: Uuid,
    #[diesel(deserialize_as = Word<Step>)]
    pub step: Step,
    pub clock: i16,
    /// Which of the daily reminders it is.
    pub turn: i16,
    pub due_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
}

impl Due {
    /// What is known without a look at the submission.
    fn settled(&self, now: DateTime<Utc>) -> Option<StepOutcome> {
        if self.done_at.is_some() {
            return Some(StepOutcome::AlreadyDone);
        }
        // Put off while its id was already on the way; its new time will bring it again.
        (self.due_at > now).then_some(StepOutcome::NotYet)
    }
}

/// Steps of a submission's own clock that do more than tell: each is taken by itself.
const ALONE: [&str; 2] = [Step::AutoClose.as_str(), Step::InfoLapse.as_str()];

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
            if let Some(outcome) = due.settled(now) {
                return Ok(outcome);
            }
            let needed = subject.needs(&due, now);
            if needed {
                subject.take(connection, &due, now)?;
            }
            let outcome = if needed { StepOutcome::Done } else { StepOutcome::Void };
            note(connection, &[(id, outcome)], now)?;
            Ok(outcome)
        })?;
        // Whether the lifecycle lets the clock act was asked before.
        outcome.map_err(|refusal| Error::Unknown(format!("a step was refused: {refusal:?}")))
    }

    /// Runs those of these steps that go together, in one transaction, and says what became of them. The others have to
    /// run by themselves ([`Store::run_step`]): those of handovers and promises, those that do more than tell, and those
    /// that somebody else is at right now. It waits for nobody while it holds so much, so nobody waits for each other,
    /// whatever the order in which others lock submissions. If it fails, one of them may be at fault, and the others can
    /// run by themselves.
    pub fn run_steps(&self, ids: &[Uuid], now: DateTime<Utc>) -> Result<Vec<(Uuid, StepOutcome)>> {
        self.connection()?.transaction(|connection| {
            let cases = lock_free(connection, ids)?;
            let held: Vec<Uuid> = cases.keys().copied().collect();
            let dues: Vec<Due> = deadline_steps::table
                .filter(deadline_steps::id.eq_any(ids))
                .filter(deadline_steps::submission_id.eq_any(held))
                .filter(deadline_steps::handover_id.is_null())
                .filter(deadline_steps::promise_id.is_null())
                .filter(deadline_steps::step.ne_all(ALONE))
                .order((deadline_steps::due_at, deadline_steps::id))
                .select(Due::as_select())
                .for_update()
                .skip_locked()
                .load(connection)?;
            let (mut outcomes, mut taken) = (Vec::with_capacity(dues.len()), Vec::new());
            for due in &dues {
                let Some(case) = cases.get(&due.submission_id) else {
                    continue;
                };
                let outcome = due.settled(now).unwrap_or_else(|| {
                    if !is_due(due, case, now) {
                        return StepOutcome::Void;
                    }
                    taken.push((due, case));
                    StepOutcome::Done
                });
                outcomes.push((due.id, outcome));
            }
            plain::take(connection, &taken, now)?;
            note(connection, &outcomes, now)?;
            Ok(outcomes)
        })
    }
}

/// Locks the submissions of these steps, except those that somebody else holds. What only refers to a submission (an event, a
/// message) need not wait meanwhile.
fn lock_free(connection: &mut PgConnection, step_ids: &[Uuid]) -> Result<HashMap<Uuid, Case>> {
    let owners: Vec<Uuid> = deadline_steps::table
        .filter(deadline_steps::id.eq_any(step_ids))
        .filter(deadline_steps::handover_id.is_null())
        .filter(deadline_steps::promise_id.is_null())
        .filter(deadline_steps::step.ne_all(ALONE))
        .select(deadline_steps::submission_id)
        .load(connection)?;
    let cases: Vec<Case> = submissions::table
        .filter(submissions::id.eq_any(owners))
        .order(submissions::id)
        .select(Case::as_select())
        .for_no_key_update()
        .skip_locked()
        .load(connection)?;
    Ok(cases.into_iter().map(|case| (case.id, case)).collect())
}

/// Writes down what became of them.
fn note(connection: &mut PgConnection, outcomes: &[(Uuid, StepOutcome)], now: DateTime<Utc>) -> Result<()> {
    for (outcome, word) in [(StepOutcome::Done, "done"), (StepOutcome::Void, "void")] {
        let these = outcomes.iter().filter(|(_, became)| *became == outcome);
        let ids: Vec<Uuid> = these.map(|(id, _)| *id).collect();
        if !ids.is_empty() {
            diesel::update(deadline_steps::table.filter(deadline_steps::id.eq_any(ids)))
                .set((deadline_steps::done_at.eq(now), deadline_steps::outcome.eq(word)))
                .execute(connection)?;
        }
    }
    Ok(())
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
            Self::Submission(case) => is_due(due, case, now),
            Self::Handover(held) => due.clock == held.handover.clock && handovers::needs(due.step, held, now),
            Self::Promise(pledge) => pledge.needs(due.step, now),
        }
    }

    fn take(&mut self, connection: &mut PgConnection, due: &Due, now: DateTime<Utc>) -> Ruling<()> {
        match self {
            Self::Submission(case) => take(connection, due, case, now),
            Self::Handover(held) => handovers::take(connection, due.step, due.turn, held, now),
            Self::Promise(pledge) => pledge.take(connection, due.step, now),
        }
    }
}

/// Whether a step of a submission's own clock still means something.
fn is_due(due: &Due, case: &Case, now: DateTime<Utc>) -> bool {
    due.clock == case.clock && is_needed(due.step, case, now)
}

fn is_needed(step: Step, case: &Case, now: DateTime<Utc>) -> bool {
    let may = |action| lifecycle::TABLE.next(case.state, action, Party::Clock).is_ok();
    match step {
        // A reminder that comes after the deadline (the worker was down) would only confuse.
        Step::RemindHalf | Step::Remind => case.state.awaits_answer() && now < case.answer_due_at,
        Step::Overdue | Step::OverdueDaily | Step::Escalate | Step::EscalateCounty => case.state.awaits_answer(),
        // A report on an official is not the station's.
        Step::EscalateHead => case.state.awaits_answer() && case.confidential_region.is_none(),
        Step::AutoClose => may(Action::CloseUnrated) || may(Action::CloseDeclined),
        Step::InfoLapse => may(Action::LapseInfo),
        Step::HandoverAccept
        | Step::HandoverRemindHalf
        | Step::HandoverRemind
        | Step::HandoverOverdue
        | Step::HandoverDaily
        | Step::HandoverEscalateHead
        | Step::HandoverEscalate
        | Step::HandoverEscalateCounty
        | Step::Judge
        | Step::PromiseRemind
        | Step::PromiseOverdue => false,
    }
}

fn take(connection: &mut PgConnection, due: &Due, case: &mut Case, now: DateTime<Utc>) -> Ruling<()> {
    match due.step {
        Step::AutoClose => {
            let reason = if case.state == State::Declined {
                "declined"
            } else {
                "no_rating"
            };
            let data = json!({ "reason": reason });
            Ok(close(connection, case.id, ids::new(now), reason, data, now)?)
        }
        Step::InfoLapse => lapse(connection, case, now),
        _ => Ok(plain::take(connection, &[(due, &*case)], now)?),
    }
}
