//! The command line.

use std::path::PathBuf;

use crate::error::{Error, Result};

/// What `cargo dev help` prints.
pub const HELP: &str = "\
cargo dev — 民意码 on this machine

  cargo dev up [--detach] [--port N] [--empty]   start everything; Ctrl-C stops it again
  cargo dev down                       stop what runs in the background
  cargo dev status                     what runs, and where
  cargo dev reset                      stop, and remove all data of the demonstration
  cargo dev test                       every check and test
  cargo dev openapi                    write openapi.yaml again from the code
  cargo dev bench [--quick] [--only N,…]
                                       measure how fast it is, beside what the machine gives
  cargo dev bench fill [--rows N]      write the ten million submissions that are measured, once

  --detach         stay in the background (the log is .dev/log/dev.log)
  --port N         the port of the product (8080, or a free one when that is taken)
  --empty          without the demonstration: nothing is there yet, as in a new installation
  --state-dir DIR  keep everything there and not in .dev (also: MINYI_DEV_DIR)";

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Start everything.
    Up,
    /// Stop everything.
    Down,
    /// Tell what runs.
    Status,
    /// Stop and forget everything.
    Reset,
    /// Run every check.
    Test,
    /// Write the contract.
    Openapi,
    /// Measure.
    Bench,
    /// Explain oneself.
    Help,
}

/// The parsed command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What to do.
    pub action: Action,
    /// Stay in the background.
    pub detach: bool,
    /// The product's port.
    pub port: Option<u16>,
    /// The state folder.
    pub state: Option<PathBuf>,
    /// Load no demonstration.
    pub empty: bool,
    /// The programs have just been built, by whoever tests them.
    pub built: bool,
    /// Another product of this checkout is up: clients and programs are as it has them, and the mini-program is its own.
    pub beside: bool,
    /// What goes on to the program that measures.
    pub further: Vec<String>,
    /// This is the process in the background that `--detach` has started.
    pub supervised: bool,
}

/// Reads the arguments (without the program's name).
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Request> {
    let mut arguments = arguments.into_iter();
    let mut request = Request {
        action: action(arguments.next().as_deref())?,
        detach: false,
        port: None,
        state: None,
        empty: false,
        built: false,
        beside: false,
        further: Vec::new(),
        supervised: false,
    };
    while let Some(argument) = arguments.next() {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value = || {
            let given = value.clone().or_else(|| arguments.next());
            given.ok_or_else(|| Error::Usage(format!("{name} needs a value.")))
        };
        match (request.action, name.as_str()) {
            (Action::Up, "--detach" | "-d") => request.detach = true,
            (Action::Up, "--empty") => request.empty = true,
            (Action::Up, "--built") => request.built = true,
            (Action::Up, "--beside") => request.beside = true,
            (Action::Up, "--supervised") => request.supervised = true,
            (Action::Up, "--port" | "-p") => request.port = Some(port(&value()?)?),
            (_, "--state-dir") => request.state = Some(value()?.into()),
            (Action::Bench, "--quick" | "fill") => request.further.push(name),
            (Action::Bench, "--only" | "--json" | "--rows" | "--data") => {
                request.further.extend([name.clone(), value()?]);
            }
            (_, "--help" | "-h") => request.action = Action::Help,
            _ => return Err(Error::Usage(format!("{name} is not known here."))),
        }
    }
    Ok(request)
}

fn action(word: Option<&str>) -> Result<Action> {
    match word {
        Some("up") => Ok(Action::Up),
        Some("down") => Ok(Action::Down),
        Some("status") => Ok(Action::Status),
        Some("reset") => Ok(Action::Reset),
        Some("test") => Ok(Action::Test),
        Some("openapi") => Ok(Action::Openapi),
        Some("bench") => Ok(Action::Bench),
        None | Some("help" | "--help" | "-h") => Ok(Action::Help),
        Some(other) => Err(Error::Usage(format!("There is no `cargo dev {other}`."))),
    }
}

fn port(text: &str) -> Result<u16> {
    match text.parse() {
        Ok(port) if port > 0 => Ok(port),
        _ => Err(Error::Usage(format!("{text} is not a port (1 to 65535)."))),
    }
}
