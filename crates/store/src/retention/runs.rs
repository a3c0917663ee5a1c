//! Runs as those see them who ask for them.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    Connection as _, OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Date, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::local_date,
    retention::DataClass,
};
use serde_json::json;
use uuid::Uuid;

use super::{RetentionPeriod, periods, rules, take_time};
use crate::{
    Act, By, Cursor, Page, Result, Store, audit, ids,
    page::one_more,
    word::{Word, words},
};

words! {
    /// Where a run stands.
    RetentionState {
        Waiting = "waiting",
        Running = "running",
        Done = "done",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

/// Why no run begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetentionRefusal {
    /// No such run.
    NotFound,
    /// Another one is not finished.
    Running,
    /// A period was changed since the preview.
    Outdated,
}

/// What somebody has seen in the preview, and wants removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedRun {
    pub account_id: Uuid,
    pub classes: Vec<DataClass>,
    /// The time of the preview: nothing is removed that did not stand in it.
    pub previewed_at: DateTime<Utc>,
}

/// A run with what it has done so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRun {
    pub id: Uuid,
    /// `None`: by itself.
    pub asked_by: Option<String>,
    pub state: RetentionState,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// What went wrong, in Chinese.
    pub error: Option<String>,
    pub items: Vec<RetentionItem>,
}

/// A class of a run.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct RetentionItem {
    #[diesel(sql_type = SqlUuid)]
    pub(super) run_id: Uuid,
    #[diesel(sql_type = Text, deserialize_as = Word<DataClass>)]
    pub class: DataClass,
    #[diesel(sql_type = Timestamptz)]
    pub due_before: DateTime<Utc>,
    /// Rows that were due when it began.
    #[diesel(sql_type = BigInt)]
    pub found: i64,
    /// Rows that were removed.
    #[diesel(sql_type = BigInt)]
    pub forgotten: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    asked_by: Option<String>,
    #[diesel(sql_type = Text, deserialize_as = Word<RetentionState>)]
    state: RetentionState,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    started_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    error: Option<String>,
}

const RUNS: &str = "
SELECT runs.id, accounts.display_name AS asked_by, state, runs.created_at, started_at, finished_at, error
FROM retention_runs AS runs LEFT JOIN accounts ON accounts.id = asked_by_account_id";

impl Store {
    /// Asks for a run over some classes; a worker does it. Returns its id.
    pub fn start_retention_run(
        &self,
        by: &By,
        asked: &AskedRun,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Uuid, RetentionRefusal>> {
        self.connection()?.transaction(|connection| {
            let mut chosen = periods(connection)?;
            chosen.retain(|period| asked.classes.contains(&period.class));
            if chosen.iter().any(|period| period.changed_at > Some(asked.previewed_at)) {
                return Ok(Err(RetentionRefusal::Outdated));
            }
            let Some(id) = insert(connection, Some(asked.account_id), &chosen, asked.previewed_at, now)? else {
                return Ok(Err(RetentionRefusal::Running));
            };
            let act = Act::done(Action::RetentionStarted, ObjectKind::RetentionRun, id);
            let classes: Vec<&str> = chosen.iter().map(|period| period.class.as_str()).collect();
            audit::record(connection, by, &act.with(json!({"classes": classes})), now)?;
            Ok(Ok(id))
        })
    }

    /// Begins the run of this day in China over what is cleared daily, once; `false`: there was one, or another is not
    /// finished.
    pub fn begin_daily_retention(&self, now: DateTime<Utc>) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let begun: Option<Row> = sql_query(format!("{RUNS} WHERE on_date = $1"))
                .bind::<Date, _>(local_date(now))
                .get_result(connection)
                .optional()?;
            if begun.is_some() {
                return Ok(false);
            }
            let mut daily = periods(connection)?;
            daily.retain(|period| period.daily);
            Ok(insert(connection, None, &daily, now, now)?.is_some())
        })
    }

    /// The runs, the latest first.
    pub fn retention_runs(&self, cursor: Option<Cursor>, limit: i64) -> Result<Page<RetentionRun>> {
        const PAGE: &str = " WHERE $1 IS NULL OR (runs.created_at, runs.id) < ($1, $2)
            ORDER BY runs.created_at DESC, runs.id DESC LIMIT $3";
        let connection = &mut *self.connection()?;
        let rows = sql_query(format!("{RUNS}{PAGE}"))
            .bind::<Nullable<Timestamptz>, _>(cursor.map(|cursor| cursor.at))
            .bind::<Nullable<SqlUuid>, _>(cursor.map(|cursor| cursor.id))
            .bind::<BigInt, _>(one_more(limit))
            .load(connection)?;
        let page = Page::cut(rows, limit, |row: &Row| Cursor {
            at: row.created_at,
            id: row.id,
        });
        Ok(Page {
            items: with_items(connection, page.items)?,
            next: page.next,
        })
    }

    /// One run.
    pub fn retention_run(&self, id: Uuid) -> Result<Option<RetentionRun>> {
        find(&mut *self.connection()?, id)
    }

    /// Stops a run that is not finished; what was removed stays removed. `None`: no such run.
    pub fn cancel_retention_run(&self, by: &By, id: Uuid, now: DateTime<Utc>) -> Result<Option<RetentionRun>> {
        self.connection()?.transaction(|connection| {
            let stopped = sql_query(
                "UPDATE retention_runs SET state = 'cancelled', finished_at = $2, lease_id = NULL, lease_until = NULL
                WHERE id = $1 AND state IN ('waiting', 'running')",
            )
            .bind::<SqlUuid, _>(id)
            .bind::<Timestamptz, _>(now)
            .execute(connection)?;
            let run = find(connection, id)?;
            if stopped > 0 {
                let act = Act::done(Action::RetentionCancelled, ObjectKind::RetentionRun, id);
                audit::record(connection, by, &act, now)?;
            }
            Ok(run)
        })
    }
}

