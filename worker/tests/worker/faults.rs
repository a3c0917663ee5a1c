//! Processes are killed and Redis is emptied while messages flow; afterwards every message has arrived.

use std::{collections::HashMap, time::Duration};

use minyi_gateways::clock::Clock;

use crate::stage::{Stage, keyword};

const SUBMISSIONS: usize = 240;
const DEPUTIES: usize = 6;

#[tokio::test(flavor = "multi_thread")]
async fn killing_workers_and_emptying_redis_loses_no_message() {
    let mut stage = Stage::at(Clock::System).await;
    // The test may run at night.
    stage.store.set_usual_quiet_hours(None).unwrap();
    // Slow enough that messages are in hand at every moment.
    stage
        .fault(serde_json::json!({ "path": "/cgi-bin/message", "latency_ms": 40 }))
        .await;
    let mut places = Vec::new();
    for _ in 0..DEPUTIES {
        places.push(stage.grid_with_lead().await);
    }
    let mut workers = vec![stage.spawn_worker(), stage.spawn_worker()];
    let mut numbers = Vec::new();
    for index in 0..SUBMISSIONS {
        let (grid, deputy) = places[index % DEPUTIES].clone();
        stage.city.now = stage.clock.now();
        numbers.push(stage.city.submit(&grid, deputy.route()).1.number);
        // Not a wait for something to happen: the pace of the load.
        tokio::time::sleep(Duration::from_millis(8)).await;
        if index % 40 == 20 {
            drop(workers.remove(0));
            workers.push(stage.spawn_worker());
        }
        if index % 60 == 30 {
            stage.redis.empty();
        }
    }
    stage.settle().await;
    drop(workers);

    let mut arrived: HashMap<String, i16> = HashMap::new();
    for (_, deputy) in &places {
        for message in stage.messages(&deputy.openid).await {
            *arrived
                .entry(keyword(&message, "character_string1").to_owned())
                .or_default() += 1;
        }
    }
    let rows = stage.notifications();
    assert_eq!(rows.len(), SUBMISSIONS);
    for row in &rows {
        assert_eq!(row.state, "sent", "{row:?}");
        let times = arrived.get(&row.number).copied().unwrap_or_default();
        assert!(
            (1..=1 + row.unknown_attempts).contains(&times),
            "{row:?} arrived {times} times"
        );
    }
    assert!(numbers.iter().all(|number| arrived.contains_key(number)));
    let again = rows.iter().filter(|row| row.attempts > 1).count();
    println!("{SUBMISSIONS} messages, {again} of them sent more than once");
}
