//! Log lines: who reads them is outside, too.

use tracing_subscriber::EnvFilter;

use crate::Mode;

/// Begins to write log lines to standard error: JSON in production, readable in development. `RUST_LOG` sets the level.
pub fn start(mode: Mode) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match mode {
        Mode::Production => lines.json().flatten_event(true).try_init(),
        Mode::Development => lines.compact().try_init(),
    };
    if started.is_err() {
        tracing::debug!("log lines are already written");
    }
}
