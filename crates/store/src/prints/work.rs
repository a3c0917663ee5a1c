//! What a worker does with a batch. It holds a lease, which each finished part prolongs; whose lease has ended may have
//! been killed, and another worker goes on after the last part that was written down.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, IntoSql as _, OptionalExtension, QueryDsl, RunQueryDsl,
    sql_types::{Bool, Integer, Jsonb, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::sheet::Template;
use uuid::Uuid;

use super::{PrintJobState, PrintLook};
use crate::{
    CodePage, Error, Result, Store,
    codes::printable_pages,
    prepared::Prepared,
    schema::{print_job_codes, print_jobs},
    word::Word,
};

/// A batch in a worker's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintWork {
    pub id: Uuid,
    /// The proof that it is in these hands.
    pub lease_id: Uuid,
    /// Who asked for what, for the file's title.
    pub subject: String,
    pub template: Template,
    pub crop_marks: bool,
    pub look: PrintLook,
    pub public_url: String,
    pub total: i32,
    /// So many codes were drawn already, perhaps by a worker that is no more.
    pub done: i32,
}

type Claimed = (SqlUuid, Text, Text, Bool, Jsonb, Text, Integer, Integer);
type Row = (Uuid, String, Word<Template>, bool, serde_json::Value, String, i32, i32);

impl Store {
    /// Takes the oldest batch that nobody works on.
    pub fn claim_print_job(
        &self,
        lease_id: Uuid,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<PrintWork>> {
        let binds = (
            lease_id.into_sql::<SqlUuid>(),
            now.into_sql::<Timestamptz>(),
            until.into_sql::<Timestamptz>(),
        );
        let row: Option<Row> = Prepared::<Claimed, _>::new(
            "WITH input (lease_id, now, until) AS (VALUES (",
            binds,
            ")),
            next AS (
                SELECT id FROM print_jobs, input
                WHERE state = 'waiting' OR state = 'running' AND print_jobs.lease_until < input.now
                ORDER BY created_at, id LIMIT 1 FOR UPDATE OF print_jobs SKIP LOCKED
            )
            UPDATE print_jobs SET state = 'running', lease_id = input.lease_id, lease_until = input.until,
                started_at = coalesce(started_at, input.now)
            FROM input, next WHERE print_jobs.id = next.id
            RETURNING print_jobs.id, subject, template, crop_marks, design, public_url, total, done",
        )
        .get_result(&mut *self.connection()?)
        .optional()?;
        let work = |(id, subject, Word(template), crop_marks, look, public_url, total, done): Row| {
            Ok(PrintWork {
                id,
                lease_id,
                subject,
                template,
                crop_marks,
                look: serde_json::from_value(look).map_err(|error| Error::Unknown(error.to_string()))?,
                public_url,
                total,
                done,
            })
        };
        row.map(work).transpose()
    }

    /// The codes from one position on, as many as `count`; those that are out of use by now are left out.
    pub fn print_job_pages(&self, id: Uuid, from: i32, count: i32, on: NaiveDate) -> Result<Vec<CodePage>> {
        let mut connection = self.connection()?;
        let ids: Vec<Uuid> = print_job_codes::table
            .filter(print_job_codes::job_id.eq(id))
            .filter(print_job_codes::position.ge(from))
            .filter(print_job_codes::position.lt(from.saturating_add(count)))
            .order(print_job_codes::position)
            .select(print_job_codes::code_id)
            .load(&mut *connection)?;
        printable_pages(&mut connection, &ids, on)
    }

    /// Writes down how far the work has come; `false`: it is not in these hands any more, or was cancelled.
    pub fn advance_print_job(&self, work: &PrintWork, done: i32, until: DateTime<Utc>) -> Result<bool> {
        let changed = diesel::update(print_jobs::table.find(work.id))
            .filter(print_jobs::lease_id.eq(work.lease_id))
            .set((print_jobs::done.eq(done), print_jobs::lease_until.eq(until)))
            .execute(&mut *self.connection()?)?;
        Ok(changed > 0)
    }

    /// Ends the work with a file or with what went wrong; `false` as in [`Store::advance_print_job`].
    pub fn finish_print_job(
        &self,
        work: &PrintWork,
        file: std::result::Result<(&str, i64), &str>,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let state = if file.is_ok() {
            PrintJobState::Done
        } else {
            PrintJobState::Failed
        };
        let changed = diesel::update(print_jobs::table.find(work.id))
            .filter(print_jobs::lease_id.eq(work.lease_id))
            .set((
                print_jobs::state.eq(state.as_str()),
                print_jobs::object_name.eq(file.ok().map(|(name, _)| name)),
                print_jobs::size_bytes.eq(file.ok().map(|(_, size)| size)),
                print_jobs::error.eq(file.err()),
                print_jobs::finished_at.eq(now),
                print_jobs::lease_id.eq(None::<Uuid>),
                print_jobs::lease_until.eq(None::<DateTime<Utc>>),
            ))
            .execute(&mut *self.connection()?)?;
        Ok(changed > 0)
    }

    /// Whether a batch was cancelled, or forgotten since.
    pub fn is_print_job_cancelled(&self, id: Uuid) -> Result<bool> {
        let state: Option<Word<PrintJobState>> = print_jobs::table
            .find(id)
            .select(print_jobs::state)
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(state.is_none_or(|state| state.0 == PrintJobState::Cancelled))
    }
}
