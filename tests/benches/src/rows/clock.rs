//! A million open deadlines, of which ten thousand fall due together: until all these steps are done; and the same when
//! Redis loses everything in the middle.

use std::{process::Command, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    Connection as _, PgConnection, RunQueryDsl as _, sql_query,
    sql_types::{BigInt, Timestamptz},
};
use minyi_faults::house::{House, Part, Size, Time};

use crate::{
    Effort,
    dataset::{Dataset, Rows},
    figure::{Figure, Goal},
    tools::{database::count, finish},
};

/// The worker is started when all is planned; so many deputies that messages hold nobody up.
const SIZE: Size = Size {
    apis: 0,
    workers: 0,
    places: 300,
};
/// Of four days, about seven in ten are open and have five steps each.
const SUBMISSIONS: usize = 290_000;
/// Nobody waits longer.
const PATIENCE: TimeDelta = TimeDelta::seconds(240);

pub async fn run(effort: Effort) -> anyhow::Result<Vec<Figure>> {
    let mut house = House::build(SIZE, Time::Real).await?;
    let open = plan(&house, i64::try_from(effort.count(SUBMISSIONS))?).await?;
    house.start(Part::Worker(0))?;
    house.wait_ready(Part::Worker(0)).await?;
    let due = i64::try_from(effort.count(10_000))?;
    let undisturbed = run_due(&house, due, false).await?;
    let emptied = run_due(&house, due, true).await?;
    let of = |what: &str, value| Figure::new(11, format!("{due} of {open} deadlines at once, {what}"), value, "s");
    Ok(vec![
        of("done after", undisturbed).should_be(Goal::AtMost(60.0)),
        of("Redis emptied", emptied).should_be(Goal::AtMost(90.0)),
    ])
}

async fn plan(house: &House, submissions: i64) -> anyhow::Result<i64> {
    let (url, until) = (house.database_url(), house.now());
    let rows = Rows {
        first: 1,
        last: submissions,
        until,
        days: 4,
        searchable: false,
        told: false,
    };
    tokio::task::spawn_blocking(move || {
        let dataset = Dataset::prepare(&url)?;
        dataset.fill(rows)?;
        anyhow::Ok(dataset.plan_steps(until)?)
    })
    .await?
}

/// Lets so many steps fall due at one moment, and tells how many seconds later the last one is done. With `empties`, Redis
/// loses everything when half of them are.
async fn run_due(house: &House, due: i64, empties: bool) -> anyhow::Result<f64> {
    let at = house.now() + TimeDelta::seconds(3);
    fall_due(&house.database_url(), due, at)?;
    let mut emptied = !empties;
    loop {
        let (left, late) = (left(house, at)?, house.now() - at);
        if !emptied && left <= due / 2 {
            let mut command = Command::new("redis-cli");
            command.args(["-u", &house.redis_url(), "FLUSHALL"]);
            finish(command).await?;
            emptied = true;
        }
        if left == 0 || late > PATIENCE {
            if left > 0 {
                println!("      {left} of {due} steps are not done");
            }
            return Ok(late.as_seconds_f64());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Reminders, what is overdue, and what is escalated, of all deputies.
fn fall_due(url: &str, due: i64, at: DateTime<Utc>) -> anyhow::Result<()> {
    let mut connection = PgConnection::establish(url)?;
    let moved = sql_query(
        "UPDATE deadline_steps SET due_at = $2 WHERE id IN (SELECT id FROM deadline_steps
            WHERE done_at IS NULL AND published_at IS NULL AND step IN ('remind', 'overdue', 'escalate')
            ORDER BY id LIMIT $1)",
    )
    .bind::<BigInt, _>(due)
    .bind::<Timestamptz, _>(at)
    .execute(&mut connection)?;
    anyhow::ensure!(i64::try_from(moved)? == due, "only {moved} deadlines are open");
    Ok(())
}

/// How many of them are not done: not yet taken, or taken. Each has an index of its own.
fn left(house: &House, at: DateTime<Utc>) -> anyhow::Result<i64> {
    let (url, at) = (house.database_url(), at.to_rfc3339());
    let untaken = format!("deadline_steps WHERE done_at IS NULL AND published_at IS NULL AND due_at <= '{at}'");
    let taken = "deadline_steps WHERE done_at IS NULL AND published_at IS NOT NULL";
    Ok(count(&url, &untaken)? + count(&url, taken)?)
}
