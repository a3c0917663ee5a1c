//! The clock of a submission: every future step is a row with its time (办理时限).

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Array, BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
    upsert::excluded,
};
use minyi_domain::deadlines::{AnswerPlan, Step};
use uuid::Uuid;

use crate::{
    Result, Store, ids,
    prepared::{Prepared, each},
    schema::deadline_steps,
};

mod plain;
mod run;

use run::Due;
pub use run::StepOutcome;

impl Store {
    /// Takes the steps whose time has come, oldest first, and marks them published. Two callers never get the same.
    pub fn claim_due_steps(&self, now: DateTime<Utc>, limit: i64) -> Result<Vec<Uuid>> {
        let binds = (now.into_sql::<Timestamptz>(), limit.into_sql::<BigInt>());
        // A join would be planned for a tenth of all open steps, because the limit is not known yet, and read them all.
        let ids = Prepared::<SqlUuid, _>::new(
            "WITH input (now, count) AS (VALUES (",
            binds,
            ")),
            due AS (
                SELECT id, due_at FROM deadline_steps
                WHERE done_at IS NULL AND published_at IS NULL AND due_at <= (SELECT now FROM input)
                ORDER BY due_at LIMIT (SELECT count FROM input) FOR UPDATE SKIP LOCKED
            ),
            claimed AS (
                UPDATE deadline_steps SET published_at = input.now FROM input
                WHERE deadline_steps.id = ANY (ARRAY(SELECT id FROM due))
                RETURNING deadline_steps.id, deadline_steps.due_at
            )
            SELECT id FROM claimed ORDER BY due_at, id",
        )
        .load(&mut *self.connection()?)?;
        Ok(ids)
    }
}

/// Steps that were published longer ago than `older_than` and never done: they are to be published again. Whoever holds one
/// is taking it right now.
pub fn republish(connection: &mut PgConnection, now: DateTime<Utc>, older_than: TimeDelta) -> Result<Vec<Uuid>> {
    let binds = (
        now.into_sql::<Timestamptz>(),
        (now - older_than).into_sql::<Timestamptz>(),
    );
    let query = Prepared::<SqlUuid, _>::new(
        "WITH input (now, until) AS (VALUES (",
        binds,
        ")),
        stale AS (
            SELECT id FROM deadline_steps WHERE done_at IS NULL AND published_at <= (SELECT until FROM input)
            FOR UPDATE SKIP LOCKED
        )
        UPDATE deadline_steps SET published_at = input.now FROM input
        WHERE deadline_steps.id = ANY (ARRAY(SELECT id FROM stale)) RETURNING deadline_steps.id",
    );
    Ok(query.load(connection)?)
}

/// Whose clock steps belong to: the submission's own, or that of a handover or a promise about it.
#[derive(Clone, Copy)]
pub struct Owner {
    pub submission_id: Uuid,
    pub handover_id: Option<Uuid>,
    pub promise_id: Option<Uuid>,
    /// Generation of that clock.
    pub clock: i16,
}

impl Owner {
    /// The submission itself.
    pub fn submission(submission_id: Uuid, clock: i16) -> Self {
        Self {
            submission_id,
            handover_id: None,
            promise_id: None,
            clock,
        }
    }
}

/// Writes steps of a clock; one without a time is left out.
pub fn plan(
    connection: &mut PgConnection,
    owner: Owner,
    steps: &[(Step, Option<DateTime<Utc>>)],
    now: DateTime<Utc>,
) -> Result<()> {
    let rows: Vec<_> = steps
        .iter()
        .filter_map(|(step, due_at)| {
            Some((
                deadline_steps::id.eq(ids::new(now)),
                deadline_steps::submission_id.eq(owner.submission_id),
                deadline_steps::handover_id.eq(owner.handover_id),
                deadline_steps::promise_id.eq(owner.promise_id),
                deadline_steps::clock.eq(owner.clock),
                deadline_steps::step.eq(step.as_str()),
                deadline_steps::due_at.eq((*due_at)?),
            ))
        })
        .collect();
    diesel::insert_into(deadline_steps::table)
        .values(rows)
        .execute(connection)?;
    Ok(())
}

