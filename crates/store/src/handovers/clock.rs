//! The steps of a handover's clock (承办时限).

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{deadlines::Step, handover::State};
use serde_json::json;

use super::{Held, office_accounts};
use crate::{Template, casework::Ruling, notifications, schema::handovers, submissions::EventKind};

/// Whether a step of the present generation still means something.
pub fn needs(step: Step, held: &Held, now: DateTime<Utc>) -> bool {
    let state = held.handover.state;
    match step {
        Step::HandoverAccept => state == State::Offered,
        // A reminder that comes after the deadline would only confuse.
        Step::HandoverRemind => state.waits_for_office() && now < held.handover.answer_due_at,
        Step::HandoverOverdue | Step::HandoverEscalate => state.waits_for_office(),
        Step::Judge => state == State::Answered,
        _ => false,
    }
}

/// Takes a step of a handover: writes what happened for every submission, and tells those who can do something.
pub fn take(connection: &mut PgConnection, step: Step, held: &Held, now: DateTime<Utc>) -> Ruling<()> {
    let lead = held.lead()?;
    let (region, site) = (lead.region_code.clone(), lead.site_id);
    let row = diesel::update(handovers::table.find(held.handover.id));
    let mut accounts = office_accounts(connection, held.handover.office_id)?;
    let kind = match step {
        Step::HandoverAccept => {
            accounts.extend(notifications::supervising(connection, &region)?);
            EventKind::HandoverOverdue
        }
        Step::HandoverOverdue => {
            row.set(handovers::overdue_at.eq(now)).execute(connection)?;
            accounts.extend(held.judges(connection)?);
            EventKind::HandoverOverdue
        }
        Step::HandoverEscalate => {
            row.set(handovers::escalated_at.eq(now)).execute(connection)?;
            accounts.extend(notifications::supervising(connection, &region)?);
            EventKind::HandoverEscalated
        }
        Step::Judge => {
            accounts = held.judges(connection)?;
            accounts.extend(notifications::station_heads(connection, site)?);
            EventKind::JudgementOverdue
        }
        _ => EventKind::Reminded,
    };
    let data = held.data(match step {
        Step::HandoverAccept => json!({ "of": "accept" }),
        _ => json!({}),
    });
    let event = held.tell(connection, kind, None, &data, now)?;
    Ok(held.message(connection, event, Template::DeputyDeadline, accounts, None, now)?)
}
