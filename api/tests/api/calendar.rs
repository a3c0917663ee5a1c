//! The command `import-calendar`, as its user meets it.

use std::{
    fs,
    process::{Command, Output},
};

use minyi_store::{Store, StoreConfig};
use minyi_test_support::TestDatabase;

fn import(database_url: &str, text: &str) -> Output {
    let file = std::env::temp_dir().join(format!("minyi-calendar-{}.json", uuid::Uuid::new_v4()));
    fs::write(&file, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_minyi-api"))
        .args(["import-calendar", "--database-pool-size", "1"])
        .args(["--database-patience-seconds", "60", "--database-url"])
        .arg(database_url)
        .arg(&file)
        .output()
        .unwrap();
    fs::remove_file(file).unwrap();
    output
}

/// What it says of a file that it refuses; no database is asked.
fn refusal(text: &str) -> String {
    let output = import("postgres://nobody@127.0.0.1:1/nothing", text);
    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

fn year(days: &[(&str, bool)]) -> String {
    let days: Vec<_> = days
        .iter()
        .map(|(date, off)| format!(r#"{{"name": "元旦", "date": "{date}", "isOffDay": {off}}}"#))
        .collect();
    format!(
        "{{\"$id\": \"x\", \"year\": 2027, \"papers\": [], \"days\": [\n{}\n]}}",
        days.join(",\n")
    )
}

#[test]
fn a_year_is_imported_and_said_in_words() {
    let database = TestDatabase::new();
    let text = year(&[("2027-01-01", true), ("2027-01-09", false), ("2026-12-27", false)]);
    for _ in 0..2 {
        let output = import(database.url(), &text);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(
            said,
            "2027: imported; days off: 1, days worked instead: 1\n\
             2026-12-27: left out; it has to be in the file of 2026\n\
             provisional dates of open submissions: 0 computed again, 0 moved, 0 still provisional\n"
        );
    }
    let config = StoreConfig {
        database_url: database.url().to_owned(),
        pool_size: 1,
        patience_seconds: 60,
    };
    let calendar = Store::connect(&config).unwrap().calendar().unwrap();
    assert!(!calendar.is_working_day("2027-01-01".parse().unwrap()));
    assert!(calendar.is_working_day("2027-01-09".parse().unwrap()), "a Saturday");
}

#[test]
fn a_wrong_file_is_refused_with_the_place() {
    let cases = [
        (year(&[]), "days: no day of 2027"),
        (year(&[("2026-12-31", true)]), "days: no day of 2027"),
        (
            year(&[("2027-01-01", true), ("2026-10-01", true)]),
            "days[1].date: 2026-10-01 is not in 2027",
        ),
        (
            year(&[("2027-01-01", true), ("2027-01-02", true), ("2027-01-01", false)]),
            "days[2].date: 2027-01-01 stands in days[0] already",
        ),
        (year(&[("2027-01-01", true), ("2027-02-30", true)]), "days[1].date: "),
        (year(&[("2027-01-01", true), ("2027-02-30", true)]), "at line 3 column"),
        (
            r#"{"year": 2027, "days": [{"date": "2027-01-01"}]}"#.to_owned(),
            "missing field `isOffDay`",
        ),
        (r#"{"year": 27, "days": []}"#.to_owned(), "year: 27 is not between"),
        ("{}{}".to_owned(), "missing field `year`"),
        (year(&[("2027-01-01", true)]) + "x", "trailing characters at line 3"),
        (String::new(), "EOF"),
    ];
    for (text, wanted) in cases {
        let said = refusal(&text);
        assert!(said.contains(wanted), "{wanted:?} is not in {said:?}");
        assert!(said.contains(".json: "), "the file is named: {said}");
    }
}