/// Writes the steps of a submission's clock of this generation.
pub fn plan_answer(
    connection: &mut PgConnection,
    submission_id: Uuid,
    clock: i16,
    plan_of: &AnswerPlan,
    now: DateTime<Utc>,
) -> Result<()> {
    plan(
        connection,
        Owner::submission(submission_id, clock),
        &plan_of.steps(),
        now,
    )
}

/// The next of the daily reminders of what is late; `turn` counts them, from 0.
pub struct Daily {
    pub owner: Owner,
    pub step: Step,
    pub turn: i16,
    pub due_at: DateTime<Utc>,
}

/// Plans them; what is planned already stays as it is.
pub fn plan_daily(connection: &mut PgConnection, planned: &[Daily], now: DateTime<Utc>) -> Result<()> {
    if planned.is_empty() {
        return Ok(());
    }
    let binds = (
        each(planned, |_| ids::new(now)).into_sql::<Array<SqlUuid>>(),
        each(planned, |next| next.owner.submission_id).into_sql::<Array<SqlUuid>>(),
        each(planned, |next| next.owner.handover_id).into_sql::<Array<Nullable<SqlUuid>>>(),
        each(planned, |next| next.owner.promise_id).into_sql::<Array<Nullable<SqlUuid>>>(),
        each(planned, |next| next.owner.clock).into_sql::<Array<SmallInt>>(),
        each(planned, |next| next.step.as_str()).into_sql::<Array<Text>>(),
        each(planned, |next| next.turn).into_sql::<Array<SmallInt>>(),
        each(planned, |next| next.due_at).into_sql::<Array<Timestamptz>>(),
    );
    Prepared::<(), _>::new(
        "INSERT INTO deadline_steps (id, submission_id, handover_id, promise_id, clock, step, turn, due_at)
        SELECT * FROM unnest(",
        binds,
        ") ON CONFLICT DO NOTHING",
    )
    .execute(connection)?;
    Ok(())
}

/// Plans closing without a rating; a later answer of the same clock puts it off.
pub fn plan_auto_close(
    connection: &mut PgConnection,
    submission_id: Uuid,
    clock: i16,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(deadline_steps::table)
        .values((
            deadline_steps::id.eq(ids::new(now)),
            deadline_steps::submission_id.eq(submission_id),
            deadline_steps::clock.eq(clock),
            deadline_steps::step.eq(Step::AutoClose.as_str()),
            deadline_steps::due_at.eq(due_at),
        ))
        .on_conflict((
            deadline_steps::submission_id,
            deadline_steps::handover_id,
            deadline_steps::promise_id,
            deadline_steps::clock,
            deadline_steps::step,
            deadline_steps::turn,
        ))
        .do_update()
        .set((
            deadline_steps::due_at.eq(excluded(deadline_steps::due_at)),
            deadline_steps::published_at.eq(None::<DateTime<Utc>>),
            deadline_steps::done_at.eq(None::<DateTime<Utc>>),
            deadline_steps::outcome.eq(None::<String>),
        ))
        .execute(connection)?;
    Ok(())
}

/// The open steps of the submission's own clock are no longer needed; those of its handovers and promises go on.
pub fn void_open(connection: &mut PgConnection, submission_id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let open = deadline_steps::table
        .filter(deadline_steps::submission_id.eq(submission_id))
        .filter(
            deadline_steps::handover_id
                .is_null()
                .and(deadline_steps::promise_id.is_null()),
        )
        .filter(deadline_steps::done_at.is_null());
    diesel::update(open)
        .set((deadline_steps::done_at.eq(now), deadline_steps::outcome.eq("void")))
        .execute(connection)?;
    Ok(())
}
