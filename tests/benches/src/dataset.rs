//! A database as it looks after years: any number of submissions, written by SQL in Postgres itself within minutes.
//!
//! Twenty counties with 3,000 grids (`dataset/places.sql`), the same however many submissions there are, so that what grows
//! with them shows; over three years, states by age, some grids busier than others, telling words for the last 180 days
//! (`dataset/rows.sql`), and the figures that a worker keeps of what is settled. Photos, answers, handovers and ratings have no
//! rows of their own.
//!
//! The store's test of plans (crates/store/tests) takes this file too; therefore it knows diesel and nothing else.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    thread,
};

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, PgConnection, QueryResult, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    result::Error,
    sql_query,
    sql_types::{BigInt, Bool, Integer, Timestamptz},
};

/// Rows that are written by one statement.
const BATCH: i64 = 20_000;
/// Foreign keys and triggers are not asked (the checks of each row are), and nobody is woken; a superuser may.
const QUICKLY: &str = "SET session_replication_role = replica; SET timezone = 'UTC';
    SET maintenance_work_mem = '512MB'; SET work_mem = '64MB'; SET temp_buffers = '64MB'";
const NOW_WITHOUT_INDEXES: &str =
    "SELECT dataset.lay_aside('submissions', 'events', 'notifications', 'submission_terms',
    'cluster_members')";

/// Which submissions are written.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// Number of the first one; what was written before ends below it.
    pub first: i64,
    /// Number of the last one.
    pub last: i64,
    /// When the last one came in.
    pub until: DateTime<Utc>,
    /// Days over which they came in, evenly.
    pub days: i32,
    /// With the telling words of those of the last 180 days, and their clusters.
    pub searchable: bool,
    /// With an event and a message for each.
    pub told: bool,
}

/// The writer of one migrated database.
#[derive(Debug)]
pub struct Dataset {
    url: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

impl Dataset {
    /// Takes the grids that the database has; without any, a province is made first.
    pub fn prepare(url: &str) -> QueryResult<Self> {
        let mut connection = connect(url)?;
        if count(&mut connection, "SELECT count(*) AS count FROM grids")? == 0 {
            connection.batch_execute(include_str!("dataset/places.sql"))?;
        }
        let known = "SELECT count(*) AS count FROM pg_namespace WHERE nspname = 'dataset'";
        if count(&mut connection, known)? == 0 {
            connection.batch_execute(include_str!("dataset/rows.sql"))?;
        }
        Ok(Self { url: url.to_owned() })
    }

    /// Writes them, with as many connections as there are processors, and leaves the tables vacuumed and analysed.
    pub fn fill(&self, rows: Rows) -> QueryResult<()> {
        let mut connection = connect(&self.url)?;
        connection.batch_execute(NOW_WITHOUT_INDEXES)?;
        let next = AtomicI64::new(rows.first);
        let writers = thread::available_parallelism().map_or(1, usize::from).min(4);
        thread::scope(|scope| {
            let writers: Vec<_> = (0..writers)
                .map(|_| scope.spawn(|| write(&mut connect(&self.url)?, rows, &next)))
                .collect();
            // One that panicked has said why.
            let ended = writers
                .into_iter()
                .map(|writer| writer.join().unwrap_or(Err(Error::NotFound)));
            ended.collect::<QueryResult<()>>()
        })?;
        connection.batch_execute("SELECT dataset.put_back()")?;
        connection.batch_execute("SELECT dataset.keep_figures()")?;
        connection.batch_execute("VACUUM (ANALYZE)")
    }

    /// Plans the steps of everything that is open, as far as they lie after `now`; how many there are.
    pub fn plan_steps(&self, now: DateTime<Utc>) -> QueryResult<i64> {
        let mut connection = connect(&self.url)?;
        connection.batch_execute("SELECT dataset.lay_aside('deadline_steps')")?;
        let planned = sql_query("SELECT dataset.plan_steps($1) AS count").bind::<Timestamptz, _>(now);
        let planned: Count = planned.get_result(&mut connection)?;
        connection.batch_execute("SELECT dataset.put_back()")?;
        connection.batch_execute("VACUUM (ANALYZE) deadline_steps")?;
        Ok(planned.count)
    }
}

fn connect(url: &str) -> QueryResult<PgConnection> {
    let mut connection = PgConnection::establish(url).map_err(|error| Error::QueryBuilderError(Box::new(error)))?;
    connection.batch_execute(QUICKLY)?;
    Ok(connection)
}

fn count(connection: &mut PgConnection, statement: &str) -> QueryResult<i64> {
    let found: Count = sql_query(statement).get_result(connection)?;
    Ok(found.count)
}

/// Takes one batch after the other, until all are taken.
fn write(connection: &mut PgConnection, rows: Rows, next: &AtomicI64) -> QueryResult<()> {
    loop {
        let low = next.fetch_add(BATCH, Ordering::Relaxed);
        if low > rows.last {
            return Ok(());
        }
        sql_query("SELECT dataset.fill($1, $2, $3, $4, $5, $6 * interval '1 day', $7, $8)")
            .bind::<BigInt, _>(low)
            .bind::<BigInt, _>(rows.last.min(low + BATCH - 1))
            .bind::<BigInt, _>(rows.first)
            .bind::<BigInt, _>(rows.last)
            .bind::<Timestamptz, _>(rows.until)
            .bind::<Integer, _>(rows.days)
            .bind::<Bool, _>(rows.searchable)
            .bind::<Bool, _>(rows.told)
            .execute(connection)?;
    }
}
