use chrono::{DateTime, Utc};
use diesel::{BoolExpressionMethods as _, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, dsl::exists};
use minyi_domain::{
    calendar::Deadline,
    deadlines::{AnswerPlan, Rules, Step},
    handover::State,
    lifecycle::Action,
    people::Actor,
};
use serde_json::Value;
use uuid::Uuid;

use super::Held;
use crate::{
    Result, Template, calendar,
    casework::{Case, Ruling, remainder},
    events::NewEvent,
    notifications,
    schema::{deadline_steps, handover_submissions, handovers},
    steps::{self, Owner},
    submissions::EventKind,
};

impl Held {
    /// Writes the same event for every submission; returns that of the lead submission.
    pub fn tell(
        &self,
        connection: &mut PgConnection,
        kind: EventKind,
        actor: Option<&Actor>,
        data: &Value,
        now: DateTime<Utc>,
    ) -> Ruling<Uuid> {
        let mut lead = None;
        for case in &self.cases {
            let event = NewEvent::new(case.id, kind, now).with_data(data.clone());
            let event = match actor {
                Some(actor) => event.by_account(actor.account_id),
                None => event,
            };
            let id = event.insert(connection)?;
            // What changes nothing for the residents stands on their page and rings no bell.
            if kind == EventKind::HandoverExtended || kind == EventKind::HandoverRedo {
                notifications::queue_for_residents(connection, id, case.id, now)?;
            }
            if case.id == self.handover.lead_submission_id {
                lead = Some(id);
            }
        }
        Ok(lead.ok_or_else(|| crate::Error::Unknown("a handover without its lead submission".to_owned()))?)
    }

    /// Sends one message about the event to each of these accounts, the actor excepted.
    pub fn message(
        &self,
        connection: &mut PgConnection,
        event: Uuid,
        template: Template,
        mut accounts: Vec<Uuid>,
        actor: Option<&Actor>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        accounts.sort_unstable();
        accounts.dedup();
        accounts.retain(|account| actor.is_none_or(|actor| actor.account_id != *account));
        let lead = self.handover.lead_submission_id;
        notifications::queue_for_accounts(connection, event, lead, template, &accounts, now)?;
        notifications::wake(connection)
    }

    /// Who judges the office's answer: those who have to act on the submissions, and who handed them over.
    pub fn judges(&self, connection: &mut PgConnection) -> Result<Vec<Uuid>> {
        let mut accounts = vec![self.handover.handed_by_account_id];
        for case in &self.cases {
            accounts.extend(case.handlers(connection)?);
        }
        Ok(accounts)
    }

    /// Writes the state; a last state stops the clock for good.
    pub fn enter(&mut self, connection: &mut PgConnection, state: State, now: DateTime<Utc>) -> Result<()> {
        self.handover.state = state;
        let row = diesel::update(handovers::table.find(self.handover.id));
        if state.is_over() {
            row.set((handovers::state.eq(state.as_str()), handovers::finished_at.eq(now)))
                .execute(connection)?;
            return self.void_steps(connection, now);
        }
        row.set(handovers::state.eq(state.as_str())).execute(connection)?;
        Ok(())
    }

    /// What was planned is no longer needed.
    pub fn void_steps(&self, connection: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
        let open = deadline_steps::table
            .filter(deadline_steps::handover_id.eq(self.handover.id))
            .filter(deadline_steps::done_at.is_null());
        diesel::update(open)
            .set((deadline_steps::done_at.eq(now), deadline_steps::outcome.eq("void")))
            .execute(connection)?;
        Ok(())
    }

    /// Begins the next generation of the handover's clock with these steps.
    pub fn restart(
        &mut self,
        connection: &mut PgConnection,
        steps: &[(Step, Option<DateTime<Utc>>)],
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.void_steps(connection, now)?;
        self.handover.clock += 1;
        diesel::update(handovers::table.find(self.handover.id))
            .set(handovers::clock.eq(self.handover.clock))
            .execute(connection)?;
        self.plan(connection, steps, now)
    }

    /// Writes steps of the present generation.
    pub fn plan(
        &self,
        connection: &mut PgConnection,
        planned: &[(Step, Option<DateTime<Utc>>)],
        now: DateTime<Utc>,
    ) -> Result<()> {
        steps::plan(connection, self.owner(), planned, now)
    }

    /// The present generation of its clock.
    pub fn owner(&self) -> Owner {
        Owner {
            submission_id: self.handover.lead_submission_id,
            handover_id: Some(self.handover.id),
            promise_id: None,
            clock: self.handover.clock,
        }
    }

    /// Sets a new date for the office, and begins its clock anew until then.
    pub fn begin_until(&mut self, connection: &mut PgConnection, plan: &AnswerPlan, now: DateTime<Utc>) -> Result<()> {
        self.handover.answer_due_at = plan.answer_due.at;
        self.handover.answer_due_provisional = plan.answer_due.provisional;
        diesel::update(handovers::table.find(self.handover.id))
            .set((
                handovers::answer_due_at.eq(plan.answer_due.at),
                handovers::answer_due_provisional.eq(plan.answer_due.provisional),
                handovers::overdue_at.eq(None::<DateTime<Utc>>),
                handovers::escalated_at.eq(None::<DateTime<Utc>>),
            ))
            .execute(connection)?;
        self.restart(connection, &plan.handover_steps(), now)
    }

    /// Puts the residents' date off with the office's; a promised date is never brought forward. Returns the latest.
    pub fn put_off(
        &mut self,
        connection: &mut PgConnection,
        rules: &Rules,
        due: Deadline,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>> {
        let mut latest = due.at;
        for case in &mut self.cases {
            put_off(connection, case, rules, due, now)?;
            latest = latest.max(case.answer_due_at);
        }
        Ok(latest)
    }

    /// Lets the submissions that no other office has go back to their handlers, with the days that were left.
    pub fn give_back(
        &mut self,
        connection: &mut PgConnection,
        action: Action,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> Ruling<()> {
        for case in &mut self.cases {
            if with_another(connection, case.id)? {
                continue;
            }
            let to = case.next_by(actor, action)?;
            let left = remainder::kept(connection, case.id)?;
            case.enter(connection, to)?;
            let plan = calendar::rules(connection, case.id, now)?.resume(left, now);
            case.start_clock(connection, &plan, Some(left), now)?;
        }
        Ok(())
    }
}

/// Puts the date of a submission off, if it is later than the one that was promised.
pub fn put_off(
    connection: &mut PgConnection,
    case: &mut Case,
    rules: &Rules,
    due: Deadline,
    now: DateTime<Utc>,
) -> Result<()> {
    if due.at <= case.answer_due_at {
        return Ok(());
    }
    let left = remainder::kept(connection, case.id)?;
    case.start_clock(connection, &rules.plan_until(due, now), Some(left), now)
}

/// Whether an office still has this submission.
fn with_another(connection: &mut PgConnection, submission_id: Uuid) -> Result<bool> {
    let open = handover_submissions::table.inner_join(handovers::table).filter(
        handover_submissions::submission_id
            .eq(submission_id)
            .and(handovers::finished_at.is_null()),
    );
    Ok(diesel::select(exists(open)).get_result(connection)?)
}
