//! Clocks that are computed again (重新计算期限): a year's notice that is taken, policies that are applied to what runs, and
//! the look at either before. It may concern every open submission, so a worker does it, in one transaction: whole, or
//! not at all. A preview does the same and takes it back. See docs/decisions/0057-clocks-by-a-worker.md.

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::people::{Actor, PlaceScope};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    By, CalendarEffect, CalendarYear, DeadlinePolicy, Error, PolicyRefusal, Recomputed, Result, Store,
    word::{Word, words},
};

mod work;

pub use work::ClockWork;

words! {
    /// Where a job stands.
    ClockJobState {
        Waiting = "waiting",
        Running = "running",
        Done = "done",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// What is to be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "task", content = "of", rename_all = "snake_case")]
pub enum ClockTask {
    PreviewYear(CalendarYear),
    TakeYear(CalendarYear),
    /// With the policies in force, and with one to try as if it were in force today.
    PreviewPolicies(Option<DeadlinePolicy>),
    Recompute,
}

impl ClockTask {
    /// The word of JSON.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::PreviewYear(_) => "preview_year",
            Self::TakeYear(_) => "take_year",
            Self::PreviewPolicies(_) => "preview_policies",
            Self::Recompute => "recompute",
        }
    }

    /// The notice that it is about.
    #[must_use]
    pub const fn year(&self) -> Option<&CalendarYear> {
        match self {
            Self::PreviewYear(year) | Self::TakeYear(year) => Some(year),
            Self::PreviewPolicies(_) | Self::Recompute => None,
        }
    }
}

/// What it has changed, or would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockEffect {
    Year(CalendarEffect),
    Policies(Recomputed),
}

/// A job as those see it who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockJob {
    pub id: Uuid,
    pub task: ClockTask,
    pub state: ClockJobState,
    /// Clocks; 0 until the work has begun.
    pub total: i32,
    /// Of these, looked at by now.
    pub done: i32,
    /// When it is done.
    pub effect: Option<ClockEffect>,
    /// What went wrong, in Chinese.
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Jsonb)]
    task: Value,
    #[diesel(sql_type = Text, deserialize_as = Word<ClockJobState>)]
    state: ClockJobState,
    #[diesel(sql_type = Integer)]
    total: i32,
    #[diesel(sql_type = Integer)]
    done: i32,
    #[diesel(sql_type = Nullable<Jsonb>)]
    effect: Option<Value>,
    #[diesel(sql_type = Nullable<Text>)]
    error: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    started_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: Option<DateTime<Utc>>,
}

/// `$2`: those whom people of this division asked for and below; null: those of the whole installation.
const JOB: &str = "
SELECT id, task, state, total, done, effect, error, created_at, started_at, finished_at FROM clock_jobs
WHERE id = $1 AND CASE WHEN $2 IS NULL THEN region_code IS NULL ELSE starts_with(region_code, $2) END";

impl Store {
    /// Asks for clocks to be computed; a worker does it. What this person asked for earlier and is over is forgotten.
    pub fn ask_clock_job(
        &self,
        by: &By,
        actor: &Actor,
        (id, task): (Uuid, &ClockTask),
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), PolicyRefusal>> {
        if let ClockTask::PreviewPolicies(Some(tried)) = task
            && let Err(refusal) = self.try_policy(&actor.place_scope(), tried, now)?
        {
            return Ok(Err(refusal));
        }
        self.connection()?.transaction(|connection| {
            sql_query("DELETE FROM clock_jobs WHERE account_id = $1 AND finished_at IS NOT NULL")
                .bind::<SqlUuid, _>(actor.account_id)
                .execute(connection)?;
            sql_query(
                "INSERT INTO clock_jobs (id, account_id, region_code, address, task, state, created_at)
                VALUES ($1, $2, $3, $4, $5, 'waiting', $6)",
            )
            .bind::<SqlUuid, _>(id)
            .bind::<SqlUuid, _>(actor.account_id)
            .bind::<Nullable<Text>, _>(actor.region_code.as_deref())
            .bind::<Nullable<Text>, _>(by.address().map(|address| address.to_string()))
            .bind::<Jsonb, _>(write(task)?)
            .bind::<Timestamptz, _>(now)
            .execute(connection)?;
            Ok(Ok(()))
        })
    }

    /// One job of a scope.
    pub fn clock_job(&self, scope: &PlaceScope, id: Uuid) -> Result<Option<ClockJob>> {
        find(&mut *self.connection()?, scope, id)
    }

    /// Stops a job that is not finished: nothing of it stays. `None`: no such job in this scope.
    pub fn cancel_clock_job(&self, scope: &PlaceScope, id: Uuid, now: DateTime<Utc>) -> Result<Option<ClockJob>> {
        self.connection()?.transaction(|connection| {
            if find(connection, scope, id)?.is_none() {
                return Ok(None);
            }
            sql_query(
                "UPDATE clock_jobs SET state = 'cancelled', finished_at = $2, lease_id = NULL, lease_until = NULL
                WHERE id = $1 AND state IN ('waiting', 'running')",
            )
            .bind::<SqlUuid, _>(id)
            .bind::<Timestamptz, _>(now)
            .execute(connection)?;
            find(connection, scope, id)
        })
    }
}

fn find(connection: &mut PgConnection, scope: &PlaceScope, id: Uuid) -> Result<Option<ClockJob>> {
    let prefix = match scope {
        PlaceScope::Nothing => return Ok(None),
        PlaceScope::Region(code) => Some(code.as_str()),
        PlaceScope::Everywhere => None,
    };
    let row: Option<Row> = sql_query(JOB)
        .bind::<SqlUuid, _>(id)
        .bind::<Nullable<Text>, _>(prefix)
        .get_result(connection)
        .optional()?;
    let job = |row: Row| {
        Ok(ClockJob {
            id: row.id,
            task: read(row.task)?,
            state: row.state,
            total: row.total,
            done: row.done,
            effect: row.effect.map(read).transpose()?,
            error: row.error,
            created_at: row.created_at,
            started_at: row.started_at,
            finished_at: row.finished_at,
        })
    };
    row.map(job).transpose()
}

fn write(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|error| Error::Unknown(error.to_string()))
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| Error::Unknown(error.to_string()))
}
