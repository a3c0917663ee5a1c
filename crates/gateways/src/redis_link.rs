//! The connection to Redis.
//!
//! Redis only makes things fast here; the truth is in Postgres, and every user of this module
//! says what it does without Redis. Therefore nothing waits long: a command that is not
//! answered in the configured time, half a second, is an [`crate::Error::RedisUnavailable`]. A
//! lost connection is made again in the background by the next command.

use std::time::Duration;

use redis::{
    AsyncConnectionConfig, Client,
    aio::{ConnectionManager, ConnectionManagerConfig, MultiplexedConnection},
};
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, Result};

/// Where Redis is.
#[derive(Debug, Clone, clap::Args)]
pub struct RedisConfig {
    /// Address of Redis: `redis://[:password@]host:port/database`
    #[arg(long, env = "MINYI_REDIS_URL", hide_env_values = true)]
    pub redis_url: SecretString,
    /// How many milliseconds Redis may take for a connection or an answer. After half of it a
    /// rate limit is counted without Redis.
    #[arg(
        long,
        env = "MINYI_REDIS_TIMEOUT_MS",
        default_value_t = 500,
        value_parser = clap::value_parser!(u64).range(10..=600_000)
    )]
    pub redis_timeout_ms: u64,
}

/// One connection for many short commands at once, which repairs itself. Clones share it.
#[derive(Clone)]
pub struct RedisLink {
    client: Client,
    manager: ConnectionManager,
    timeout: Duration,
}

impl RedisLink {
    /// Prepares the connection; Redis need not be there yet. Must be called inside a tokio
    /// runtime. [`Error::Configuration`] if the address is malformed.
    pub fn new(config: &RedisConfig) -> Result<Self> {
        // The library's error would repeat the address and with it the password.
        let malformed = |_| Error::configuration("MINYI_REDIS_URL", "expected redis://host:port/database");
        let client = Client::open(config.redis_url.expose_secret()).map_err(malformed)?;
        let timeout = Duration::from_millis(config.redis_timeout_ms);
        let settings = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout))
            // The next command tries again anyway; waiting here would hold a request up.
            .set_number_of_retries(0);
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), settings)?;
        Ok(Self {
            client,
            manager,
            timeout,
        })
    }

    /// Asks Redis for a sign of life, for the readiness endpoint.
    pub async fn ping(&self) -> Result<()> {
        Ok(redis::cmd("PING").exec_async(&mut self.manager()).await?)
    }

    /// How long an answer may take.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout
    }

    pub(crate) fn manager(&self) -> ConnectionManager {
        self.manager.clone()
    }

    /// A connection of its own for commands that block in the server, without a time limit for
    /// the answer: the caller sets one that fits.
    pub(crate) async fn blocking(&self) -> Result<MultiplexedConnection> {
        let settings = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.timeout))
            .set_response_timeout(None);
        Ok(self
            .client
            .get_multiplexed_async_connection_with_config(&settings)
            .await?)
    }
}

impl std::fmt::Debug for RedisLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedisLink")
    }
}
