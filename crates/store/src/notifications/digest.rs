//! One message for several (汇总): what goes out with the row that is in hand.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, PgConnection, QueryDsl, RunQueryDsl,
    dsl::{exists, not},
    sql_types::{Array, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::delivery::Channel;
use uuid::Uuid;

use super::{
    finish::end,
    outgoing::{About, Message, load_all},
};
use crate::{EventKind, Result, prepared::Prepared, schema::notifications};

/// More than fits on a telephone; the rest makes the next message.
const MOST: i64 = 50;

/// One of several things that a digest lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DigestEntry {
    /// Its row in the ledger of messages.
    pub id: Uuid,
    pub event: EventKind,
    pub submission_id: Uuid,
    pub number: String,
    pub place: String,
    pub answer_due_at: DateTime<Utc>,
}

diesel::alias!(notifications as others: Others);

/// Takes what waits for the same digest along with `message`: its rows go through the same states as that one's.
pub(super) fn gather(
    connection: &mut PgConnection,
    message: &Message,
    channel: Channel,
    now: DateTime<Utc>,
) -> Result<Vec<DigestEntry>> {
    if !message.in_digest {
        return Ok(Vec::new());
    }
    // A row whose event went out on this channel before must not take the channel.
    let on_channel = others
        .filter(others.field(notifications::event_id).eq(notifications::event_id))
        .filter(others.field(notifications::account_id).eq(notifications::account_id))
        .filter(others.field(notifications::channel).eq(channel.as_str()))
        .filter(others.field(notifications::id).ne(notifications::id));
    let ids: Vec<Uuid> = notifications::table
        .filter(notifications::account_id.eq(message.account_id))
        .filter(notifications::in_digest)
        .filter(notifications::state.eq_any(["waiting", "published"]))
        .filter(
            notifications::attempts
                .eq(0)
                .or(notifications::channel.eq(channel.as_str())),
        )
        .filter(notifications::due_at.le(now))
        .filter(notifications::id.ne(message.id))
        .filter(not(exists(on_channel)))
        .order((notifications::created_at, notifications::id))
        .limit(MOST)
        .select(notifications::id)
        .for_update()
        .skip_locked()
        .load(connection)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: HashMap<Uuid, (Message, About)> = load_all(connection, &ids)?
        .into_iter()
        .map(|(other, about)| (other.id, (other, about)))
        .collect();
    let mut entries = Vec::with_capacity(ids.len());
    for (other, about) in ids.iter().filter_map(|id| rows.remove(id)) {
        if other.is_over(&about) {
            end(connection, other.id, "void", (None, None), now)?;
            continue;
        }
        entries.push(DigestEntry {
            id: other.id,
            event: other.event,
            submission_id: other.submission_id,
            number: about.number,
            place: about.place,
            answer_due_at: about.answer_due_at,
        });
    }
    take_along(connection, &entries, message.id, channel, now)?;
    Ok(entries)
}

fn take_along(
    connection: &mut PgConnection,
    entries: &[DigestEntry],
    carrier: Uuid,
    channel: Channel,
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.id).collect();
    let binds = (
        ids.into_sql::<Array<SqlUuid>>(),
        carrier.into_sql::<SqlUuid>(),
        channel.as_str().into_sql::<Text>(),
        now.into_sql::<Timestamptz>(),
    );
    Prepared::<(), _>::new(
        "WITH input (ids, carrier, channel, now) AS (VALUES (",
        binds,
        "))
        UPDATE notifications SET state = 'sending', published_at = input.now, sending_at = input.now,
            channel = input.channel, carried_by = input.carrier, attempts = attempts + 1
        FROM input, unnest(input.ids) AS taken (id) WHERE notifications.id = taken.id",
    )
    .execute(connection)?;
    Ok(())
}
