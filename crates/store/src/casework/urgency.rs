//! 急事急办、难事共办: what is urgent is answered sooner.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{lifecycle::Action, people::Actor, submission::Urgency};
use serde_json::json;
use uuid::Uuid;

use super::{Case, Refusal};
use crate::{Result, Store, calendar, schema::submissions, submissions::EventKind};

impl Store {
    /// Marks how urgent a matter is. Urgent brings the date forward, counted from when it was sent in; no mark ever puts
    /// a promise off. Returns the date. The same mark again changes nothing.
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
            diesel::update(submissions::table.find(id))
                .set(submissions::urgency.eq(urgency.as_str()))
                .execute(connection)?;
            if urgency == Urgency::Urgent {
                hurry(connection, &mut case, now)?;
            }
            let event = case
                .event(EventKind::UrgencyChanged, actor, now)
                .with_data(json!({ "urgency": urgency, "answer_due_at": case.answer_due_at }));
            case.tell_handlers(connection, event, Some(actor), now)?;
            Ok(case.answer_due_at)
        })
    }
}

fn hurry(connection: &mut PgConnection, case: &mut Case, now: DateTime<Utc>) -> Result<()> {
    let rules = calendar::rules(connection, now)?;
    let due = |start| rules.plan(Urgency::Urgent, start).answer_due;
    let due = Some(due(case.submitted_at))
        .filter(|due| due.at > now)
        .unwrap_or_else(|| due(now));
    if due.at < case.answer_due_at {
        case.start_clock_until(connection, &rules, due, now)?;
    }
    Ok(())
}
