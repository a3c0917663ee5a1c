use std::time::Duration;

use diesel::{
    PgConnection,
    connection::SimpleConnection,
    r2d2::{ConnectionManager, CustomizeConnection, Error as R2d2Error, Pool, PooledConnection},
};

use crate::{Error, Result, StoreConfig};

const CONNECTION_TIMEOUT: Duration = Duration::from_secs(2);

pub type Connection = PooledConnection<ConnectionManager<PgConnection>>;

/// The way to the database; cheap to clone.
#[derive(Clone)]
pub struct Store {
    pool: Pool<ConnectionManager<PgConnection>>,
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
    /// Opens the pool; fails when not one connection can be had within two seconds.
    ///
    /// A connection is not tested when it is taken, which would cost a round trip each time: one that broke fails the
    /// call that uses it and leaves the pool.
    pub fn connect(config: &StoreConfig) -> Result<Self> {
        let pool = Pool::builder()
            .max_size(config.pool_size)
            .connection_timeout(CONNECTION_TIMEOUT)
            .test_on_check_out(false)
            .connection_customizer(Box::new(Limits))
            .build(ConnectionManager::new(&config.database_url))
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { pool })
    }

    /// Whether the database answers at all.
    pub fn ping(&self) -> Result<()> {
        self.connection()?.batch_execute("SELECT 1").map_err(Error::from)
    }

    pub(crate) fn connection(&self) -> Result<Connection> {
        self.pool.get().map_err(|error| Error::Unavailable(error.to_string()))
    }
}

/// No statement may hold a person for longer than five seconds.
#[derive(Debug)]
struct Limits;

impl CustomizeConnection<PgConnection, R2d2Error> for Limits {
    fn on_acquire(&self, connection: &mut PgConnection) -> std::result::Result<(), R2d2Error> {
        connection
            .batch_execute(
                "SET statement_timeout = '5s'; SET idle_in_transaction_session_timeout = '10s'; SET timezone = 'UTC'",
            )
            .map_err(R2d2Error::QueryError)
    }
}
