//! The same faults for every channel, and what each client makes of them.

use minyi_domain::delivery::Channel;
use minyi_gateways::channels::Outcome;
use serde_json::{Value, json};

use super::{EVERYWHERE, Stage, is_sent, notice};

/// The outcome of every channel under one fault of the calls that send.
async fn under(fault: Value) -> Vec<(Channel, Outcome)> {
    let stage = Stage::start().await;
    // Tokens first: the fault is about messages.
    for (number, to) in (1..).zip(EVERYWHERE) {
        assert!(is_sent(&stage.send(to, &notice(number)).await));
    }
    for path in [
        "/cgi-bin/message",
        "/topapi/message/corpconversation/asyncsend",
        "/robot",
        "/sms",
        "/smtp",
    ] {
        let mut fault = fault.clone();
        fault["path"] = json!(path);
        stage.world.fault(fault).await;
    }
    // All at once, for some faults take their time.
    let sending = (100..).zip(EVERYWHERE).map(|(number, (channel, to))| {
        let channels = stage.channels.clone();
        tokio::spawn(async move { (channel, channels.send(channel, to, &notice(number)).await) })
    });
    let sending: Vec<_> = sending.collect();
    let mut outcomes = Vec::new();
    for one in sending {
        outcomes.push(one.await.unwrap());
    }
    outcomes
}

#[tokio::test]
async fn busy_platforms_are_tried_again() {
    for (name, outcome) in under(json!({"errcode": -1})).await {
        assert!(
            matches!(outcome, Outcome::Retry { reason: "busy", .. }),
            "{name}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_work_is_unknown() {
    for (name, outcome) in under(json!({"reset_after_processing": true})).await {
        let reason = "connection_lost";
        assert_eq!(outcome, Outcome::Unknown { reason }, "{name}");
    }
}

/// Headers at once and a body that drips, much longer than anybody waits: the time-out covers the whole reply.
#[tokio::test]
async fn a_body_that_drips_is_unknown_in_time() {
    for (name, outcome) in under(json!({"slow_body_ms": 600_000})).await {
        assert_eq!(outcome, Outcome::Unknown { reason: "timeout" }, "{name}");
    }
}
