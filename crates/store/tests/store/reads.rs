//! How much of a table was read while something was asked, as Postgres counts it itself in the test's own database.

use std::{thread, time::Duration};

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Text},
};
use minyi_test_support::TestDatabase;

/// What was read of a table.
#[derive(Debug, QueryableByName)]
pub struct Read {
    #[diesel(sql_type = Text)]
    pub table: String,
    /// How often from end to end.
    #[diesel(sql_type = BigInt)]
    pub scans: i64,
    /// Rows, by whatever way.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
}

/// What was read of these tables while `act` ran; its connections must be closed when it returns.
pub fn reads(database: &TestDatabase, tables: &[&str], act: impl FnOnce()) -> Vec<Read> {
    let before = counted(database, tables);
    act();
    let grown = before.into_iter().zip(counted(database, tables));
    grown
        .map(|(old, new)| Read {
            scans: new.scans - old.scans,
            rows: new.rows - old.rows,
            table: new.table,
        })
        .collect()
}

pub fn raw(database: &TestDatabase) -> PgConnection {
    PgConnection::establish(database.url()).unwrap()
}

#[derive(QueryableByName)]
struct Others {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A backend tells what it counted at the latest when it ends.
fn counted(database: &TestDatabase, tables: &[&str]) -> Vec<Read> {
    const OTHERS: &str = "SELECT count(*) AS count FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type IN ('client backend', 'parallel worker')";
    const READS: &str = "SELECT relname::text AS table, seq_scan AS scans, seq_tup_read + idx_tup_fetch AS rows
        FROM pg_stat_user_tables WHERE schemaname = 'public' AND relname = ANY ($1) ORDER BY relname";
    for _ in 0..3_000 {
        let others: Others = diesel::sql_query(OTHERS).get_result(&mut raw(database)).unwrap();
        if others.count == 0 {
            let reads = diesel::sql_query(READS).bind::<Array<Text>, _>(tables);
            return reads.load(&mut raw(database)).unwrap();
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("connections stay open")
}
