//! `minyi-worker`: runs until SIGTERM or Ctrl-C, then finishes what it has in hand.

use clap::Parser;
use minyi_gateways::{clock::Clock, logging};
use minyi_worker::{Result, Worker, WorkerConfig};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

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
    match run(config).await {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "cannot work");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(config: WorkerConfig) -> Result<()> {
    let worker = Worker::build(&config, Clock::System)?;
    let (vitals, address) = worker.serve_vitals(config.worker_listen)?;
    let (stop, stopped) = watch::channel(false);
    let handle = vitals.handle();
    let serving = tokio::spawn(vitals);
    tracing::info!(
        %address,
        mode = ?config.mode.mode,
        wechat = %config.wechat.wechat_base_url,
        concurrency = config.pace.concurrency,
        "working"
    );
    if let Some(file) = &config.ready_file {
        std::fs::write(file, format!("http://{address}\n"))?;
    }
    let mut terminate = signal(SignalKind::terminate())?;
    let work = tokio::spawn(worker.run(stopped));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping: finishing what is in hand");
    // Fails only if the worker has ended already.
    let _ = stop.send(true);
    work.await?;
    handle.stop(true).await;
    serving.await??;
    Ok(())
}
