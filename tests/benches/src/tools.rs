//! The programs that measure: each beside the other on the same machine.

pub mod database;
pub mod nginx;
pub mod pgbench;
pub mod process;
pub mod wrk;

use std::process::{Command, Output, Stdio};

use anyhow::Context as _;

/// Runs a program to its end, away from the runtime's threads.
pub async fn finish(mut command: Command) -> anyhow::Result<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await?;
    let output = output.with_context(|| format!("{name} cannot be started; `cargo dev bench` installs it"))?;
    anyhow::ensure!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(output)
}
