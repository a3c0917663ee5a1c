//! Where things lie: the checkout, and the folder of everything that `cargo dev` makes.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Doing as _, Error, Result};

/// One checkout and one state folder; two of either never meet.
#[derive(Clone, Debug)]
pub struct Checkout {
    root: PathBuf,
    state: PathBuf,
}

impl Checkout {
    /// Finds the checkout around the current folder. The state folder is `.dev` in it, unless
    /// `--state-dir` or the variable `MINYI_DEV_DIR` names another.
    pub fn find(state: Option<PathBuf>) -> Result<Self> {
        let here = std::env::current_dir().doing(|| "reading the current folder".into())?;
        let root = manifest_root().or_else(|| {
            let holds_us = |folder: &&Path| folder.join("deploy/dev/Cargo.toml").exists();
            here.ancestors().find(holds_us).map(Path::to_path_buf)
        });
        let root =
            root.ok_or_else(|| Error::failed("This is not a checkout of 民意码.", "change into the checkout"))?;
        let named = state.or_else(|| std::env::var_os("MINYI_DEV_DIR").map(PathBuf::from));
        let state = named.map_or_else(|| root.join(".dev"), |named| here.join(named));
        Ok(Self { root, state })
    }

    /// The checkout's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The state folder.
    pub fn state(&self) -> &Path {
        &self.state
    }

    /// A file or folder in the state folder.
    pub fn kept(&self, name: &str) -> PathBuf {
        self.state.join(name)
    }

    /// Makes the state folder and its log folder. Others may walk through it (the servers' own
    /// account has to, when we are root) but not look around.
    pub fn make_state(&self) -> Result<()> {
        let doing = || format!("preparing {}", self.state.display());
        let mut builder = DirBuilder::new();
        builder.recursive(true).create(&self.state).doing(doing)?;
        fs::set_permissions(&self.state, Permissions::from_mode(0o711)).doing(doing)?;
        builder.mode(0o700).create(self.kept("log")).doing(doing)
    }

    /// Cargo, in the checkout, without what the cargo that runs us has put into the environment.
    pub fn cargo(&self) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command.current_dir(&self.root);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
                command.env_remove(&name);
            }
        }
        command
    }

    /// A program that cargo has built.
    pub fn program(&self, name: &str) -> PathBuf {
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| self.root.join("target"), |folder| self.root.join(folder));
        target.join("debug").join(name)
    }
}

/// `cargo dev` is `cargo run`, which tells where the launcher's package is.
fn manifest_root() -> Option<PathBuf> {
    let package = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
    if !package.ends_with("deploy/dev") {
        return None;
    }
    package.ancestors().nth(2).map(Path::to_path_buf)
}
