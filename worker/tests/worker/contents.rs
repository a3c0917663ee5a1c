use chrono::TimeDelta;
use minyi_domain::{content::Verdict, text::SubmissionText, token::ReceiptToken};
use minyi_store::{ContentCheck, Unable, fixtures::Deputy};
use serde_json::json;
use uuid::Uuid;

use crate::stage::Stage;

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
    let (one, other) = tokio::join!(one.check_content(), other.check_content());
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
    worker.check_content().await.unwrap();
    assert!(checks(&stage, id, &deputy)[1].verdict.is_none());
    stage.clock.advance(TimeDelta::minutes(2));
    worker.check_content().await.unwrap();
    let of_wechat = &checks(&stage, id, &deputy)[1];
    assert_eq!((of_wechat.verdict, of_wechat.label), (Some(Verdict::Look), Some(20001)));
}

#[tokio::test]
async fn whom_wechat_does_not_know_any_more_a_person_looks_at() {
    let mut stage = Stage::new().await;
    let (id, receipt, deputy) = sent(&mut stage, "门口的路灯坏了半个月。").await;
    subscribe(&stage, &receipt).await;
    stage.worker().check_content().await.unwrap();
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
        worker.check_content().await.unwrap();
        stage.clock.advance(TimeDelta::hours(2));
    }
    let of_wechat = &checks(&stage, id, &deputy)[1];
    assert_eq!(of_wechat.reason, Some(Unable::GivenUp));
}
