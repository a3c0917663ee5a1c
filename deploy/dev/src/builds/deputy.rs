//! The deputies' client (web/deputy): for the browser before the product starts, for WeChat beside it.

use std::fs::File;
use std::process::Command;
use std::thread;

use nix::sys::signal::Signal;

use super::kept::Build;
use super::{install_packages, npm};
use crate::checkout::Checkout;
use crate::error::{Doing as _, Result};
use crate::{process, steps};

/// Where the mini-program lies, for WeChat's developer tools; in the checkout.
pub const MINI_PROGRAM: &str = "web/deputy/dist/build/mp-weixin";

/// The client for the browser, with the simulator's ways in; only when its sources have changed.
pub fn browser_client(checkout: &Checkout) -> Result<()> {
    let folder = checkout.root().join("web/deputy");
    install_packages(&folder)?;
    let build = Build::of(&folder, "h5", "simulator")?;
    if build.is_made() {
        return Ok(());
    }
    build.forget()?;
    steps::run(npm(&folder, &["run", "--silent", "build:h5:simulator"]))?;
    build.note()
}

/// The mini-program, in the background: nothing that runs here waits for it. Its words go to `log/mini-program.log`.
pub fn mini_program_beside(checkout: &Checkout, base_url: &str) -> Result<()> {
    let folder = checkout.root().join("web/deputy");
    let build = Build::of(&folder, "mp-weixin", base_url)?;
    if build.is_made() {
        return Ok(());
    }
    build.forget()?;
    let log = checkout.kept("log").join("mini-program.log");
    let doing = || format!("building the mini-program (see {})", log.display());
    let output = File::create(&log).doing(doing)?;
    let mut command: Command = npm(&folder, &["run", "--silent", "build:mp-weixin"]);
    command.env("VITE_API_BASE", base_url);
    command.stderr(output.try_clone().doing(doing)?).stdout(output);
    process::tie_to_parent(&mut command, Signal::SIGTERM);
    let mut child = command.spawn().doing(doing)?;
    thread::spawn(move || {
        // Without a note it is built again next time.
        if child.wait().is_ok_and(|status| status.success()) {
            let _ = build.note();
        }
    });
    Ok(())
}
