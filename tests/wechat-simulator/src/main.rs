//! Runs the simulator as a program until it is told to stop (Ctrl-C or SIGTERM).

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use serde::de::DeserializeOwned;
use tokio::signal::unix::{SignalKind, signal};
use wechat_simulator::{DEFAULT_APPID, DEFAULT_SECRET, SimulatorConfig, push::Target, start};

/// A local counterpart of WeChat's server for the product's calls.
#[derive(Parser)]
struct Args {
    /// Port on 127.0.0.1; 0 = any free one.
    #[arg(long, env = "SIMULATOR_PORT", default_value_t = 0)]
    port: u16,
    /// Port of the mail server on 127.0.0.1; 0 = any free one.
    #[arg(long, env = "SIMULATOR_SMTP_PORT", default_value_t = 0)]
    smtp_port: u16,
    #[arg(long, env = "SIMULATOR_APPID", default_value = DEFAULT_APPID)]
    appid: String,
    #[arg(long, env = "SIMULATOR_SECRET", default_value = DEFAULT_SECRET, hide_env_values = true)]
    secret: String,
    /// Where a tapped card leads, as in http://127.0.0.1:8080.
    #[arg(long, env = "SIMULATOR_PRODUCT_URL", default_value = "")]
    product_url: String,
    /// Token of the message push to the product's /wechat/push; without it nothing is pushed.
    #[arg(
        long,
        env = "SIMULATOR_PUSH_TOKEN",
        requires = "push_aes_key",
        hide_env_values = true
    )]
    push_token: Option<String>,
    /// EncodingAESKey of the message push.
    #[arg(long, env = "SIMULATOR_PUSH_AES_KEY", hide_env_values = true)]
    push_aes_key: Option<String>,
    /// JSON file: [{"openid", "name", "phone"?}]; without it three made-up residents.
    #[arg(long)]
    users: Option<PathBuf>,
    /// JSON file: [{"template_id", "title", "type", "keywords": [{"key", "label", "values"?}]}].
    #[arg(long)]
    templates: Option<PathBuf>,
    /// People must accept long-term templates before they receive any.
    #[arg(long)]
    ask_first: bool,
    /// Gets the address once the simulator answers.
    #[arg(long)]
    ready_file: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("cannot read {path}: {source}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{path} is not the expected JSON: {source}")]
    Shape { path: PathBuf, source: serde_json::Error },
    #[error("cannot write {path}: {source}")]
    Ready { path: PathBuf, source: std::io::Error },
    #[error("{0}: {source}", source = std::error::Error::source(.0).map(ToString::to_string).unwrap_or_default())]
    Start(#[from] wechat_simulator::Error),
    #[error("cannot listen to signals: {0}")]
    Signal(#[from] std::io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wechat-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: Args) -> Result<(), Error> {
    let push = args.push_token.zip(args.push_aes_key).map(|(token, aes_key)| Target {
        url: format!("{}/wechat/push", args.product_url),
        token,
        aes_key,
    });
    let mut config = SimulatorConfig {
        push,
        port: args.port,
        smtp_port: args.smtp_port,
        appid: args.appid,
        secret: args.secret,
        product_url: args.product_url,
        accepted_by_default: !args.ask_first,
        ..SimulatorConfig::default()
    };
    if let Some(path) = &args.users {
        config.users = read_json(path)?;
    }
    if let Some(path) = &args.templates {
        config.templates = read_json(path)?;
    }
    let mut terminated = signal(SignalKind::terminate())?;
    let simulator = start(config).await?;
    println!("listening {}", simulator.address);
    if let Some(path) = args.ready_file {
        std::fs::write(&path, &simulator.address).map_err(|source| Error::Ready { path, source })?;
    }
    tokio::select! {
        ended = tokio::signal::ctrl_c() => ended?,
        _ = terminated.recv() => {}
    }
    simulator.stop().await;
    Ok(())
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_slice(&bytes).map_err(|source| Error::Shape {
        path: path.to_owned(),
        source,
    })
}
