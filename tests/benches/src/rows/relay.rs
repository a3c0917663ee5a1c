//! Messages a second through relay, stream and sender, with a receiver that answers at once; beside it what Redis does
//! with entries of the same size.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use minyi_faults::house::{House, Part, Size, Time};

use crate::{
    Effort,
    figure::{Figure, Goal},
    tools::{database, finish},
};

/// The worker is started when everything waits; so many deputies that turns hold nobody up.
const SIZE: Size = Size {
    apis: 1,
    workers: 0,
    places: 300,
};

pub async fn run(effort: Effort) -> anyhow::Result<Vec<Figure>> {
    let mut house = House::build(SIZE, Time::Real).await?;
    house.wait_all_ready().await?;
    let waiting = effort.count(20_000);
    fill(&house, waiting).await?;
    let begun = Instant::now();
    house.start(Part::Worker(0))?;
    house.wait_ready(Part::Worker(0)).await?;
    let (before, started) = (count(&house, "state = 'sent'")?, Instant::now());
    while count(&house, "state <> 'sent'")? > 0 {
        anyhow::ensure!(begun.elapsed() < Duration::from_secs(300), "messages still wait");
        // Counting costs what could be sent meanwhile.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let sent = i32::try_from(count(&house, "state = 'sent'")? - before)?;
    let a_second = f64::from(sent) / started.elapsed().as_secs_f64();
    let mut figures =
        vec![Figure::new(7, format!("messages sent, of {waiting}"), a_second, "/s").should_be(Goal::AtLeast(2000.0))];
    for (what, command) in [
        (
            "redis-benchmark XADD",
            "XADD bench * id 019aa000-0000-7000-8000-0000000000aa",
        ),
        (
            "redis-benchmark XREADGROUP",
            "XREADGROUP GROUP group one COUNT 1 STREAMS bench >",
        ),
    ] {
        let value = redis(&house, command).await?;
        figures.push(Figure::new(7, what, value, "/s"));
    }
    Ok(figures)
}

/// So many submissions whose messages wait, of all deputies in turn: a person is told of one thing
/// after the other.
async fn fill(house: &House, waiting: usize) -> anyhow::Result<()> {
    let request = |number: usize| {
        let (grid, _) = &house.places[number % house.places.len()];
        let url = format!("{}/api/v1/codes/{}/submissions", house.bases[0], grid.token.as_str());
        let body = serde_json::json!({ "kind": "problem", "text": format!("第 {number} 件：路灯坏了，看不清路。") });
        let key = uuid::Uuid::new_v4().to_string();
        house.client.post(url).header("idempotency-key", key).json(&body).send()
    };
    for chunk in (0..waiting).collect::<Vec<_>>().chunks(16) {
        for answer in futures_util::future::join_all(chunk.iter().map(|number| request(*number))).await {
            answer?.error_for_status()?;
        }
    }
    Ok(())
}

fn count(house: &House, condition: &str) -> anyhow::Result<i64> {
    database::count(&house.database_url(), &format!("notifications WHERE {condition}"))
}

async fn redis(house: &House, words: &str) -> anyhow::Result<f64> {
    let address = reqwest::Url::parse(&house.redis_url())?;
    // In an address redis-benchmark would take the missing name for an empty one.
    let client = |program: &str| {
        let mut command = Command::new(program);
        command.args(["-h", address.host_str().unwrap_or_default()]);
        command.args(["-p", &address.port().unwrap_or_default().to_string()]);
        command.args(["-a", address.password().unwrap_or_default()]);
        command
    };
    let mut make = client("redis-cli");
    make.args(["XGROUP", "CREATE", "bench", "group", "0", "MKSTREAM"]);
    // The second time it is there already.
    finish(make).await?;
    let mut command = client("redis-benchmark");
    command
        .args(["-n", "100000", "-c", "16", "--csv"])
        .args(words.split(' '));
    let output = finish(command).await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let figures = text.lines().last().and_then(|line| line.split("\",\"").nth(1));
    Ok(figures
        .context("redis-benchmark says nothing")?
        .trim_matches('"')
        .parse()?)
}
