//! A Postgres for measurements of reading that need nothing else of the product. It does not wait for the disk.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Stdio},
    time::Duration,
};

use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query, sql_types::BigInt};
use minyi_dev::servers::{Durability, Place, PrivatePostgres, Server as _, random_password, wait_ready};
use minyi_store::{Store, StoreConfig};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

const PATIENCE: Duration = Duration::from_secs(60);

/// A running one with all migrations, stopped when dropped.
pub struct Database {
    child: Child,
    place: Place,
    pub url: String,
    /// What it holds goes with it.
    is_temporary: bool,
}

impl Database {
    /// An empty one, thrown away at the end.
    pub fn temporary() -> anyhow::Result<Self> {
        let place = Place::temporary(&format!("minyi-bench-{}", random_password()?))?;
        Self::start(place, true)
    }

    /// The one that is kept for this folder; begun if there is none.
    pub fn kept(folder: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(folder)?;
        Self::start(Place::for_state(folder)?, false)
    }

    fn start(place: Place, is_temporary: bool) -> anyhow::Result<Self> {
        let postgres = PrivatePostgres::prepare(&place, Durability::Thrown)?;
        let log = File::create(place.folder().join("postgres.log"))?;
        let mut command = postgres.command()?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut database = Self {
            child: command.spawn()?,
            place,
            url: postgres.url("minyi"),
            is_temporary,
        };
        wait_ready(&postgres, &mut database.child, PATIENCE)?;
        database.store()?.migrate()?;
        Ok(database)
    }

    /// The product's own way in, with one connection.
    pub fn store(&self) -> anyhow::Result<Store> {
        Ok(Store::connect(&StoreConfig {
            database_url: self.url.clone(),
            pool_size: 1,
            patience_seconds: 60,
        })?)
    }

    /// Where all of it lies.
    pub fn folder(&self) -> &Path {
        self.place.folder()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Fast shutdown writes everything first; what is thrown away need not be written.
        let signal = if self.is_temporary {
            Signal::SIGQUIT
        } else {
            Signal::SIGINT
        };
        if let Ok(pid) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(pid), signal);
        }
        let _ = self.child.wait();
        if self.is_temporary {
            let _ = fs::remove_dir_all(self.place.folder());
        }
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A count: `count(url, "notifications WHERE state = 'sent'")`.
pub fn count(url: &str, from: &str) -> anyhow::Result<i64> {
    let mut connection = PgConnection::establish(url)?;
    let found: Count = sql_query(format!("SELECT count(*) AS count FROM {from}")).get_result(&mut connection)?;
    Ok(found.count)
}
