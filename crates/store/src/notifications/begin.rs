use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, IntoSql, PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Array, Bool, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::delivery::Channel;
use uuid::Uuid;

use super::{
    Outgoing, Recipient, digest,
    finish::end,
    hold::is_free,
    outgoing::{About, Message, load_all},
    pass_on::{insert_on, stand_in},
    way::{Known, Way},
};
use crate::{
    Result, Store,
    prepared::Prepared,
    schema::{message_wordings, notifications},
    word::Word,
};

/// Of a message that nobody was to get, because the person wants none of its kind. It still stands under 消息.
pub const SWITCHED_OFF: &str = "switched off";

/// Whether a message is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BeginSending {
    Send(Box<Outgoing>),
    /// It is finished, waits for its next time, or another worker has it: nothing to do.
    AlreadyDone,
    /// Not at this hour, not alone, or not on this channel; or who else is to be told cannot be settled while somebody acts
    /// on the submission: a row waits for its time.
    Later,
    /// No channel is known on which the recipient can be told; the message is dead now, and the station is told of what
    /// has to be answered.
    NoAddress,
    /// What it tells of is over: the answer was given, or an earlier attempt of unknown outcome may have arrived and the
    /// recipient has acted since; or the recipient wants none of its kind. The message is void now.
    NoLongerNeeded,
}

/// Rows that are begun in the same transaction, each with its channel.
type Begun = Vec<(Uuid, Channel)>;

impl Store {
    /// Whose messages these are, in their order, each as the id of the account, of the subscription or of the group's place:
    /// two messages to one person must not be on their way at once. `None`: no such message.
    pub fn recipients_of(&self, ids: &[Uuid]) -> Result<Vec<Option<Uuid>>> {
        type Row = (Uuid, Option<Uuid>, Option<Uuid>, Option<Uuid>);
        let rows: Vec<Row> = notifications::table
            .filter(notifications::id.eq_any(ids))
            .select((
                notifications::id,
                notifications::account_id,
                notifications::subscription_id,
                notifications::robot_id,
            ))
            .load(&mut *self.connection()?)?;
        let whose = |(id, account, subscription, robot): Row| Some((id, account.or(subscription).or(robot)?));
        let known: HashMap<Uuid, Uuid> = rows.into_iter().filter_map(whose).collect();
        Ok(ids.iter().map(|id| known.get(id).copied()).collect())
    }

    /// Begins an attempt: from now on the outcome is unknown until [`Store::finish_sending`] tells it. Here it is settled
    /// by which channel the person is told, and when.
    pub fn begin_sending(&self, id: Uuid, now: DateTime<Utc>) -> Result<BeginSending> {
        Ok(self.begin_all(&[id], now)?.pop().unwrap_or(BeginSending::AlreadyDone))
    }

    /// [`Store::begin_sending`] for many messages, in their order: all are begun, or none. Of one event and person it must
    /// be one.
    pub fn begin_all(&self, ids: &[Uuid], now: DateTime<Utc>) -> Result<Vec<BeginSending>> {
        self.connection()?.transaction(|connection| {
            let taken = take(connection, ids)?;
            let mut waiting: HashMap<Uuid, (Message, About)> = load_all(connection, &taken)?
                .into_iter()
                .map(|(message, about)| (message.id, (message, about)))
                .collect();
            let known = Known::of(connection, waiting.values().map(|(message, _)| message))?;
            let (mut all, mut begun) = (Vec::with_capacity(ids.len()), Begun::new());
            for id in ids {
                let Some((message, about)) = waiting.remove(id) else {
                    all.push(BeginSending::AlreadyDone);
                    continue;
                };
                let one = begin(connection, &known, message, about, &mut begun, now)?;
                if let BeginSending::Send(outgoing) = &one {
                    // They go out with this one.
                    for other in &outgoing.others {
                        waiting.remove(&other.id);
                    }
                }
                all.push(one);
            }
            mark_sending(connection, begun, now)?;
            put_wordings(connection, &mut all)?;
            Ok(all)
        })
    }
}

/// Those of the rows that are to be sent, locked. One that somebody else holds is being begun, or ended, there; if it is
/// neither after all, it is published again.
fn take(connection: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    Ok(notifications::table
        .filter(notifications::id.eq_any(ids))
        .filter(notifications::state.eq("published"))
        .select(notifications::id)
        .for_update()
        .skip_locked()
        .load(connection)?)
}

