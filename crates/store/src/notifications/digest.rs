//! One message for several (汇总): what goes out with the row that is in hand.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl,
    dsl::{exists, not},
};
use minyi_domain::delivery::Channel;
use uuid::Uuid;

use super::{
    begin::finish,
    outgoing::{Message, load},
};
use crate::{EventKind, Result, schema::notifications};

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
    let mut entries = Vec::with_capacity(ids.len());
    for id in ids {
        let (other, about) = load(connection, id)?;
        if other.is_over(connection, &about)? {
            finish(connection, id, "void", None, now)?;
            continue;
        }
        diesel::update(notifications::table.find(id))
            .set((
                notifications::state.eq("sending"),
                notifications::published_at.eq(now),
                notifications::sending_at.eq(now),
                notifications::channel.eq(channel.as_str()),
                notifications::carried_by.eq(message.id),
                notifications::attempts.eq(notifications::attempts + 1),
            ))
            .execute(connection)?;
        entries.push(DigestEntry {
            id,
            event: other.event,
            submission_id: other.submission_id,
            number: about.number,
            place: about.place,
            answer_due_at: about.answer_due_at,
        });
    }
    Ok(entries)
}