/// Writes a run down with what is due; `None`: another one is not finished.
fn insert(
    connection: &mut PgConnection,
    asked_by: Option<Uuid>,
    chosen: &[RetentionPeriod],
    as_of: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>> {
    take_time(connection)?;
    let id = ids::new(now);
    let on_date: Option<NaiveDate> = asked_by.is_none().then(|| local_date(now));
    let begun = sql_query(
        "INSERT INTO retention_runs (id, asked_by_account_id, on_date, state, created_at)
        VALUES ($1, $2, $3, 'waiting', $4) ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Nullable<SqlUuid>, _>(asked_by)
    .bind::<Nullable<Date>, _>(on_date)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?;
    if begun == 0 {
        return Ok(None);
    }
    for period in chosen {
        let before = period.due_before(as_of);
        let (found, _) = rules::count(connection, period.class, before, rules::EVERYWHERE)?;
        sql_query("INSERT INTO retention_items (run_id, class, due_before, found) VALUES ($1, $2, $3, $4)")
            .bind::<SqlUuid, _>(id)
            .bind::<Text, _>(period.class.as_str())
            .bind::<Timestamptz, _>(before)
            .bind::<BigInt, _>(found)
            .execute(connection)?;
    }
    Ok(Some(id))
}

fn find(connection: &mut PgConnection, id: Uuid) -> Result<Option<RetentionRun>> {
    let rows = sql_query(format!("{RUNS} WHERE runs.id = $1"))
        .bind::<SqlUuid, _>(id)
        .load(connection)?;
    Ok(with_items(connection, rows)?.pop())
}

fn with_items(connection: &mut PgConnection, rows: Vec<Row>) -> Result<Vec<RetentionRun>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut items = items(connection, &ids)?;
    let run = |row: Row| RetentionRun {
        items: items.extract_if(.., |item| item.run_id == row.id).collect(),
        id: row.id,
        asked_by: row.asked_by,
        state: row.state,
        created_at: row.created_at,
        started_at: row.started_at,
        finished_at: row.finished_at,
        error: row.error,
    };
    Ok(rows.into_iter().map(run).collect())
}

/// What runs are about, in the order of the classes.
pub(super) fn items(connection: &mut PgConnection, runs: &[Uuid]) -> Result<Vec<RetentionItem>> {
    let mut items: Vec<RetentionItem> = sql_query(
        "SELECT run_id, class, due_before, found, forgotten, finished_at FROM retention_items WHERE run_id = ANY($1)",
    )
    .bind::<diesel::sql_types::Array<SqlUuid>, _>(runs)
    .load(connection)?;
    items.sort_by_key(|item| item.class);
    Ok(items)
}
