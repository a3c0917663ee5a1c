//! The product's main questions to a database with a million submissions, events and messages read none of these tables, nor
//! the figures kept of them, as a whole.
//!
//! Here and not beside the benchmarks, because a plan depends on the statement and the indexes and on no clock: it can be
//! held on any machine. Nothing is explained by hand: the store itself asks, and Postgres counts in the test's own database
//! how often each table was read from end to end. So a statement that changes is looked at without anybody thinking of it.
//! Each question is put seven times on one connection: from the sixth on Postgres may plan without looking at the values.
//!
//! A county is the widest scope here. What a whole province counts over a year is a third of all rows, and reading them in
//! order is then the best plan there is.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    sql_types::{Text, Uuid as SqlUuid},
};
use minyi_domain::{
    delivery::Channel,
    people::{Actor, Scope},
    rates::{Grouping, Measure},
    text::AnswerText,
    token::{ReceiptToken, SubmissionNumber},
};
use minyi_store::{BeginSending, ClusterFilter, ClusterOrder, InboxFilter, LedgerFilter, OpenPlace, SendResult, Store};
use minyi_test_support::TestDatabase;
use uuid::Uuid;

use crate::{
    dataset::{Dataset, Rows},
    reads::{raw, reads},
    support::{connect, now},
};

const ROWS: i64 = 1_000_000;
const TIMES: usize = 7;
/// One with each of the newest submissions.
const PHOTOS: &str = "INSERT INTO photos
        (id, object_name, thumbnail_name, width, height, size_bytes, uploaded_at, submission_id, position)
    SELECT gen_random_uuid(), id || '.jpg', id || '.small.jpg', 1600, 1200, 300000, submitted_at, id, 0
    FROM (SELECT id, submitted_at FROM submissions ORDER BY submitted_at DESC LIMIT 20000) AS newest;
    ANALYZE photos";

#[test]
fn no_main_question_reads_a_whole_table_of_a_million_rows() {
    let database = TestDatabase::new();
    let dataset = Dataset::prepare(database.url()).unwrap();
    let rows = Rows {
        first: 1,
        last: ROWS,
        until: now(),
        days: 1095,
        searchable: true,
        told: true,
    };
    dataset.fill(rows).unwrap();
    assert!(dataset.plan_steps(now()).unwrap() > 10_000);
    raw(&database).batch_execute(PHOTOS).unwrap();
    let known = Known::find(&database);
    // Of the county's fifty thousand, most of them settled: what came in or falls due within an hour, and nothing else.
    let counted = reads(&database, &["submissions"], || {
        ask_statistics(&connect(&database, 1), known.in_county());
    });
    assert!(counted[0].rows < 100, "{counted:?}");
    // Who counts nothing would pass everything.
    let whole = read_whole(&database, || {
        raw(&database)
            .batch_execute("SELECT count(*) FROM notifications WHERE error = 'no such'")
            .unwrap();
    });
    assert_eq!(whole, ["notifications"]);
    let guilty: Vec<String> = QUESTIONS
        .iter()
        .filter_map(|(name, ask)| {
            let whole = read_whole(&database, || {
                let store = connect(&database, 1);
                (0..TIMES).for_each(|_| ask(&store, &known));
            });
            (!whole.is_empty()).then(|| format!("{name}: {}", whole.join(", ")))
        })
        .collect();
    assert!(guilty.is_empty(), "read as a whole by\n{}", guilty.join("\n"));
}

/// Somebody and something of the data that questions are about.
struct Known {
    deputy: Actor,
    scopes: [Scope; 3],
    site: Uuid,
    county: String,
    /// The newest one that the deputy has not answered.
    submission: Uuid,
    receipt: ReceiptToken,
    number: SubmissionNumber,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    account_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    site_id: Uuid,
    #[diesel(sql_type = Text)]
    county: String,
    #[diesel(sql_type = Text)]
    receipt: String,
    #[diesel(sql_type = Text)]
    number: String,
}

