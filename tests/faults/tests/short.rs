//! The short forms of what `break-and-count` and `share-and-count` do; the long ones break two hundred things and share for
//! minutes.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use std::process::Command;

#[test]
fn what_is_acknowledged_survives_what_is_broken() {
    let run = Command::new(env!("CARGO_BIN_EXE_break-and-count"))
        .args(["--faults", "14", "--seed", "3", "--pause", "700"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success() && said.contains("nothing acknowledged was lost"),
        "{said}\n{}",
        String::from_utf8_lossy(&run.stderr)
    );
}

#[test]
fn several_share_the_work_and_are_started_anew_without_loss() {
    let run = Command::new(env!("CARGO_BIN_EXE_share-and-count"))
        .args(["--seconds", "4", "--rounds", "1", "--rate", "12"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success() && said.contains("everything once, nobody turned away"),
        "{said}\n{}",
        String::from_utf8_lossy(&run.stderr)
    );
}
