use chrono::TimeDelta;
use serde_json::json;

use crate::stage::Stage;

/// The only test of this program that installs figures: there is one place for them in a process.
#[tokio::test]
async fn the_figures_tell_backlog_and_age_by_stage_and_the_codes_of_a_channel() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    stage
        .fault(json!({ "path": "/cgi-bin/message", "errcode": 43101, "times": 1 }))
        .await;
    let worker = stage.worker();
    let (server, address) = worker.serve_vitals(([127, 0, 0, 1], 0).into()).unwrap();
    tokio::spawn(server);
    // One that was refused for good, one that nobody has taken yet.
    stage.city.submit(&grid, deputy.route());
    worker.run_due().await.unwrap();
    stage.city.submit(&grid, deputy.route());
    stage.clock.advance(TimeDelta::seconds(90));

    let figures = reqwest::get(format!("http://{address}/metrics")).await.unwrap();
    let figures = figures.text().await.unwrap();

    for (name, stage, value) in [
        ("notifications_in_stage", "outbox", 1),
        ("notifications_oldest_seconds", "outbox", 90),
        ("notifications_in_stage", "dead", 1),
        ("notifications_oldest_seconds", "dead", 90),
        ("notifications_in_stage", "stream", 0),
        ("notifications_oldest_seconds", "retry", 0),
    ] {
        let line = format!("{name}{{stage=\"{stage}\"}} {value}");
        assert!(figures.lines().any(|found| found == line), "{line}: {figures}");
    }
    let refused = "channel_results_total{channel=\"wechat\",outcome=\"refused\",code=\"43101\"} ";
    assert!(figures.contains(refused), "{figures}");
}