impl Known {
    fn find(database: &TestDatabase) -> Self {
        let newest = "SELECT submissions.id, accounts.id AS account_id, submissions.site_id,
                left(submissions.region_code, 6) AS county, receipt, number
            FROM submissions JOIN accounts ON accounts.deputy_id = assignee_deputy_id
            WHERE state = 'registered' ORDER BY submitted_at DESC LIMIT 1";
        let found: Found = diesel::sql_query(newest).get_result(&mut raw(database)).unwrap();
        let deputy = connect(database, 1).actor(found.account_id).unwrap().unwrap();
        Self {
            scopes: [
                deputy.scope(),
                Scope::Site(found.site_id),
                Scope::Region(found.county.clone()),
            ],
            deputy,
            site: found.site_id,
            county: found.county,
            submission: found.id,
            receipt: ReceiptToken::parse(&found.receipt).unwrap(),
            number: SubmissionNumber::parse(&found.number).unwrap(),
        }
    }

    fn in_county(&self) -> &Scope {
        &self.scopes[2]
    }
}

type Question = fn(&Store, &Known);

const QUESTIONS: &[(&str, Question)] = &[
    ("inbox, newest first", |store, known| {
        for scope in &known.scopes {
            store.inbox(scope, &InboxFilter::default(), None, 20).unwrap();
        }
    }),
    ("queue by deadline", |store, known| {
        let open_only = true;
        for (due_after, due_until) in [(None, None), (None, Some(now())), (Some(now()), Some(later()))] {
            for scope in &known.scopes {
                let filter = InboxFilter {
                    open_only,
                    due_after,
                    due_until,
                    ..InboxFilter::default()
                };
                store.inbox(scope, &filter, None, 20).unwrap();
            }
        }
    }),
    ("a person's first page", |store, known| {
        store.home(&known.deputy, now()).unwrap();
    }),
    ("ledger, and how many", |store, known| {
        for scope in &known.scopes {
            for filter in [month(), overdue()] {
                store.ledger(scope, &filter, now(), None, 50).unwrap();
                store.ledger_count(scope, &filter, now()).unwrap();
            }
        }
    }),
    ("ledger by a number that is being typed", |store, known| {
        let typed = known.number.as_str();
        for scope in &known.scopes {
            for part in [&typed[..4], &typed[..8], typed, &typed[9..11], &typed[9..]] {
                let filter = LedgerFilter {
                    number: Some(part.to_owned()),
                    ..LedgerFilter::default()
                };
                store.ledger(scope, &filter, now(), None, 50).unwrap();
            }
        }
    }),
    ("statistics of a month and of a year", |store, known| {
        for grouping in [Grouping::Region, Grouping::Month, Grouping::Deputy, Grouping::Category] {
            for from in [day("2026-10-21"), day("2025-12-01")] {
                let to = day("2026-11-20");
                for scope in &known.scopes {
                    store.statistics(scope, grouping, from, to, now()).unwrap();
                }
            }
        }
    }),
    ("statistics when much has fallen due", |store, known| {
        let to = day("2026-11-24");
        for scope in &known.scopes {
            let month = (day("2026-11-01"), to);
            store
                .statistics(scope, Grouping::Month, month.0, month.1, later())
                .unwrap();
        }
    }),
    ("settling", |store, _| {
        store.unsettle_due(later(), 500).unwrap();
        store.settle_figures(later(), 500).unwrap();
        store.fold_figures(1000).unwrap();
    }),
    ("map", |store, known| {
        let (from, to) = (day("2026-10-21"), day("2026-11-20"));
        store.map(known.in_county(), from, to, now()).unwrap();
    }),
    ("numbers for everybody", |store, known| {
        for place in [OpenPlace::Station(known.site), OpenPlace::Region(known.county.clone())] {
            store.open_numbers(&place, now() - TimeDelta::days(365), now()).unwrap();
        }
    }),
    ("like submissions", |store, known| {
        store.like(known.in_county(), known.submission, now()).unwrap().unwrap();
    }),
    ("what many say", |store, known| {
        for scope in &known.scopes {
            store.clusters(scope, &many(), now(), None, 20).unwrap();
        }
    }),
    ("one submission", |store, known| {
        for scope in &known.scopes {
            store.submission(scope, known.submission).unwrap().unwrap();
        }
    }),
    ("receipt", |store, known| {
        store.receipt(&known.receipt).unwrap().unwrap();
        store.find_receipt(&known.number, &[7; 32]).unwrap();
        store.find_repeat("key-of-nobody", &[7; 32]).unwrap();
    }),
    ("messages of an account", |store, known| {
        store.messages(&known.deputy, None, 20).unwrap();
        store.unread_messages(&known.deputy).unwrap();
    }),
    ("how delivery goes", |store, known| {
        let (scope, since) = (known.in_county(), now() - TimeDelta::days(1));
        store.delivery_health(scope, since, now()).unwrap();
        store.dead_notifications(scope, None, 20).unwrap();
        store.work_counts(now()).unwrap();
    }),
    ("relay and sender", |store, _| {
        store.announce_channels("worker", &[Channel::Wechat], now()).unwrap();
        store.republish_stale(now(), TimeDelta::minutes(1), later()).unwrap();
        let sent = SendResult::Sent {
            provider_message_id: None,
        };
        let ids = store.claim_due_notifications(now(), 20).unwrap();
        store.recipients_of(&ids).unwrap();
        let begun = store.begin_all(&ids, now()).unwrap();
        let finished: Vec<_> = begun
            .into_iter()
            .filter_map(|begun| match begun {
                BeginSending::Send(outgoing) => Some((outgoing.attempt(), sent.clone())),
                _ => None,
            })
            .collect();
        store.finish_all(&finished, now()).unwrap();
    }),
    ("clock", |store, _| {
        let ids = store.claim_due_steps(later(), 10).unwrap();
        let (together, alone) = ids.split_at(ids.len() / 2);
        store.run_steps(together, later()).unwrap();
        for id in alone {
            store.run_step(*id, later()).unwrap();
        }
    }),
    ("answer", |store, known| {
        let text = AnswerText::parse("已经派人去看了，本周修好。").unwrap();
        store
            .answer(&known.deputy, known.submission, &text, &[], now(), later())
            .unwrap();
    }),
];

