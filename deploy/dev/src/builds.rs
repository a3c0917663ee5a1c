//! Building the product from the checkout.

mod console;
mod deputy;
mod kept;

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::checkout::Checkout;
use crate::error::{Doing as _, Result};
use crate::product::PROGRAMS;
use crate::steps;

pub use console::console;
pub use deputy::{MINI_PROGRAM, browser_client, mini_program_beside};

/// Installs what the residents' page is made with, if that has changed, and makes it.
pub fn resident_page(checkout: &Checkout) -> Result<()> {
    let folder = checkout.root().join("web/resident");
    install_packages(&folder)?;
    steps::run(npm(&folder, &["run", "--silent", "build"]))
}

/// `npm ci`, but only when the lock file is another one than the last time.
pub fn install_packages(folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let lock = fs::read(&lock).doing(|| format!("reading {}", lock.display()))?;
    let mut hasher = DefaultHasher::new();
    lock.hash(&mut hasher);
    let digest = format!("{:016x}", hasher.finish());
    let note = folder.join("node_modules/.minyi-lock-digest");
    if fs::read_to_string(&note).is_ok_and(|noted| noted == digest) {
        return Ok(());
    }
    steps::run(npm(folder, &["ci", "--no-audit", "--no-fund"]))?;
    // A package without dependencies gets no folder; it is then installed again next time.
    let _ = fs::write(&note, digest);
    Ok(())
}

/// npm in a folder.
pub fn npm(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    command
}

/// The product's programs; `built`: those of the last build will do, if all are there. Built alone, their dependencies
/// have other features than beside the tests, so that everything would be compiled twice.
pub fn programs(checkout: &Checkout, built: bool) -> Result<()> {
    if built && PROGRAMS.iter().all(|name| checkout.program(name).is_file()) {
        return Ok(());
    }
    let mut command = checkout.cargo();
    command.args(["build", "--bins"]).stdin(Stdio::null());
    for program in PROGRAMS {
        command.args(["--package", program]);
    }
    steps::run(command)
}
