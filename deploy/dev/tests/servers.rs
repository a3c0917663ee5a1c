//! The private servers for real: they start, answer, keep their data, and stop.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use minyi_dev::process::{self, Identity};
use minyi_dev::servers::{self, Durability, Place, PrivatePostgres, PrivateRedis, Server};

/// A place that is removed however the test ends.
struct Home(Place);

impl Home {
    fn new() -> Self {
        let name = format!("minyi-dev-test-{}", servers::random_password().unwrap());
        Self(Place::temporary(&name).unwrap())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0.folder());
    }
}

fn start(server: &dyn Server) -> Child {
    let mut command = server.command().unwrap();
    command.stdout(Stdio::null()).stderr(Stdio::null());
    process::tie_to_parent(&mut command, server.stop_signal());
    let mut child = command.spawn().unwrap();
    servers::wait_ready(server, &mut child, Duration::from_secs(60)).unwrap();
    child
}

fn psql(url: &str, sql: &str) -> String {
    let psql = Command::new("psql").args([url, "-XAtqc", sql]).output().unwrap();
    assert!(psql.status.success(), "{}", String::from_utf8_lossy(&psql.stderr));
    String::from_utf8(psql.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_cluster_keeps_its_data_over_a_clean_stop_and_over_a_kill() {
    let home = Home::new();
    let postgres = PrivatePostgres::prepare(&home.0, Durability::Kept).unwrap();
    let url = postgres.url("minyi");

    let mut child = start(&postgres);
    psql(&url, "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('民意')");
    let status = process::stop(&mut child, postgres.stop_signal(), Duration::from_secs(20));
    assert!(status.unwrap().success());

    let mut child = start(&postgres);
    assert_eq!(psql(&url, "SELECT word FROM kept"), "民意");
    child.kill().unwrap();
    child.wait().unwrap();

    // A later launcher finds the killed server's note, takes another port, and the same password.
    let again = PrivatePostgres::prepare(&home.0, Durability::Kept).unwrap();
    let mut child = start(&again);
    assert_eq!(psql(&again.url("minyi"), "SELECT word FROM kept"), "民意");
    process::stop(&mut child, again.stop_signal(), Duration::from_secs(20));
}

#[test]
fn a_stale_note_with_the_number_of_a_foreign_process_neither_hinders_nor_harms() {
    let home = Home::new();
    let postgres = PrivatePostgres::prepare(&home.0, Durability::Kept).unwrap();
    let mut foreign = Command::new("sleep").arg("600").spawn().unwrap();
    let note = home.0.folder().join("postgres/postmaster.pid");
    fs::write(&note, format!("{}\n", foreign.id())).unwrap();

    let mut child = start(&postgres);

    assert!(foreign.try_wait().unwrap().is_none(), "the foreign process was ended");
    foreign.kill().unwrap();
    foreign.wait().unwrap();
    process::stop(&mut child, postgres.stop_signal(), Duration::from_secs(20));
}

#[test]
fn the_database_refuses_who_does_not_know_the_password() {
    let home = Home::new();
    let postgres = PrivatePostgres::prepare(&home.0, Durability::Thrown).unwrap();
    let mut child = start(&postgres);
    let url = postgres.url("minyi");
    let (before, host) = url.split_once('@').unwrap();
    let (user, _) = before.rsplit_once(':').unwrap();

    let wrong = format!("{user}:wrong@{host}");
    let refused = Command::new("psql").args([&wrong, "-Xc", "SELECT 1"]).output().unwrap();

    assert!(!refused.status.success());
    process::stop(&mut child, postgres.stop_signal(), Duration::from_secs(20));
}

#[test]
fn redis_answers_after_its_start_and_no_more_after_its_stop() {
    let home = Home::new();
    let redis = PrivateRedis::prepare(&home.0, Durability::Thrown).unwrap();
    let mut child = start(&redis);
    let running = Identity::of(child.id()).unwrap();

    process::stop(&mut child, redis.stop_signal(), Duration::from_secs(20));

    assert!(!redis.is_ready());
    assert!(!running.is_alive());
}

#[test]
fn a_process_is_told_apart_from_another_one_that_has_its_number() {
    let mut child = Command::new("sleep").arg("600").spawn().unwrap();
    let identity = Identity::of(child.id()).unwrap();
    let other = Identity::from_text(&format!("{} 1", child.id())).unwrap();

    assert!(identity.is_alive());
    assert!(
        !other.is_alive(),
        "a process with another start time is another process"
    );
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!identity.is_alive());
    assert_eq!(Identity::from_text(&identity.to_text()), Some(identity));
}
