//! The short form of what `break-and-count` does; the long one breaks two hundred things.

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
