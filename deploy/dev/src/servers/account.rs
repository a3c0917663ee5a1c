//! The system account under which the private servers run.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{User, geteuid};

use crate::error::{Error, Result};

/// An account without rights. Postgres refuses to run as root; who is not root keeps its own.
#[derive(Clone, Debug)]
pub struct Account {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

impl Account {
    /// None for an ordinary user; for root the account of the Postgres package, or nobody's.
    pub fn for_servers() -> Result<Option<Self>> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        let known = ["postgres", "nobody"]
            .into_iter()
            .find_map(|name| User::from_name(name).ok().flatten());
        match known {
            Some(user) => Ok(Some(Self {
                name: user.name,
                uid: user.uid.as_raw(),
                gid: user.gid.as_raw(),
            })),
            None => Err(Error::failed(
                "Postgres does not run as root, and there is neither an account postgres nor nobody.",
                "run as an ordinary user, or create one: useradd --system postgres",
            )),
        }
    }

    /// The name in /etc/passwd.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this account may walk into a folder: every folder above it counts too.
    pub(super) fn may_enter(&self, folder: &Path) -> bool {
        let mut test = Command::new("test");
        test.arg("-x").arg(folder).stdin(Stdio::null());
        test.uid(self.uid).gid(self.gid).current_dir("/");
        test.status().is_ok_and(|status| status.success())
    }
}
