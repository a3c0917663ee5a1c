//! What can go wrong in the launcher, said so that a person knows what to do next.

use std::fmt;
use std::io;

/// Written by hand and not with thiserror: the launcher has to compile in seconds.
#[derive(Debug)]
pub enum Error {
    /// The command line was not understood.
    Usage(String),
    /// The operating system refused something.
    Io {
        /// What was being done, as the end of "while …".
        doing: String,
        /// The system's own reason.
        source: io::Error,
    },
    /// A step did not succeed.
    Failed {
        /// What happened and why.
        what: String,
        /// What the person can do about it.
        advice: String,
    },
    /// The person pressed Ctrl-C or the process was told to end.
    Interrupted,
}

/// The result of everything here.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// A step that failed, with advice.
    pub fn failed(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self::Failed {
            what: what.into(),
            advice: advice.into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(what) => write!(out, "{what}\n\n{}", crate::cli::HELP),
            Self::Io { doing, source } => write!(out, "while {doing}: {source}"),
            Self::Failed { what, advice } => write!(out, "{what}\n  What to do: {advice}"),
            Self::Interrupted => write!(out, "interrupted"),
        }
    }
}

impl std::error::Error for Error {}

/// Adds to an I/O error what was being done.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|source| Error::Io { doing: what(), source })
    }
}
