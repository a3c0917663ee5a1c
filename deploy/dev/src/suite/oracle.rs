//! A Python with packages that nobody here wrote, against which tests hold our own results.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::checkout::Checkout;
use crate::error::Result;
use crate::steps;

/// What a test asks, with the version that it was written against.
const PACKAGES: &[&str] = &["chinesecalendar==1.11.0"];

/// A virtual environment under `.dev/` with the packages.
pub fn python(checkout: &Checkout) -> Result<PathBuf> {
    let folder = checkout.state().join("oracle");
    let python = folder.join("bin/python");
    if !python.exists() {
        let mut make = Command::new("python3");
        make.args(["-m", "venv"]).arg(&folder).stdin(Stdio::null());
        steps::run(make)?;
    }
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    install.args(PACKAGES).stdin(Stdio::null());
    steps::run(install)?;
    Ok(python)
}
