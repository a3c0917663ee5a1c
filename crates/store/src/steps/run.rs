use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    pg::Pg,
};
use minyi_domain::{
    deadlines::{Step, next_daily},
    lifecycle::{self, Action, Party, State},
    people::Level,
};
use serde_json::json;
use uuid::Uuid;

use super::Owner;
use crate::{
    Error, Result, Store, Template, calendar,
    casework::{Case, Ruling, lapse},
    events::NewEvent,
    handovers::{self, Held},
    ids, notifications,
    promises::Pledge,
    receipts::close,
    schema::{deadline_steps, submissions},
    steps,
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
    /// Which of the daily reminders it is.
    turn: i16,
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
                subject.take(connection, &due, now)?;
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

    fn take(&mut self, connection: &mut PgConnection, due: &Due, now: DateTime<Utc>) -> Ruling<()> {
        match self {
            Self::Submission(case) => take(connection, due, case, now),
            Self::Handover(held) => handovers::take(connection, due.step, due.turn, held, now),
            Self::Promise(pledge) => pledge.take(connection, due.step, now),
        }
    }
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
        Step::Overdue => overdue(connection, due, case, now),
        Step::OverdueDaily => again_today(connection, due, case, now),
        Step::EscalateHead => {
            let event = NewEvent::new(case.id, EventKind::Escalated, now).internal();
            let heads = notifications::station_heads(connection, case.site_id)?;
            Ok(tell(
                connection,
                case,
                event.with_data(json!({ "to": "station_head" })),
                heads,
                now,
            )?)
        }
        Step::Escalate => {
            let row = diesel::update(submissions::table.find(case.id));
            row.set(submissions::escalated_at.eq(now)).execute(connection)?;
            let region = case.confidential_region.as_ref().unwrap_or(&case.region_code);
            let admins = notifications::supervising(connection, region)?;
            let event = NewEvent::new(case.id, EventKind::Escalated, now);
            Ok(tell_all(connection, case, event, admins, now)?)
        }
        Step::EscalateCounty => to_county(connection, case, now),
        _ => {
            let handlers = case.handlers(connection)?;
            let event = NewEvent::new(case.id, EventKind::Reminded, now);
            let event = match due.step {
                Step::RemindHalf => event.internal().with_data(json!({ "half": true })),
                _ => event,
            };
            Ok(tell(connection, case, event, handlers, now)?)
        }
    }
}

fn overdue(connection: &mut PgConnection, due: &Due, case: &Case, now: DateTime<Utc>) -> Ruling<()> {
    let row = diesel::update(submissions::table.find(case.id));
    row.set(submissions::overdue_at.eq(now)).execute(connection)?;
    let owner = Owner::submission(case.id, due.clock);
    let mut accounts = case.handlers(connection)?;
    // A clock that was planned before there was a step for the station's head.
    if case.confidential_region.is_none() && !steps::has(connection, owner, Step::EscalateHead)? {
        accounts.extend(notifications::station_heads(connection, case.site_id)?);
    }
    let calendar = calendar::calendar(connection)?;
    let tomorrow = next_daily(&calendar, now.max(due.due_at));
    steps::plan_daily(connection, owner, Step::OverdueDaily, 0, tomorrow, now)?;
    let event = NewEvent::new(case.id, EventKind::Overdue, now);
    Ok(tell_all(connection, case, event, accounts, now)?)
}

/// Who is late, and the station, are told of all that is late in one message a day.
fn again_today(connection: &mut PgConnection, due: &Due, case: &Case, now: DateTime<Utc>) -> Ruling<()> {
    let mut accounts = case.handlers(connection)?;
    if case.confidential_region.is_none() {
        accounts.extend(notifications::station_heads(connection, case.site_id)?);
    }
    let calendar = calendar::calendar(connection)?;
    let owner = Owner::submission(case.id, due.clock);
    let tomorrow = next_daily(&calendar, now);
    steps::plan_daily(connection, owner, Step::OverdueDaily, due.turn + 1, tomorrow, now)?;
    let event_id = NewEvent::new(case.id, EventKind::Reminded, now)
        .internal()
        .with_data(json!({ "late": true }))
        .insert(connection)?;
    Ok(notifications::queue_for_digest(
        connection, event_id, case.id, accounts, now,
    )?)
}

/// To the county, unless the nearest administrators were the county's already.
fn to_county(connection: &mut PgConnection, case: &Case, now: DateTime<Utc>) -> Ruling<()> {
    let (near, county) = match &case.confidential_region {
        Some(region) => (region.as_str(), region.as_str()),
        None => (case.region_code.as_str(), Level::County.division_of(&case.region_code)),
    };
    let told = notifications::supervising(connection, near)?;
    let mut admins = notifications::supervising(connection, county)?;
    admins.retain(|admin| !told.contains(admin));
    if admins.is_empty() {
        return Ok(());
    }
    let event = NewEvent::new(case.id, EventKind::Escalated, now).with_data(json!({ "to": "county" }));
    Ok(tell_all(connection, case, event, admins, now)?)
}

/// Writes the event and tells these accounts, and of what is late the station's group.
fn tell(
    connection: &mut PgConnection,
    case: &Case,
    event: NewEvent,
    mut accounts: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    accounts.sort_unstable();
    accounts.dedup();
    // The group hears of what is late; a report on an official is not the station's.
    let is_late = event.is_late();
    let event_id = event.insert(connection)?;
    let template = Template::DeputyDeadline;
    notifications::queue_for_accounts(connection, event_id, case.id, template, &accounts, now)?;
    if is_late && case.confidential_region.is_none() {
        notifications::queue_for_robot(connection, event_id, case.id, case.site_id, now)?;
    }
    notifications::wake(connection)
}

/// As [`tell`]; a reminder is between the clock and the handler, but of what goes wrong the resident learns too.
fn tell_all(
    connection: &mut PgConnection,
    case: &Case,
    event: NewEvent,
    accounts: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    let event_id = event.id;
    tell(connection, case, event, accounts, now)?;
    notifications::queue_for_residents(connection, event_id, case.id, now)
}
