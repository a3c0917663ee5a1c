use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use diesel::r2d2::{Pool, PooledConnection};
use diesel::{PgConnection, connection::SimpleConnection};

use crate::{Error, Result, StoreConfig};

use manager::Manager;

mod manager;

/// The way to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: Pool<Manager>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The pool knows the address with its password.
        f.debug_struct("Store")
            .field("connections", &self.pool.state().connections)
            .finish()
    }
}

impl Store {
    /// Opens the pool; fails when its connections cannot be had in the configured time.
    pub fn connect(config: &StoreConfig) -> Result<Self> {
        let pool = Pool::builder()
            .max_size(config.pool_size)
            .connection_timeout(Duration::from_secs(config.patience_seconds))
            .build(Manager::new(&config.database_url))
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { pool })
    }

    /// Whether the database answers at all.
    pub fn ping(&self) -> Result<()> {
        self.connection()?.batch_execute("SELECT 1").map_err(Error::from)
    }

    pub(crate) fn connection(&self) -> Result<Connection> {
        let connection = self.pool.get();
        connection
            .map(Connection)
            .map_err(|error| Error::Unavailable(error.to_string()))
    }
}

/// A connection on loan from the pool.
pub struct Connection(PooledConnection<Manager>);

impl Deref for Connection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.0.connection
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.0.connection
    }
}
