//! By which channel each of several messages goes, and when: what is known of their recipients is asked for all at once.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::delivery::{Channel, Next, Pressing};
use uuid::Uuid;

use super::{
    Address,
    outgoing::{About, Message},
    reach::{Policy, ROBOT_SEALED_FOR, Reach, policy},
};
use crate::{Result, schema::notifications, word::Word};

/// What is to be done with a message that is in hand.
pub(super) enum Way {
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

/// A row of the same event to the same account.
struct Row {
    id: Uuid,
    channel: Channel,
}

/// What is known of those to whom some messages go.
pub(super) struct Known {
    policy: Policy,
    reaches: HashMap<Uuid, Reach>,
    /// By event and account.
    rows: HashMap<(Uuid, Uuid), Vec<Row>>,
}

impl Known {
    pub fn of<'a>(connection: &mut PgConnection, messages: impl Iterator<Item = &'a Message>) -> Result<Self> {
        let (mut events, mut accounts) = (BTreeSet::new(), BTreeSet::new());
        for message in messages {
            if let Some(account) = message.account_id {
                events.insert(message.event_id);
                accounts.insert(account);
            }
        }
        let accounts: Vec<Uuid> = accounts.into_iter().collect();
        let policy = policy(connection)?;
        let found: Vec<(Uuid, Uuid, Option<Uuid>, Word<Channel>)> = notifications::table
            .filter(notifications::event_id.eq_any(&events))
            .filter(notifications::account_id.eq_any(accounts.iter().copied()))
            .select((
                notifications::id,
                notifications::event_id,
                notifications::account_id,
                notifications::channel,
            ))
            .load(connection)?;
        let mut rows: HashMap<(Uuid, Uuid), Vec<Row>> = HashMap::new();
        for (id, event, account, Word(channel)) in found {
            if let Some(account) = account {
                rows.entry((event, account)).or_default().push(Row { id, channel });
            }
        }
        Ok(Self {
            reaches: Reach::of_all(connection, &accounts, policy)?,
            policy,
            rows,
        })
    }

    /// How the account is reached for which this message is, and the channels on which the event went or goes to it by other
    /// rows.
    pub fn recipient(&self, message: &Message) -> Option<(&Reach, Vec<Channel>)> {
        let account = message.account_id?;
        let rows = self.rows.get(&(message.event_id, account)).into_iter().flatten();
        let others = rows.filter(|row| row.id != message.id).map(|row| row.channel);
        Some((self.reaches.get(&account)?, others.collect()))
    }

    /// The way of a message.
    pub fn way(&self, message: &Message, about: &About, now: DateTime<Utc>) -> Way {
        if let Some((reach, tried)) = self.recipient(message) {
            return to_account(reach, tried, message, about, now);
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
            _ => return Way::Nobody,
        };
        let at = match (self.policy.quiet, message.pressing(about)) {
            (Some(quiet), Pressing::Usual | Pressing::CanWait) => quiet.after(now),
            _ => now,
        };
        if at > now {
            later(channel, at, false)
        } else {
            Way::Send(channel, address)
        }
    }
}

const fn later(channel: Channel, at: DateTime<Utc>, in_digest: bool) -> Way {
    Way::Later { channel, at, in_digest }
}

fn to_account(reach: &Reach, mut tried: Vec<Channel>, message: &Message, about: &About, now: DateTime<Utc>) -> Way {
    let (kind, pressing) = (message.kind(), message.pressing(about));
    let wishes = reach.wishes(kind);
    let is_fixed = message.attempts > 0 || message.resent_at.is_some();
    if is_fixed {
        tried.push(message.channel);
    }
    let next = wishes.next(kind, pressing, &reach.usable(), &tried, now);
    if !is_fixed {
        return match next {
            // It has waited for the morning; now it goes.
            Next::On { channel, .. } if message.in_digest => {
                at_once(reach, channel, wishes.allowed_from(pressing, now), true, now)
            }
            Next::On { channel, at, in_digest } => at_once(reach, channel, at, in_digest, now),
            Next::Unwanted => Way::Unwanted,
            Next::Nobody => Way::Nobody,
        };
    }
    // Until then the outcome may still come to light.
    let unknown_until = message
        .sending_at
        .filter(|_| message.unknown_attempts > 0)
        .map(|since| since + reach.policy.unknown);
    match (next, unknown_until) {
        (Next::On { channel, at, .. }, _) if reach.address(message.channel).is_none() => Way::Elsewhere(channel, at),
        (Next::On { .. }, Some(until)) if now < until => later(message.channel, until, message.in_digest),
        (Next::On { channel, at, .. }, Some(_)) => Way::Elsewhere(channel, at),
        _ => at_once(
            reach,
            message.channel,
            wishes.allowed_from(pressing, now),
            message.in_digest,
            now,
        ),
    }
}

/// Now, if it is time.
fn at_once(reach: &Reach, channel: Channel, at: DateTime<Utc>, in_digest: bool, now: DateTime<Utc>) -> Way {
    match reach.address(channel) {
        Some(_) if at > now => later(channel, at, in_digest),
        Some(address) => Way::Send(channel, address.clone()),
        None => Way::Nobody,
    }
}
