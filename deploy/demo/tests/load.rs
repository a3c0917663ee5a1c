//! The demonstration is loaded into a real database.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, TimeZone as _, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    prelude::Connection as _,
    sql_types::{BigInt, Text},
};
use minyi_gateways::{
    Mode,
    keys::{Keys, KeysConfig},
    objects::{Objects, ObjectsConfig},
};
use minyi_store::{Store, StoreConfig};
use minyi_test_support::TestDatabase;
use serde_json::Value;

fn saturday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 12, 13, 7).unwrap()
}

/// Half past two in the night, in the middle of a week of holidays.
fn holiday() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 10, 2, 18, 40, 0).unwrap()
}

struct Loaded {
    database: TestDatabase,
    store: Store,
    folder: std::path::PathBuf,
}

impl Loaded {
    fn new() -> Self {
        let database = TestDatabase::new();
        let store = Store::connect(&StoreConfig {
            database_url: database.url().to_owned(),
            pool_size: 2,
            patience_seconds: 60,
        })
        .unwrap();
        let folder = std::env::temp_dir().join(format!("minyi-demo-{}", uuid::Uuid::new_v4()));
        Self {
            database,
            store,
            folder,
        }
    }

    fn load(&self, password: &str, now: DateTime<Utc>) -> Value {
        self.try_load(password, now).unwrap()
    }

    fn try_load(&self, password: &str, now: DateTime<Utc>) -> minyi_demo::Result<Value> {
        let objects = format!("file://{}", self.folder.display()).parse().unwrap();
        let config = ObjectsConfig {
            objects,
            s3_endpoint: None,
            s3_region: String::new(),
            s3_access_key: None,
            s3_secret_key: None,
        };
        let objects = Objects::open(&config).unwrap();
        minyi_demo::load(&self.store, &keys(), objects, password, now)
    }

    fn count(&self, query: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let mut connection = PgConnection::establish(self.database.url()).unwrap();
        let row: Row = diesel::sql_query(format!("SELECT count(*) FROM {query}"))
            .get_result(&mut connection)
            .unwrap();
        row.count
    }

    fn counts(&self, column: &str, table: &str) -> BTreeMap<String, i64> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            name: String,
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let mut connection = PgConnection::establish(self.database.url()).unwrap();
        let query = format!("SELECT {column} AS name, count(*) FROM {table} GROUP BY 1");
        let rows: Vec<Row> = diesel::sql_query(query).load(&mut connection).unwrap();
        rows.into_iter().map(|row| (row.name, row.count)).collect()
    }

    /// A digest of everything but passwords.
    fn digest(&self) -> BTreeMap<String, i64> {
        let tables = [
            "regions",
            "sites",
            "offices",
            "deputies",
            "grids",
            "grid_assignments",
            "duties",
            "accounts",
            "codes",
            "code_scans",
            "submissions",
            "answers",
            "photos",
            "ratings",
            "handovers",
            "handover_answers",
            "promises",
            "proposals",
            "info_requests",
            "transfers",
            "appointments",
            "hearings",
            "releases",
            "revisits",
            "events",
            "resident_subscriptions",
            "notifications",
            "deadline_steps",
        ];
        let mut connection = PgConnection::establish(self.database.url()).unwrap();
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            digest: i64,
        }
        let mut digest = |table: &str| {
            let query = format!(
                "SELECT coalesce(sum(hashtext((to_jsonb(rows) - 'password_hash' - 'password_set_at')::text)::bigint), 0)::bigint AS digest \
                 FROM {table} AS rows"
            );
            diesel::sql_query(query)
                .get_result::<Row>(&mut connection)
                .unwrap()
                .digest
        };
        tables
            .into_iter()
            .map(|table| (table.to_owned(), digest(table)))
            .collect()
    }
}

