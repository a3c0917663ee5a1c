use serde_json::{Value, json};

use crate::world::{DEPUTY, OTHER, SEND, World, good_message, message_with};

#[tokio::test]
async fn an_errcode_hits_the_person_it_is_aimed_at_as_often_as_told() {
    let world = World::start().await;
    let id = world
        .fault(json!({"openid": DEPUTY, "path": SEND, "errcode": 43101, "times": 2}))
        .await;
    let other = message_with("/touser", json!(OTHER));
    assert_eq!(world.send(&other).await["errcode"], 0);
    assert_eq!(world.send(&good_message()).await["errcode"], 43101);
    let left = world.get("/_sim/faults").await;
    assert_eq!(left["items"][0]["id"], id);
    assert_eq!(left["items"][0]["times"], 1);
    assert_eq!(world.send(&good_message()).await["errcode"], 43101);
    assert_eq!(world.send(&good_message()).await["errcode"], 0);
    assert_eq!(world.messages(DEPUTY).await.len(), 1);
    let counts = world.get("/_sim/counts").await;
    assert_eq!(counts["calls"][SEND], json!({"0": 2, "43101": 2}));
}

#[tokio::test]
async fn faults_stay_until_they_are_taken_back() {
    let world = World::start().await;
    let id = world.fault(json!({"path": SEND, "errcode": -1})).await;
    world.fault(json!({"path": "/sns", "errcode": 45011})).await;
    for _ in 0..3 {
        assert_eq!(world.send(&good_message()).await["errcode"], -1);
    }
    assert_eq!(world.get("/sns/jscode2session").await["errcode"], 45011);
    assert_eq!(world.delete(&format!("/_sim/faults/{id}")).await, 204);
    assert_eq!(world.send(&good_message()).await["errcode"], 0);
    assert_eq!(world.delete("/_sim/faults").await, 204);
    assert_eq!(world.get("/sns/jscode2session").await["errcode"], 41002);
}

#[tokio::test]
async fn a_reset_after_processing_delivers_and_answers_nothing() {
    let world = World::start().await;
    world
        .fault(json!({"path": SEND, "reset_after_processing": true, "times": 1}))
        .await;
    assert!(world.try_send(&good_message()).await.is_err());
    assert_eq!(world.messages(DEPUTY).await.len(), 1);
    assert_eq!(world.get("/_sim/counts").await["calls"][SEND], json!({"0_closed": 1}));
    assert_eq!(world.send(&good_message()).await["errcode"], 0);
}

#[tokio::test]
async fn an_outage_delivers_nothing_and_answers_nothing() {
    let world = World::start().await;
    let (token, _) = world.stable(false).await;
    world.fault(json!({"outage": true})).await;
    let path = format!("{SEND}?access_token={token}");
    assert!(world.try_post(&path, &good_message()).await.is_err());
    let login = world.http.get(world.url("/sns/jscode2session"));
    assert!(login.send().await.is_err());
    assert!(world.messages(DEPUTY).await.is_empty());
    world.delete("/_sim/faults").await;
    assert_eq!(world.send(&good_message()).await["errcode"], 0);
}

#[tokio::test]
async fn a_broken_proxy_answers_html_with_its_status() {
    let world = World::start().await;
    let (token, _) = world.stable(false).await;
    world.fault(json!({"http_status": 502})).await;
    let url = world.url(&format!("{SEND}?access_token={token}"));
    let answer = world.http.post(url).json(&good_message()).send().await.unwrap();
    assert_eq!(answer.status(), 502);
    assert!(answer.text().await.unwrap().starts_with("<html>"));
    assert!(world.messages(DEPUTY).await.is_empty());
}

#[tokio::test]
async fn a_late_answer_comes_after_the_delivery() {
    let world = World::start().await;
    world
        .fault(json!({"path": SEND, "latency_ms": 600_000, "times": 1}))
        .await;
    let (token, _) = world.stable(false).await;
    let url = world.url(&format!("{SEND}?access_token={token}"));
    let call = world.http.post(url).json(&good_message()).send();
    let delivered = async { while world.messages(DEPUTY).await.is_empty() {} };
    tokio::select! {
        _ = call => panic!("the answer came before the delay was over"),
        () = delivered => {}
    }
}

#[tokio::test]
async fn a_revoked_token_is_dead_and_the_next_one_works() {
    let world = World::start().await;
    let (token, _) = world.stable(false).await;
    world.fault(json!({"token_revoked": true})).await;
    assert_eq!(world.stable(false).await.0, token);
    let path = format!("{SEND}?access_token={token}");
    for _ in 0..2 {
        let answer = world.post(&path, &good_message()).await;
        assert_eq!(answer["errcode"], 40001);
    }
    assert_ne!(world.stable(false).await.0, token);
    assert_eq!(world.send(&good_message()).await["errcode"], 0);
}

#[tokio::test]
async fn chance_decides_when_told_so() {
    let world = World::start().await;
    world
        .fault(json!({"errcode": -1, "path": SEND, "probability": 0.0}))
        .await;
    assert_eq!(world.send(&good_message()).await["errcode"], 0);
    world
        .fault(json!({"errcode": -1, "path": SEND, "probability": 1.0}))
        .await;
    assert_eq!(world.send(&good_message()).await["errcode"], -1);
}

#[tokio::test]
async fn a_misspelt_fault_is_refused() {
    let world = World::start().await;
    let call = world.http.post(world.url("/_sim/faults"));
    let answer = call.json(&json!({"latency": 5})).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    let none: Value = world.get("/_sim/faults").await;
    assert_eq!(none, json!({"items": []}));
}
