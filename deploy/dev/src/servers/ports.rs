//! Ports of the loopback interface.
//!
//! Between choosing a port and listening on it there is always a gap, in which another program may take it. Two things
//! close it: the ports lie below the range from which the system takes those of outgoing connections and of whoever
//! asks for any, so that nobody comes upon one by chance; and whoever chooses here claims the port first, by a name that
//! the system gives to one process only and takes back when that process ends, however it ends.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::sync::{Mutex, PoisonError};

use super::random_bytes;
use crate::error::{Doing as _, Error, Result};

/// Linux gives out 32768 to 60999 by itself.
const FIRST: u16 = 15_000;
const PORTS: u16 = 17_000;
const ATTEMPTS: usize = 1_000;

/// What this process has claimed, until it ends.
static CLAIMS: Mutex<Vec<UnixListener>> = Mutex::new(Vec::new());

/// A port of the loopback interface that nobody uses now, and that is nobody else's as long as this process lives.
pub fn free_port() -> Result<u16> {
    for _ in 0..ATTEMPTS {
        let port = FIRST + u16::from_be_bytes(random_bytes()?) % PORTS;
        if claim_port(port)? && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Error::failed(
        format!("No free port was found between {FIRST} and {}.", FIRST + PORTS),
        "see who has them: ss -ltn",
    ))
}

/// Whether a port is from now on this process's among those that claim theirs; false if another has claimed it.
pub fn claim_port(port: u16) -> Result<bool> {
    let doing = || format!("claiming port {port}");
    // An abstract name: no file, so nothing that a killed process leaves behind.
    let name = SocketAddr::from_abstract_name(format!("minyi-port-{port}")).doing(doing)?;
    match UnixListener::bind_addr(&name) {
        Ok(claim) => {
            CLAIMS.lock().unwrap_or_else(PoisonError::into_inner).push(claim);
            Ok(true)
        }
        Err(error) if error.kind() == ErrorKind::AddrInUse => Ok(false),
        Err(error) => Err(error).doing(doing),
    }
}