impl Drop for Loaded {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn keys() -> Keys {
    let config = KeysConfig {
        contact_keys: "k1:MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=".to_owned().into(),
        index_key: "dnV0c3JxcG9ubWxramloZ2ZlZGNiYTk4NzY1NDMyMTA=".to_owned().into(),
        link_key: "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWY=".to_owned().into(),
    };
    Keys::new(&config, Mode::Development).unwrap()
}

/// The city has the shape of a real one.
fn it_is_a_city(loaded: &Loaded, file: &Value) {
    let sites = loaded.counts("kind", "sites");
    assert_eq!(sites.get("center"), Some(&1));
    assert!(sites["home"] >= 6 && sites["station"] >= 14, "{sites:?}");
    assert!(sites["point"] >= 1 && sites["mobile"] >= 1, "{sites:?}");
    assert!(loaded.count("grids") >= 64);
    assert!(loaded.count("deputies") >= 124);
    assert_eq!(loaded.counts("level", "deputies").len(), 5);
    // Of the county, of the city above, and of every street and town.
    assert_eq!(loaded.counts("length(region_code)::text", "offices").len(), 3);
    assert_eq!(
        loaded.count(
            "grids WHERE NOT EXISTS (SELECT FROM grid_assignments a WHERE a.grid_id = grids.id AND a.role = 'lead')"
        ),
        2
    );
    let codes = loaded.counts("state", "codes");
    assert!(
        ["replaced", "suspended", "retired"]
            .iter()
            .all(|state| codes[*state] == 1),
        "{codes:?}"
    );
    assert!(loaded.count("code_scans") > 500);
    assert!(loaded.count("duties WHERE on_date = '2026-12-20'") > 0);
    assert_eq!(file["codes"].as_array().unwrap().len() as i64, codes["active"]);
    assert_eq!(
        file["users"].as_array().unwrap().len() as i64,
        loaded.count("accounts") + 3
    );
}

#[test]
fn there_is_something_of_everything_and_nothing_is_left_to_be_done() {
    for now in [saturday(), holiday()] {
        let loaded = Loaded::new();
        let file = loaded.load("a password", now);
        if now == saturday() {
            it_is_a_city(&loaded, &file);
        }

        let total = loaded.count("submissions");
        assert!((150..=240).contains(&total), "{total}");
        assert_eq!(loaded.counts("state", "submissions").len(), 9);
        assert_eq!(loaded.counts("kind", "submissions").len(), 4);
        assert_eq!(loaded.counts("route_reason", "submissions").len(), 6);
        assert_eq!(loaded.counts("satisfaction", "ratings").len(), 3);
        there_is_casework(&loaded);
        for satisfaction in ["satisfied", "basically_satisfied"] {
            let last = format!(
                "submissions s JOIN ratings r ON r.submission_id = s.id AND r.round = s.round \
                 WHERE s.state = 'closed' AND r.satisfaction = '{satisfaction}'"
            );
            assert!(loaded.count(&last) >= 3, "{satisfaction}");
        }
        assert!(loaded.count("submissions WHERE handled_above AND state = 'reopened'") >= 3);
        assert!(loaded.count("submissions WHERE close_reason = 'no_rating'") >= 10);
        let open = "submissions WHERE state = 'registered' AND";
        assert!(loaded.count(&format!("{open} overdue_at IS NULL")) >= 15);
        assert!(loaded.count(&format!("{open} overdue_at IS NOT NULL AND escalated_at IS NULL")) >= 3);
        assert!(loaded.count(&format!("{open} escalated_at IS NOT NULL")) >= 4);
        assert!(loaded.count("events WHERE kind = 'reminded'") >= 8);
        assert!(loaded.count("photos WHERE submission_id IS NOT NULL") >= 3);
        assert!(loaded.count("submissions WHERE phone_index IS NOT NULL") >= 40);

        // Nothing lies in the future or waits for a worker, except for the next digest, and every timeline begins with its beginning.
        let at = now.to_rfc3339();
        assert_eq!(loaded.count(&format!("events WHERE occurred_at > '{at}'")), 0);
        assert_eq!(
            loaded.count("notifications WHERE NOT in_digest AND state NOT IN ('sent', 'dead', 'void')"),
            0
        );
        assert!(loaded.count("notifications WHERE state = 'dead'") >= 1);
        let late = format!("deadline_steps WHERE done_at IS NULL AND due_at < '{at}'");
        assert_eq!(loaded.counts("step", &late), BTreeMap::new());
        let first = "(SELECT DISTINCT ON (submission_id) kind FROM events ORDER BY submission_id, seq) f";
        assert_eq!(loaded.count(&format!("{first} WHERE kind <> 'registered'")), 0);
        assert_eq!(
            loaded.count(
                "answers a JOIN submissions s ON s.id = a.submission_id WHERE a.text LIKE '%{%' OR s.text LIKE '%{%'"
            ),
            0
        );

        // The first code leads to the deputy that the file names, whoever is on duty.
        let (code, openid) = (
            file["codes"][0].as_str().unwrap(),
            file["deputy"]["openid"].as_str().unwrap(),
        );
        let elsewhere = format!(
            "submissions s JOIN codes c ON c.id = s.code_id JOIN accounts a ON a.deputy_id = s.assignee_deputy_id \
             WHERE c.token = '{code}' AND a.wechat_openid <> '{openid}'"
        );
        assert_eq!(loaded.count(&elsewhere), 0);
        assert!(
            loaded.count(&format!(
                "submissions s JOIN codes c ON c.id = s.code_id WHERE c.token = '{code}'"
            )) >= 8
        );
    }
}

fn there_is_casework(loaded: &Loaded) {
    assert_eq!(loaded.counts("channel", "submissions").len(), 3);
    assert_eq!(loaded.counts("channel", "handovers").len(), 3);
    assert_eq!(loaded.counts("state", "handovers").len(), 7);
    assert_eq!(loaded.counts("result", "handover_answers").len(), 4);
    for (what, least) in [
        ("handovers WHERE extended_at IS NOT NULL", 1),
        ("handover_partners WHERE opinion IS NOT NULL", 1),
        ("promises WHERE kept_at IS NOT NULL", 1),
        ("promises WHERE kept_at IS NULL", 2),
        ("proposals WHERE submitted_at IS NULL", 1),
        ("proposals WHERE submitted_at IS NOT NULL", 2),
        ("proposal_cosigners", 3),
        ("submissions WHERE split_from_id IS NOT NULL", 2),
        ("submissions WHERE merged_into_id IS NOT NULL", 2),
        ("submissions WHERE review_asked_at IS NOT NULL", 1),
        ("transfers", 1),
        ("info_requests WHERE reply IS NOT NULL", 1),
        ("releases WHERE withdrawn_at IS NULL", 4),
        ("revisits WHERE done_at IS NULL", 1),
        ("revisits WHERE done_at IS NOT NULL", 1),
        ("hearings WHERE state = 'held'", 1),
        ("hearings WHERE state = 'planned'", 2),
    ] {
        assert!(loaded.count(what) >= least, "{what}");
    }
    assert!(
        loaded
            .counts("decline_kind", "submissions WHERE decline_kind IS NOT NULL")
            .len()
            >= 3
    );
    for state in ["asked", "confirmed", "held"] {
        assert!(loaded.counts("state", "appointments").contains_key(state), "{state}");
    }
}

/// A later load changes only the password.
fn it_only_gets_another_password(loaded: &Loaded, mut first: Value) {
    let before = loaded.digest();
    let hashes = loaded.counts("password_hash", "accounts WHERE username IS NOT NULL");
    let second = loaded.load("another password", saturday() + TimeDelta::days(3));

    assert_eq!(loaded.digest(), before);
    assert_ne!(
        loaded.counts("password_hash", "accounts WHERE username IS NOT NULL"),
        hashes
    );
    assert_eq!(second["console"]["password"], "another password");
    first["console"] = second["console"].clone();
    first["staff"] = second["staff"].clone();
    assert_eq!(first, second);
}

#[test]
fn a_load_that_was_interrupted_is_gone_on_with_and_a_later_one_changes_only_the_password() {
    let whole = Loaded::new();
    let file = whole.load("a password", saturday());
    let broken = Loaded::new();
    // Submissions of a day three weeks ago cannot be written: the load breaks off there.
    let mut connection = PgConnection::establish(broken.database.url()).unwrap();
    let wall = "ALTER TABLE submissions ADD CONSTRAINT wall CHECK (submitted_at < '2026-11-01')";
    diesel::sql_query(wall).execute(&mut connection).unwrap();
    assert!(broken.try_load("a password", saturday()).is_err());
    assert!(broken.count("submissions") > 20, "it came some way");
    diesel::sql_query("ALTER TABLE submissions DROP CONSTRAINT wall")
        .execute(&mut connection)
        .unwrap();
    broken.load("a password", saturday() + TimeDelta::hours(1));

    for (column, table) in [
        ("state", "submissions"),
        ("kind", "events"),
        ("satisfaction", "ratings"),
        ("state", "notifications"),
    ] {
        assert_eq!(broken.counts(column, table), whole.counts(column, table), "{table}");
    }
    for table in [
        "sites",
        "duties",
        "accounts",
        "code_scans",
        "photos",
        "answers",
        "deadline_steps WHERE done_at IS NULL",
    ] {
        assert_eq!(broken.count(table), whole.count(table), "{table}");
    }
    it_only_gets_another_password(&whole, file);
}
