use diesel::{PgConnection, connection::SimpleConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::{Error, Result, Store};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

/// Any number, the same in every process: who migrates holds the lock of this number.
const LOCK: i64 = 0x6d69_6e79;

impl Store {
    /// Brings the database to this program's shape; returns the names of the migrations that ran now. Of several
    /// processes that start at once, one migrates and the others wait for it.
    pub fn migrate(&self) -> Result<Vec<String>> {
        self.alone(|connection| {
            let versions = connection.run_pending_migrations(MIGRATIONS);
            versions
                .map(|versions| versions.iter().map(ToString::to_string).collect())
                .map_err(|error| Error::Migration(error.to_string()))
        })
    }

    /// Takes every migration back. The data is lost; for tests and development.
    pub fn revert_all_migrations(&self) -> Result<()> {
        self.alone(|connection| {
            let reverted = connection.revert_all_migrations(MIGRATIONS);
            reverted.map(drop).map_err(|error| Error::Migration(error.to_string()))
        })
    }

    /// Whether the database has this program's shape.
    pub fn is_migrated(&self) -> Result<bool> {
        let pending = self.connection()?.has_pending_migration(MIGRATIONS);
        pending
            .map(|pending| !pending)
            .map_err(|error| Error::Migration(error.to_string()))
    }

    /// Holds the lock, without the limit on a statement's time: a migration may take long.
    fn alone<T>(&self, work: impl FnOnce(&mut PgConnection) -> Result<T>) -> Result<T> {
        let mut connection = self.connection()?;
        connection.batch_execute(&format!("SET statement_timeout = 0; SELECT pg_advisory_lock({LOCK})"))?;
        let result = work(&mut connection);
        connection.batch_execute(&format!(
            "SELECT pg_advisory_unlock({LOCK}); SET statement_timeout = '5s'"
        ))?;
        result
    }
}
