//! Working on a submission (办理): every act of a person locks the submission, asks the lifecycle, writes the event, and
//! plans the clock, in one transaction.

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, pg::Pg,
};
use minyi_domain::{
    appointment,
    calendar::Deadline,
    deadlines::{AnswerPlan, Policy, Rules, Unit},
    handover,
    lifecycle::{self, Action, Party, Standing, State},
    people::Actor,
    submission::Urgency,
};
use uuid::Uuid;

mod decline;
mod info;
mod kin;
mod merge;
pub(crate) mod remainder;
mod restrict;
mod review;
mod split;
mod transfer;
mod urgency;

pub use decline::DeclineKind;
pub use info::{InfoRequest, MAX_QUESTIONS};
pub(crate) use info::{end_request, lapse, requests};
pub use kin::{Kin, Kinship};
pub(crate) use kin::{kin, split_into};
pub use merge::MergeTarget;
pub use split::{MAX_PARTS, NewPart, SplitPart};
pub(crate) use transfer::chain;
pub use transfer::{Target, TransferTargets, TransferTo, TransferView};
pub(crate) use urgency::hurry_if_other;

use crate::{
    Error, Result, Store,
    events::NewEvent,
    notifications,
    schema::{deputies, submissions},
    scope::submissions_in,
    steps,
    submissions::EventKind,
    word::Word,
};

