//! Sending a dead letter again (重发), corrected if need be.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{delivery::Channel, people::Actor};
use serde_json::json;
use uuid::Uuid;

use super::{
    finish::end,
    outgoing::{Message, load},
    pass_on::insert_on,
    reach::Reach,
    wake,
    wishes::write_address,
};
use crate::{
    EventKind, Result, Store,
    casework::{Case, Refusal, Ruling},
    events::NewEvent,
    schema::notifications,
};

/// What is put right before a message is sent again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Correction {
    /// `None`: the channel on which it died.
    pub channel: Option<Channel>,
    /// A new address on that channel, sealed for [`sealed_for`](super::sealed_for).
    pub address: Option<Vec<u8>>,
}

impl Store {
    /// To whom a dead message was to go, if the scope lets its submission through. `None` inside: a resident.
    pub fn dead_recipient(&self, actor: &Actor, id: Uuid) -> Result<std::result::Result<Option<Uuid>, Refusal>> {
        self.act(|connection| dead_in_scope(connection, actor, id))
    }

    /// Sends a dead message again. It stands in the timeline who had it sent; that the message is over, or that the person
    /// wants no message at this hour, is asked again when its turn comes.
    ///
    /// [`Refusal::NotFound`]: no dead message in this person's scope. [`Refusal::TargetUnfit`]: nobody is known on that
    /// channel.
    pub fn resend(
        &self,
        actor: &Actor,
        id: Uuid,
        correction: &Correction,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let account = dead_in_scope(connection, actor, id)?;
            let (message, _) = load(connection, id)?;
            let channel = correction.channel.unwrap_or(message.channel);
            match account {
                Some(account) => {
                    if let Some(address) = &correction.address {
                        write_address(connection, account, channel, address, actor.account_id, now)?;
                    }
                    if Reach::of(connection, account)?.address(channel).is_none() {
                        return Err(Refusal::TargetUnfit("channel").into());
                    }
                }
                // A resident is told as chosen on the receipt page, a group by its robot.
                None if channel != message.channel || correction.address.is_some() => {
                    return Err(Refusal::TargetUnfit("channel").into());
                }
                None => {}
            }
            let again = on_channel(connection, &message, channel, now)?;
            diesel::update(notifications::table.find(again))
                .set((
                    notifications::state.eq("waiting"),
                    notifications::due_at.eq(now),
                    notifications::finished_at.eq(None::<DateTime<Utc>>),
                    notifications::unknown_attempts.eq(0),
                    notifications::in_digest.eq(false),
                    notifications::carried_by.eq(None::<Uuid>),
                    notifications::resent_by_account_id.eq(actor.account_id),
                    notifications::resent_at.eq(now),
                ))
                .execute(connection)?;
            NewEvent::new(message.submission_id, EventKind::MessageResent, now)
                .by_account(actor.account_id)
                .internal()
                .with_data(json!({ "channel": channel.as_str() }))
                .insert(connection)?;
            Ok(wake(connection)?)
        })
    }
}

/// The recipient of a dead message that this person sees; it is locked, its submission first, as by all who act on one.
pub(super) fn dead_in_scope(connection: &mut PgConnection, actor: &Actor, id: Uuid) -> Ruling<Option<Uuid>> {
    let dead = || notifications::table.find(id).filter(notifications::state.eq("dead"));
    let submission: Option<Uuid> = dead()
        .select(notifications::submission_id)
        .first(connection)
        .optional()?;
    Case::lock(connection, actor, submission.ok_or(Refusal::NotFound)?)?;
    let found: Option<Option<Uuid>> = dead()
        .select(notifications::account_id)
        .for_update()
        .first(connection)
        .optional()?;
    Ok(found.ok_or(Refusal::NotFound)?)
}

/// The row that goes out: the dead one, or that of the other channel, which takes over.
fn on_channel(connection: &mut PgConnection, message: &Message, channel: Channel, now: DateTime<Utc>) -> Result<Uuid> {
    if channel == message.channel {
        return Ok(message.id);
    }
    let why = "sent again on another channel";
    end(connection, message.id, "passed", (None, Some(why)), now)?;
    let other = notifications::table
        .filter(notifications::event_id.eq(message.event_id))
        .filter(notifications::account_id.eq(message.account_id))
        .filter(notifications::channel.eq(channel.as_str()));
    let known: Option<Uuid> = other.select(notifications::id).first(connection).optional()?;
    match known {
        Some(id) => Ok(id),
        None => insert_on(connection, message, channel, now, now),
    }
}
