//! Accepted submissions a second, and the slowest hundredth at half of that rate, against pgbench with the same
//! statements.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use minyi_faults::house::{House, Size, Time};
use serde_json::json;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use crate::{
    Effort,
    figure::{Figure, Goal, percentile},
    tools::{pgbench, wrk},
};

const CONNECTIONS: u32 = 16;
/// Nothing takes the messages: what is measured is accepting.
const SIZE: Size = Size {
    apis: 1,
    workers: 0,
    places: 50,
};

pub async fn run(effort: Effort) -> anyhow::Result<Vec<Figure>> {
    let house = House::build(SIZE, Time::Real).await?;
    house.wait_all_ready().await?;
    let seconds = effort.seconds(40);
    // The first ones fill caches and prepare statements.
    wrk::run(house.folder(), &house.bases[0], CONNECTIONS, 3, &requests(&house)).await?;
    let script = pgbench::record(&house, async || submit(&house, 0).await.map(drop)).await?;
    let accepted = wrk::run(house.folder(), &house.bases[0], CONNECTIONS, seconds, &requests(&house)).await?;
    let limit = pgbench::run(&house, &script, CONNECTIONS, seconds, None).await?;
    let half = accepted.a_second / 2.0;
    let slow = at_rate(&house, half, seconds).await?;
    let slow_limit = pgbench::run(&house, &script, CONNECTIONS, seconds, Some(half)).await?;
    Ok(vec![
        Figure::new(
            1,
            format!("accepted submissions, {CONNECTIONS} connections"),
            accepted.a_second,
            "/s",
        )
        .against("pgbench", limit.a_second)
        .should_be(Goal::PartOfLimit(0.6)),
        Figure::new(1, "p99 of that", accepted.p99, "ms").against("pgbench", limit.p99),
        Figure::new(2, format!("p99 at {half:.0}/s"), slow, "ms")
            .against("pgbench", slow_limit.p99)
            .should_be(Goal::TimesLimit(3.0)),
    ])
}

/// Every request has words and a key of its own.
fn requests(house: &House) -> String {
    let tokens: Vec<String> = house
        .places
        .iter()
        .map(|(grid, _)| format!("\"{}\"", grid.token.as_str()))
        .collect();
    format!(
        r#"
local tokens, number, run = {{ {} }}, 0, "{}"
function request()
  number = number + 1
  local path = "/api/v1/codes/" .. tokens[number % #tokens + 1] .. "/submissions"
  local body = '{{"kind":"problem","text":"第 ' .. number .. ' 件：路灯坏了半个多月，老人晚上出门看不清路，请来修。"}}'
  return wrk.format("POST", path, {{ ["Content-Type"] = "application/json", ["Idempotency-Key"] = run .. number }}, body)
end
"#,
        tokens.join(", "),
        Uuid::new_v4()
    )
}

pub(super) async fn submit(house: &House, number: usize) -> anyhow::Result<Duration> {
    let (grid, _) = &house.places[number % house.places.len()];
    let url = format!("{}/api/v1/codes/{}/submissions", house.bases[0], grid.token.as_str());
    let text = format!("第 {number} 件：路灯坏了半个多月，老人晚上出门看不清路，请来修。");
    let request = house
        .client
        .post(url)
        .header("idempotency-key", Uuid::new_v4().to_string())
        .json(&json!({ "kind": "problem", "text": text }));
    let began = Instant::now();
    request.send().await?.error_for_status()?.bytes().await?;
    Ok(began.elapsed())
}

/// The slowest hundredth, in milliseconds, when requests come at an even pace; who waits for a connection waits.
async fn at_rate(house: &House, rate: f64, seconds: u64) -> anyhow::Result<f64> {
    let house = &house;
    let took: Arc<Mutex<Vec<f64>>> = Arc::default();
    let begun = Instant::now();
    // As many as there are connections, each with its share of the pace.
    let person = |index: u32| {
        let took = Arc::clone(&took);
        async move {
            let mut pace = tokio::time::interval(Duration::from_secs_f64(f64::from(CONNECTIONS) / rate));
            pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
            for number in 0.. {
                let due = pace.tick().await;
                if begun.elapsed() > Duration::from_secs(seconds) {
                    break;
                }
                submit(house, number * usize::try_from(CONNECTIONS)? + usize::try_from(index)?).await?;
                took.lock().unwrap().push(due.elapsed().as_secs_f64() * 1000.0);
            }
            anyhow::Ok(())
        }
    };
    futures_util::future::try_join_all((0..CONNECTIONS).map(person)).await?;
    let mut took = std::mem::take(&mut *took.lock().unwrap());
    Ok(percentile(&mut took, 0.99))
}
