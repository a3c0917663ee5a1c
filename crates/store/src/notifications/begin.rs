use chrono::{DateTime, Utc};
use diesel::{Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::delivery::{Channel, Next, Pressing};
use uuid::Uuid;

use super::{
    Address, Outgoing, Recipient, digest,
    outgoing::{About, Message, load},
    pass_on::{insert_on, stand_in},
    reach::{ROBOT_SEALED_FOR, Reach, policy},
};
use crate::{Result, Store, schema::notifications};

/// Of a message that nobody was to get, because the person wants none of its kind. It still stands under 消息.
pub const SWITCHED_OFF: &str = "switched off";

/// Whether a message is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BeginSending {
    Send(Box<Outgoing>),
    /// It is finished, waits for its next time, or another worker has it: nothing to do.
    AlreadyDone,
    /// Not at this hour, not alone, or not on this channel: a row waits for its time.
    Later,
    /// No channel is known on which the recipient can be told; the message is dead now, and the station is told of what
    /// has to be answered.
    NoAddress,
    /// What it tells of is over: the answer was given, or an earlier attempt of unknown outcome may have arrived and the
    /// recipient has acted since; or the recipient wants none of its kind. The message is void now.
    NoLongerNeeded,
}

/// What is to be done with a message that is in hand.
enum Way {
    Send(Channel, Address),
    Later {
        channel: Channel,
        at: DateTime<Utc>,
        in_digest: bool,
    },
    /// Another channel takes over.
    Elsewhere(Channel, DateTime<Utc>),
    Unwanted,
    Nobody,
}

impl Store {
    /// Whose message this is, as the id of the account, of the subscription or of the group's place: two messages to one person must not be on
    /// their way at once. `None`: no such message.
    pub fn recipient_of(&self, id: Uuid) -> Result<Option<Uuid>> {
        let row: Option<(Option<Uuid>, Option<Uuid>, Option<Uuid>)> = notifications::table
            .find(id)
            .select((
                notifications::account_id,
                notifications::subscription_id,
                notifications::robot_id,
            ))
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(row.and_then(|(account, subscription, robot)| account.or(subscription).or(robot)))
    }

    /// Begins an attempt: from now on the outcome is unknown until [`Store::finish_sending`] tells it. Here it is settled
    /// by which channel the person is told, and when.
    pub fn begin_sending(&self, id: Uuid, now: DateTime<Utc>) -> Result<BeginSending> {
        self.connection()?.transaction(|connection| {
            let locked: Option<String> = notifications::table
                .find(id)
                .select(notifications::state)
                .for_update()
                .first(connection)
                .optional()?;
            if locked.as_deref() != Some("published") {
                return Ok(BeginSending::AlreadyDone);
            }
            let (message, about) = load(connection, id)?;
            if message.is_over(connection, &about)? || message.unknown_attempts > 0 && message.has_acted(connection)? {
                finish(connection, id, "void", None, now)?;
                return Ok(BeginSending::NoLongerNeeded);
            }
            match choose(connection, &message, &about, now)? {
                Way::Send(channel, address) => send(connection, message, about, channel, address, now),
                Way::Later { channel, at, in_digest } => {
                    put_off(connection, id, channel, at, in_digest)?;
                    Ok(BeginSending::Later)
                }
                Way::Elsewhere(channel, at) => {
                    finish(connection, id, "passed", Some("outcome unknown"), now)?;
                    insert_on(connection, &message, channel, at, now)?;
                    Ok(BeginSending::Later)
                }
                Way::Unwanted => {
                    finish(connection, id, "void", Some(SWITCHED_OFF), now)?;
                    Ok(BeginSending::NoLongerNeeded)
                }
                Way::Nobody => {
                    finish(connection, id, "dead", Some("no channel known"), now)?;
                    stand_in(connection, &message, &about, now)?;
                    Ok(BeginSending::NoAddress)
                }
            }
        })
    }
}

fn choose(connection: &mut PgConnection, message: &Message, about: &About, now: DateTime<Utc>) -> Result<Way> {
    if let Some(account) = message.account_id {
        return choose_for(connection, message, about, account, now);
    }
    let (channel, address) = match (&message.resident_openid, message.robot_id, &message.robot_key) {
        // As the resident chose on the receipt page.
        (Some(openid), ..) => (Channel::Wechat, Address::Openid(openid.clone())),
        (None, Some(robot), Some(key)) => {
            let address = Address::Sealed {
                purpose: ROBOT_SEALED_FOR.to_owned(),
                owner: robot,
                bytes: key.clone(),
            };
            (Channel::DingtalkRobot, address)
        }
        _ => return Ok(Way::Nobody),
    };
    let quiet = policy(connection)?.quiet;
    let at = match (quiet, message.pressing(about)) {
        (Some(quiet), Pressing::Usual | Pressing::CanWait) => quiet.after(now),
        _ => now,
    };
    Ok(if at > now {
        later(channel, at, false)
    } else {
        Way::Send(channel, address)
    })
}

