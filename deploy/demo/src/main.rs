//! `minyi-demo load`: brings the demonstration into the database.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use minyi_gateways::{
    ModeConfig,
    clock::Clock,
    keys::{Keys, KeysConfig},
    objects::{Objects, ObjectsConfig},
};
use minyi_store::{Store, StoreConfig};

#[derive(Parser)]
#[command(
    name = "minyi-demo",
    about = "Loads a made-up city with some weeks of submissions (演示数据)"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Loads what is missing and sets the console's password
    Load(Box<Load>),
}

#[derive(Args)]
struct Load {
    /// File (JSON) that is written: codes, receipts, logins
    #[arg(long)]
    output: PathBuf,
    /// Password of the console and of all staff of the demonstration
    #[arg(long, env = "MINYI_DEMO_CONSOLE_PASSWORD", hide_env_values = true)]
    console_password: String,
    #[command(flatten)]
    mode: ModeConfig,
    #[command(flatten)]
    store: StoreConfig,
    #[command(flatten)]
    keys: KeysConfig,
    #[command(flatten)]
    objects: ObjectsConfig,
}

fn main() -> ExitCode {
    let Command::Load(load) = Cli::parse().command;
    match run(&load) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("minyi-demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(load: &Load) -> minyi_demo::Result<()> {
    let database_url = without_waiting(&load.store.database_url);
    let store = Store::connect(&StoreConfig {
        database_url,
        ..load.store.clone()
    })?;
    let keys = Keys::new(&load.keys, load.mode.mode)?;
    let objects = Objects::open(&load.objects)?;
    let described = minyi_demo::load(&store, &keys, objects, &load.console_password, Clock::System.now())?;
    std::fs::write(&load.output, serde_json::to_string_pretty(&described)? + "\n")?;
    Ok(())
}

/// The same database, but commits do not wait for the disk: a load has two thousand of them, and what a crash of the
/// machine takes away the next load makes again.
fn without_waiting(database_url: &str) -> String {
    let separator = if database_url.contains('?') { '&' } else { '?' };
    format!("{database_url}{separator}options=-c%20synchronous_commit%3Doff")
}
