use std::thread;

use diesel::connection::SimpleConnection as _;
use minyi_store::{Error, Store, StoreConfig, with_keepalives};
use minyi_test_support::TestDatabase;

use crate::support::{connect, now, world};

#[test]
fn a_store_whose_connections_broke_recovers() {
    let mut world = world();
    let (grid, _) = world.city.grid_with_lead();
    let look = || {
        world
            .store
            .code_page(&grid.token, minyi_domain::calendar::local_date(now()))
    };
    assert!(look().unwrap().is_some());
    // With the time to wait until it has ended: without, they would only be told to.
    let end_others = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    world.raw().batch_execute(end_others).unwrap();
    // One call finds out; after that the other connections are looked at before they are used again.
    let error = look().unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    for _ in 0..3 {
        assert!(look().unwrap().is_some());
    }
}

#[test]
fn a_database_that_is_away_is_told_without_its_password() {
    let database_url = "postgres://minyi:secret@127.0.0.1:1/minyi".to_owned();
    let error = Store::connect(&StoreConfig {
        database_url,
        pool_size: 1,
        patience_seconds: 1,
    })
    .unwrap_err();
    assert!(matches!(error, Error::Unavailable(_)));
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[test]
fn a_connection_notices_that_the_database_vanished_unless_somebody_set_otherwise() {
    let all = "connect_timeout=25&keepalives_idle=10&keepalives_interval=5&keepalives_count=3&tcp_user_timeout=25000";
    for (url, joint) in [
        ("postgres://minyi:secret@db:5432/minyi", "?"),
        ("postgres://minyi:what?@db/minyi", "?"),
        ("postgres://db/minyi?", ""),
        ("postgresql://minyi:what?@db/minyi?sslmode=require", "&"),
    ] {
        assert_eq!(with_keepalives(url), format!("{url}{joint}{all}"));
    }
    let url = "postgres://db/minyi?keepalives_idle=60&connect_timeout=5&keepalives_count=9";
    let rest = "&keepalives_interval=5&tcp_user_timeout=25000";
    assert_eq!(with_keepalives(url), format!("{url}{rest}"));
    for complete in [format!("{url}{rest}"), "host=db dbname=minyi".to_owned()] {
        assert_eq!(with_keepalives(&complete), complete);
    }
}

#[test]
fn processes_that_start_at_once_migrate_once() {
    let database = TestDatabase::empty();
    let stores = [connect(&database, 1), connect(&database, 1), connect(&database, 1)];
    let migrated: Vec<usize> = thread::scope(|scope| {
        let threads: Vec<_> = stores
            .iter()
            .map(|store| scope.spawn(|| store.migrate().unwrap().len()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(migrated.iter().filter(|count| **count > 0).count(), 1);
    assert!(stores[0].is_migrated().unwrap());
}