/// Why an act is not done; nothing was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such thing in this person's scope.
    NotFound,
    /// Not for this role.
    Forbidden,
    /// Not in the state in which the submission is.
    NotNow(lifecycle::Refused),
    /// Not in the state in which the handover is.
    HandoverNotNow(handover::Refused),
    /// Not in the state in which the appointment is, or not by this side.
    AppointmentNotNow(appointment::Refused),
    /// An office still owes its answer, or the deputy the judgement of it.
    OfficeOwes,
    /// The level above answers this one.
    HandledAbove,
    /// What may be done once was done before.
    Once,
    /// As often as it may be done.
    TooOften,
    /// The named other thing (`deputy`, `grid`, `office`, `submission`, `kind`, …) does not exist in this person's scope.
    TargetUnknown(&'static str),
    /// The named other thing exists and does not fit: itself, closed, of another place.
    TargetUnfit(&'static str),
    /// This photo does not exist or belongs to something already.
    PhotoMissing(Uuid),
    /// The key stands for something else that was sent.
    KeyReused,
    /// The resident has not agreed to its being published.
    NoConsent,
    /// It has no answer yet, or nothing of it may ever be published.
    NotReleasable,
    /// The check marked something that nobody has looked at.
    NeedsLook,
}

/// What ends a transaction early: a rule that refuses, or the database.
pub enum Stop {
    Refused(Refusal),
    Failed(Error),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What a rule of a transaction has to say.
pub type Ruling<T> = std::result::Result<T, Stop>;

impl Store {
    /// Runs an act in one transaction; a refusal takes everything back.
    pub(crate) fn act<T>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Ruling<T>,
    ) -> Result<std::result::Result<T, Refusal>> {
        match self.connection()?.transaction(work) {
            Ok(done) => Ok(Ok(done)),
            Err(Stop::Refused(refusal)) => Ok(Err(refusal)),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

/// A submission under its lock.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
pub struct Case {
    pub id: Uuid,
    #[diesel(deserialize_as = Word<State>)]
    pub state: State,
    pub round: i16,
    pub clock: i16,
    #[diesel(deserialize_as = Word<Urgency>)]
    pub urgency: Urgency,
    pub grid_id: Uuid,
    pub site_id: Uuid,
    pub region_code: String,
    pub number: String,
    pub assignee_deputy_id: Option<Uuid>,
    pub submitted_at: DateTime<Utc>,
    pub clock_started_at: DateTime<Utc>,
    pub answer_due_at: DateTime<Utc>,
    pub answer_due_provisional: bool,
    pub confidential_region: Option<String>,
    pub handled_above: bool,
    pub review_asked_at: Option<DateTime<Utc>>,
}

impl Case {
    /// Locks a submission that the person sees.
    pub fn lock(connection: &mut PgConnection, actor: &Actor, id: Uuid) -> Ruling<Self> {
        let found: Option<Self> = submissions::table
            .find(id)
            .filter(submissions_in(&actor.scope()))
            .select(Self::as_select())
            .for_update()
            .first(connection)
            .optional()?;
        found.ok_or(Stop::Refused(Refusal::NotFound))
    }

    /// Locks a submission for the clock, or for whoever was let through before.
    pub fn lock_any(connection: &mut PgConnection, id: Uuid) -> Ruling<Self> {
        let found: Option<Self> = submissions::table
            .find(id)
            .select(Self::as_select())
            .for_update()
            .first(connection)
            .optional()?;
        found.ok_or(Stop::Refused(Refusal::NotFound))
    }

    /// Where `action` of this person leads.
    pub fn next_by(&self, actor: &Actor, action: Action) -> Ruling<State> {
        let party = Party::of(actor.role).ok_or(Refusal::Forbidden)?;
        let to = self.next(party, action)?;
        if !self.standing().leaves(action, actor.role) {
            let above = self.handled_above && action == Action::Answer;
            return Err(if above {
                Refusal::HandledAbove
            } else {
                Refusal::Forbidden
            }
            .into());
        }
        Ok(to)
    }

    /// What narrows who may do what.
    pub fn standing(&self) -> Standing {
        Standing {
            confidential: self.confidential_region.is_some(),
            handled_above: self.handled_above,
        }
    }

    /// Where `action` leads.
    pub fn next(&self, party: Party, action: Action) -> Ruling<State> {
        Ok(lifecycle::TABLE
            .next(self.state, action, party)
            .map_err(Refusal::NotNow)?)
    }

    /// Writes the state.
    pub fn enter(&mut self, connection: &mut PgConnection, state: State) -> Result<()> {
        self.state = state;
        diesel::update(submissions::table.find(self.id))
            .set(submissions::state.eq(state.as_str()))
            .execute(connection)?;
        Ok(())
    }

    /// Stops the clock; its open steps are no longer needed.
    pub fn stop_clock(&self, connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
        steps::void_open(connection, self.id, now)
    }

    /// Begins the next generation of the clock: what was planned before is void, the marks of lateness begin anew.
    /// `left`: what was left, if the clock goes on after a stop.
    pub fn start_clock(
        &mut self,
        connection: &mut PgConnection,
        plan: &AnswerPlan,
        left: Option<Policy>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.stop_clock(connection, now)?;
        self.clock += 1;
        self.clock_started_at = now;
        self.answer_due_at = plan.answer_due.at;
        self.answer_due_provisional = plan.answer_due.provisional;
        diesel::update(submissions::table.find(self.id))
            .set((
                submissions::clock.eq(self.clock),
                submissions::clock_started_at.eq(now),
                submissions::clock_days.eq(left.map(remainder::days)),
                submissions::clock_unit.eq(left.map_or(Unit::WorkingDays, |left| left.unit).as_str()),
                submissions::answer_due_at.eq(plan.answer_due.at),
                submissions::answer_due_provisional.eq(plan.answer_due.provisional),
                submissions::overdue_at.eq(None::<DateTime<Utc>>),
                submissions::escalated_at.eq(None::<DateTime<Utc>>),
            ))
            .execute(connection)?;
        steps::plan_answer(connection, self.id, self.clock, plan, now)
    }

    /// Begins the next generation of the clock with a date that comes from elsewhere.
    pub fn start_clock_until(
        &mut self,
        connection: &mut PgConnection,
        rules: &Rules,
        due: Deadline,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let plan = rules.plan_until(due, now);
        self.start_clock(connection, &plan, Some(rules.left(due, now)), now)
    }

    /// The date that the resident was promised.
    pub fn promised(&self) -> Deadline {
        Deadline {
            at: self.answer_due_at,
            provisional: self.answer_due_provisional,
        }
    }

    /// The accounts that have to act now.
    pub fn handlers(&self, connection: &mut PgConnection) -> Result<Vec<Uuid>> {
        notifications::handling(connection, self.id)
    }

    /// An event of this submission, by a person.
    pub fn event(&self, kind: EventKind, actor: &Actor, now: DateTime<Utc>) -> NewEvent {
        NewEvent::new(self.id, kind, now).by_account(actor.account_id)
    }

    /// Writes the event and tells whoever has to act now, the actor excepted.
    pub fn tell_handlers(
        &self,
        connection: &mut PgConnection,
        event: NewEvent,
        actor: Option<&Actor>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let event_id = event.insert(connection)?;
        let mut accounts = self.handlers(connection)?;
        accounts.retain(|account| actor.is_none_or(|actor| actor.account_id != *account));
        let template = notifications::Template::DeputyNew;
        notifications::queue_for_accounts(connection, event_id, self.id, template, &accounts, now)?;
        notifications::wake(connection)
    }

    /// Writes the event and tells the residents who asked to be told.
    pub fn tell_residents(&self, connection: &mut PgConnection, event: NewEvent, now: DateTime<Utc>) -> Result<()> {
        let event_id = event.insert(connection)?;
        notifications::queue_for_residents(connection, event_id, self.id, now)?;
        notifications::wake(connection)
    }
}

/// What a deputy published of the name, for the resident's eyes.
pub fn published_name(connection: &mut PgConnection, deputy: Option<Uuid>) -> Result<Option<String>> {
    let Some(deputy) = deputy else { return Ok(None) };
    Ok(deputies::table
        .find(deputy)
        .filter(deputies::publishes_name)
        .select(deputies::name)
        .first(connection)
        .optional()?)
}
