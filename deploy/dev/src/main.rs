//! `cargo dev …`

use std::process::ExitCode;

use minyi_dev::Error;

fn main() -> ExitCode {
    match minyi_dev::run(std::env::args().skip(1)) {
        Ok(code) => code,
        Err(Error::Interrupted) => ExitCode::from(130),
        Err(error) => {
            eprintln!("\n{error}");
            ExitCode::FAILURE
        }
    }
}
