//! Where the private servers keep their files.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::sys::statvfs::statvfs;

use super::Account;
use crate::error::{Doing as _, Error, Result};

/// Files in memory, on most machines.
const MEMORY: &str = "/dev/shm";
/// What must be free there for a run of tests: the largest of its databases takes half of it.
const ROOM: u64 = 6 << 30;

/// A folder that belongs to the servers' account alone.
#[derive(Clone, Debug)]
pub struct Place {
    folder: PathBuf,
    account: Option<Account>,
}

impl Place {
    /// The place that belongs to a state folder: inside it, or in the temporary folder when the
    /// servers' account may not walk to the checkout (one under /root, for example).
    pub fn for_state(state: &Path) -> Result<Self> {
        let account = Account::for_servers()?;
        let folder = match &account {
            Some(account) if !account.may_enter(state) => elsewhere(state),
            _ => state.join("servers"),
        };
        Self::make(folder, account)
    }

    /// A fresh place in the temporary folder, for tests; the caller removes it.
    pub fn temporary(name: &str) -> Result<Self> {
        let folder = std::env::temp_dir().join(name);
        Self::make(folder, Account::for_servers()?)
    }

    /// A fresh place for what is thrown away anyway, in memory where it has the room; the caller removes it. On a disk
    /// the files of a thousand databases that come and go cost more of the processor than all that is done with them.
    pub fn fleeting(name: &str) -> Result<Self> {
        if !memory_has_room() {
            return Self::temporary(name);
        }
        Self::make(Path::new(MEMORY).join(name), Account::for_servers()?)
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether a state folder's servers live outside of it.
    pub fn is_outside(&self, state: &Path) -> bool {
        !self.folder.starts_with(state)
    }

    /// A folder in here, owned by the servers' account.
    pub(super) fn subfolder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        claim(&folder, self.account.as_ref())?;
        Ok(folder)
    }

    /// A small secret file in here that only the servers' account (and root) may read.
    pub(super) fn secret_file(&self, name: &str, content: &str) -> Result<PathBuf> {
        let path = self.folder.join(name);
        write_private(&path, content)?;
        if let Some(account) = &self.account {
            chown(&path, Some(account.uid), Some(account.gid))
                .doing(|| format!("giving {} to {}", path.display(), account.name))?;
        }
        Ok(path)
    }

    /// A command that runs under the servers' account.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.folder).stdin(Stdio::null());
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    fn make(folder: PathBuf, account: Option<Account>) -> Result<Self> {
        claim(&folder, account.as_ref())?;
        Ok(Self { folder, account })
    }
}

/// Whether both the folder and the memory behind it are large enough: a container's is often small.
fn memory_has_room() -> bool {
    let free = statvfs(MEMORY).map_or(0, |folder| folder.blocks_available() * folder.fragment_size());
    let known = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let available = known.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kilobytes = available.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    free >= ROOM && kilobytes.is_some_and(|kilobytes| kilobytes >= ROOM / 1024)
}

fn elsewhere(state: &Path) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    std::env::temp_dir().join(format!("minyi-dev-{:016x}", hasher.finish()))
}

/// Creates a folder for the account alone. One that exists must already be the account's: in the
/// temporary folder anybody could have put one there.
fn claim(folder: &Path, account: Option<&Account>) -> Result<()> {
    let doing = || format!("preparing {}", folder.display());
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => match account {
            Some(account) => chown(folder, Some(account.uid), Some(account.gid)).doing(doing),
            None => Ok(()),
        },
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let found = fs::symlink_metadata(folder).doing(doing)?;
            let owner = account.map_or(nix::unistd::geteuid().as_raw(), |account| account.uid);
            if found.is_dir() && found.uid() == owner {
                return Ok(());
            }
            Err(Error::failed(
                format!("{} exists and belongs to somebody else.", folder.display()),
                "remove it (`cargo dev reset` does, if it is yours) and try again",
            ))
        }
        Err(error) => Err(error).doing(doing),
    }
}

/// Writes a file that only its owner may read, at once or not at all.
pub fn write_private(path: &Path, content: &str) -> Result<()> {
    let draft = path.with_extension("draft");
    let doing = || format!("writing {}", path.display());
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(&draft).doing(doing)?;
    file.set_permissions(Permissions::from_mode(0o600))
        .and_then(|()| file.write_all(content.as_bytes()))
        .and_then(|()| fs::rename(&draft, path))
        .doing(doing)
}
