//! `--detach`: the launcher itself, once more, in the background.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::checkout::Checkout;
use crate::cli::Request;
use crate::error::{Doing as _, Error, Result};
use crate::process;
use crate::stack::Stack;
use crate::steps::Interrupt;

/// Starts the launcher in the background and shows what it says until everything is up.
pub fn start(checkout: &Checkout, request: &Request) -> Result<()> {
    let interrupt = Interrupt::listen()?;
    let log = checkout.kept("log").join("dev.log");
    let file = File::create(&log).doing(|| format!("writing {}", log.display()))?;
    let second = file.try_clone().doing(|| format!("writing {}", log.display()))?;
    let own = std::env::current_exe().doing(|| "looking for this program".into())?;
    let mut command = Command::new(own);
    command
        .args(["up", "--supervised", "--state-dir"])
        .arg(checkout.state());
    if let Some(port) = request.port {
        command.arg(format!("--port={port}"));
    }
    let options = [
        (request.empty, "--empty"),
        (request.built, "--built"),
        (request.beside, "--beside"),
    ];
    for (wanted, option) in options {
        if wanted {
            command.arg(option);
        }
    }
    command
        .current_dir(checkout.root())
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(second);
    Stack::remove(checkout)?;
    let mut child = command
        .spawn()
        .doing(|| "starting the launcher in the background".into())?;
    wait_up(checkout, &log, &mut child, &interrupt)
}

fn wait_up(checkout: &Checkout, log: &Path, child: &mut Child, interrupt: &Interrupt) -> Result<()> {
    let mut shown = 0;
    loop {
        // Asked before reading, so that nothing said before the end is missed.
        let ended = child.try_wait().doing(|| "waiting for the launcher".into())?;
        let up = Stack::read(checkout);
        shown = show_from(log, shown).doing(|| format!("reading {}", log.display()))?;
        if interrupt.came() {
            process::stop(child, Signal::SIGTERM, Duration::from_secs(60));
            return Err(Error::Interrupted);
        }
        match (ended, up) {
            (Some(_), _) => {
                return Err(Error::failed(
                    "It did not come up.",
                    format!("its reason stands above, and in {}", log.display()),
                ));
            }
            (None, Some(stack)) => {
                say!(
                    "\n{}\nIt runs in the background; `cargo dev down` stops it.",
                    stack.table()
                );
                return Ok(());
            }
            (None, None) => thread::sleep(Duration::from_millis(100)),
        }
    }
}

fn show_from(log: &Path, position: u64) -> io::Result<u64> {
    let mut file = File::open(log)?;
    file.seek(SeekFrom::Start(position))?;
    let mut text = Vec::new();
    file.read_to_end(&mut text)?;
    let _ = io::stdout().write_all(&text);
    Ok(position + text.len() as u64)
}
