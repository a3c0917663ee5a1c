use chrono::{DateTime, Utc};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, sql_types::BigInt};
use minyi_store::{By, Store, StoreConfig, fixtures::City};
use minyi_test_support::TestDatabase;

/// Friday 20 November 2026, 10:00 in China.
pub fn now() -> DateTime<Utc> {
    "2026-11-20T02:00:00Z".parse().unwrap()
}

/// For the audit, where it does not matter who it was.
pub const BY: By = By::command_line();

/// A migrated database with a store and a city in it.
pub struct World {
    pub store: Store,
    pub city: City,
    // Dropped last: its connections must be gone by then.
    pub database: TestDatabase,
}

pub fn world() -> World {
    let database = TestDatabase::new();
    let store = connect(&database, 2);
    let city = City::found(&store, now());
    World { store, city, database }
}

pub fn connect(database: &TestDatabase, pool_size: u32) -> Store {
    let config = StoreConfig {
        database_url: database.url().to_owned(),
        pool_size,
    };
    Store::connect(&config).unwrap()
}

impl World {
    pub fn raw(&self) -> PgConnection {
        PgConnection::establish(self.database.url()).unwrap()
    }

    /// What no interface offers.
    pub fn execute(&self, statement: &str) {
        self.try_execute(statement).unwrap();
    }

    /// What no interface offers, and perhaps the database neither.
    pub fn try_execute(&self, statement: &str) -> diesel::QueryResult<()> {
        use diesel::connection::SimpleConnection as _;
        self.raw().batch_execute(statement)
    }

    /// A count: `count("events WHERE kind = 'routed'")`.
    pub fn count(&self, from: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let query = format!("SELECT count(*) AS count FROM {from}");
        diesel::sql_query(query)
            .get_result::<Count>(&mut self.raw())
            .unwrap()
            .count
    }
}
