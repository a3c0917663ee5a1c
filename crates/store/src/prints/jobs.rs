use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, IntoSql as _, OptionalExtension, PgConnection, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
    dsl::sql,
    pg::Pg,
    sql_types::{Array, Bool, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::local_date,
    people::{Actor, Scope},
    retention::DataClass,
    sheet::Template,
};
use serde_json::json;
use uuid::Uuid;

use super::{PrintLook, jobs_in};
use crate::{
    Act, By, CodeState, Cursor, Error, Page, Result, Selection, Store, audit,
    page::one_more,
    prepared::Prepared,
    retention::kept_until,
    schema::{accounts, codes, grids, print_jobs, regions, sites},
    scope::{grids_in, not_ended},
    word::{Word, words},
};

/// So many codes at most are printed in one job.
pub const MOST_PRINTED: usize = 20_000;

words! {
    /// Where a print job stands.
    PrintJobState {
        Waiting = "waiting",
        Running = "running",
        Done = "done",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// A batch that somebody wants printed.
#[derive(Debug, Clone)]
pub struct NewPrintJob {
    pub id: Uuid,
    pub selection: Selection,
    pub template: Template,
    pub crop_marks: bool,
    pub look: PrintLook,
    /// What stands in the codes, without a slash at the end.
    pub public_url: String,
}

/// What came of asking for a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobOutcome {
    /// No code in use in this scope.
    NoCodes,
    TooMany {
        found: usize,
    },
    Created,
}

/// A batch as those see it who asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = print_jobs, check_for_backend(Pg))]
pub struct PrintJob {
    pub id: Uuid,
    #[diesel(select_expression = accounts::display_name)]
    pub account_name: String,
    pub subject: String,
    #[diesel(deserialize_as = Word<Template>)]
    pub template: Template,
    #[diesel(deserialize_as = Word<PrintJobState>)]
    pub state: PrintJobState,
    pub total: i32,
    pub done: i32,
    pub object_name: Option<String>,
    pub size_bytes: Option<i64>,
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub expires_at: DateTime<Utc>,
}

impl Store {
    /// Remembers a batch with its codes, by grid and token; a worker draws it.
    pub fn create_print_job(
        &self,
        by: &By,
        actor: &Actor,
        new: &NewPrintJob,
        now: DateTime<Utc>,
    ) -> Result<JobOutcome> {
        self.connection()?.transaction(|connection| {
            let ids: Vec<Uuid> = codes::table
                .inner_join(grids::table)
                .filter(grids_in(&actor.scope()))
                .filter(new.selection.condition())
                .filter(codes::state.eq(CodeState::Active.as_str()))
                .filter(not_ended("grids.valid_until", local_date(now)))
                .order((grids::code, codes::purpose, codes::serial, codes::token))
                .select(codes::id)
                .load(connection)?;
            if ids.is_empty() {
                return Ok(JobOutcome::NoCodes);
            }
            if ids.len() > MOST_PRINTED {
                return Ok(JobOutcome::TooMany { found: ids.len() });
            }
            let look = serde_json::to_value(&new.look).map_err(|error| Error::Unknown(error.to_string()))?;
            diesel::insert_into(print_jobs::table)
                .values((
                    print_jobs::id.eq(new.id),
                    print_jobs::account_id.eq(actor.account_id),
                    print_jobs::subject.eq(subject(connection, &new.selection)?),
                    print_jobs::template.eq(new.template.as_str()),
                    print_jobs::crop_marks.eq(new.crop_marks),
                    print_jobs::design.eq(look),
                    print_jobs::public_url.eq(&new.public_url),
                    print_jobs::state.eq(PrintJobState::Waiting.as_str()),
                    print_jobs::total.eq(i32::try_from(ids.len()).unwrap_or(i32::MAX)),
                    print_jobs::created_at.eq(now),
                    print_jobs::expires_at.eq(kept_until(connection, DataClass::Prints, now)?),
                ))
                .execute(connection)?;
            let detail = json!({"template": new.template.as_str(), "codes": ids.len()});
            let binds = (new.id.into_sql::<SqlUuid>(), ids.into_sql::<Array<SqlUuid>>());
            Prepared::<(), _>::new(
                "WITH input (job_id, ids) AS (VALUES (",
                binds,
                "))
                INSERT INTO print_job_codes (job_id, position, code_id)
                SELECT job_id, place - 1, id FROM input, unnest(ids) WITH ORDINALITY AS asked (id, place)",
            )
            .execute(connection)?;
            let act = Act::done(Action::PrintJobCreated, ObjectKind::PrintJob, new.id);
            audit::record(connection, by, &act.with(detail), now)?;
            Ok(JobOutcome::Created)
        })
    }

    /// The batches in a scope, the latest first.
    pub fn print_jobs(&self, scope: &Scope, cursor: Option<Cursor>, limit: i64) -> Result<Page<PrintJob>> {
        let mut query = print_jobs::table
            .inner_join(accounts::table)
            .filter(jobs_in(scope))
            .order((print_jobs::created_at.desc(), print_jobs::id.desc()))
            .limit(one_more(limit))
            .select(PrintJob::as_select())
            .into_boxed();
        if let Some(Cursor { at, id }) = cursor {
            query = query.filter(
                sql::<Bool>("(print_jobs.created_at, print_jobs.id) < (")
                    .bind::<Timestamptz, _>(at)
                    .sql(", ")
                    .bind::<SqlUuid, _>(id)
                    .sql(")"),
            );
        }
        let jobs = query.load(&mut *self.connection()?)?;
        Ok(Page::cut(jobs, limit, |job: &PrintJob| Cursor {
            at: job.created_at,
            id: job.id,
        }))
    }

    /// One batch in a scope.
    pub fn print_job(&self, scope: &Scope, id: Uuid) -> Result<Option<PrintJob>> {
        find(&mut *self.connection()?, scope, id)
    }

    /// Stops a batch that is not finished; a finished one stays. `None`: no such batch in this scope.
    pub fn cancel_print_job(&self, by: &By, scope: &Scope, id: Uuid, now: DateTime<Utc>) -> Result<Option<PrintJob>> {
        self.connection()?.transaction(|connection| {
            if find(connection, scope, id)?.is_none() {
                return Ok(None);
            }
            let cancelled = diesel::update(print_jobs::table.find(id))
                .filter(print_jobs::state.eq_any([PrintJobState::Waiting.as_str(), PrintJobState::Running.as_str()]))
                .set((
                    print_jobs::state.eq(PrintJobState::Cancelled.as_str()),
                    print_jobs::finished_at.eq(now),
                    print_jobs::lease_id.eq(None::<Uuid>),
                    print_jobs::lease_until.eq(None::<DateTime<Utc>>),
                ))
                .execute(connection)?;
            let job = find(connection, scope, id)?;
            if cancelled == 1 {
                let act = Act::done(Action::PrintJobCancelled, ObjectKind::PrintJob, id);
                audit::record(connection, by, &act, now)?;
            }
            Ok(job)
        })
    }
}

fn find(connection: &mut PgConnection, scope: &Scope, id: Uuid) -> Result<Option<PrintJob>> {
    Ok(print_jobs::table
        .inner_join(accounts::table)
        .filter(jobs_in(scope))
        .filter(print_jobs::id.eq(id))
        .select(PrintJob::as_select())
        .first(connection)
        .optional()?)
}

/// What is printed, in words.
fn subject(connection: &mut PgConnection, selection: &Selection) -> Result<String> {
    let name: Option<String> = match selection {
        Selection::Codes(tokens) => return Ok(format!("选中的 {} 个民意码", tokens.len())),
        Selection::Grid(id) => grids::table.find(id).select(grids::name).first(connection).optional()?,
        Selection::Site(id) => sites::table.find(id).select(sites::name).first(connection).optional()?,
        Selection::Region(code) => regions::table
            .find(code)
            .select(regions::name)
            .first(connection)
            .optional()?,
    };
    Ok(name.unwrap_or_else(|| "民意码".to_owned()))
}
