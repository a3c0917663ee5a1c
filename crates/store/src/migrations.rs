use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::{Error, Result, Store};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations");

impl Store {
    /// Brings the database to this program's shape; returns the names of the migrations that ran now.
    pub fn migrate(&self) -> Result<Vec<String>> {
        let mut connection = self.connection()?;
        connection
            .run_pending_migrations(MIGRATIONS)
            .map(|versions| versions.iter().map(ToString::to_string).collect())
            .map_err(|error| Error::Migration(error.to_string()))
    }

    /// Takes every migration back. The data is lost; for tests and development.
    pub fn revert_all_migrations(&self) -> Result<()> {
        let mut connection = self.connection()?;
        connection
            .revert_all_migrations(MIGRATIONS)
            .map(drop)
            .map_err(|error| Error::Migration(error.to_string()))
    }

    /// Whether the database has this program's shape.
    pub fn is_migrated(&self) -> Result<bool> {
        let mut connection = self.connection()?;
        connection
            .has_pending_migration(MIGRATIONS)
            .map(|pending| !pending)
            .map_err(|error| Error::Migration(error.to_string()))
    }
}
