//! `cargo dev openapi`: the HTTP contract, written again from the code.

use std::fs;
use std::process::Stdio;

use crate::checkout::Checkout;
use crate::error::{Doing as _, Error, Result};

/// Writes openapi.yaml. A test of the api keeps file and code equal; this is how to mend it.
pub fn write(checkout: &Checkout) -> Result<()> {
    let mut command = checkout.cargo();
    command.args(["run", "--quiet", "--package", "minyi-api", "--", "openapi"]);
    command.stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output().doing(|| "running minyi-api openapi".into())?;
    if !output.status.success() || !output.stdout.starts_with(b"openapi:") {
        return Err(Error::failed(
            "minyi-api openapi did not print the contract; openapi.yaml is unchanged.",
            "mend what stands above",
        ));
    }
    let path = checkout.root().join("openapi.yaml");
    fs::write(&path, output.stdout).doing(|| format!("writing {}", path.display()))?;
    say!("openapi.yaml is written.");
    Ok(())
}
