//! Processes: telling them apart, ending them, and making them end with us.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getppid};

/// One process. The system hands out process numbers again; number and start time together
/// never mean another process, so that nothing foreign is ever ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pid: i32,
    /// Clock ticks between the machine's start and the process's start.
    started: u64,
}

impl Identity {
    /// The process that has this number now; none if there is none, or if it has ended and only
    /// waits for its parent to notice.
    pub fn of(pid: u32) -> Option<Self> {
        let pid = i32::try_from(pid).ok()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in brackets may itself hold spaces and brackets: only what follows is regular.
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_whitespace();
        let state = fields.next()?;
        let started = fields.nth(18)?.parse().ok()?;
        (state != "Z").then_some(Self { pid, started })
    }

    /// This process.
    pub fn of_self() -> Option<Self> {
        Self::of(std::process::id())
    }

    /// The number as the system shows it.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Whether it still runs.
    pub fn is_alive(&self) -> bool {
        u32::try_from(self.pid).ok().and_then(Self::of) == Some(*self)
    }

    /// Sends a signal if it still runs.
    pub fn signal(&self, signal: Signal) {
        if self.is_alive() {
            // It may end between the two calls; there is then nothing left to do.
            let _ = kill(Pid::from_raw(self.pid), signal);
        }
    }

    /// Waits until it is gone; false if it outlives `patience`.
    pub fn wait_gone(&self, patience: Duration) -> bool {
        poll(patience, || (!self.is_alive()).then_some(())).is_some()
    }

    /// "pid start", to be kept in a file.
    pub fn to_text(&self) -> String {
        format!("{} {}", self.pid, self.started)
    }

    /// Reads what [`Identity::to_text`] wrote.
    pub fn from_text(text: &str) -> Option<Self> {
        let (pid, started) = text.trim().split_once(' ')?;
        Some(Self {
            pid: pid.parse().ok()?,
            started: started.parse().ok()?,
        })
    }
}

/// Asks again every 50 ms until there is an answer; none when `patience` is over.
pub fn poll<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return Some(answer);
        }
        if begun.elapsed() >= patience {
            return None;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Asks a child to end, and ends it when it takes longer than `patience`.
pub fn stop(child: &mut Child, signal: Signal, patience: Duration) -> Option<ExitStatus> {
    if let Ok(Some(status)) = child.try_wait() {
        return Some(status);
    }
    if let Ok(pid) = i32::try_from(child.id()) {
        let _ = kill(Pid::from_raw(pid), signal);
    }
    let ended = poll(patience, || child.try_wait().ok().flatten());
    ended.or_else(|| {
        let _ = child.kill();
        child.wait().ok()
    })
}

/// Gives a child a process group of its own, so that Ctrl-C in the terminal reaches us alone and
/// the order of stopping stays ours, and lets the kernel send it `signal` when we die, however.
///
/// The kernel means the thread: spawn such a child from one that lives as long as the process.
#[expect(unsafe_code, reason = "between fork and exec only two system calls are made")]
pub fn tie_to_parent(command: &mut Command, signal: Signal) {
    let parent = Pid::this();
    command.process_group(0);
    // SAFETY: prctl and getppid are async-signal-safe; nothing is allocated.
    unsafe {
        command.pre_exec(move || {
            nix::sys::prctl::set_pdeathsig(signal)?;
            if getppid() == parent {
                Ok(())
            } else {
                Err(std::io::ErrorKind::BrokenPipe.into())
            }
        });
    }
}
