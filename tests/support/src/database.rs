//! One database a test.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use minyi_dev::servers::random_password;

use crate::servers;

/// Any number will do, as long as every process of a run takes the same.
const TEMPLATE_LOCK: i64 = 0x6d69_6e79_6974;

/// A database that exists as long as this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
}

impl TestDatabase {
    /// A database with all migrations and nothing else in it. Cloned from a template that the run
    /// makes once, which takes a tenth of a second instead of the migrations' time.
    pub fn new() -> Self {
        let template = template();
        Self::create(&format!(" TEMPLATE {template}"))
    }

    /// A database with nothing in it, for tests of the migrations themselves.
    pub fn empty() -> Self {
        Self::create("")
    }

    /// Its address, password included.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn create(how: &str) -> Self {
        let name = format!("minyi_test_{}", random_password().unwrap());
        admin().batch_execute(&format!("CREATE DATABASE {name}{how}")).unwrap();
        let url = url_of(&name);
        Self { name, url }
    }
}

impl Default for TestDatabase {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        // The servers may be gone already when a run is ended; then so is the database.
        if let Ok(mut admin) = PgConnection::establish(&servers::addresses().postgres) {
            let drop = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            let _ = admin.batch_execute(&drop);
        }
    }
}

fn template() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let name = format!("minyi_template_{:016x}", digest(&folder));
    let mut admin = admin();
    let lock = format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})");
    admin.batch_execute(&lock).unwrap();
    if !exists(&mut admin, &name) {
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
    // Closing the connection gives the lock back.
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