/// All steps of the first days have come.
fn later() -> DateTime<Utc> {
    now() + TimeDelta::days(4)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn month() -> LedgerFilter {
    LedgerFilter {
        from: Some(day("2026-10-21")),
        to: Some(day("2026-11-20")),
        ..LedgerFilter::default()
    }
}

fn ask_statistics(store: &Store, scope: &Scope) {
    let (from, to) = (day("2025-12-01"), day("2026-11-20"));
    store.statistics(scope, Grouping::Month, from, to, now()).unwrap();
}

fn overdue() -> LedgerFilter {
    LedgerFilter {
        measures: vec![Measure::Overdue],
        ..LedgerFilter::default()
    }
}

fn many() -> ClusterFilter {
    ClusterFilter {
        from: day("2026-10-24"),
        to: day("2026-11-20"),
        region: None,
        site: None,
        category: None,
        least: 2,
        order: ClusterOrder::Size,
    }
}

/// Which of the large tables were read from end to end while `act` ran; its connections must be closed when it returns.
fn read_whole(database: &TestDatabase, act: impl FnOnce()) -> Vec<String> {
    let large = [
        "events",
        "kept_figures",
        "notifications",
        "photos",
        "submission_terms",
        "submissions",
    ];
    let whole = reads(database, &large, act).into_iter().filter(|read| read.scans > 0);
    whole.map(|read| read.table).collect()
}
