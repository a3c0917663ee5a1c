//! Private servers: a Postgres cluster and a Redis of our own, on free ports of the loopback
//! interface, beside whatever the system runs. Used by `cargo dev` and by the tests' support.

mod account;
mod place;
mod ports;
mod postgres;
mod redis;

use std::fs;
use std::io::Read as _;
use std::process::{Child, Command};
use std::time::Duration;

use nix::sys::signal::Signal;

pub use account::Account;
pub use place::{Place, write_private};
pub use ports::{claim_port, free_port};
pub use postgres::{Binaries, OLDEST_POSTGRES, PrivatePostgres};
pub use redis::PrivateRedis;

use crate::error::{Doing as _, Error, Result};
use crate::process;

/// How much a server may lose when the machine loses power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was confirmed: for a database that someone works with.
    Kept,
    /// Everything: for tests, which start anew and want speed.
    Thrown,
}

/// A program that can be started, asked whether it is ready, and stopped.
pub trait Server {
    /// The short name in logs, tables and stack.json.
    fn name(&self) -> &'static str;
    /// The command that starts it; also called for a restart after a crash.
    fn command(&self) -> Result<Command>;
    /// Whether it answers.
    fn is_ready(&self) -> bool;
    /// The signal by which it ends in good order.
    fn stop_signal(&self) -> Signal;
}

/// Waits until a started server answers. Says so when it ended instead, or takes too long.
pub fn wait_ready(server: &dyn Server, child: &mut Child, patience: Duration) -> Result<()> {
    let answer = process::poll(patience, || {
        if server.is_ready() {
            return Some(Ok(()));
        }
        let status = child.try_wait().ok().flatten()?;
        Some(Err(format!("{} ended while it started ({status}).", server.name())))
    });
    let late = || Err(format!("{} is not ready after {patience:?}.", server.name()));
    answer
        .unwrap_or_else(late)
        .map_err(|what| Error::failed(what, "read its log, named below or under .dev/log"))
}

/// Random bytes from the system.
pub fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .doing(|| "reading /dev/urandom".into())?;
    Ok(bytes)
}

/// A random password of 32 hexadecimal digits, which needs no escaping in an address.
pub fn random_password() -> Result<String> {
    let bytes = random_bytes::<16>()?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
