//! Lists, a county's statistics and the search for what is like a submission, with a hundred thousand, a million and ten
//! million submissions in the same places: how long the slowest hundredth takes, and how that grows.
//!
//! Asked is the store itself, by one connection: what HTTP adds does not depend on how much the database holds. Ten million
//! take minutes to write, so they are written once, by `cargo dev bench fill`, and kept; without them their figures are
//! missing.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{Text, Uuid as SqlUuid},
};
use minyi_domain::{people::Scope, rates::Grouping};
use minyi_store::{InboxFilter, LedgerFilter, Store};
use uuid::Uuid;

use crate::{
    Effort,
    dataset::{Dataset, Rows},
    figure::{Figure, Goal, percentile},
    tools::database::{Database, count},
};

/// Rows of a page.
const PAGE: i64 = 20;
/// Not counted: they fill caches and prepare statements.
const WARM: usize = 10;
const ROUNDS: usize = 300;
/// Stands beside the data when all is written, and says how many there are.
const NOTE: &str = "rows";
/// Three years of submissions.
const DAYS: i32 = 1095;

/// Friday 20 November 2026, 10:00 in China: the data ends then, and everything is asked then.
fn now() -> DateTime<Utc> {
    "2026-11-20T02:00:00Z".parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Whose lists are asked for, in turn.
struct People {
    deputies: Vec<Uuid>,
    sites: Vec<Uuid>,
    counties: Vec<String>,
    /// Submissions of the last days.
    recent: Vec<(Uuid, String)>,
}

type Question = fn(&Store, &People, usize) -> minyi_store::Result<()>;

const QUESTIONS: [(&str, Question); 8] = [
    ("deputy's queue by deadline", |store, people, turn| {
        let scope = Scope::Deputy(*pick(&people.deputies, turn));
        store.inbox(&scope, &open_only(), None, PAGE).map(drop)
    }),
    ("deputy's inbox, newest first", |store, people, turn| {
        let scope = Scope::Deputy(*pick(&people.deputies, turn));
        store.inbox(&scope, &InboxFilter::default(), None, PAGE).map(drop)
    }),
    ("station's queue by deadline", |store, people, turn| {
        let scope = Scope::Site(*pick(&people.sites, turn));
        store.inbox(&scope, &open_only(), None, PAGE).map(drop)
    }),
    ("county's queue by deadline", |store, people, turn| {
        let scope = Scope::Region(pick(&people.counties, turn).clone());
        store.inbox(&scope, &open_only(), None, PAGE).map(drop)
    }),
    ("county's ledger of a month, a page", |store, people, turn| {
        let scope = Scope::Region(pick(&people.counties, turn).clone());
        store.ledger(&scope, &last_month(), now(), None, PAGE).map(drop)
    }),
    ("county's ledger of a month, how many", |store, people, turn| {
        let scope = Scope::Region(pick(&people.counties, turn).clone());
        store.ledger_count(&scope, &last_month(), now()).map(drop)
    }),
    ("county's statistics of a year by month", |store, people, turn| {
        let scope = Scope::Region(pick(&people.counties, turn).clone());
        let (from, to) = (day("2025-12-01"), day("2026-11-20"));
        store.statistics(&scope, Grouping::Month, from, to, now()).map(drop)
    }),
    ("like-submission search", |store, people, turn| {
        let (id, county) = pick(&people.recent, turn);
        store.like(&Scope::Region(county.clone()), *id, now()).map(drop)
    }),
];

fn pick<T>(all: &[T], turn: usize) -> &T {
    &all[turn % all.len()]
}

fn open_only() -> InboxFilter {
    InboxFilter {
        open_only: true,
        ..InboxFilter::default()
    }
}

fn last_month() -> LedgerFilter {
    LedgerFilter {
        from: Some(day("2026-10-21")),
        to: Some(day("2026-11-20")),
        ..LedgerFilter::default()
    }
}

pub async fn run(effort: Effort, data: &Path) -> anyhow::Result<Vec<Figure>> {
    let data = data.to_owned();
    tokio::task::spawn_blocking(move || measure(effort, &data)).await?
}

/// Writes so many submissions into the kept database, for every later run; for the command `fill`.
pub fn fill(rows: i64, data: &Path) -> anyhow::Result<()> {
    let (database, begun) = (Database::kept(data)?, Instant::now());
    let there = count(&database.url, "submissions")?;
    anyhow::ensure!(
        there == 0 || there == rows,
        "there are {there} already: remove {}",
        database.folder().display()
    );
    if there == 0 {
        write(&database, 1, rows)?;
        fs::write(database.folder().join(NOTE), rows.to_string())?;
    }
    println!("{rows} submissions, {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn write(database: &Database, first: i64, last: i64) -> anyhow::Result<()> {
    let rows = Rows {
        first,
        last,
        until: now(),
        days: DAYS,
        searchable: true,
        told: false,
    };
    Ok(Dataset::prepare(&database.url)?.fill(rows)?)
}

/// Median and 99th percentile of each question, in milliseconds.
type Times = Vec<(f64, f64)>;

fn measure(effort: Effort, data: &Path) -> anyhow::Result<Vec<Figure>> {
    let mut measured: Vec<(i64, Times)> = Vec::new();
    {
        let (database, mut there) = (Database::temporary()?, 0);
        for size in [100_000, 1_000_000] {
            let size = i64::try_from(effort.count(size))?;
            write(&database, there + 1, size)?;
            there = size;
            measured.push((size, times(effort, &database)?));
        }
    }
    match kept(effort, data)? {
        Some(found) => measured.push(found),
        None => println!("      no ten million: `cargo dev bench fill` makes them"),
    }
    Ok(figures(&measured))
}

fn kept(effort: Effort, data: &Path) -> anyhow::Result<Option<(i64, Times)>> {
    if effort.is_quick() || !data.exists() {
        return Ok(None);
    }
    let database = Database::kept(data)?;
    let Ok(note) = fs::read_to_string(database.folder().join(NOTE)) else {
        return Ok(None);
    };
    let size = note.trim().parse().context("the note beside the data")?;
    Ok(Some((size, times(effort, &database)?)))
}

fn times(effort: Effort, database: &Database) -> anyhow::Result<Times> {
    let people = people(&database.url)?;
    let store = database.store()?;
    Ok(QUESTIONS
        .iter()
        .map(|(name, ask)| timed(effort, name, |turn| ask(&store, &people, turn)))
        .collect())
}

/// Asks many times, or as often as there is time for. A question that the database gives up counts with the time until then.
fn timed(effort: Effort, name: &str, ask: impl Fn(usize) -> minyi_store::Result<()>) -> (f64, f64) {
    let (mut took, begun) = (Vec::new(), Instant::now());
    let patience = Duration::from_secs(effort.seconds(6));
    for turn in 0..WARM + ROUNDS {
        let asked = Instant::now();
        let answered = ask(turn);
        if turn >= WARM || answered.is_err() {
            took.push(asked.elapsed().as_secs_f64() * 1000.0);
        }
        if let Err(error) = answered {
            println!("      {name}: {error:?}");
            break;
        }
        if begun.elapsed() > patience && !took.is_empty() {
            break;
        }
    }
    (percentile(&mut took, 0.5), percentile(&mut took, 0.99))
}

fn figures(measured: &[(i64, Times)]) -> Vec<Figure> {
    let Some(((least, base), grown)) = measured.split_first() else {
        return Vec::new();
    };
    let mut figures = Vec::new();
    for (index, (name, _)) in QUESTIONS.iter().enumerate() {
        for (size, times) in measured {
            let p99 = Figure::new(5, format!("{name}, {size}, p99"), times[index].1, "ms");
            figures.push(p99.should_be(Goal::AtMost(50.0)));
        }
        for (size, times) in grown {
            let median = Figure::new(5, format!("{name}, {size}, p50"), times[index].0, "ms");
            let against = median.against(format!("with {least}"), base[index].0);
            figures.push(against.should_be(Goal::TimesLimit(1.5)));
        }
    }
    figures
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    county: String,
}

fn people(url: &str) -> anyhow::Result<People> {
    let mut connection = PgConnection::establish(url)?;
    let mut found = |query: &str| -> anyhow::Result<Vec<Found>> { Ok(sql_query(query).load(&mut connection)?) };
    let ids = |found: Vec<Found>| found.into_iter().map(|found| found.id).collect();
    let deputies =
        found("SELECT deputy_id AS id, left(region_code, 6) AS county FROM dataset.grids WHERE nr % 15 = 0")?;
    let sites = found("SELECT id, left(region_code, 6) AS county FROM sites ORDER BY md5(id::text)")?;
    let recent = found(
        "SELECT id, left(region_code, 6) AS county FROM submissions WHERE confidential_region IS NULL
        ORDER BY submitted_at DESC LIMIT 300",
    )?;
    let mut counties: Vec<String> = sites.iter().map(|found| found.county.clone()).collect();
    counties.sort();
    counties.dedup();
    Ok(People {
        deputies: ids(deputies),
        sites: ids(sites),
        counties,
        recent: recent.into_iter().map(|found| (found.id, found.county)).collect(),
    })
}
