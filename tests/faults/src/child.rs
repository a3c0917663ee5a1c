//! Api and worker as processes of their own, with a clock that the parent can turn.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::TimeDelta;
use minyi_api::Application;
use minyi_gateways::{clock::Clock, logging};
use minyi_store::Store;
use minyi_worker::Worker;
use tokio::sync::watch;

/// The machine's clock plus the seconds that stand in a file.
fn turned(file: PathBuf) -> Clock {
    let clock = Clock::manual(Clock::System.now() + offset(&file));
    let followed = clock.clone();
    tokio::task::spawn_blocking(move || {
        loop {
            followed.advance(Clock::System.now() + offset(&file) - followed.now());
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    clock
}

/// What the file says; the parent puts a whole new file in its place.
pub fn offset(file: &Path) -> TimeDelta {
    let text = std::fs::read_to_string(file).unwrap();
    TimeDelta::seconds(text.trim().parse().unwrap())
}

pub async fn api(config: &minyi_api::Config, clock: PathBuf) -> anyhow::Result<()> {
    logging::start(config.mode.mode);
    let store = Store::connect(&config.store)?;
    Ok(Application::build(config, store, turned(clock))?.run().await?)
}

pub async fn worker(config: &minyi_worker::WorkerConfig, clock: PathBuf) -> anyhow::Result<()> {
    logging::start(config.mode.mode);
    let worker = Worker::build(config, turned(clock))?;
    let (_stop, stopped) = watch::channel(false);
    worker.run(stopped).await;
    Ok(())
}
