//! `cargo dev test`: every check and every test, and one line at the end that counts them.

mod count;
mod oracle;
mod parts;

use std::process::ExitCode;

use crate::checkout::Checkout;
use crate::error::{Error, Result};
use crate::steps::{Interrupt, Steps};
use count::Count;
use parts::TestServers;

const STEPS: usize = 8;

/// Runs everything. A part that fails does not hide what the later parts would have found.
pub fn run(checkout: &Checkout) -> Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    checkout.make_state()?;
    let mut steps = Steps::new(STEPS, &interrupt);
    let mut all = Vec::new();
    let tools = steps.step("checking the system's programs", parts::tools);
    all.push(single("the system's programs", tools)?);
    let format = steps.step("format (cargo fmt --check)", || parts::format(checkout));
    all.push(single("format", format)?);
    let clippy = steps.step("clippy, warnings denied", || parts::clippy(checkout));
    all.push(single("clippy", clippy)?);
    let page = steps.step("the residents' page: types and build", || {
        parts::resident_page(checkout)
    });
    all.push(single("the residents' page", page)?);
    let client = steps.step("the deputies' client: types, tests, both builds", || {
        parts::deputy_client(checkout)
    });
    all.push(single("the deputies' client", client)?);
    let console = steps.step("the console: types, tests, build, size", || parts::console(checkout));
    all.push(single("the console", console)?);
    let tests = steps.step("unit, property and integration tests", || {
        let servers = TestServers::start(checkout)?;
        parts::rust_tests(checkout, &servers)
    });
    all.push(many("the Rust tests", tests)?);
    let browser = steps.step("browser tests", || parts::browser_tests(checkout));
    all.push(many("the browser tests", browser)?);
    Ok(tell(&all))
}

/// A check that passes or fails as a whole.
fn single(name: &'static str, outcome: Result<()>) -> Result<(&'static str, Count)> {
    many(name, outcome.map(|()| Count { passed: 1, failed: 0 }))
}

/// A part that could not run at all counts as one failure; only the person's Ctrl-C ends the run.
fn many(name: &'static str, outcome: Result<Count>) -> Result<(&'static str, Count)> {
    match outcome {
        Ok(count) => Ok((name, count)),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(error) => {
            say!("{error}");
            Ok((name, Count { passed: 0, failed: 1 }))
        }
    }
}

fn tell(all: &[(&str, Count)]) -> ExitCode {
    say!();
    for (name, count) in all.iter().filter(|(_, count)| count.failed > 0) {
        say!("failed: {name} ({} of {})", count.failed, count.passed + count.failed);
    }
    let passed: u32 = all.iter().map(|(_, count)| count.passed).sum();
    let failed: u32 = all.iter().map(|(_, count)| count.failed).sum();
    say!("{passed} passed, {failed} failed");
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
