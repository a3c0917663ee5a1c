//! Api and worker as processes of their own, with a clock that the parent can turn.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use chrono::TimeDelta;
use minyi_api::Application;
use minyi_gateways::{clock::Clock, logging};
use minyi_store::Store;

/// The machine's clock plus the seconds that stand in a file.
fn turned(file: PathBuf) -> Clock {
    let clock = Clock::manual(Clock::System.now() + offset(&file));
    let followed = clock.clone();
    // A thread of its own: the runtime would wait for one of its own when the program stops.
    std::thread::spawn(move || {
        loop {
            followed.advance(Clock::System.now() + offset(&file) - followed.now());
            std::thread::sleep(Duration::from_millis(10));
        }
    });
    clock
}

fn clock_of(file: Option<PathBuf>) -> Clock {
    file.map_or(Clock::System, turned)
}

/// What the file says; the parent puts a whole new file in its place.
pub fn offset(file: &Path) -> TimeDelta {
    let text = std::fs::read_to_string(file).unwrap();
    TimeDelta::seconds(text.trim().parse().unwrap())
}

/// The same program, started again as a part of the product that can be killed.
#[derive(clap::Subcommand)]
pub enum Part {
    #[command(hide = true)]
    Api {
        #[command(flatten)]
        config: Box<minyi_api::Config>,
        /// A file with the seconds to add to the machine's clock; without it the machine's clock is right
        #[arg(long, env = "MINYI_FAULTS_CLOCK")]
        clock: Option<PathBuf>,
    },
    #[command(hide = true)]
    Worker {
        #[command(flatten)]
        config: Box<minyi_worker::WorkerConfig>,
        /// A file with the seconds to add to the machine's clock; without it the machine's clock is right
        #[arg(long, env = "MINYI_FAULTS_CLOCK")]
        clock: Option<PathBuf>,
    },
}

impl Part {
    /// Runs until it is told to stop, or killed.
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Api { config, clock } => {
                logging::start(config.mode.mode);
                let store = Store::connect(&config.store)?;
                Ok(Application::build(&config, store, clock_of(clock))?.run().await?)
            }
            Self::Worker { config, clock } => {
                logging::start(config.mode.mode);
                Ok(minyi_worker::serve(*config, clock_of(clock)).await?)
            }
        }
    }
}
