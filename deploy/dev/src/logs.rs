//! What the programs say: to a file each, and to the terminal with the name in front.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, PipeReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A file that grew past this begins anew; the one before is kept as `.1`.
const LARGEST_BYTES: u64 = 10 * 1024 * 1024;
/// How many lines are shown when a program has died.
const KEPT_LINES: usize = 15;

/// The last lines that a program said.
#[derive(Clone, Debug, Default)]
pub struct Tail(Arc<Mutex<VecDeque<String>>>);

impl Tail {
    /// Those lines, one under the other.
    pub fn text(&self) -> String {
        let lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().map(|line| format!("    {line}\n")).collect()
    }

    fn push(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    }
}

/// Follows what comes out of `pipe` until the program has ended.
pub fn follow(pipe: PipeReader, name: &'static str, path: PathBuf, shown: bool) -> Tail {
    let tail = Tail::default();
    let kept = tail.clone();
    thread::spawn(move || {
        let mut log = Log::open(path);
        for line in BufReader::new(pipe).split(b'\n') {
            let Ok(line) = line else { break };
            let line = String::from_utf8_lossy(&line);
            kept.push(&line);
            log.write(&line);
            if shown {
                // Nobody may be reading the terminal any more; the file has it.
                let _ = writeln!(io::stdout(), "{name:>9} │ {line}");
            }
        }
    });
    tail
}

/// A log that cannot be written (disk full) must not stop the program that it is about.
struct Log {
    path: PathBuf,
    file: Option<File>,
    written: u64,
}

impl Log {
    fn open(path: PathBuf) -> Self {
        let file = File::options().create(true).append(true).open(&path).ok();
        let written = fs::metadata(&path).map_or(0, |found| found.len());
        Self { path, file, written }
    }

    fn write(&mut self, line: &str) {
        if self.written > LARGEST_BYTES {
            let _ = fs::rename(&self.path, older(&self.path));
            *self = Self::open(self.path.clone());
        }
        if let Some(file) = &mut self.file {
            let _ = writeln!(file, "{line}");
            self.written += line.len() as u64 + 1;
        }
    }
}

fn older(path: &Path) -> PathBuf {
    path.with_extension("log.1")
}
