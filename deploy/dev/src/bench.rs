//! `cargo dev bench`: measures the product in its release build, on servers of its own. `cargo dev bench fill`: writes the
//! data that takes minutes, once.

use std::process::Stdio;

use crate::builds;
use crate::checkout::Checkout;
use crate::error::Result;
use crate::steps;
use crate::tools;

/// Builds what is measured and measures it; `further` goes to the program that does so.
pub fn run(checkout: &Checkout, further: &[String]) -> Result<()> {
    checkout.make_state()?;
    tools::ensure(tools::TO_RUN.iter().chain(tools::TO_BENCH))?;
    builds::resident_page(checkout)?;
    let mut command = checkout.cargo();
    command.args(["run", "--release", "--package", "minyi-benches", "--"]);
    command.args(further).env("MINYI_WEB_DIR", checkout.root().join("web"));
    let lacks = |option: &str| !further.iter().any(|word| word == option);
    if lacks("fill") && lacks("--json") {
        command.arg("--json").arg(checkout.kept("bench.json"));
    }
    if lacks("--data") {
        command.arg("--data").arg(checkout.kept("bench-data"));
    }
    command.stdin(Stdio::null());
    steps::run(command)
}
