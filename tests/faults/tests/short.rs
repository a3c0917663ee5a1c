//! The short forms of what `break-and-count` and `share-and-count` do; the long ones break two hundred things and start
//! each program anew several times.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use std::process::Command;

fn run(program: &str, options: &[&str], says: &str) {
    let run = Command::new(program).args(options).output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success() && said.contains(says),
        "{said}\n{}",
        String::from_utf8_lossy(&run.stderr)
    );
}

#[test]
fn what_is_acknowledged_survives_what_is_broken() {
    let options = ["--faults", "14", "--seed", "3", "--pause", "700"];
    run(
        env!("CARGO_BIN_EXE_break-and-count"),
        &options,
        "nothing acknowledged was lost",
    );
}

#[test]
fn several_programs_share_the_work_and_none_is_missed_when_each_starts_anew() {
    let options = ["--seconds", "8", "--rounds", "1", "--rate", "6"];
    run(
        env!("CARGO_BIN_EXE_share-and-count"),
        &options,
        "everything once, nobody turned away",
    );
}
