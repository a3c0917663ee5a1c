//! A Redis of the test's own, and keys.

use std::{
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use minyi_dev::servers::free_port;
use minyi_gateways::{
    Mode,
    keys::{Keys, KeysConfig},
    redis_link::{RedisConfig, RedisLink},
};

/// A port on which nobody listens: one of those that the system gives to nobody who asks for any.
pub const NOBODY: u16 = 1;

/// A redis-server on a free port of the loopback address, gone when dropped.
pub struct RedisServer {
    process: Child,
    pub port: u16,
}

impl RedisServer {
    pub fn start() -> Self {
        let port = free_port().unwrap();
        let server = Self {
            process: spawn(port),
            port,
        };
        server.wait();
        server
    }

    pub fn link(&self) -> RedisLink {
        link(self.port)
    }

    pub async fn connection(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(format!("redis://127.0.0.1:{}", self.port)).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    pub async fn flush(&self) {
        redis::cmd("FLUSHALL")
            .exec_async(&mut self.connection().await)
            .await
            .unwrap();
    }

    /// Kills the server and everything it held.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts an empty one on the same port.
    pub fn restart(&mut self) {
        self.process = spawn(self.port);
        self.wait();
    }

    fn wait(&self) {
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "redis-server does not start"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(port: u16) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed")
}

/// With the patience for a machine that has much else to do: a Redis that is there counts as there.
pub fn link(port: u16) -> RedisLink {
    link_with(port, Duration::from_secs(60))
}

pub fn link_with(port: u16, timeout: Duration) -> RedisLink {
    let config = RedisConfig {
        redis_url: format!("redis://127.0.0.1:{port}/0").into(),
        redis_timeout_ms: timeout.as_millis().try_into().unwrap(),
    };
    RedisLink::new(&config).unwrap()
}

pub const CONTACT_KEY: &str = "pZ7CpCJtYRaaEgA+EVn1ht4qQLCYHFPmW+qrRYdgjro=";
pub const INDEX_KEY: &str = "GZeVoers2V0eJ8K+M4208kmT71PXUZ8g9YB5k4VQd+Q=";
pub const LINK_KEY: &str = "qSt9dj3AVoCpfMaDO6rylhmKOUJIihMBXUpKq9tft5Q=";

pub fn keys() -> Keys {
    Keys::new(&keys_config(), Mode::Production).unwrap()
}

pub fn keys_config() -> KeysConfig {
    KeysConfig {
        contact_keys: format!("k1:{CONTACT_KEY}").into(),
        index_key: INDEX_KEY.into(),
        link_key: LINK_KEY.into(),
    }
}
