//! What a worker does with a run. It holds a lease, which each batch prolongs; whose lease has ended may have been killed,
//! and another worker goes on. A batch and its count are one transaction, so that nothing is counted twice.

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    retention::DataClass,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    rules,
    runs::{RetentionItem, items},
    take_time,
};
use crate::{Act, By, Result, Store, audit};

/// A run in a worker's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionWork {
    pub id: Uuid,
    /// The proof that it is in these hands.
    pub lease_id: Uuid,
    /// The classes that are not finished.
    pub items: Vec<RetentionItem>,
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

impl Store {
    /// Takes the run that nobody works on.
    pub fn claim_retention_run(
        &self,
        lease_id: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<RetentionWork>> {
        self.connection()?.transaction(|connection| {
            let claimed: Option<Claimed> = sql_query(
                "UPDATE retention_runs SET state = 'running', lease_id = $1, lease_until = $3,
                    started_at = coalesce(started_at, $2)
                WHERE id = (SELECT id FROM retention_runs WHERE state = 'waiting' OR state = 'running' AND lease_until < $2
                    LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id",
            )
            .bind::<SqlUuid, _>(lease_id)
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(until)
            .get_result(connection)
            .optional()?;
            let Some(Claimed { id }) = claimed else { return Ok(None) };
            let mut items = items(connection, &[id])?;
            items.retain(|item| item.finished_at.is_none());
            Ok(Some(RetentionWork { id, lease_id, items }))
        })
    }

    /// Removes a batch of at most `limit` rows of each table of a class that has no files; how many. `None`: the run is not in
    /// these hands any more, or was cancelled.
    pub fn forget_batch(
        &self,
        work: &RetentionWork,
        item: &RetentionItem,
        limit: i64,
        until: DateTime<Utc>,
    ) -> Result<Option<usize>> {
        self.connection()?.transaction(|connection| {
            take_time(connection)?;
            if !hold(connection, work, until)? {
                return Ok(None);
            }
            let forgotten = rules::forget(connection, item.class, item.due_before, limit)?;
            count(connection, work, item.class, forgotten)?;
            Ok(Some(forgotten))
        })
    }

    /// Counts what was removed with its files, one by one; `false` as `None` in [`Store::forget_batch`].
    pub fn count_forgotten(
        &self,
        work: &RetentionWork,
        class: DataClass,
        forgotten: usize,
        until: DateTime<Utc>,
    ) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let held = hold(connection, work, until)?;
            if held {
                count(connection, work, class, forgotten)?;
            }
            Ok(held)
        })
    }

    /// A class is done with.
    pub fn finish_retention_item(&self, work: &RetentionWork, class: DataClass, now: DateTime<Utc>) -> Result<()> {
        sql_query("UPDATE retention_items SET finished_at = $3 WHERE run_id = $1 AND class = $2")
            .bind::<SqlUuid, _>(work.id)
            .bind::<Text, _>(class.as_str())
            .bind::<Timestamptz, _>(now)
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// Ends a run, with what went wrong if something did; it stands in the audit log with its counts. `false` as `None` in
    /// [`Store::forget_batch`].
    pub fn finish_retention_run(&self, work: &RetentionWork, error: Option<&str>, now: DateTime<Utc>) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let ended = sql_query(
                "UPDATE retention_runs SET state = CASE WHEN $3 IS NULL THEN 'done' ELSE 'failed' END, error = $3,
                    finished_at = $4, lease_id = NULL, lease_until = NULL
                WHERE id = $1 AND lease_id = $2",
            )
            .bind::<SqlUuid, _>(work.id)
            .bind::<SqlUuid, _>(work.lease_id)
            .bind::<Nullable<Text>, _>(error)
            .bind::<Timestamptz, _>(now)
            .execute(connection)?;
            if ended == 0 {
                return Ok(false);
            }
            let forgotten: serde_json::Map<String, Value> = items(connection, &[work.id])?
                .into_iter()
                .map(|item| (item.class.to_string(), json!(item.forgotten)))
                .collect();
            let act = Act::done(Action::RetentionEnded, ObjectKind::RetentionRun, work.id);
            let act = if error.is_some() { act.refused() } else { act };
            audit::record(
                connection,
                &By::worker(),
                &act.with(json!({"forgotten": forgotten})),
                now,
            )?;
            Ok(true)
        })
    }
}

/// Prolongs the lease; whether it is still held.
fn hold(connection: &mut PgConnection, work: &RetentionWork, until: DateTime<Utc>) -> Result<bool> {
    let held = sql_query("UPDATE retention_runs SET lease_until = $3 WHERE id = $1 AND lease_id = $2")
        .bind::<SqlUuid, _>(work.id)
        .bind::<SqlUuid, _>(work.lease_id)
        .bind::<Timestamptz, _>(until)
        .execute(connection)?;
    Ok(held > 0)
}

fn count(connection: &mut PgConnection, work: &RetentionWork, class: DataClass, forgotten: usize) -> Result<()> {
    sql_query("UPDATE retention_items SET forgotten = forgotten + $3 WHERE run_id = $1 AND class = $2")
        .bind::<SqlUuid, _>(work.id)
        .bind::<Text, _>(class.as_str())
        .bind::<BigInt, _>(i64::try_from(forgotten).unwrap_or(i64::MAX))
        .execute(connection)?;
    Ok(())
}
