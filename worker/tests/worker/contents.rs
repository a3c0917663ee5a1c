use chrono::TimeDelta;
use minyi_domain::{content::Verdict, text::SubmissionText, token::ReceiptToken};
use minyi_store::{ContentCheck, Unable, fixtures::Deputy};
use minyi_worker::Worker;
use serde_json::json;
use tokio::sync::watch;
use uuid::Uuid;

use crate::stage::{Stage, wait_for};

const RESIDENT: &str = "oResident0000000000000000000";

/// A submission with this text that the program has read.
async fn sent(stage: &mut Stage, text: &str) -> (Uuid, ReceiptToken, Deputy) {
    let (grid, deputy) = stage.grid_with_lead().await;
    let mut new = stage.city.submission(&grid, deputy.route());
    new.text = SubmissionText::parse(text).unwrap();
    stage.store.submit(&new).unwrap();
    stage.worker().suggest().await.unwrap();
    (new.id, new.receipt, deputy)
}

fn checks(stage: &Stage, id: Uuid, deputy: &Deputy) -> Vec<ContentCheck> {
    let scope = deputy.actor.scope();
    stage.store.submission(&scope, id).unwrap().unwrap().checks
}

async fn check(worker: &Worker) {
    let (_go_on, stop) = watch::channel(false);
    worker.check_content(&stop).await.unwrap();
}

async fn subscribe(stage: &Stage, receipt: &ReceiptToken) {
    stage.add_phone(RESIDENT).await;
    let subscribed = stage.store.subscribe_resident(receipt, RESIDENT, stage.clock.now());
    subscribed.unwrap().unwrap();
}

#[tokio::test]
async fn words_are_checked_without_wechat_and_once() {
    let mut stage = Stage::new().await;
    let (id, _, deputy) = sent(&mut stage, "三楼天天有人赌博，吵得睡不着。").await;
    let (one, other) = (stage.worker(), stage.worker());
    let (_go_on, stop) = watch::channel(false);
    let (one, other) = tokio::join!(one.check_content(&stop), other.check_content(&stop));
    assert_eq!(one.unwrap() + other.unwrap(), 1);
    let checks = checks(&stage, id, &deputy);
    assert_eq!((checks.len(), checks[0].verdict), (1, Some(Verdict::Look)));
    assert_eq!(checks[0].marks[0].word, "赌博");
}

#[tokio::test]
async fn wechat_is_asked_while_the_resident_has_just_been_there() {
    let mut stage = Stage::new().await;
    stage.limits(json!({"risky_words": ["上访"]})).await;
    let (id, receipt, deputy) = sent(&mut stage, "再不解决我就去上访。").await;
    subscribe(&stage, &receipt).await;
    stage.visit(RESIDENT).await;
    // Busy at first: it is asked again, and nothing is lost.
    stage.fault(json!({"path": "/wxa", "errcode": -1, "times": 1})).await;
    let worker = stage.worker();
    check(&worker).await;
    assert!(checks(&stage, id, &deputy)[1].verdict.is_none());
    stage.clock.advance(TimeDelta::minutes(2));
    check(&worker).await;
    let of_wechat = &checks(&stage, id, &deputy)[1];
    assert_eq!((of_wechat.verdict, of_wechat.label), (Some(Verdict::Look), Some(20001)));
}

#[tokio::test]
async fn whom_wechat_does_not_know_any_more_a_person_looks_at() {
    let mut stage = Stage::new().await;
    let (id, receipt, deputy) = sent(&mut stage, "门口的路灯坏了半个月。").await;
    subscribe(&stage, &receipt).await;
    check(&stage.worker()).await;
    let of_wechat = &checks(&stage, id, &deputy)[1];
    assert_eq!(
        (of_wechat.verdict, of_wechat.reason),
        (Some(Verdict::Look), Some(Unable::VisitorGone))
    );
}

#[tokio::test]
async fn after_many_attempts_a_person_looks() {
    let mut stage = Stage::new().await;
    let (id, receipt, deputy) = sent(&mut stage, "门口的路灯坏了半个月。").await;
    subscribe(&stage, &receipt).await;
    stage.visit(RESIDENT).await;
    stage.fault(json!({"path": "/wxa", "outage": true})).await;
    let worker = stage.worker();
    for _ in 0..8 {
        check(&worker).await;
        stage.clock.advance(TimeDelta::hours(2));
    }
    let of_wechat = &checks(&stage, id, &deputy)[1];
    assert_eq!(of_wechat.reason, Some(Unable::GivenUp));
}

/// Questions to WeChat about submissions that one resident sent, each answered after so many milliseconds.
async fn questions(stage: &mut Stage, count: usize, latency_ms: u32) {
    stage.add_phone(RESIDENT).await;
    for _ in 0..count {
        let (_, receipt, _) = sent(stage, "门口的路灯坏了半个月。").await;
        let subscribed = stage.store.subscribe_resident(&receipt, RESIDENT, stage.clock.now());
        subscribed.unwrap().unwrap();
    }
    stage.visit(RESIDENT).await;
    stage.fault(json!({"path": "/wxa", "latency_ms": latency_ms})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_told_to_stop_asks_wechat_nothing_more() {
    let mut stage = Stage::new().await;
    // One after the other they take much longer than the test needs to see the first one answered, and less than the
    // worker would be waited for.
    stage.drain_seconds = 120;
    questions(&mut stage, 20, 1_000).await;
    let (stop, stopped) = watch::channel(false);
    let run = tokio::spawn(stage.worker().run(stopped));
    wait_for(&stage, "content_checks WHERE checker = 'wechat' AND state = 'done'").await;
    stop.send(true).unwrap();
    run.await.unwrap();
    let left = stage.count("content_checks WHERE checker = 'wechat' AND state = 'asking'");
    assert!(left > 0, "it asked on and on");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_longer_than_a_stopping_worker_may_is_left_to_the_others() {
    let mut stage = Stage::new().await;
    stage.drain_seconds = 0;
    // Longer than the test needs to see that it was asked.
    questions(&mut stage, 1, 50_000).await;
    let (stop, stopped) = watch::channel(false);
    let run = tokio::spawn(stage.worker().run(stopped));
    let asking = "content_checks WHERE checker = 'wechat' AND state = 'asking'";
    wait_for(&stage, asking).await;
    stop.send(true).unwrap();
    run.await.unwrap();
    assert_eq!(stage.count(asking), 1, "it waited for the answer");
}