const fn later(channel: Channel, at: DateTime<Utc>, in_digest: bool) -> Way {
    Way::Later { channel, at, in_digest }
}

fn choose_for(
    connection: &mut PgConnection,
    message: &Message,
    about: &About,
    account: Uuid,
    now: DateTime<Utc>,
) -> Result<Way> {
    let reach = Reach::of(connection, account)?;
    let (kind, pressing) = (message.kind(), message.pressing(about));
    let wishes = reach.wishes(kind);
    let mut tried = message.tried_elsewhere(connection)?;
    let is_fixed = message.attempts > 0 || message.resent_at.is_some();
    if is_fixed {
        tried.push(message.channel);
    }
    let next = wishes.next(kind, pressing, &reach.usable(), &tried, now);
    if !is_fixed {
        return Ok(match next {
            // It has waited for the morning; now it goes.
            Next::On { channel, .. } if message.in_digest => {
                at_once(&reach, channel, wishes.allowed_from(pressing, now), true, now)
            }
            Next::On { channel, at, in_digest } => at_once(&reach, channel, at, in_digest, now),
            Next::Unwanted => Way::Unwanted,
            Next::Nobody => Way::Nobody,
        });
    }
    // Until then the outcome may still come to light.
    let unknown_until = message
        .sending_at
        .filter(|_| message.unknown_attempts > 0)
        .map(|since| since + reach.policy.unknown);
    Ok(match (next, unknown_until) {
        (Next::On { channel, at, .. }, _) if reach.address(message.channel).is_none() => Way::Elsewhere(channel, at),
        (Next::On { .. }, Some(until)) if now < until => later(message.channel, until, message.in_digest),
        (Next::On { channel, at, .. }, Some(_)) => Way::Elsewhere(channel, at),
        _ => at_once(
            &reach,
            message.channel,
            wishes.allowed_from(pressing, now),
            message.in_digest,
            now,
        ),
    })
}

/// Now, if it is time.
fn at_once(reach: &Reach, channel: Channel, at: DateTime<Utc>, in_digest: bool, now: DateTime<Utc>) -> Way {
    match reach.address(channel) {
        Some(_) if at > now => later(channel, at, in_digest),
        Some(address) => Way::Send(channel, address.clone()),
        None => Way::Nobody,
    }
}

fn send(
    connection: &mut PgConnection,
    message: Message,
    about: About,
    channel: Channel,
    address: Address,
    now: DateTime<Utc>,
) -> Result<BeginSending> {
    let recipient = match (message.account_id, message.subscription_id, message.robot_id) {
        (Some(account), ..) => Recipient::Account(account),
        (None, Some(subscription), _) => Recipient::Resident(subscription),
        (None, None, Some(robot)) => Recipient::Group(robot),
        (None, None, None) => return Ok(BeginSending::AlreadyDone),
    };
    diesel::update(notifications::table.find(message.id))
        .set((
            notifications::state.eq("sending"),
            notifications::sending_at.eq(now),
            notifications::channel.eq(channel.as_str()),
            notifications::carried_by.eq(None::<Uuid>),
            notifications::attempts.eq(notifications::attempts + 1),
        ))
        .execute(connection)?;
    let others = digest::gather(connection, &message, channel, now)?;
    let outgoing = message.outgoing(about, recipient, (channel, address), others);
    Ok(BeginSending::Send(Box::new(outgoing)))
}

fn put_off(
    connection: &mut PgConnection,
    id: Uuid,
    channel: Channel,
    at: DateTime<Utc>,
    in_digest: bool,
) -> Result<()> {
    diesel::update(notifications::table.find(id))
        .set((
            notifications::state.eq("waiting"),
            notifications::channel.eq(channel.as_str()),
            notifications::due_at.eq(at),
            notifications::in_digest.eq(in_digest),
        ))
        .execute(connection)?;
    Ok(())
}

/// Ends a message without an attempt.
pub(super) fn finish(
    connection: &mut PgConnection,
    id: Uuid,
    state: &str,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(notifications::table.find(id))
        .set((
            notifications::state.eq(state),
            notifications::finished_at.eq(now),
            notifications::error.eq(error),
        ))
        .execute(connection)?;
    Ok(())
}