fn begin(
    connection: &mut PgConnection,
    known: &Known,
    message: Message,
    about: About,
    begun: &mut Begun,
    now: DateTime<Utc>,
) -> Result<BeginSending> {
    let id = message.id;
    if message.is_over(&about) || message.unknown_attempts > 0 && message.has_acted(connection)? {
        end(connection, id, "void", (None, None), now)?;
        return Ok(BeginSending::NoLongerNeeded);
    }
    match known.way(&message, &about, now) {
        Way::Send(channel, address) => {
            let recipient = match (message.account_id, message.subscription_id, message.robot_id) {
                (Some(account), ..) => Recipient::Account(account),
                (None, Some(subscription), _) => Recipient::Resident(subscription),
                (None, None, Some(robot)) => Recipient::Group(robot),
                (None, None, None) => return Ok(BeginSending::AlreadyDone),
            };
            let mut others = Vec::new();
            if message.in_digest {
                // At once, so that no other digest takes it along.
                mark_sending(connection, vec![(id, channel)], now)?;
                others = digest::gather(connection, &message, channel, now)?;
            } else {
                begun.push((id, channel));
            }
            let outgoing = message.outgoing(about, recipient, (channel, address), others);
            Ok(BeginSending::Send(Box::new(outgoing)))
        }
        Way::Later { channel, at, in_digest } => {
            put_off(connection, id, channel, at, in_digest)?;
            Ok(BeginSending::Later)
        }
        // Both write a further row.
        Way::Elsewhere(..) | Way::Nobody if !is_free(connection, message.submission_id)? => {
            put_off(connection, id, message.channel, now, message.in_digest)?;
            Ok(BeginSending::Later)
        }
        Way::Elsewhere(channel, at) => {
            end(connection, id, "passed", (None, Some("outcome unknown")), now)?;
            insert_on(connection, &message, channel, at, now)?;
            Ok(BeginSending::Later)
        }
        Way::Unwanted => {
            end(connection, id, "void", (None, Some(SWITCHED_OFF)), now)?;
            Ok(BeginSending::NoLongerNeeded)
        }
        Way::Nobody => {
            end(connection, id, "dead", (None, Some("no channel known")), now)?;
            stand_in(connection, &message, &about, now)?;
            Ok(BeginSending::NoAddress)
        }
    }
}

fn mark_sending(connection: &mut PgConnection, begun: Begun, now: DateTime<Utc>) -> Result<()> {
    if begun.is_empty() {
        return Ok(());
    }
    let (ids, channels): (Vec<Uuid>, Vec<&str>) = begun.into_iter().map(|(id, channel)| (id, channel.as_str())).unzip();
    let binds = (
        ids.into_sql::<Array<SqlUuid>>(),
        channels.into_sql::<Array<Text>>(),
        now.into_sql::<Timestamptz>(),
    );
    Prepared::<(), _>::new(
        "WITH input (ids, channels, now) AS (VALUES (",
        binds,
        "))
        UPDATE notifications SET state = 'sending', sending_at = input.now, channel = begun.channel, carried_by = NULL,
            attempts = attempts + 1
        FROM input, unnest(input.ids, input.channels) AS begun (id, channel)
        WHERE notifications.id = begun.id",
    )
    .execute(connection)?;
    Ok(())
}

/// Puts in what this installation says on other channels than the mini-program, whose words are the platform's.
fn put_wordings(connection: &mut PgConnection, all: &mut [BeginSending]) -> Result<()> {
    let worded: Vec<&mut Outgoing> = all
        .iter_mut()
        .filter_map(|one| match one {
            BeginSending::Send(outgoing) if outgoing.channel != Channel::Wechat => Some(outgoing.as_mut()),
            _ => None,
        })
        .collect();
    if worded.is_empty() {
        return Ok(());
    }
    let set: Vec<(Word<Channel>, String, String)> = message_wordings::table
        .select((
            message_wordings::channel,
            message_wordings::kind,
            message_wordings::text,
        ))
        .load(connection)?;
    for outgoing in worded {
        let kind = if outgoing.letter.is_digest {
            "digest"
        } else {
            outgoing.template.as_str()
        };
        let found = set
            .iter()
            .find(|(Word(channel), of, _)| *channel == outgoing.channel && of == kind);
        outgoing.wording = found.map(|(_, _, text)| text.clone());
    }
    Ok(())
}

fn put_off(
    connection: &mut PgConnection,
    id: Uuid,
    channel: Channel,
    at: DateTime<Utc>,
    in_digest: bool,
) -> Result<()> {
    let binds = (
        id.into_sql::<SqlUuid>(),
        channel.as_str().into_sql::<Text>(),
        at.into_sql::<Timestamptz>(),
        in_digest.into_sql::<Bool>(),
    );
    Prepared::<(), _>::new(
        "WITH input (id, channel, at, in_digest) AS (VALUES (",
        binds,
        "))
        UPDATE notifications SET
            state = 'waiting', channel = input.channel, due_at = input.at, in_digest = input.in_digest
        FROM input WHERE notifications.id = input.id",
    )
    .execute(connection)?;
    Ok(())
}
