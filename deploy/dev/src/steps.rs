//! Steps that a person watches: what is being done, and how long it took.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::error::{Doing as _, Error, Result};

/// Whether Ctrl-C was pressed or the process was told to end.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on to SIGINT, SIGTERM and SIGHUP.
    pub fn listen() -> Result<Self> {
        let interrupt = Self::default();
        let asked = Arc::clone(&interrupt.0);
        ctrlc::set_handler(move || asked.store(true, Ordering::SeqCst))
            .map_err(|error| Error::failed(format!("Cannot listen to Ctrl-C: {error}."), "try again"))?;
        Ok(interrupt)
    }

    /// Whether it came.
    pub fn came(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// An error once it came.
    pub fn check(&self) -> Result<()> {
        if self.came() { Err(Error::Interrupted) } else { Ok(()) }
    }
}

/// Counts and names the steps.
pub struct Steps {
    done: usize,
    total: usize,
    interrupt: Interrupt,
}

impl Steps {
    /// A run of so many steps.
    pub fn new(total: usize, interrupt: &Interrupt) -> Self {
        Self {
            done: 0,
            total,
            interrupt: interrupt.clone(),
        }
    }

    /// Does one step.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.interrupt.check()?;
        self.done += 1;
        say!("[{}/{}] {name}", self.done, self.total);
        let begun = Instant::now();
        let outcome = work();
        // A program that Ctrl-C ended looks like one that failed; the person knows better.
        self.interrupt.check()?;
        let seconds = begun.elapsed().as_secs_f64();
        match &outcome {
            Ok(_) => say!("      done in {seconds:.1} s"),
            Err(_) => say!("      FAILED after {seconds:.1} s: {name}"),
        }
        outcome
    }
}

/// Runs a command to its end, its words passing through.
pub fn run(mut command: Command) -> Result<()> {
    let name = shown(&command);
    let status = command.status().doing(|| format!("running {name}"))?;
    if status.success() {
        return Ok(());
    }
    Err(Error::failed(
        format!("{name} failed ({status})."),
        "its reason stands above; mend that and run this again",
    ))
}

/// The command as one would type it.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let program = |word: &std::ffi::OsStr| word.to_string_lossy().into_owned();
    words.map(program).collect::<Vec<_>>().join(" ")
}
