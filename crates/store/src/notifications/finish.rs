use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, NullableExpressionMethods, OptionalExtension,
    PgConnection, QueryDsl, RunQueryDsl, dsl::exists,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    Channel, MAX_REPEATS_OF_UNKNOWN, Template,
    outgoing::Attempt,
    pass_on::{give_up, pass_on},
};
use crate::{
    EventKind, Result, Store,
    events::NewEvent,
    push_permissions,
    schema::{accounts, notifications, submissions},
    word::Word,
};

/// How an attempt went. `error` is for operators: no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendResult {
    /// The provider took it.
    Sent { provider_message_id: Option<String> },
    /// It surely did not arrive; again at that time.
    Retry {
        at: DateTime<Utc>,
        code: Option<i32>,
        error: String,
    },
    /// Nobody knows whether it arrived; perhaps again at that time.
    Unknown { at: DateTime<Utc>, error: String },
    /// It surely did not arrive and never will.
    Dead { code: Option<i32>, error: String },
}

/// A message that a platform took and did not bring in the end. Without personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedMessage {
    /// The platform's id of it.
    pub message_id: String,
    /// The platform's number for the reason.
    pub code: i32,
    /// The platform's word for the reason.
    pub status: String,
}

/// A wait as long as this is a refusal where another channel is left: a daily quota, a wrong setting, a long outage.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

impl Store {
    /// Records how an attempt went, for all rows that went out together. The first message of an event that arrives at a
    /// handler stands in the public timeline as `notified`. That it arrived counts even if the attempt was given up
    /// meanwhile, for what was in that message; everything else counts only for the attempt that runs.
    pub fn finish_sending(&self, attempt: &Attempt, result: &SendResult, now: DateTime<Utc>) -> Result<()> {
        self.connection()?.transaction(|connection| {
            let counts = match result {
                SendResult::Sent { provider_message_id } => {
                    arrived(connection, attempt, provider_message_id.as_deref(), now)?
                }
                _ => failed(connection, attempt, result, now)?,
            };
            let is_digest = !attempt.others.is_empty();
            // The platform counts one message, however many rows it carried.
            match result {
                SendResult::Sent { .. } if counts => push_permissions::used(connection, attempt.id, is_digest),
                SendResult::Dead { code, .. } if counts => {
                    push_permissions::refused(connection, attempt.id, is_digest, *code)
                }
                _ => Ok(()),
            }
        })
    }
}

/// What WeChat took by the mini-program failed afterwards: every row that went out with it is refused now, and the next
/// channel is tried. The permission stays used up: WeChat says nowhere that it comes back. Rare, so it may search.
pub(crate) fn failed_afterwards(
    connection: &mut PgConnection,
    failed: &FailedMessage,
    now: DateTime<Utc>,
) -> Result<()> {
    let ids: Vec<Uuid> = notifications::table
        .filter(notifications::provider_message_id.eq(&failed.message_id))
        .filter(notifications::channel.eq(Channel::Wechat.as_str()))
        .filter(notifications::state.eq("sent"))
        .order(notifications::id)
        .select(notifications::id)
        .for_update()
        .load(connection)?;
    for id in ids {
        // First out of what has arrived, or no other channel would be asked.
        end(connection, id, "dead", Some(failed.code), &failed.status, now)?;
        dead(connection, id, Some(failed.code), &failed.status, now)?;
    }
    Ok(())
}

/// Whether it counted.
fn arrived(
    connection: &mut PgConnection,
    attempt: &Attempt,
    provider_message_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let mut counts = sent(connection, (attempt.id, None), provider_message_id, now)?;
    for row in &attempt.others {
        counts |= sent(connection, (*row, Some(attempt.id)), provider_message_id, now)?;
    }
    Ok(counts)
}

/// Whether it counted.
fn failed(connection: &mut PgConnection, attempt: &Attempt, result: &SendResult, now: DateTime<Utc>) -> Result<bool> {
    let rows = running(connection, attempt)?;
    let counts = !rows.is_empty();
    for id in rows {
        match result {
            SendResult::Retry { at, code, error } => again(connection, id, (*at, *code, error), now)?,
            SendResult::Unknown { at, error } => unknown(connection, id, (*at, error), now)?,
            SendResult::Dead { code, error } => dead(connection, id, *code, error, now)?,
            SendResult::Sent { .. } => {}
        }
    }
    Ok(counts)
}

/// The rows that are still in this attempt: none if another one has followed it, and not those that were given up or have
/// arrived after all.
fn running(connection: &mut PgConnection, attempt: &Attempt) -> Result<Vec<Uuid>> {
    let number: Option<i16> = notifications::table
        .find(attempt.id)
        .select(notifications::attempts)
        .for_update()
        .first(connection)
        .optional()?;
    if number != Some(attempt.number) {
        return Ok(Vec::new());
    }
    let is_carried = notifications::id
        .eq_any(&attempt.others)
        .and(notifications::carried_by.eq(attempt.id));
    Ok(notifications::table
        .filter(notifications::id.eq(attempt.id).or(is_carried.assume_not_null()))
        .filter(notifications::state.eq("sending"))
        .order(notifications::id)
        .select(notifications::id)
        .for_update()
        .load(connection)?)
}

