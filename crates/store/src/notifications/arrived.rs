//! Messages that a platform took: all that came back together are recorded by the same few statements.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, NullableExpressionMethods, PgConnection, QueryDsl, Queryable,
    RunQueryDsl,
    sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::delivery::Channel;
use serde_json::json;
use uuid::Uuid;

use super::{Template, outgoing::Attempt};
use crate::{
    EventKind, Result,
    events::NewEvent,
    prepared::Prepared,
    push_permissions::{Counted, counted},
    schema::{accounts, notifications},
    word::Word,
};

/// A row as it stood before.
#[derive(Queryable)]
struct Before {
    id: Uuid,
    state: String,
    submission_id: Uuid,
    event_id: Uuid,
    #[diesel(deserialize_as = Word<Template>)]
    template: Template,
    #[diesel(deserialize_as = Word<Channel>)]
    channel: Channel,
    account_id: Option<Uuid>,
    role: Option<String>,
}

/// Rows that have arrived now, each with the row that carried it and the platform's number of the message.
#[derive(Default)]
struct Arrivals<'a> {
    ids: Vec<Uuid>,
    carriers: Vec<Option<Uuid>>,
    message_ids: Vec<Option<&'a str>>,
}

/// Records these attempts with the platform's number of each message; their submissions are locked. Returns the permissions
/// that those of them that counted have used.
pub(super) fn arrived(
    connection: &mut PgConnection,
    taken: &[(&Attempt, Option<&str>)],
    now: DateTime<Utc>,
) -> Result<Vec<Counted>> {
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    let before = before(connection, taken)?;
    let (mut arrivals, mut used) = (Arrivals::default(), Vec::new());
    let mut open: HashSet<Uuid> = before
        .values()
        .filter(|row| row.state != "sent")
        .map(|row| row.id)
        .collect();
    for (attempt, message_id) in taken {
        let mut counts = false;
        for (id, carrier) in attempt.rows() {
            if open.remove(&id) {
                arrivals.ids.push(id);
                arrivals.carriers.push(carrier);
                arrivals.message_ids.push(*message_id);
                counts = true;
            }
        }
        // The platform counts one message, however many rows it carried.
        let carrier = before
            .get(&attempt.id)
            .filter(|row| counts && row.channel == Channel::Wechat);
        if let Some((account, row)) = carrier.and_then(|row| Some((row.account_id?, row))) {
            used.push(Counted {
                account,
                template: counted(row.template, !attempt.others.is_empty()),
                used_up: false,
            });
        }
    }
    if !arrivals.ids.is_empty() {
        let rows: Vec<&Before> = arrivals.ids.iter().filter_map(|id| before.get(id)).collect();
        tell_timeline(connection, &rows, now)?;
        mark(connection, arrivals, now)?;
    }
    Ok(used)
}

fn before(connection: &mut PgConnection, taken: &[(&Attempt, Option<&str>)]) -> Result<HashMap<Uuid, Before>> {
    let ids: Vec<Uuid> = taken
        .iter()
        .flat_map(|(attempt, _)| attempt.rows().map(|(id, _)| id))
        .collect();
    let rows: Vec<Before> = notifications::table
        .left_join(accounts::table)
        .filter(notifications::id.eq_any(&ids))
        .select((
            notifications::id,
            notifications::state,
            notifications::submission_id,
            notifications::event_id,
            notifications::template,
            notifications::channel,
            notifications::account_id,
            accounts::role.nullable(),
        ))
        .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Writes `notified` for each event of which nothing had arrived at a handler before.
fn tell_timeline(connection: &mut PgConnection, rows: &[&Before], now: DateTime<Utc>) -> Result<()> {
    let new: Vec<&&Before> = rows.iter().filter(|row| row.template == Template::DeputyNew).collect();
    if new.is_empty() {
        return Ok(());
    }
    // Two messages of one event may arrive at once: the submission's lock let them pass one by one. What failed afterwards was
    // told of as well.
    let was_taken = notifications::state
        .eq("sent")
        .or(notifications::provider_message_id.is_not_null());
    let events: BTreeSet<Uuid> = new.iter().map(|row| row.event_id).collect();
    let told: Vec<Uuid> = notifications::table
        .filter(notifications::event_id.eq_any(&events))
        .filter(was_taken)
        .select(notifications::event_id)
        .load(connection)?;
    let mut told: HashSet<Uuid> = told.into_iter().collect();
    let first = new.into_iter().filter(|row| told.insert(row.event_id));
    let notified = |row: &&Before| {
        NewEvent::new(row.submission_id, EventKind::Notified, now).with_data(json!({ "role": row.role }))
    };
    let notified: Vec<NewEvent> = first.map(notified).collect();
    Ok(NewEvent::insert_all(&notified, connection)?)
}

fn mark(connection: &mut PgConnection, arrivals: Arrivals<'_>, now: DateTime<Utc>) -> Result<()> {
    let ids = arrivals.ids.clone();
    let binds = (
        arrivals.ids.into_sql::<Array<SqlUuid>>(),
        arrivals.carriers.into_sql::<Array<Nullable<SqlUuid>>>(),
        arrivals.message_ids.into_sql::<Array<Nullable<Text>>>(),
        now.into_sql::<Timestamptz>(),
    );
    Prepared::<(), _>::new(
        "WITH input (ids, carriers, message_ids, now) AS (VALUES (",
        binds,
        "))
        UPDATE notifications SET state = 'sent', carried_by = arrived.carrier, finished_at = input.now,
            provider_message_id = arrived.message_id, error_code = NULL, error = NULL
        FROM input, unnest(input.ids, input.carriers, input.message_ids) AS arrived (id, carrier, message_id)
        WHERE notifications.id = arrived.id",
    )
    .execute(connection)?;
    // It arrived after all: what was to go out on another channel meanwhile need not.
    let binds = (ids.into_sql::<Array<SqlUuid>>(), now.into_sql::<Timestamptz>());
    Prepared::<(), _>::new(
        "WITH input (ids, now) AS (VALUES (",
        binds,
        "))
        UPDATE notifications AS other SET state = 'void', finished_at = input.now
        FROM input, unnest(input.ids) AS arrived (id) JOIN notifications AS sent USING (id)
        WHERE other.event_id = sent.event_id AND other.account_id = sent.account_id AND other.id <> sent.id
            AND other.state IN ('waiting', 'published', 'unknown')",
    )
    .execute(connection)?;
    Ok(())
}
