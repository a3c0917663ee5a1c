//! A short walk through the whole casework; the long one is the same program with real messages.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use std::process::Command;

#[test]
fn a_hundred_matters_live_to_their_end() {
    let walk = Command::new(env!("CARGO_BIN_EXE_live-through-casework"))
        .args(["--limit", "100", "--days", "15", "--seed", "11"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&walk.stdout);
    assert!(
        walk.status.success() && said.contains("every promise was kept or is within its time"),
        "{said}\n{}",
        String::from_utf8_lossy(&walk.stderr)
    );
}