/// Whether it counted. `carrier`: the row with which it went out in this message, whatever it has begun since.
fn sent(
    connection: &mut PgConnection,
    (id, carrier): (Uuid, Option<Uuid>),
    provider_message_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool> {
    type Row = (Uuid, Uuid, Word<Template>, Option<Uuid>);
    let row: Option<Row> = notifications::table
        .find(id)
        .filter(notifications::state.ne("sent"))
        .select((
            notifications::submission_id,
            notifications::event_id,
            notifications::template,
            notifications::account_id,
        ))
        .first(connection)
        .optional()?;
    let Some((submission_id, event_id, Word(template), account_id)) = row else {
        return Ok(false);
    };
    if template == Template::DeputyNew {
        tell_timeline(connection, id, submission_id, event_id, now)?;
    }
    diesel::update(notifications::table.find(id))
        .set((
            notifications::state.eq("sent"),
            notifications::carried_by.eq(carrier),
            notifications::finished_at.eq(now),
            notifications::provider_message_id.eq(provider_message_id),
            notifications::error_code.eq(None::<i32>),
            notifications::error.eq(None::<String>),
        ))
        .execute(connection)?;
    // It arrived after all: what was to go out on another channel meanwhile need not.
    let elsewhere = notifications::table
        .filter(notifications::event_id.eq(event_id))
        .filter(notifications::account_id.eq(account_id))
        .filter(notifications::account_id.is_not_null())
        .filter(notifications::id.ne(id))
        .filter(notifications::state.eq_any(["waiting", "published", "unknown"]));
    diesel::update(elsewhere)
        .set((notifications::state.eq("void"), notifications::finished_at.eq(now)))
        .execute(connection)?;
    Ok(true)
}

/// Writes `notified` unless another message of the same event arrived before.
fn tell_timeline(
    connection: &mut PgConnection,
    id: Uuid,
    submission_id: Uuid,
    event_id: Uuid,
    now: DateTime<Utc>,
) -> Result<()> {
    // Two messages of one event may arrive at once: the submission's lock lets them pass one by one.
    submissions::table
        .find(submission_id)
        .select(submissions::id)
        .for_update()
        .first::<Uuid>(connection)?;
    // What failed afterwards was told of as well.
    let was_taken = notifications::state
        .eq("sent")
        .or(notifications::provider_message_id.is_not_null());
    let told = notifications::table
        .filter(notifications::event_id.eq(event_id))
        .filter(was_taken);
    if diesel::select(exists(told)).get_result(connection)? {
        return Ok(());
    }
    let role: Option<String> = notifications::table
        .inner_join(accounts::table)
        .filter(notifications::id.eq(id))
        .select(accounts::role.nullable())
        .first(connection)
        .optional()?
        .flatten();
    NewEvent::new(submission_id, EventKind::Notified, now)
        .with_data(json!({ "role": role }))
        .insert(connection)?;
    Ok(())
}

fn again(
    connection: &mut PgConnection,
    id: Uuid,
    (at, code, error): (DateTime<Utc>, Option<i32>, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    if at - now >= PATIENCE && pass_on(connection, id, now)? {
        return end(connection, id, "passed", code, error, now);
    }
    diesel::update(notifications::table.find(id))
        .set((
            notifications::state.eq("waiting"),
            notifications::due_at.eq(at),
            notifications::error_code.eq(code),
            notifications::error.eq(error),
        ))
        .execute(connection)?;
    Ok(())
}

fn unknown(
    connection: &mut PgConnection,
    id: Uuid,
    (at, error): (DateTime<Utc>, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    let unknown: i16 = diesel::update(notifications::table.find(id))
        .set(notifications::unknown_attempts.eq(notifications::unknown_attempts + 1))
        .returning(notifications::unknown_attempts)
        .get_result(connection)?;
    if unknown > MAX_REPEATS_OF_UNKNOWN {
        return dead(connection, id, None, "outcome unknown", now);
    }
    diesel::update(notifications::table.find(id))
        .set((
            notifications::state.eq("unknown"),
            notifications::due_at.eq(at),
            notifications::error_code.eq(None::<i32>),
            notifications::error.eq(error),
        ))
        .execute(connection)?;
    Ok(())
}

fn dead(connection: &mut PgConnection, id: Uuid, code: Option<i32>, error: &str, now: DateTime<Utc>) -> Result<()> {
    if pass_on(connection, id, now)? {
        return end(connection, id, "passed", code, error, now);
    }
    end(connection, id, "dead", code, error, now)?;
    give_up(connection, id, now)
}

fn end(
    connection: &mut PgConnection,
    id: Uuid,
    state: &str,
    code: Option<i32>,
    error: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::update(notifications::table.find(id))
        .set((
            notifications::state.eq(state),
            notifications::finished_at.eq(now),
            notifications::error_code.eq(code),
            notifications::error.eq(error),
        ))
        .execute(connection)?;
    Ok(())
}
