//! A private Redis.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::{Durability, Place, Server, free_port, random_password};
use crate::error::Result;

/// A Redis of our own: loopback only, a random password.
#[derive(Debug)]
pub struct PrivateRedis {
    place: Place,
    settings: PathBuf,
    port: u16,
    password: String,
}

impl PrivateRedis {
    /// Writes its settings and picks a port; what it kept earlier is found again.
    pub fn prepare(place: &Place, durability: Durability) -> Result<Self> {
        let data = place.subfolder("redis")?;
        let port = free_port()?;
        let password = random_password()?;
        let keeping = match durability {
            Durability::Kept => "appendonly yes",
            Durability::Thrown => "appendonly no",
        };
        // In a file and not on the command line, where every user of the machine could read it.
        // Tests take one logical database each.
        let settings = format!(
            "bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir \"{}\"\n\
             daemonize no\nsave \"\"\ndatabases 1024\n{keeping}\n",
            data.display()
        );
        let settings = place.secret_file("redis.conf", &settings)?;
        Ok(Self {
            place: place.clone(),
            settings,
            port,
            password,
        })
    }

    /// The address of one logical database (0 to 1023), password included.
    pub fn url(&self, database: u32) -> String {
        let Self { port, password, .. } = self;
        format!("redis://:{password}@127.0.0.1:{port}/{database}")
    }

    fn answers(&self) -> std::io::Result<bool> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut connection = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        connection.set_read_timeout(Some(Duration::from_secs(1)))?;
        connection.write_all(format!("AUTH {}\r\nPING\r\nQUIT\r\n", self.password).as_bytes())?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer.contains("+PONG"))
    }
}

impl Server for PrivateRedis {
    fn name(&self) -> &'static str {
        "redis"
    }

    fn command(&self) -> Result<Command> {
        let mut command = self.place.command(Path::new("redis-server"));
        command.arg(&self.settings);
        Ok(command)
    }

    fn is_ready(&self) -> bool {
        self.answers().unwrap_or(false)
    }

    fn stop_signal(&self) -> Signal {
        Signal::SIGTERM
    }
}
