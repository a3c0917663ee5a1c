use std::{collections::BTreeSet, fmt::Write as _};

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use minyi_test_support::TestDatabase;

use crate::support::{connect, world};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Text)]
    is_nullable: String,
}

/// The columns as `schema.rs` writes them: `table.column -> Nullable<Text>`. A type of our own is read by plain SQL only.
fn columns_in_database() -> BTreeSet<String> {
    let query = "SELECT table_name::text, column_name::text, data_type::text, is_nullable::text
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'
            AND data_type <> 'USER-DEFINED'";
    let columns: Vec<Column> = sql_query(query).load(&mut world().raw()).unwrap();
    columns
        .iter()
        .map(|column| {
            let kind = match column.data_type.as_str() {
                "uuid" => "Uuid",
                "text" => "Text",
                "timestamp with time zone" => "Timestamptz",
                "date" => "Date",
                "boolean" => "Bool",
                "smallint" => "SmallInt",
                "integer" => "Integer",
                "bigint" => "BigInt",
                "bytea" => "Binary",
                "double precision" => "Double",
                "jsonb" => "Jsonb",
                // Of texts, everywhere.
                "ARRAY" => "Array<Text>",
                other => panic!("{other} has no name here"),
            };
            let kind = if column.is_nullable == "YES" {
                format!("Nullable<{kind}>")
            } else {
                kind.to_owned()
            };
            format!("{}.{} -> {kind}", column.table_name, column.column_name)
        })
        .collect()
}

fn columns_in_schema() -> BTreeSet<String> {
    let mut table = String::new();
    let mut columns = BTreeSet::new();
    for line in include_str!("../../src/schema.rs").lines().map(str::trim) {
        if let Some((name, _)) = line.split_once(" (").filter(|_| line.ends_with(") {")) {
            table = name.to_owned();
        } else if line.contains(" -> ") && line.ends_with(',') {
            columns.insert(format!("{table}.{}", line.trim_end_matches(',')));
        }
    }
    columns
}

#[test]
fn schema_rs_is_what_the_migrations_make() {
    let (schema, database) = (columns_in_schema(), columns_in_database());
    let mut differences = String::new();
    for column in schema.symmetric_difference(&database) {
        let place = if schema.contains(column) {
            "schema.rs"
        } else {
            "the database"
        };
        writeln!(differences, "only in {place}: {column}").unwrap();
    }
    assert!(differences.is_empty(), "{differences}");
    assert!(schema.len() > 150, "the file was not read: {} columns", schema.len());
}

#[test]
fn every_migration_goes_up_down_and_up_again() {
    let database = TestDatabase::empty();
    let store = connect(&database, 1);
    assert!(!store.is_migrated().unwrap());
    let first = store.migrate().unwrap();
    assert!(first.len() >= 6 && store.is_migrated().unwrap());
    store.revert_all_migrations().unwrap();
    assert_eq!(store.migrate().unwrap(), first);
    assert_eq!(store.migrate().unwrap(), Vec::<String>::new());
}
