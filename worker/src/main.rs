//! `minyi-worker`: runs until SIGTERM or Ctrl-C, then finishes what it has in hand.

use clap::Parser;
use minyi_gateways::{clock::Clock, logging};
use minyi_worker::{WorkerConfig, serve};

/// Sends messages and watches deadlines for 民意码.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(flatten)]
    config: WorkerConfig,
}

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let Cli { config } = Cli::parse();
    logging::start(config.mode.mode);
    match serve(config, Clock::System).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "cannot work");
            std::process::ExitCode::FAILURE
        }
    }
}
