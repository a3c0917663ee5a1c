use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, IntoSql, NullableExpressionMethods, OptionalExtension,
    PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::delivery::Channel;
use uuid::Uuid;

use super::{
    MAX_REPEATS_OF_UNKNOWN,
    arrived::arrived,
    hold::{hold_free, wait_for},
    outgoing::Attempt,
    pass_on::{give_up, pass_on},
};
use crate::{Result, Store, prepared::Prepared, push_permissions, schema::notifications};

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

/// An attempt and how it went.
type Finished = (Attempt, SendResult);

/// A wait as long as this is a refusal where another channel is left: a daily quota, a wrong setting, a long outage.
const PATIENCE: TimeDelta = TimeDelta::minutes(10);

impl Store {
    /// Records how an attempt went, for all rows that went out together. The first message of an event that arrives at a
    /// handler stands in the public timeline as `notified`. That it arrived counts even if the attempt was given up
    /// meanwhile, for what was in that message; everything else counts only for the attempt that runs.
    pub fn finish_sending(&self, attempt: &Attempt, result: &SendResult, now: DateTime<Utc>) -> Result<()> {
        self.finish_all(&[(attempt.clone(), result.clone())], now)
    }

    /// [`Store::finish_sending`] for many attempts, together with all about whose submissions nobody else is busy; the others
    /// follow. If one fails, those before it may stand, and to record them again changes nothing.
    pub fn finish_all(&self, finished: &[(Attempt, SendResult)], now: DateTime<Utc>) -> Result<()> {
        let mut connection = self.connection()?;
        let mut left: Vec<&Finished> = finished.iter().collect();
        loop {
            let busy = connection.transaction(|connection| finish_free(connection, &mut left, now))?;
            let Some(submission) = busy else {
                return Ok(());
            };
            wait_for(&mut connection, submission)?;
        }
    }
}

/// Records those whose submissions nobody else holds; the others stay in `left`. Returns a submission that one of these has to
/// wait for.
fn finish_free(connection: &mut PgConnection, left: &mut Vec<&Finished>, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let rows: Vec<Uuid> = left
        .iter()
        .flat_map(|(attempt, _)| attempt.rows().map(|(id, _)| id))
        .collect();
    let busy = hold_free(connection, &rows)?;
    let is_busy = |(attempt, _): &&Finished| attempt.rows().any(|(id, _)| busy.contains_key(&id));
    let (waiting, free): (Vec<&Finished>, Vec<&Finished>) = left.drain(..).partition(is_busy);
    *left = waiting;
    record(connection, &free, now)?;
    Ok(busy.into_values().next())
}

fn record(connection: &mut PgConnection, finished: &[&Finished], now: DateTime<Utc>) -> Result<()> {
    let taken: Vec<(&Attempt, Option<&str>)> = finished
        .iter()
        .filter_map(|(attempt, result)| match result {
            SendResult::Sent { provider_message_id } => Some((attempt, provider_message_id.as_deref())),
            _ => None,
        })
        .collect();
    let mut permissions = arrived(connection, &taken, now)?;
    for (attempt, result) in finished {
        let counts = failed(connection, attempt, result, now)?;
        if let (true, SendResult::Dead { code, .. }) = (counts, result) {
            let is_digest = !attempt.others.is_empty();
            permissions.extend(push_permissions::refused(connection, attempt.id, is_digest, *code)?);
        }
    }
    push_permissions::count(connection, &permissions)
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
        end(
            connection,
            id,
            "dead",
            (Some(failed.code), Some(failed.status.as_str())),
            now,
        )?;
        dead(connection, id, Some(failed.code), &failed.status, now)?;
    }
    Ok(())
}

/// Whether it counted. What was sent has not failed.
fn failed(connection: &mut PgConnection, attempt: &Attempt, result: &SendResult, now: DateTime<Utc>) -> Result<bool> {
    if matches!(result, SendResult::Sent { .. }) {
        return Ok(false);
    }
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

fn again(
    connection: &mut PgConnection,
    id: Uuid,
    (at, code, error): (DateTime<Utc>, Option<i32>, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    if at - now >= PATIENCE && pass_on(connection, id, now)? {
        return end(connection, id, "passed", (code, Some(error)), now);
    }
    wait(connection, id, "waiting", at, (code, error))
}

fn unknown(
    connection: &mut PgConnection,
    id: Uuid,
    (at, error): (DateTime<Utc>, &str),
    now: DateTime<Utc>,
) -> Result<()> {
    let unknown: i16 = Prepared::<SmallInt, _>::new(
        "WITH input (id) AS (VALUES (",
        id.into_sql::<SqlUuid>(),
        "))
        UPDATE notifications SET unknown_attempts = unknown_attempts + 1 FROM input
        WHERE notifications.id = input.id RETURNING unknown_attempts",
    )
    .get_result(connection)?;
    if unknown > MAX_REPEATS_OF_UNKNOWN {
        return dead(connection, id, None, "outcome unknown", now);
    }
    wait(connection, id, "unknown", at, (None, error))
}

/// It is looked at again at that time.
fn wait(
    connection: &mut PgConnection,
    id: Uuid,
    state: &str,
    at: DateTime<Utc>,
    (code, error): (Option<i32>, &str),
) -> Result<()> {
    let binds = (
        id.into_sql::<SqlUuid>(),
        state.into_sql::<Text>(),
        at.into_sql::<Timestamptz>(),
        code.into_sql::<Nullable<Integer>>(),
        error.into_sql::<Text>(),
    );
    Prepared::<(), _>::new(
        "WITH input (id, state, at, code, error) AS (VALUES (",
        binds,
        "))
        UPDATE notifications SET state = input.state, due_at = input.at, error_code = input.code, error = input.error
        FROM input WHERE notifications.id = input.id",
    )
    .execute(connection)?;
    Ok(())
}

fn dead(connection: &mut PgConnection, id: Uuid, code: Option<i32>, error: &str, now: DateTime<Utc>) -> Result<()> {
    if pass_on(connection, id, now)? {
        return end(connection, id, "passed", (code, Some(error)), now);
    }
    end(connection, id, "dead", (code, Some(error)), now)?;
    give_up(connection, id, now)
}

/// Ends a message. The reason may have no number: that of an earlier attempt does not stay.
pub(super) fn end(
    connection: &mut PgConnection,
    id: Uuid,
    state: &str,
    (code, error): (Option<i32>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<()> {
    let binds = (
        id.into_sql::<SqlUuid>(),
        state.into_sql::<Text>(),
        now.into_sql::<Timestamptz>(),
        code.into_sql::<Nullable<Integer>>(),
        error.into_sql::<Nullable<Text>>(),
    );
    Prepared::<(), _>::new(
        "WITH input (id, state, now, code, error) AS (VALUES (",
        binds,
        "))
        UPDATE notifications SET
            state = input.state, finished_at = input.now, error_code = input.code, error = input.error
        FROM input WHERE notifications.id = input.id",
    )
    .execute(connection)?;
    Ok(())
}
