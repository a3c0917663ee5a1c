//! `wrk`: many connections, as fast as the other side answers.

use std::{path::Path, process::Command};

use anyhow::Context as _;

use super::finish;

/// What it counted.
pub struct Told {
    pub a_second: f64,
    /// Milliseconds.
    pub p99: f64,
}

/// Prints what is needed on one line.
const REPORT: &str = r#"
function done(summary, latency, requests)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format("told %f %f %d\n", summary.requests / summary.duration * 1e6, latency:percentile(99) / 1e3, failed))
end
"#;

/// Asks `url` over and over; `script` (Lua) may make the requests.
pub async fn run(folder: &Path, url: &str, connections: u32, seconds: u64, script: &str) -> anyhow::Result<Told> {
    let file = folder.join("wrk.lua");
    std::fs::write(&file, format!("{script}{REPORT}"))?;
    let mut command = Command::new("wrk");
    command.args(["--threads", "1", "--connections", &connections.to_string()]);
    command.args(["--duration", &format!("{seconds}s"), "--timeout", "10s", "--script"]);
    command.arg(file).arg(url);
    let output = finish(command).await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = text
        .lines()
        .find_map(|line| line.strip_prefix("told "))
        .context("wrk says nothing")?;
    let numbers: Vec<f64> = told.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [a_second, p99, failed] = numbers[..] else {
        anyhow::bail!("wrk says {told}")
    };
    anyhow::ensure!(failed == 0.0, "{failed} requests to {url} failed");
    Ok(Told { a_second, p99 })
}
