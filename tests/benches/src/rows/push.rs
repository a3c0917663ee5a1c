//! From the commit of a submission to its message on the deputy's phone, at fifty submissions a second.
//!
//! The time runs from when the resident's request is sent: the commit lies within it, so the figure is never too small.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use minyi_faults::house::{House, Size, Time};
use minyi_gateways::clock::Clock;
use serde_json::{Value, json};
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use crate::{
    Effort,
    figure::{Figure, Goal, percentile},
};

const A_SECOND: u32 = 50;
/// As many deputies as a county has, so that nobody's phone is written to twice at once.
const SIZE: Size = Size {
    apis: 1,
    workers: 1,
    places: 200,
};

/// When a submission was sent and acknowledged, by its number.
type Sent = Arc<Mutex<HashMap<String, (DateTime<Utc>, DateTime<Utc>)>>>;

pub async fn run(effort: Effort) -> anyhow::Result<Vec<Figure>> {
    let house = House::build(SIZE, Time::Real).await?;
    house.wait_all_ready().await?;
    // A product that has just been started opens its connections and prepares its statements first.
    let warm = submit(&house, A_SECOND * 5).await?.len();
    wait_for(&house, warm).await?;
    let count = A_SECOND * u32::try_from(effort.seconds(60))?;
    let sent = submit(&house, count).await?;
    let arrived = wait_for(&house, warm + sent.len()).await?;
    let (mut pushed, mut acknowledged) = (Vec::new(), Vec::new());
    for (number, (began, ended)) in &sent {
        let at = arrived.get(number).context("a message did not arrive")?;
        pushed.push(milliseconds(*began, *at));
        acknowledged.push(milliseconds(*began, *ended));
    }
    let of = |what: &str, value| Figure::new(6, format!("{what}, {A_SECOND}/s"), value, "ms");
    Ok(vec![
        of("sent to acknowledged, p99", percentile(&mut acknowledged, 0.99)),
        of("sent to push received, p50", percentile(&mut pushed, 0.5)).should_be(Goal::AtMost(50.0)),
        of("sent to push received, p99", percentile(&mut pushed, 0.99)).should_be(Goal::AtMost(500.0)),
    ])
}

/// Sends at an even pace, whether or not the product keeps up.
async fn submit(house: &House, count: u32) -> anyhow::Result<HashMap<String, (DateTime<Utc>, DateTime<Utc>)>> {
    let sent = Sent::default();
    let mut pace = tokio::time::interval(Duration::from_secs(1) / A_SECOND);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut open = tokio::task::JoinSet::new();
    for (number, (grid, _)) in (0..count).zip(house.places.iter().cycle()) {
        pace.tick().await;
        let url = format!("{}/api/v1/codes/{}/submissions", house.bases[0], grid.token.as_str());
        let request = house
            .client
            .post(url)
            .header("idempotency-key", Uuid::new_v4().to_string())
            .json(&json!({ "kind": "problem", "text": format!("第 {number} 件：路灯坏了，晚上看不清路。") }));
        let sent = Arc::clone(&sent);
        open.spawn(async move {
            let began = Clock::System.now();
            let answer = request.send().await?.error_for_status()?;
            let answer: Value = answer.json().await?;
            let number = answer["number"].as_str().unwrap_or_default().to_owned();
            sent.lock().unwrap().insert(number, (began, Clock::System.now()));
            reqwest::Result::Ok(())
        });
    }
    while let Some(done) = open.join_next().await {
        done??;
    }
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    Ok(sent)
}

/// When each message arrived, by the number that it names.
async fn wait_for(house: &House, count: usize) -> anyhow::Result<HashMap<String, DateTime<Utc>>> {
    for _ in 0..300 {
        let counts = house.ask("counts").await?;
        if counts["messages"].as_u64() >= Some(u64::try_from(count)?) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut arrived = HashMap::new();
    for (_, deputy) in &house.places {
        let page = house.ask(&format!("users/{}/messages", deputy.openid)).await?;
        for message in page["items"].as_array().unwrap_or(&Vec::new()) {
            let at: DateTime<Utc> = message["received_at"].as_str().unwrap_or_default().parse()?;
            let number = message["data"]["character_string1"]["value"].as_str();
            arrived.insert(number.unwrap_or_default().to_owned(), at);
        }
    }
    Ok(arrived)
}

fn milliseconds(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    (to - from).as_seconds_f64() * 1000.0
}
