//! Where a message goes that could not be delivered: to the next channel of the same person, or to who stands in.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, dsl::exists};
use minyi_domain::delivery::{Channel, Kind, Next};
use uuid::Uuid;

use super::{
    Template,
    outgoing::{About, Message, load},
    supervising, wake,
    way::Known,
};
use crate::{
    Result, ids,
    schema::{accounts, notifications},
};

/// Lets the person's next channel take over, unless another one brought it meanwhile. False: none is left.
pub(super) fn pass_on(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let (message, about) = load(connection, id)?;
    let Some(account) = message.account_id else {
        return Ok(false);
    };
    let arrived = notifications::table
        .filter(notifications::event_id.eq(message.event_id))
        .filter(notifications::account_id.eq(account))
        .filter(notifications::state.eq("sent"));
    if diesel::select(exists(arrived)).get_result(connection)? {
        return Ok(true);
    }
    let known = Known::of(connection, std::iter::once(&message))?;
    let Some((reach, mut tried)) = known.recipient(&message) else {
        return Ok(false);
    };
    tried.push(message.channel);
    let (kind, pressing) = (message.kind(), message.pressing(&about));
    let next = reach.wishes(kind).next(kind, pressing, &reach.usable(), &tried, now);
    let Next::On { channel, at, .. } = next else {
        return Ok(false);
    };
    insert_on(connection, &message, channel, at, now)?;
    Ok(true)
}

/// Writes the row that tells the same account of the same event on another channel; returns its id. It is as old as what it
/// tells of.
pub(super) fn insert_on(
    connection: &mut PgConnection,
    message: &Message,
    channel: Channel,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let id = ids::new(now);
    diesel::insert_into(notifications::table)
        .values((
            notifications::id.eq(id),
            notifications::event_id.eq(message.event_id),
            notifications::submission_id.eq(message.submission_id),
            notifications::account_id.eq(message.account_id),
            notifications::channel.eq(channel.as_str()),
            notifications::template.eq(message.template.as_str()),
            notifications::state.eq("waiting"),
            notifications::due_at.eq(at),
            notifications::created_at.eq(message.created_at),
            notifications::in_digest.eq(message.in_digest),
        ))
        .execute(connection)?;
    wake(connection)?;
    Ok(id)
}

/// What became of a message for which nothing more can be done: of what has to be answered somebody else is told.
pub(super) fn give_up(connection: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let (message, about) = load(connection, id)?;
    stand_in(connection, &message, &about, now)
}

/// Tells the station of what an account cannot be told of; of what the station itself, or a report on an official, the
/// administrators. Whoever has a row of this event was told or cannot be told.
pub(super) fn stand_in(
    connection: &mut PgConnection,
    message: &Message,
    about: &About,
    now: DateTime<Utc>,
) -> Result<()> {
    let (Some(account), Kind::NewWork | Kind::Deadline) = (message.account_id, message.kind()) else {
        return Ok(());
    };
    let mut others = match &about.confidential_region {
        Some(region) => supervising(connection, region)?,
        None => staff(connection, about.site_id)?,
    };
    if others.is_empty() || others.contains(&account) {
        others = supervising(connection, &about.region_code)?;
    }
    for other in others {
        let told = notifications::table
            .filter(notifications::event_id.eq(message.event_id))
            .filter(notifications::account_id.eq(other));
        if diesel::select(exists(told)).get_result(connection)? {
            continue;
        }
        tell(connection, message, other, now)?;
    }
    wake(connection)
}

fn tell(connection: &mut PgConnection, message: &Message, account: Uuid, now: DateTime<Utc>) -> Result<()> {
    let template: Template = message.template;
    super::queue_for_accounts(
        connection,
        message.event_id,
        message.submission_id,
        template,
        &[account],
        now,
    )
}

fn staff(connection: &mut PgConnection, site: Uuid) -> Result<Vec<Uuid>> {
    Ok(accounts::table
        .filter(accounts::site_id.eq(site))
        .filter(accounts::role.eq_any(["station_staff", "station_head"]))
        .filter(accounts::disabled_at.is_null())
        .select(accounts::id)
        .load(connection)?)
}
