//! The steps of a handover's clock (承办时限).

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    deadlines::{Step, next_daily},
    handover::State,
    people::Level,
};
use serde_json::json;
use uuid::Uuid;

use super::{Held, office_accounts};
use crate::{
    Template, calendar,
    casework::Ruling,
    events::NewEvent,
    notifications,
    schema::handovers,
    steps::{self, Daily},
    submissions::EventKind,
};

/// Whether a step of the present generation still means something.
pub fn needs(step: Step, held: &Held, now: DateTime<Utc>) -> bool {
    let state = held.handover.state;
    match step {
        Step::HandoverAccept => state == State::Offered,
        // A reminder that comes after the deadline would only confuse.
        Step::HandoverRemindHalf | Step::HandoverRemind => {
            state.waits_for_office() && now < held.handover.answer_due_at
        }
        Step::HandoverOverdue
        | Step::HandoverDaily
        | Step::HandoverEscalateHead
        | Step::HandoverEscalate
        | Step::HandoverEscalateCounty => state.waits_for_office(),
        Step::Judge => state == State::Answered,
        _ => false,
    }
}

/// Takes a step of a handover: writes what happened for every submission, and tells those who can do something. `turn`
/// counts the daily reminders.
pub fn take(connection: &mut PgConnection, step: Step, turn: i16, held: &Held, now: DateTime<Utc>) -> Ruling<()> {
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
            plan_daily(connection, held, 0, now)?;
            accounts.extend(held.judges(connection)?);
            EventKind::HandoverOverdue
        }
        Step::HandoverDaily => return again_today(connection, held, turn, accounts, now),
        Step::HandoverEscalateHead => {
            accounts.extend(notifications::station_heads(connection, site)?);
            EventKind::HandoverEscalated
        }
        Step::HandoverEscalate => {
            row.set(handovers::escalated_at.eq(now)).execute(connection)?;
            accounts.extend(notifications::supervising(connection, &region)?);
            EventKind::HandoverEscalated
        }
        Step::HandoverEscalateCounty => {
            let told = notifications::supervising(connection, &region)?;
            let county = notifications::supervising(connection, Level::County.division_of(&region))?;
            accounts = county.into_iter().filter(|admin| !told.contains(admin)).collect();
            if accounts.is_empty() {
                return Ok(());
            }
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
        Step::HandoverRemindHalf => json!({ "half": true }),
        Step::HandoverEscalateHead => json!({ "to": "station_head" }),
        Step::HandoverEscalateCounty => json!({ "to": "county" }),
        _ => json!({}),
    });
    let event = held.tell(connection, kind, None, &data, now)?;
    if matches!(kind, EventKind::HandoverOverdue | EventKind::HandoverEscalated) {
        // The office's group hears of what is late there.
        notifications::queue_for_robot(connection, event, held.lead()?.id, held.handover.office_id, now)?;
    }
    Ok(held.message(connection, event, Template::DeputyDeadline, accounts, None, now)?)
}

/// The office that is late, and the station, are told of all that is late in one message a day.
fn again_today(
    connection: &mut PgConnection,
    held: &Held,
    turn: i16,
    mut accounts: Vec<Uuid>,
    now: DateTime<Utc>,
) -> Ruling<()> {
    plan_daily(connection, held, turn + 1, now)?;
    let lead = held.lead()?;
    accounts.extend(notifications::station_heads(connection, lead.site_id)?);
    let event = NewEvent::new(lead.id, EventKind::Reminded, now)
        .internal()
        .with_data(held.data(json!({ "late": true })))
        .insert(connection)?;
    Ok(notifications::queue_for_digest(
        connection, event, lead.id, accounts, now,
    )?)
}

fn plan_daily(connection: &mut PgConnection, held: &Held, turn: i16, now: DateTime<Utc>) -> Ruling<()> {
    let calendar = calendar::calendar(connection)?;
    let tomorrow = next_daily(&calendar, now.max(held.handover.answer_due_at));
    let next = Daily {
        owner: held.owner(),
        step: Step::HandoverDaily,
        turn,
        due_at: tomorrow,
    };
    Ok(steps::plan_daily(connection, &[next], now)?)
}
