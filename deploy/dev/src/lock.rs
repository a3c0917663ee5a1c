//! One launcher a state folder: it holds a lock on a file that tells which process it is.

use std::fs::{self, File, TryLockError};
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::checkout::Checkout;
use crate::error::{Doing as _, Error, Result};
use crate::process::{self, Identity};

/// Longer than everything that the launcher waits for while it stops its programs.
const STOP_PATIENCE: Duration = Duration::from_secs(120);

/// Held as long as the launcher lives; the system lets go of it however the launcher ends.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock; none if another launcher has it.
    pub fn take(checkout: &Checkout) -> Result<Option<Self>> {
        let path = path(checkout);
        let doing = || format!("locking {}", path.display());
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true);
        let mut file = options.open(&path).doing(doing)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error).doing(doing),
        }
        let note = Identity::of_self().map(|own| own.to_text()).unwrap_or_default();
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(note.as_bytes()))
            .doing(doing)?;
        Ok(Some(Self { _file: file }))
    }
}

/// The launcher that runs for this state folder, if one does. Both must hold: somebody has the
/// lock, and the noted process is still the same one; so that a number that the system has given
/// to somebody else since is never touched.
pub fn holder(checkout: &Checkout) -> Option<Identity> {
    let file = File::open(path(checkout)).ok()?;
    match file.try_lock_shared() {
        Ok(()) => return None,
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(_)) => return None,
    }
    // Between taking the lock and noting itself a launcher needs a moment.
    process::poll(Duration::from_secs(2), || {
        let note = fs::read_to_string(path(checkout)).ok()?;
        Identity::from_text(&note).filter(Identity::is_alive)
    })
}

/// Ends the launcher, which ends what it has started. False if none runs.
pub fn end_holder(checkout: &Checkout) -> Result<bool> {
    let Some(launcher) = holder(checkout) else {
        return Ok(false);
    };
    launcher.signal(Signal::SIGTERM);
    if launcher.wait_gone(STOP_PATIENCE) {
        return Ok(true);
    }
    let pid = launcher.pid();
    Err(Error::failed(
        format!("The launcher (process {pid}) does not end."),
        format!("end it yourself: kill -KILL {pid} (what it has started ends with it)"),
    ))
}

fn path(checkout: &Checkout) -> PathBuf {
    checkout.kept("launcher.lock")
}
