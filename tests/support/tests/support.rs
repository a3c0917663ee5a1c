//! Tests of what other tests stand on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use minyi_test_support::{TestDatabase, TestRedis, servers};

fn connect(database: &TestDatabase) -> PgConnection {
    PgConnection::establish(database.url()).unwrap()
}

#[test]
fn two_databases_have_the_tables_and_do_not_see_each_other() {
    let (one, other) = (TestDatabase::new(), TestDatabase::new());
    let create = "CREATE TABLE only_here (id int)";

    connect(&one).batch_execute(create).unwrap();

    connect(&other).batch_execute(create).unwrap();
    connect(&other).batch_execute("SELECT * FROM submissions").unwrap();
}

#[test]
fn a_database_is_gone_with_its_value() {
    let database = TestDatabase::new();
    let url = database.url().to_owned();
    let _still_connected = connect(&database);

    drop(database);

    assert!(PgConnection::establish(&url).is_err());
}

#[test]
fn an_empty_database_has_no_tables() {
    let database = TestDatabase::empty();
    assert!(connect(&database).batch_execute("SELECT * FROM submissions").is_err());
}

#[test]
fn what_is_done_beside_keeps_its_connection_until_something_fails() {
    let database = TestDatabase::empty();
    let done = |sql: &str| database.beside(|connection| connection.batch_execute(sql));
    done("CREATE TEMPORARY TABLE of_this_connection (id int)").unwrap();
    done("SELECT * FROM of_this_connection").unwrap();

    assert!(done("BEGIN; SELECT * FROM nothing").is_err());

    assert!(done("SELECT * FROM of_this_connection").is_err());
    done("SELECT 1").unwrap();
}

#[test]
fn two_redis_databases_do_not_see_each_other() {
    let (one, other) = (TestRedis::new(), TestRedis::new());
    let connect = |redis: &TestRedis| redis::Client::open(redis.url()).unwrap().get_connection().unwrap();

    redis::cmd("SET")
        .arg("word")
        .arg("民意")
        .exec(&mut connect(&one))
        .unwrap();

    let seen: Option<String> = redis::cmd("GET").arg("word").query(&mut connect(&other)).unwrap();
    assert_eq!(seen, None);
    one.empty();
    let kept: Option<String> = redis::cmd("GET").arg("word").query(&mut connect(&one)).unwrap();
    assert_eq!(kept, None);
}

#[test]
fn a_run_ends_with_its_nextest_and_not_with_the_test_whose_program_asked_first() {
    // A test, and a program that it starts; this process stands for nextest.
    let script = "sh -c 'echo $$; read end'; true";
    let mut test = Command::new("sh")
        .args(["-c", script])
        .env("NEXTEST_RUN_ID", "of-this-test")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut program = String::new();
    let mut said = BufReader::new(test.stdout.take().unwrap());
    said.read_line(&mut program).unwrap();
    let program: u32 = program.trim().parse().unwrap();

    assert_ne!(program, test.id());
    assert_eq!(servers::beginner("of-this-test", program), std::process::id());

    drop(test.stdin.take());
    test.wait().unwrap();
}
