use chrono::{DateTime, TimeDelta, Utc};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, sql_types::BigInt};
use minyi_domain::{people::Actor, retention::DataClass};
use minyi_store::{
    AskedRun, By, ClockEffect, ClockJobState, ClockTask, PolicyRefusal, Store, StoreConfig, fixtures::City,
};
use minyi_test_support::TestDatabase;
use uuid::Uuid;

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
        // Of a machine that has much else to do.
        patience_seconds: 60,
    };
    Store::connect(&config).unwrap()
}

impl World {
    /// A connection of its own.
    pub fn raw(&self) -> PgConnection {
        PgConnection::establish(self.database.url()).unwrap()
    }

    /// Removes what is due of a class that has no files, as a worker does; how many rows.
    pub fn forget(&self, class: DataClass, now: DateTime<Utc>) -> i64 {
        let asked = AskedRun {
            account_id: self.keeper(),
            classes: vec![class],
            previewed_at: now,
        };
        let id = self
            .store
            .start_retention_run(&By::command_line(), &asked, now)
            .unwrap()
            .unwrap();
        let until = now + TimeDelta::minutes(1);
        let work = self
            .store
            .claim_retention_run(Uuid::from_u128(1), now, until)
            .unwrap()
            .unwrap();
        while self.store.forget_batch(&work, &work.items[0], 100, until).unwrap() > Some(0) {}
        assert!(self.store.finish_retention_run(&work, None, now).unwrap());
        self.store.retention_run(id).unwrap().unwrap().items[0].forgotten
    }

    /// Has clocks computed as a worker does it for somebody; what it says.
    pub fn clocks(&self, actor: &Actor, task: &ClockTask, now: DateTime<Utc>) -> Result<ClockEffect, PolicyRefusal> {
        let (id, by) = (Uuid::new_v4(), By::account(actor.account_id, [192, 0, 2, 1].into()));
        self.store.ask_clock_job(&by, actor, (id, task), now).unwrap()?;
        let work = self
            .store
            .claim_clock_job(Uuid::new_v4(), now, now + TimeDelta::minutes(1))
            .unwrap()
            .unwrap();
        assert!(self.store.run_clock_job(&work, now, &mut |_, _| Ok(true)).unwrap());
        let job = self.store.clock_job(&actor.place_scope(), id).unwrap().unwrap();
        assert_eq!((job.state, job.done), (ClockJobState::Done, job.total));
        Ok(job.effect.unwrap())
    }

    /// Whoever asks for runs.
    pub fn keeper(&self) -> Uuid {
        let id = Uuid::from_u128(0xa1);
        self.execute(&format!(
            "INSERT INTO accounts (id, role, display_name, created_at)
            VALUES ('{id}', 'system_admin', '系统管理员', '2026-01-01') ON CONFLICT DO NOTHING"
        ));
        id
    }

    /// What no interface offers.
    pub fn execute(&self, statement: &str) {
        self.try_execute(statement).unwrap();
    }

    /// What no interface offers, and perhaps the database neither.
    pub fn try_execute(&self, statement: &str) -> diesel::QueryResult<()> {
        use diesel::connection::SimpleConnection as _;
        self.database.beside(|connection| connection.batch_execute(statement))
    }

    /// A count: `count("events WHERE kind = 'routed'")`.
    pub fn count(&self, from: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let query = format!("SELECT count(*) AS count FROM {from}");
        let counted = self
            .database
            .beside(|connection| diesel::sql_query(query).get_result::<Count>(connection));
        counted.unwrap().count
    }
}
