//! `cargo dev down`, `status` and `reset`.

use std::fs;

use crate::checkout::Checkout;
use crate::error::{Doing as _, Error, Result};
use crate::lock;
use crate::process::Identity;
use crate::servers::Place;
use crate::stack::Stack;

/// Stops what runs for this state folder, and nothing else.
pub fn down(checkout: &Checkout) -> Result<()> {
    if lock::end_holder(checkout)? {
        say!("stopped.");
    } else {
        say!("nothing was running.");
    }
    // Left behind by a launcher that was killed; what it had started has ended with it.
    Stack::remove(checkout)
}

/// Tells what runs.
pub fn status(checkout: &Checkout) -> Result<()> {
    let Some(launcher) = lock::holder(checkout) else {
        say!("nothing runs here; `cargo dev up` starts it.");
        return Ok(());
    };
    let Some(stack) = Stack::read(checkout) else {
        say!("it is being started (process {}).", launcher.pid());
        return Ok(());
    };
    for (name, pid) in stack.pids() {
        let alive = u32::try_from(pid).ok().and_then(Identity::of).is_some();
        say!(
            "  {name:<10} process {pid:<8} {}",
            if alive { "runs" } else { "has ended" }
        );
    }
    say!("\n{}", stack.table());
    Ok(())
}

/// Stops, and removes everything that was made under the state folder.
pub fn reset(checkout: &Checkout) -> Result<()> {
    down(checkout)?;
    let state = checkout.state();
    if !state.exists() {
        return Ok(());
    }
    if !state.join("launcher.lock").exists() {
        return Err(Error::failed(
            format!("{} was not made by `cargo dev`.", state.display()),
            "name the right folder, or remove it yourself",
        ));
    }
    let place = Place::for_state(state)?;
    for folder in [place.folder(), state] {
        if folder.exists() {
            fs::remove_dir_all(folder).doing(|| format!("removing {}", folder.display()))?;
        }
    }
    say!("all data of the demonstration is removed.");
    Ok(())
}
