//! Searching while one types, with a hundred thousand grids, deputies and codes: whatever is typed, only a small part of
//! them is read. How long that takes depends on the machine; how many rows it reads depends on the statement and the
//! indexes alone, and Postgres counts them itself.

use diesel::connection::SimpleConnection as _;
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

type Question = fn(&Store, &PlaceScope);

const QUESTIONS: &[(&str, Question)] = &[
    ("deputies", |store, scope| {
        for typed in DEPUTIES {
            store.place_deputies(&asked(scope, typed)).unwrap();
        }
    }),
    ("grids", |store, scope| {
        for typed in GRIDS {
            store.place_grids(&asked(scope, typed)).unwrap();
        }
    }),
    ("codes", |store, scope| {
        for typed in CODES {
            codes(store, scope, typed);
        }
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
        for (what, ask) in QUESTIONS {
            let read = reads(&database, &LARGE, || {
                let store = connect(&database, 1);
                (0..TIMES).for_each(|_| ask(&store, &scope));
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
