//! The launcher behind `cargo dev`: brings the whole product up on a developer's machine, takes
//! it down again, and runs every check.
//!
//! The tests' support uses [`servers`] for its private Postgres and Redis.

/// Says something to the person at the terminal. Unlike `println!` it does not end the program
/// when nobody listens any more (`cargo dev up | head`): what was started has to be stopped first.
macro_rules! say {
    ($($word:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($word)*);
    }};
}

mod bench;
mod builds;
mod checkout;
mod cli;
mod contract;
mod control;
mod detach;
mod error;
mod lock;
mod logs;
pub mod process;
mod product;
mod secrets;
pub mod servers;
mod stack;
mod steps;
mod suite;
mod supervisor;
mod tools;
mod up;

use std::process::ExitCode;

pub use checkout::Checkout;
pub use cli::{Action, Request, parse};
pub use error::{Error, Result};

/// Does what the command line asks for.
pub fn run(arguments: impl IntoIterator<Item = String>) -> Result<ExitCode> {
    let request = parse(arguments)?;
    if request.action == Action::Help {
        say!("{}", cli::HELP);
        return Ok(ExitCode::SUCCESS);
    }
    let checkout = Checkout::find(request.state.clone())?;
    match request.action {
        Action::Test => return suite::run(&checkout),
        Action::Up => up::up(&checkout, &request)?,
        Action::Down => control::down(&checkout)?,
        Action::Status => control::status(&checkout)?,
        Action::Reset => control::reset(&checkout)?,
        Action::Openapi => contract::write(&checkout)?,
        Action::Bench => bench::run(&checkout, &request.further)?,
        Action::Help => {}
    }
    Ok(ExitCode::SUCCESS)
}
