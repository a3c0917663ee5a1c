use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, NullableExpressionMethods, OptionalExtension, PgConnection, QueryDsl,
    RunQueryDsl, dsl::exists,
};
use serde_json::json;
use uuid::Uuid;

use super::{MAX_REPEATS_OF_UNKNOWN, Template};
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

impl Store {
    /// Records how an attempt went. The first message of an event that arrives at a handler stands in the public
    /// timeline as `notified`. That it arrived counts even if the attempt was given up meanwhile; everything else
    /// counts only for the attempt that runs.
    pub fn finish_sending(&self, id: Uuid, result: &SendResult, now: DateTime<Utc>) -> Result<()> {
        self.connection()?.transaction(|connection| match result {
            SendResult::Sent { provider_message_id } => sent(connection, id, provider_message_id.as_deref(), now),
            SendResult::Retry { at, code, error } => again(connection, id, *at, *code, error),
            SendResult::Unknown { at, error } => unknown(connection, id, *at, error, now),
            SendResult::Dead { code, error } => dead(connection, id, *code, error, now),
        })
    }
}

fn sent(connection: &mut PgConnection, id: Uuid, provider_message_id: Option<&str>, now: DateTime<Utc>) -> Result<()> {
    let row: Option<(Uuid, Uuid, Word<Template>)> = notifications::table
        .find(id)
        .filter(notifications::state.ne("sent"))
        .select((
            notifications::submission_id,
            notifications::event_id,
            notifications::template,
        ))
        .first(connection)
        .optional()?;
    let Some((submission_id, event_id, Word(template))) = row else {
        return Ok(());
    };
    if template == Template::DeputyNew {
        tell_timeline(connection, id, submission_id, event_id, now)?;
    }
    diesel::update(notifications::table.find(id))
        .set((
            notifications::state.eq("sent"),
            notifications::finished_at.eq(now),
            notifications::provider_message_id.eq(provider_message_id),
            notifications::error_code.eq(None::<i32>),
            notifications::error.eq(None::<String>),
        ))
        .execute(connection)?;
    push_permissions::used(connection, id)
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
    let told = notifications::table
        .filter(notifications::event_id.eq(event_id))
        .filter(notifications::state.eq("sent"));
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

fn again(connection: &mut PgConnection, id: Uuid, at: DateTime<Utc>, code: Option<i32>, error: &str) -> Result<()> {
    diesel::update(notifications::table.find(id).filter(notifications::state.eq("sending")))
        .set((
            notifications::state.eq("waiting"),
            notifications::due_at.eq(at),
            notifications::error_code.eq(code),
            notifications::error.eq(error),
        ))
        .execute(connection)?;
    Ok(())
}

fn unknown(connection: &mut PgConnection, id: Uuid, at: DateTime<Utc>, error: &str, now: DateTime<Utc>) -> Result<()> {
    let earlier: Option<i16> = notifications::table
        .find(id)
        .filter(notifications::state.eq("sending"))
        .select(notifications::unknown_attempts)
        .for_update()
        .first(connection)
        .optional()?;
    let Some(earlier) = earlier else {
        return Ok(());
    };
    let row = diesel::update(notifications::table.find(id));
    let attempts = notifications::unknown_attempts.eq(earlier + 1);
    if earlier < MAX_REPEATS_OF_UNKNOWN {
        row.set((
            attempts,
            notifications::state.eq("unknown"),
            notifications::due_at.eq(at),
            notifications::error_code.eq(None::<i32>),
            notifications::error.eq(error),
        ))
        .execute(connection)?;
    } else {
        row.set((
            attempts,
            notifications::state.eq("dead"),
            notifications::finished_at.eq(now),
            notifications::error_code.eq(None::<i32>),
            notifications::error.eq("outcome unknown"),
        ))
        .execute(connection)?;
    }
    Ok(())
}

fn dead(connection: &mut PgConnection, id: Uuid, code: Option<i32>, error: &str, now: DateTime<Utc>) -> Result<()> {
    let died = diesel::update(notifications::table.find(id).filter(notifications::state.eq("sending")))
        .set((
            notifications::state.eq("dead"),
            notifications::finished_at.eq(now),
            notifications::error_code.eq(code),
            notifications::error.eq(error),
        ))
        .execute(connection)?;
    if died == 0 {
        return Ok(());
    }
    push_permissions::refused(connection, id, code)
}
