//! Keeps the programs running: starts them in order, starts again what dies, stops in good order.

use std::collections::VecDeque;
use std::io;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use crate::checkout::Checkout;
use crate::error::{Doing as _, Error, Result};
use crate::logs::{self, Tail};
use crate::process;
use crate::servers::Server;
use crate::stack::Stack;
use crate::steps::Interrupt;

/// How long a program may take to answer after its start.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// How long the others wait until a program that was started again answers.
const RESTART_PATIENCE: Duration = Duration::from_secs(10);
/// How long a program may take to finish its work and end.
const STOP_PATIENCE: Duration = Duration::from_secs(20);
/// A program that dies more often than this in a minute is not started again.
const RESTARTS_A_MINUTE: usize = 5;

struct Running {
    server: Box<dyn Server>,
    child: Child,
    tail: Tail,
    restarts: VecDeque<Instant>,
}

/// Everything that was started, in the order of starting; it is stopped the other way round, so
/// that no program loses a server that it still needs. Dropping it stops everything.
pub struct Supervisor {
    checkout: Checkout,
    interrupt: Interrupt,
    running: Vec<Running>,
}

impl Supervisor {
    /// Nothing runs yet.
    pub fn new(checkout: &Checkout, interrupt: &Interrupt) -> Self {
        Self {
            checkout: checkout.clone(),
            interrupt: interrupt.clone(),
            running: Vec::new(),
        }
    }

    /// Starts a program and waits until it answers.
    pub fn start(&mut self, server: Box<dyn Server>) -> Result<()> {
        let (child, tail) = spawn(&self.checkout, server.as_ref())?;
        self.running.push(Running {
            server,
            child,
            tail,
            restarts: VecDeque::new(),
        });
        let Some(Running {
            server, child, tail, ..
        }) = self.running.last_mut()
        else {
            return Ok(());
        };
        let ready = process::poll(START_PATIENCE, || {
            if self.interrupt.came() {
                return Some(Err(Error::Interrupted));
            }
            if server.is_ready() {
                return Some(Ok(()));
            }
            let status = child.try_wait().ok().flatten()?;
            Some(Err(dead(
                server.name(),
                &format!("ended while starting ({status})"),
                tail,
            )))
        });
        let late = || Err(dead(server.name(), "does not answer a minute after its start", tail));
        ready.unwrap_or_else(late)
    }

    /// The number of every process, by name.
    pub fn pids(&self) -> Vec<(&'static str, u32)> {
        let own = std::iter::once(("launcher", std::process::id()));
        let theirs = self.running.iter().map(|one| (one.server.name(), one.child.id()));
        own.chain(theirs).collect()
    }

    /// Watches until the person ends it. A program that dies is started again, a few times.
    pub fn watch(&mut self, stack: &mut Stack) -> Result<()> {
        while !self.interrupt.came() {
            let mut changed = false;
            for one in &mut self.running {
                if let Ok(Some(status)) = one.child.try_wait() {
                    say!(
                        "{:>9} │ ended unexpectedly ({status}); starting it again",
                        one.server.name()
                    );
                    one.restart(&self.checkout, &self.interrupt)?;
                    changed = true;
                }
            }
            if changed {
                stack.write(&self.checkout, self.pids())?;
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Stops everything, the last started first. Every program may finish what it does.
    pub fn stop(&mut self) {
        while let Some(mut one) = self.running.pop() {
            process::stop(&mut one.child, one.server.stop_signal(), STOP_PATIENCE);
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Running {
    fn restart(&mut self, checkout: &Checkout, interrupt: &Interrupt) -> Result<()> {
        let now = Instant::now();
        let recent = |at: &Instant| now.duration_since(*at) < Duration::from_secs(60);
        self.restarts.retain(recent);
        if self.restarts.len() >= RESTARTS_A_MINUTE {
            let what = format!("died {} times within a minute", RESTARTS_A_MINUTE + 1);
            return Err(dead(self.server.name(), &what, &self.tail));
        }
        // The first time at once: whoever kills it on purpose wants it back.
        thread::sleep(Duration::from_millis(500) * u32::try_from(self.restarts.len()).unwrap_or(1));
        self.restarts.push_back(now);
        (self.child, self.tail) = spawn(checkout, self.server.as_ref())?;
        // The servers come first in the list: what died because of them is started when they answer.
        let Self { server, child, .. } = self;
        process::poll(RESTART_PATIENCE, || {
            let ended = !matches!(child.try_wait(), Ok(None));
            (server.is_ready() || ended || interrupt.came()).then_some(())
        });
        Ok(())
    }
}

fn dead(name: &str, what: &str, tail: &Tail) -> Error {
    Error::failed(
        format!("{name} {what}. Its last words:\n{}", tail.text()),
        format!("its whole log is log/{name}.log in the state folder; `cargo dev reset` starts afresh"),
    )
}

/// Called from the main thread only: the kernel ends the child when the spawning thread ends.
fn spawn(checkout: &Checkout, server: &dyn Server) -> Result<(Child, Tail)> {
    let name = server.name();
    let mut command = server.command()?;
    let (output, input) = io::pipe().doing(|| format!("preparing the log of {name}"))?;
    let second = input.try_clone().doing(|| format!("preparing the log of {name}"))?;
    command.stdout(input).stderr(second);
    process::tie_to_parent(&mut command, server.stop_signal());
    let child = command.spawn().doing(|| format!("starting {name}"))?;
    // The command holds our ends of the pipe; the reader sees the end only when they are closed.
    drop(command);
    let shown = !matches!(name, "postgres" | "redis");
    let log = checkout.kept("log").join(format!("{name}.log"));
    Ok((child, logs::follow(output, name, log, shown)))
}
