//! pgbench with the statements that the product itself sends, taken from Postgres's log: what the database gives when
//! nothing stands before it.

use std::{fs, path::Path, process::Command, time::Duration};

use anyhow::Context as _;
use diesel::{Connection as _, PgConnection, connection::SimpleConnection as _};
use minyi_faults::house::{House, Part};

use super::finish;
use crate::figure::percentile;

/// What it counted.
pub struct Told {
    pub a_second: f64,
    /// Milliseconds.
    pub p99: f64,
}

/// A statement as it was executed, with its parameters.
struct Executed {
    /// The server's process, as the log writes it.
    process: String,
    sql: String,
    parameters: Vec<Option<String>>,
}

/// Runs `act` while Postgres writes down every statement, and makes a script of them that can be run again and again.
pub async fn record(house: &House, act: impl AsyncFnOnce() -> anyhow::Result<()>) -> anyhow::Result<String> {
    let log = house.log(Part::Postgres);
    let before = fs::read_to_string(&log)?.len();
    set(house, "ALTER SYSTEM SET log_min_duration_statement = 0")?;
    act().await?;
    set(house, "ALTER SYSTEM RESET log_min_duration_statement")?;
    let text = fs::read_to_string(&log)?;
    let executed = executed(text.get(before..).unwrap_or_default());
    anyhow::ensure!(!executed.is_empty(), "no statement was seen in {}", log.display());
    Ok(executed.iter().map(|statement| script(statement) + ";\n").collect())
}

fn set(house: &House, statement: &str) -> anyhow::Result<()> {
    let mut connection = PgConnection::establish(&house.database_url())?;
    connection.batch_execute(statement)?;
    connection.batch_execute("SELECT pg_reload_conf()")?;
    // The processes hear of it a moment later, and write down what they do a moment after that.
    std::thread::sleep(Duration::from_millis(500));
    Ok(())
}

/// The statements of the client that accepts, from the log: an entry begins with a time and the process, its further lines
/// with a tab. Other connections write between them.
fn executed(log: &str) -> Vec<Executed> {
    let entries = log.replace("\n\t", "\u{1}");
    let mut found: Vec<Executed> = Vec::new();
    for entry in entries.lines() {
        let Some((_, process)) = entry.split_once('[') else {
            continue;
        };
        let process = process.split(']').next().unwrap_or_default();
        if let Some((_, rest)) = entry.split_once(" execute ")
            && let Some((_, sql)) = rest.split_once(": ")
        {
            found.push(Executed {
                process: process.to_owned(),
                sql: sql.replace('\u{1}', "\n"),
                parameters: Vec::new(),
            });
        } else if let Some((_, list)) = entry.split_once("arameters: ")
            && let Some(last) = found.iter_mut().rfind(|statement| statement.process == process)
            // Binding is written down too, with the parameters of the statement that comes next.
            && last.parameters.is_empty()
        {
            last.parameters = parameters(list);
        }
    }
    let accepts = found.iter().find(|statement| statement.sql.starts_with(INPUT));
    let process = accepts.map(|statement| statement.process.clone());
    found.retain(|statement| Some(&statement.process) == process.as_ref());
    found
}

/// How the statement begins that writes a submission.
const INPUT: &str = "WITH input (";

/// `$1 = 'it''s', $2 = NULL`
fn parameters(list: &str) -> Vec<Option<String>> {
    let (mut rest, mut found) = (list, Vec::new());
    while let Some((_, after)) = rest.split_once(" = ") {
        let Some(quoted) = after.strip_prefix('\'') else {
            found.push(None);
            rest = after.split_once(", ").map_or("", |(_, rest)| rest);
            continue;
        };
        let (mut value, mut at) = (String::new(), 0);
        while let Some(end) = quoted.get(at..).and_then(|part| part.find('\'')) {
            value.push_str(&quoted[at..at + end]);
            at += end + 1;
            if !quoted[at..].starts_with('\'') {
                break;
            }
            value.push('\'');
            at += 1;
        }
        found.push(Some(value));
        rest = &quoted[at..];
    }
    found
}

