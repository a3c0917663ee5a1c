use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    Connection as _, IntoSql, PgConnection, RunQueryDsl,
    sql_types::{BigInt, Bool, SmallInt, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::{MAX_REPEATS_OF_UNKNOWN, pass_on::give_up};
use crate::{Result, Store, prepared::Prepared, steps};

/// What is to be published again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Republished {
    pub notifications: Vec<Uuid>,
    pub steps: Vec<Uuid>,
}

impl Store {
    /// Takes the messages whose time has come, oldest first, and marks them published. Two callers never get the same.
    pub fn claim_due_notifications(&self, now: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>> {
        let binds = (now.into_sql::<Timestamptz>(), limit.into_sql::<BigInt>());
        let ids = Prepared::<SqlUuid, _>::new(
            "WITH input (now, count) AS (VALUES (",
            binds,
            ")),
            due AS (
                SELECT id, due_at FROM notifications
                WHERE state IN ('waiting', 'unknown') AND due_at <= (SELECT now FROM input)
                ORDER BY due_at LIMIT (SELECT count FROM input) FOR UPDATE SKIP LOCKED
            ),
            claimed AS (
                UPDATE notifications SET state = 'published', published_at = input.now
                FROM due, input WHERE notifications.id = due.id
                RETURNING notifications.id, due.due_at
            )
            SELECT id FROM claimed ORDER BY due_at, id",
        )
        .load(&mut *self.connection()?)?;
        Ok(ids)
    }

    /// Finds what was published longer ago than `older_than` and is still not finished (the queue was emptied, a worker
    /// died). A message that a worker began to send and never finished has an unknown outcome; it is looked at again
    /// at `unknown_until`.
    pub fn republish_stale(
        &self,
        now: DateTime<Utc>,
        older_than: TimeDelta,
        unknown_until: DateTime<Utc>,
    ) -> Result<Republished> {
        self.connection()?.transaction(|connection| {
            give_up_sending(connection, now, now - older_than, unknown_until)?;
            Ok(Republished {
                notifications: republish(connection, now, now - older_than)?,
                steps: steps::republish(connection, now, older_than)?,
            })
        })
    }
}

/// Whoever holds one is beginning or ending it right now: who waited for that and held others could wait in a circle.
fn republish(connection: &mut PgConnection, now: DateTime<Utc>, before: DateTime<Utc>) -> Result<Vec<Uuid>> {
    let binds = (now.into_sql::<Timestamptz>(), before.into_sql::<Timestamptz>());
    let query = Prepared::<SqlUuid, _>::new(
        "WITH input (now, before) AS (VALUES (",
        binds,
        ")),
        stale AS (
            SELECT id FROM notifications WHERE state = 'published' AND published_at <= (SELECT before FROM input)
            FOR UPDATE SKIP LOCKED
        )
        UPDATE notifications SET published_at = input.now FROM input
        WHERE notifications.id = ANY (ARRAY(SELECT id FROM stale)) RETURNING notifications.id",
    );
    Ok(query.load(connection)?)
}

/// In these words the partial index over messages in flight applies; a message is published before it is sent.
fn give_up_sending(
    connection: &mut PgConnection,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
    unknown_until: DateTime<Utc>,
) -> Result<()> {
    let binds = (
        now.into_sql::<Timestamptz>(),
        before.into_sql::<Timestamptz>(),
        unknown_until.into_sql::<Timestamptz>(),
        MAX_REPEATS_OF_UNKNOWN.into_sql::<SmallInt>(),
    );
    let given_up = Prepared::<(SqlUuid, Bool), _>::new(
        "WITH input (now, before, unknown_until, repeats) AS (VALUES (",
        binds,
        "))
        UPDATE notifications SET
            unknown_attempts = unknown_attempts + 1,
            state = CASE WHEN unknown_attempts >= input.repeats THEN 'dead' ELSE 'unknown' END,
            finished_at = CASE WHEN unknown_attempts >= input.repeats THEN input.now END,
            error_code = NULL,
            error = CASE WHEN unknown_attempts >= input.repeats THEN 'outcome unknown' ELSE 'sender vanished' END,
            due_at = input.unknown_until
        FROM input
        WHERE id IN (
            -- Whose outcome is being recorded is not given up. Nor, until the next look, what somebody acts on: who else is
            -- told of it is written in a further row.
            SELECT n.id FROM notifications AS n, input,
                LATERAL (SELECT s.id FROM submissions AS s WHERE s.id = n.submission_id FOR KEY SHARE SKIP LOCKED) AS free
            WHERE n.state = 'sending' AND n.published_at <= input.before AND n.sending_at <= input.before
            FOR UPDATE OF n SKIP LOCKED)
        RETURNING id, state = 'dead'",
    )
    .load::<(Uuid, bool)>(connection)?;
    for (id, _) in given_up.into_iter().filter(|(_, is_dead)| *is_dead) {
        give_up(connection, id, now)?;
    }
    Ok(())
}
