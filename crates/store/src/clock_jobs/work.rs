//! What a worker does with a job. It holds a lease, which it prolongs while it computes; whose lease has ended may have been
//! killed, and another worker begins anew: of what was not finished nothing stayed.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, OptionalExtension, PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection as _,
    result::{DatabaseErrorKind, Error as DieselError},
    sql_query,
    sql_types::{Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::Scope,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ClockEffect, ClockTask, read, write};
use crate::{
    Act, By, Error, Result, Store, audit,
    calendar::{self, Heard},
    policies,
};

/// A job in a worker's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockWork {
    pub id: Uuid,
    /// The proof that it is in these hands.
    pub lease_id: Uuid,
    task: ClockTask,
    by: By,
    /// Of whoever asked for it.
    scope: Scope,
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    region_code: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    address: Option<String>,
    #[diesel(sql_type = Jsonb)]
    task: Value,
}

/// The one whose worker is no more, else the oldest, if none is in anybody's hands.
const CLAIM: &str = "
UPDATE clock_jobs SET state = 'running', lease_id = $1, lease_until = $3, started_at = coalesce(started_at, $2),
    total = 0, done = 0
WHERE id = (
    SELECT id FROM clock_jobs WHERE state = 'running' AND lease_until < $2
        OR state = 'waiting' AND NOT EXISTS (SELECT FROM clock_jobs AS other WHERE other.state = 'running')
    ORDER BY state, created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, account_id, region_code, address, task";

/// How far the work is: looked at, and how many there are; whether it is to go on.
type Tell<'t> = dyn FnMut(usize, usize) -> Result<bool> + 't;

impl Store {
    /// Takes the job that nobody works on; one at a time, by however many workers.
    pub fn claim_clock_job(
        &self,
        lease_id: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<ClockWork>> {
        let claimed = sql_query(CLAIM)
            .bind::<SqlUuid, _>(lease_id)
            .bind::<Timestamptz, _>(now)
            .bind::<Timestamptz, _>(until)
            .get_result::<Claimed>(&mut *self.connection()?)
            .optional();
        let claimed = match claimed {
            // Another worker reached for another one at the same moment.
            Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => None,
            claimed => claimed?,
        };
        let work = |claimed: Claimed| {
            let address: Option<IpAddr> = claimed.address.and_then(|address| address.parse().ok());
            Ok(ClockWork {
                id: claimed.id,
                lease_id,
                task: read(claimed.task)?,
                by: By::remembered(claimed.account_id, address),
                scope: claimed.region_code.map_or(Scope::Nothing, Scope::Region),
            })
        };
        claimed.map(work).transpose()
    }

    /// Writes down how far the work has come; `false`: it is not in these hands any more, or was cancelled.
    pub fn advance_clock_job(
        &self,
        work: &ClockWork,
        (done, total): (usize, usize),
        until: DateTime<Utc>,
    ) -> Result<bool> {
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let held =
            sql_query("UPDATE clock_jobs SET done = $3, total = $4, lease_until = $5 WHERE id = $1 AND lease_id = $2")
                .bind::<SqlUuid, _>(work.id)
                .bind::<SqlUuid, _>(work.lease_id)
                .bind::<Integer, _>(number(done))
                .bind::<Integer, _>(number(total))
                .bind::<Timestamptz, _>(until)
                .execute(&mut *self.connection()?)?;
        Ok(held > 0)
    }

    /// Computes what is asked for, whole or not at all; what is kept stands in the audit log as the act of whoever asked.
    /// `false`: `tell` said that it is not to go on, or it was cancelled in the last moment; then nothing has changed.
    ///
    /// # Errors
    /// Those of the database, and those of `tell`; then nothing has changed either.
    pub fn run_clock_job(&self, work: &ClockWork, now: DateTime<Utc>, tell: &mut Tell<'_>) -> Result<bool> {
        let mut connection = self.connection()?;
        let mut seen = None;
        let kept = connection.transaction::<(), Error, _>(|connection| {
            // One statement may concern every open submission.
            connection.batch_execute("SET LOCAL statement_timeout = '60s'")?;
            let effect = work.compute(connection, now, tell)?;
            let Some(act) = work.act(&effect) else {
                seen = Some(effect);
                return Err(taken_back());
            };
            if !finish(connection, work, &effect, now)? {
                return Err(taken_back());
            }
            audit::record(connection, &work.by, &act, now)
        });
        match (kept, seen) {
            (Err(Error::Database(DieselError::RollbackTransaction)), Some(effect)) => {
                finish(&mut connection, work, &effect, now)
            }
            (Err(Error::Database(DieselError::RollbackTransaction)), None) => Ok(false),
            (kept, _) => kept.map(|()| true),
        }
    }

    /// Ends the work with what went wrong; `false` as in [`Store::advance_clock_job`].
    pub fn fail_clock_job(&self, work: &ClockWork, error: &str, now: DateTime<Utc>) -> Result<bool> {
        let failed = sql_query(
            "UPDATE clock_jobs SET state = 'failed', error = $3, finished_at = $4, lease_id = NULL, lease_until = NULL
            WHERE id = $1 AND lease_id = $2",
        )
        .bind::<SqlUuid, _>(work.id)
        .bind::<SqlUuid, _>(work.lease_id)
        .bind::<Text, _>(error)
        .bind::<Timestamptz, _>(now)
        .execute(&mut *self.connection()?)?;
        Ok(failed > 0)
    }
}

/// Ends a transaction without keeping anything.
fn taken_back() -> Error {
    Error::Database(DieselError::RollbackTransaction)
}

fn finish(connection: &mut PgConnection, work: &ClockWork, effect: &ClockEffect, now: DateTime<Utc>) -> Result<bool> {
    let finished = sql_query(
        "UPDATE clock_jobs SET state = 'done', done = total, effect = $3, finished_at = $4, lease_id = NULL,
            lease_until = NULL
        WHERE id = $1 AND lease_id = $2",
    )
    .bind::<SqlUuid, _>(work.id)
    .bind::<SqlUuid, _>(work.lease_id)
    .bind::<Jsonb, _>(write(effect)?)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?;
    Ok(finished > 0)
}

impl ClockWork {
    fn compute(&self, connection: &mut PgConnection, now: DateTime<Utc>, tell: &mut Tell<'_>) -> Result<ClockEffect> {
        let (mut done, mut total) = (0, 0);
        let mut hear = |heard: Heard| {
            match heard {
                Heard::Found(count) => total = count,
                // While it is counted, another one may come in.
                Heard::Did(count) => done = (done + count).min(total),
            }
            if tell(done, total)? { Ok(()) } else { Err(taken_back()) }
        };
        let tried = match &self.task {
            ClockTask::PreviewYear(year) | ClockTask::TakeYear(year) => {
                let effect = calendar::effect(connection, &self.scope, year, now, &mut hear)?;
                return Ok(ClockEffect::Year(effect));
            }
            ClockTask::PreviewPolicies(tried) => tried.as_ref(),
            ClockTask::Recompute => None,
        };
        let recomputed = policies::recompute(connection, &self.scope, tried, now, &mut hear)?;
        Ok(ClockEffect::Policies(recomputed))
    }

    /// What stands in the audit log afterwards; a preview does nothing.
    fn act(&self, effect: &ClockEffect) -> Option<Act> {
        match (&self.task, effect) {
            (ClockTask::TakeYear(year), ClockEffect::Year(effect)) => {
                let act = Act::done(Action::CalendarYearTaken, ObjectKind::CalendarYear, year.year);
                Some(act.with(json!({
                    "days": year.own_days().count(), "submissions_moved": effect.submissions_moved,
                    "handovers_moved": effect.handovers_moved,
                })))
            }
            (ClockTask::Recompute, ClockEffect::Policies(done)) => {
                let act = Act::done(Action::ClocksRecomputed, ObjectKind::DeadlinePolicy, "running");
                Some(act.with(json!({"examined": done.examined, "moved": done.moved})))
            }
            _ => None,
        }
    }
}