/// The statement with its parameters inside; what has to be new each time is made by Postgres.
fn script(statement: &Executed) -> String {
    let columns: Vec<&str> = statement
        .sql
        .strip_prefix(INPUT)
        .and_then(|sql| sql.split_once(')'))
        .map(|(list, _)| list.split(',').map(str::trim).collect())
        .unwrap_or_default();
    let mut sql = statement.sql.clone();
    // From the last: $1 is a part of $10.
    for (index, value) in statement.parameters.iter().enumerate().rev() {
        let literal = expression(columns.get(index).copied().unwrap_or_default(), value.as_deref());
        sql = sql.replace(&format!("${}", index + 1), &literal);
    }
    sql
}

/// Digits and letters of the product's own alphabet, out of a random number.
fn token(length: usize) -> String {
    format!(
        "translate(left(md5(random()::text) || md5(random()::text), {length}), '0123456789abcdef', '34679ACDEFGHJKMN')"
    )
}

fn expression(column: &str, value: Option<&str>) -> String {
    match column {
        "id" | "registered_id" | "routed_id" => "gen_random_uuid()".to_owned(),
        "idempotency_key" => "gen_random_uuid()::text".to_owned(),
        "receipt" => token(20),
        // Seven of sixteen characters are so few that two would soon be the same: the days keep them apart.
        "number" => format!(
            "to_char(now() - random() * interval '10000 days', 'YYYYMMDD') || '-' || {}",
            token(7)
        ),
        "submitted_at" => "now()".to_owned(),
        "answer_due_at" => "now() + interval '4 days'".to_owned(),
        _ => {
            let literal = value.map_or("NULL".to_owned(), |value| format!("'{}'", value.replace('\'', "''")));
            literal + type_of(column)
        }
    }
}

/// The columns of the statement's own input have no table to take their types from.
fn type_of(column: &str) -> &'static str {
    match column {
        "" => "",
        "photo_ids" => "::uuid[]",
        "steps" => "::text[]",
        "step_times" => "::timestamptz[]",
        "longitude" | "latitude" => "::float8",
        "request_digest" | "phone_index" | "contact_name" | "contact_phone" => "::bytea",
        "publish_consent" | "provisional" => "::boolean",
        "entered_by" => "::uuid",
        column if column.ends_with("_id") => "::uuid",
        column if column.ends_with("_at") => "::timestamptz",
        _ => "::text",
    }
}

/// Runs the script: as fast as it goes, or `rate` times a second.
pub async fn run(house: &House, script: &str, clients: u32, seconds: u64, rate: Option<f64>) -> anyhow::Result<Told> {
    let folder = house.folder().join("pgbench");
    fs::create_dir_all(&folder)?;
    let (file, prefix) = (folder.join("script.sql"), folder.join("log"));
    fs::write(&file, script)?;
    let mut command = Command::new("pgbench");
    command.args(["--no-vacuum", "--protocol", "prepared", "--jobs", "1", "--log"]);
    command.arg(format!("--log-prefix={}", prefix.display()));
    command.args(["--client", &clients.to_string(), "--time", &seconds.to_string()]);
    if let Some(rate) = rate {
        command.args(["--rate", &rate.to_string()]);
    }
    command.arg("--file").arg(&file).arg(house.database_url());
    let output = finish(command).await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = "));
    let tps = tps
        .and_then(|rest| rest.split(' ').next())
        .context("pgbench says no rate")?;
    let told = Told {
        a_second: tps.parse()?,
        p99: percentile(&mut latencies(&folder)?, 0.99),
    };
    fs::remove_dir_all(&folder)?;
    Ok(told)
}

/// Third column: microseconds from when it should have begun.
fn latencies(folder: &Path) -> anyhow::Result<Vec<f64>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "sql") {
            continue;
        }
        for line in fs::read_to_string(path)?.lines() {
            let microseconds: f64 = line.split(' ').nth(2).unwrap_or_default().parse()?;
            found.push(microseconds / 1000.0);
        }
    }
    Ok(found)
}
