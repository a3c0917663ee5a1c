//! Searching while one types, with a hundred thousand grids, deputies and codes: whatever is typed, only a small part of
//! them is read. How long that takes depends on the machine; how many rows it reads depends on the statement and the
//! indexes alone, and Postgres counts them itself.

use diesel::{QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_types::Text};
use minyi_domain::{
    calendar::local_date,
    people::{PlaceScope, Scope},
};
use minyi_store::{CodeFilter, PlaceAsk, PlaceFilter, Store};
use minyi_test_support::TestDatabase;

use crate::{
    reads::{raw, reads},
    support::{connect, now},
};

/// A tenth of what there is, for everything that is typed into one search together.
const MOST: i64 = 10_000;
/// From the sixth time on one connection Postgres may plan without looking at the values.
const TIMES: i64 = 7;
const LARGE: [&str; 3] = ["codes", "deputies", "grids"];

const DEPUTIES: &[&str] = &["丠", "丠刈", "刈", "鑫", "0", "0123", "012345"];
const GRIDS: &[&str] = &["f", "ff", "1f3a", "门", "没有", "9901", "990102000012"];
const CODES: &[&str] = &["f", "1f3a", "门", "站", "12号站", "没有", "3333-3334", "33333334N7G"];

type Question = fn(&Store, &PlaceScope, &str);

/// What is asked, with what is typed, and with the column of the numbers that people read off.
const QUESTIONS: &[(&str, &[&str], Option<&str>, Question)] = &[
    ("deputies", DEPUTIES, Some("number"), |store, scope, typed| {
        store.place_deputies(&asked(scope, typed)).unwrap();
    }),
    ("grids", GRIDS, None, |store, scope, typed| {
        store.place_grids(&asked(scope, typed)).unwrap();
    }),
    ("codes", CODES, Some("token"), |store, scope, typed| {
        codes(store, scope, typed);
    }),
];

#[test]
fn what_is_typed_is_found_among_a_hundred_thousand_without_reading_them() {
    let database = TestDatabase::new();
    raw(&database).batch_execute(include_str!("searching.sql")).unwrap();
    // Who counts nothing would pass everything.
    let whole = reads(&database, &LARGE, || {
        raw(&database)
            .batch_execute("SELECT count(*) FROM deputies WHERE title = 'no such'")
            .unwrap();
    });
    assert_eq!((whole[1].table.as_str(), whole[1].rows), ("deputies", 100_000));
    let mut guilty = Vec::new();
    for scope in [PlaceScope::Everywhere, county()] {
        for (what, typed, numbers, ask) in QUESTIONS {
            // Of a number that is in Postgres' own sample of them it believes that there are many.
            let sampled = numbers.map(|column| sampled(&database, what, column));
            let read = reads(&database, &LARGE, || {
                let store = connect(&database, 1);
                for _ in 0..TIMES {
                    typed
                        .iter()
                        .copied()
                        .chain(sampled.as_deref())
                        .for_each(|typed| ask(&store, &scope, typed));
                }
            });
            let many = read.into_iter().filter(|table| table.rows > MOST * TIMES);
            guilty.extend(many.map(|table| format!("{what}, {scope:?}: {} of {}", table.rows / TIMES, table.table)));
        }
    }
    assert!(guilty.is_empty(), "read too much:\n{}", guilty.join("\n"));
}

#[test]
fn what_is_typed_finds_what_has_it_and_nothing_else() {
    let database = TestDatabase::new();
    let some = include_str!("searching.sql").replace("99999)", "9999)");
    raw(&database).batch_execute(&some).unwrap();
    let store = connect(&database, 1);
    let everywhere = PlaceScope::Everywhere;
    let deputies = |scope: &PlaceScope, typed: &str| store.place_deputies(&asked(scope, typed)).unwrap().items.len();
    assert_eq!((deputies(&everywhere, "丠刈"), deputies(&everywhere, "鑫")), (1, 0));
    // The one of an odd number lies in the other county.
    assert_eq!((deputies(&everywhere, "001235"), deputies(&county(), "001235")), (1, 0));
    let grids = store.place_grids(&asked(&everywhere, "1F3A")).unwrap().items;
    assert_eq!(grids.len(), 1);
    assert_eq!(grids[0].0.name, "1f3a");
    let found = |typed: &str| codes(&store, &county(), typed);
    assert_eq!((found("3333-3334-n7g"), found("1f3a"), found("没有")), (1, 1, 0));
    assert_eq!((found("912号站"), found("913号站")), (10, 0));
}

#[derive(QueryableByName)]
struct Sampled {
    #[diesel(sql_type = Text)]
    one: String,
}

/// One of the values by which Postgres guesses how many lie where.
fn sampled(database: &TestDatabase, table: &str, column: &str) -> String {
    const BOUNDS: &str = "SELECT (histogram_bounds::text::text[])[50] AS one FROM pg_stats
        WHERE schemaname = 'public' AND tablename = $1 AND attname = $2";
    let query = diesel::sql_query(BOUNDS).bind::<Text, _>(table).bind::<Text, _>(column);
    query.get_result::<Sampled>(&mut raw(database)).unwrap().one
}

fn county() -> PlaceScope {
    PlaceScope::Region("990102".to_owned())
}

fn asked(scope: &PlaceScope, typed: &str) -> PlaceAsk {
    PlaceAsk {
        scope: scope.clone(),
        filter: PlaceFilter {
            q: Some(typed.to_owned()),
            ..PlaceFilter::default()
        },
        cursor: None,
        limit: 50,
        today: local_date(now()),
    }
}

/// How many codes stand on the first page.
fn codes(store: &Store, scope: &PlaceScope, typed: &str) -> usize {
    let filter = CodeFilter {
        text: Some(typed.to_owned()),
        ..CodeFilter::default()
    };
    let scope = Scope::Region(scope.prefix().unwrap_or_default().to_owned());
    let found = store.codes_in(&scope, &filter, local_date(now()), None, 50);
    found.unwrap().items.len()
}
