//! One database a test.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use minyi_dev::servers::random_password;

use crate::servers;

/// Any number will do, as long as every process of a run takes the same.
const TEMPLATE_LOCK: i64 = 0x6d69_6e79_6974;

/// A database that exists as long as this value.
pub struct TestDatabase {
    name: String,
    url: String,
    /// To the server's own database: makes this one and removes it.
    admin: Mutex<PgConnection>,
    /// See [`TestDatabase::beside`].
    aside: Mutex<Option<PgConnection>>,
}

impl TestDatabase {
    /// A database with all migrations and nothing else in it. Cloned from a template that the run
    /// makes once, which takes a tenth of a second instead of the migrations' time.
    pub fn new() -> Self {
        let mut admin = admin();
        let template = template(&mut admin);
        Self::create(admin, &format!(" TEMPLATE {template}"))
    }

    /// A database with nothing in it, for tests of the migrations themselves.
    pub fn empty() -> Self {
        Self::create(admin(), "")
    }

    /// Its address, password included.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Does something beside the program that is tested, on one connection that is kept for it: to connect anew costs
    /// more than most statements. One on which something failed is closed, and with it the transaction that it was in.
    pub fn beside<T, E>(&self, act: impl FnOnce(&mut PgConnection) -> Result<T, E>) -> Result<T, E> {
        let place = || self.aside.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = place().take();
        let mut connection = kept.unwrap_or_else(|| PgConnection::establish(&self.url).unwrap());
        let done = act(&mut connection);
        if done.is_ok() {
            *place() = Some(connection);
        }
        done
    }

    /// Copies the template's files. Postgres' usual way, through the log, costs three times as much of the processor.
    fn create(mut admin: PgConnection, how: &str) -> Self {
        let name = format!("minyi_test_{}", random_password().unwrap());
        let create = format!("CREATE DATABASE {name}{how} STRATEGY FILE_COPY");
        admin.batch_execute(&create).unwrap();
        Self {
            url: url_of(&name),
            name,
            admin: Mutex::new(admin),
            aside: Mutex::new(None),
        }
    }
}

impl Default for TestDatabase {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        let admin = self.admin.get_mut().unwrap_or_else(PoisonError::into_inner);
        // The servers may be gone already when a run is ended; then so is the database.
        let _ = admin.batch_execute(&drop);
    }
}

fn template(admin: &mut PgConnection) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let name = format!("minyi_template_{:016x}", digest(&folder));
    let lock = format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})");
    admin.batch_execute(&lock).unwrap();
    if !exists(admin, &name) {
        // It gets its name when it is complete: one that an interrupted test left is not taken.
        let half = format!("{name}_half");
        admin
            .batch_execute(&format!("DROP DATABASE IF EXISTS {half} WITH (FORCE)"))
            .unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {half}")).unwrap();
        migrate(&url_of(&half), &folder);
        admin
            .batch_execute(&format!("ALTER DATABASE {half} RENAME TO {name}"))
            .unwrap();
    }
    let unlock = format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})");
    admin.batch_execute(&unlock).unwrap();
    name
}

fn migrate(url: &str, folder: &Path) {
    let migrations = FileBasedMigrations::from_path(folder).unwrap();
    let mut connection = PgConnection::establish(url).unwrap();
    connection.run_pending_migrations(migrations).unwrap();
}

fn exists(admin: &mut PgConnection, name: &str) -> bool {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        #[expect(dead_code, reason = "only whether there is a row matters")]
        datname: String,
    }
    let query = diesel::sql_query("SELECT datname::text AS datname FROM pg_database WHERE datname = $1");
    let rows: Vec<Row> = query.bind::<Text, _>(name).load(admin).unwrap();
    !rows.is_empty()
}

/// Changes with every change of a migration.
fn digest(folder: &Path) -> u64 {
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let mut hasher = DefaultHasher::new();
    for file in files {
        file.hash(&mut hasher);
        fs::read(&file).unwrap().hash(&mut hasher);
    }
    hasher.finish()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}

fn admin() -> PgConnection {
    PgConnection::establish(&servers::addresses().postgres).unwrap()
}

fn url_of(database: &str) -> String {
    let admin = &servers::addresses().postgres;
    let (server, _) = admin.rsplit_once('/').unwrap();
    format!("{server}/{database}")
}
