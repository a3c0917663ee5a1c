//! The console (web/console), before the product starts.

use super::kept::Build;
use super::{install_packages, npm};
use crate::checkout::Checkout;
use crate::error::Result;
use crate::steps;

/// The console; only when its sources have changed.
pub fn console(checkout: &Checkout) -> Result<()> {
    let folder = checkout.root().join("web/console");
    install_packages(&folder)?;
    let build = Build::of(&folder, "console", "")?;
    if build.is_made() {
        return Ok(());
    }
    build.forget()?;
    steps::run(npm(&folder, &["run", "--silent", "build"]))?;
    build.note()
}
