//! The program as a process: until somebody tells it to stop.

use minyi_gateways::clock::Clock;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use crate::{Result, Worker, WorkerConfig};

/// Works until SIGTERM or Ctrl-C, then finishes what is in hand, for [`crate::Pace::drain_seconds`] at most; what is
/// left then is taken up by the others.
///
/// # Errors
/// It could not start: a setting is wrong, or something is away.
pub async fn serve(config: WorkerConfig, clock: Clock) -> Result<()> {
    let worker = Worker::build(&config, clock)?;
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
