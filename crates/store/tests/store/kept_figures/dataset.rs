//! The submissions that are measured and whose plans are held are settled as a worker would have settled them.

use diesel::{QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_types::Text};
use minyi_domain::{people::Scope, rates::Grouping};
use minyi_test_support::TestDatabase;

use crate::{
    dataset::{Dataset, Rows},
    numbers::day,
    reads::raw,
    support::{connect, now},
};

#[derive(Debug, PartialEq, QueryableByName)]
struct Settled {
    #[diesel(sql_type = Text)]
    row: String,
}

fn settled(database: &TestDatabase) -> Vec<Settled> {
    let all = "SELECT (id, counted_as, counted_until)::text AS row FROM submissions
        WHERE counted_as IS NOT NULL ORDER BY id";
    diesel::sql_query(all).load(&mut raw(database)).unwrap()
}

#[test]
fn what_is_measured_is_settled_as_a_worker_would() {
    let database = TestDatabase::new();
    let rows = Rows {
        first: 1,
        last: 5_000,
        until: now(),
        days: 40,
        searchable: false,
        told: false,
    };
    Dataset::prepare(database.url()).unwrap().fill(rows).unwrap();
    let store = connect(&database, 1);
    let told = || {
        let statistics = |grouping: &Grouping| {
            let (from, to) = (day("2026-10-01"), day("2026-11-30"));
            let scope = Scope::Region(String::new());
            store.statistics(&scope, *grouping, from, to, now()).unwrap()
        };
        Grouping::ALL.iter().map(statistics).collect::<Vec<_>>()
    };
    let (filled, rows) = (told(), settled(&database));
    assert_eq!(store.settle_figures(now(), 1).unwrap(), 0, "nothing was left");
    raw(&database)
        .batch_execute("UPDATE submissions SET counted_as = NULL WHERE counted_as IS NOT NULL")
        .unwrap();
    let counted = told();
    assert!(filled == counted);
    assert!(store.settle_figures(now(), 5_000).unwrap() > 4_500);
    assert!(told() == counted);
    while store.fold_figures(5_000).unwrap() > 0 {}
    assert!(told() == counted);
    assert!(settled(&database) == rows);
}
