//! A Python with packages that nobody here wrote, against which tests hold our own results.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::checkout::Checkout;
use crate::error::Result;
use crate::steps;

/// What tests ask, with the versions that they were written against.
const PACKAGES: &[&str] = &[
    "chinesecalendar==1.11.0",
    "wechatpy==1.8.18",
    "cryptography==50.0.2",
    "tencentcloud-sdk-python-common==3.1.195",
    "alibabacloud-tea-openapi==0.4.6",
    "DingtalkChatbot==1.5.7",
];

/// Names the Python; one that is named already is taken as it is.
pub const NAME: &str = "MINYI_ORACLE_PYTHON";

/// A virtual environment under `.dev/` with the packages.
pub fn python(checkout: &Checkout) -> Result<PathBuf> {
    if let Some(named) = std::env::var_os(NAME) {
        return Ok(named.into());
    }
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
