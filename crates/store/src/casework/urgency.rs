//! 急事急办、难事共办: what is urgent is answered sooner.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, dsl::exists};
use minyi_domain::{
    deadlines::Policy,
    lifecycle::{Action, State},
    people::Actor,
    submission::Urgency,
};
use serde_json::json;
use uuid::Uuid;

use super::{Case, Refusal};
use crate::{Result, Store, calendar, schema::submissions, submissions::EventKind};

impl Store {
    /// Marks how urgent a matter is. What is promised for that brings the date forward, counted from when it was sent in; no
    /// mark ever puts a promise off. Returns the date. The same mark again changes nothing.
    pub fn set_urgency(
        &self,
        actor: &Actor,
        id: Uuid,
        urgency: Urgency,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<DateTime<Utc>, Refusal>> {
        self.act(|connection| {
            let mut case = Case::lock(connection, actor, id)?;
            case.next_by(actor, Action::ChangeUrgency)?;
            if case.urgency == urgency {
                return Ok(case.answer_due_at);
            }
            case.urgency = urgency;
            let before = calendar::rules(connection, id, now)?.policies.answer;
            diesel::update(submissions::table.find(id))
                .set(submissions::urgency.eq(urgency.as_str()))
                .execute(connection)?;
            if urgency == Urgency::Urgent {
                hurry(connection, &mut case, now)?;
            } else {
                hurry_if_other(connection, &mut case, before, now)?;
            }
            let event = case
                .event(EventKind::UrgencyChanged, actor, now)
                .with_data(json!({ "urgency": urgency, "answer_due_at": case.answer_due_at }));
            case.tell_handlers(connection, event, Some(actor), now)?;
            Ok(case.answer_due_at)
        })
    }
}

/// As [`hurry`], where another length of time is promised for the matter than `before` and its clock runs to a date that a
/// policy set and that has not passed.
pub fn hurry_if_other(
    connection: &mut PgConnection,
    case: &mut Case,
    before: Policy,
    now: DateTime<Utc>,
) -> Result<()> {
    if !matches!(case.state, State::Registered | State::Accepted | State::Reopened) {
        return Ok(());
    }
    let by_policy = submissions::table
        .find(case.id)
        .filter(submissions::clock_days.is_null())
        .filter(submissions::overdue_at.is_null());
    let runs = diesel::select(exists(by_policy)).get_result(connection)?;
    if runs && calendar::rules(connection, case.id, now)?.policies.answer != before {
        hurry(connection, case, now)?;
    }
    Ok(())
}

/// Brings the date forward to what is promised for such a matter, counted from when it was sent in; never puts it off.
fn hurry(connection: &mut PgConnection, case: &mut Case, now: DateTime<Utc>) -> Result<()> {
    let rules = calendar::rules(connection, case.id, now)?;
    let due = |start| rules.plan(start).answer_due;
    let due = Some(due(case.submitted_at))
        .filter(|due| due.at > now)
        .unwrap_or_else(|| due(now));
    if due.at < case.answer_due_at {
        case.start_clock_until(connection, &rules, due, now)?;
    }
    Ok(())
}
