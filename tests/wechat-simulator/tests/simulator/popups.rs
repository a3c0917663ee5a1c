use serde_json::{Value, json};
use wechat_simulator::templates::{DEPUTY_DEADLINE, DEPUTY_NEW};

use crate::world::{DEPUTY, ONE_TIME_ID, OTHER, World, good_message};

async fn post(world: &World, openid: &str, what: &str, body: Value) -> (u16, Value) {
    let url = world.url(&format!("/_sim/users/{openid}/{what}"));
    let answer = world.http.post(url).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn put(world: &World, openid: &str, what: &str, body: Value) -> u16 {
    let url = world.url(&format!("/_sim/users/{openid}/{what}"));
    world.http.put(url).json(&body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_question_is_asked_once_and_its_answer_counts() {
    let world = World::with(|config| config.accepted_by_default = false).await;
    let (_, asked) = post(
        &world,
        DEPUTY,
        "subscribe",
        json!({"tmplIds": [DEPUTY_NEW, DEPUTY_DEADLINE]}),
    )
    .await;
    assert_eq!(
        asked["ask"][0],
        json!({"template_id": DEPUTY_NEW, "title": "新民意待答复提醒"})
    );
    assert_eq!(asked["ask"].as_array().unwrap().len(), 2);
    assert_eq!(world.send(&good_message()).await["errcode"], 43101);

    let answer = json!({"tmplIds": [DEPUTY_NEW, DEPUTY_DEADLINE], "accept": [DEPUTY_NEW]});
    let (_, result) = post(&world, DEPUTY, "subscribe", answer).await;
    assert_eq!(result["errMsg"], "requestSubscribeMessage:ok");
    assert_eq!(
        (&result[DEPUTY_NEW], &result[DEPUTY_DEADLINE]),
        (&json!("accept"), &json!("reject"))
    );
    assert_eq!(world.send(&good_message()).await["errcode"], 0);
}

#[tokio::test]
async fn always_is_answered_without_a_question_and_still_counts() {
    let world = World::start().await;
    let answer = json!({"tmplIds": [ONE_TIME_ID], "accept": [ONE_TIME_ID], "always": true});
    post(&world, DEPUTY, "subscribe", answer).await;
    let (_, result) = post(&world, DEPUTY, "subscribe", json!({"tmplIds": [ONE_TIME_ID]})).await;
    assert_eq!(result[ONE_TIME_ID], "accept");
    let counts = world.get(&format!("/_sim/users/{DEPUTY}/subscriptions")).await;
    let one_time = counts["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| item["template_id"] == ONE_TIME_ID);
    assert_eq!(one_time.unwrap()["count"], 2);
    // Another person has not answered.
    let (_, other) = post(&world, OTHER, "subscribe", json!({"tmplIds": [ONE_TIME_ID]})).await;
    assert!(other["ask"].is_array());
}

#[tokio::test]
async fn the_documented_errors_of_the_question() {
    let world = World::start().await;
    let six = vec![DEPUTY_NEW; 6];
    let cases = [
        (json!([]), 10001),
        (json!(["unknown"]), 20001),
        (json!([DEPUTY_NEW, ONE_TIME_ID]), 20002),
        (json!(six), 20003),
    ];
    for (ids, code) in cases {
        let (status, problem) = post(&world, DEPUTY, "subscribe", json!({"tmplIds": ids})).await;
        assert_eq!((status, &problem["errCode"]), (400, &json!(code)));
    }
    assert_eq!(put(&world, DEPUTY, "main_switch", json!({"on": false})).await, 204);
    let (_, problem) = post(&world, DEPUTY, "subscribe", json!({"tmplIds": [DEPUTY_NEW]})).await;
    assert_eq!(problem["errCode"], 20004);
    assert_eq!(world.send(&good_message()).await["errcode"], 43101);
}

#[tokio::test]
async fn a_banned_template_is_not_asked_and_says_so() {
    let world = World::start().await;
    let limits = json!({"banned_templates": [DEPUTY_NEW]});
    world
        .http
        .put(world.url("/_sim/limits"))
        .json(&limits)
        .send()
        .await
        .unwrap();
    let (_, result) = post(&world, DEPUTY, "subscribe", json!({"tmplIds": [DEPUTY_NEW]})).await;
    assert_eq!(result[DEPUTY_NEW], "ban");
}

#[tokio::test]
async fn the_phone_number_and_the_privacy_guide_can_be_refused() {
    let world = World::start().await;
    let (status, refused) = post(&world, DEPUTY, "phone_code", json!({"allow": false})).await;
    assert_eq!(
        (status, &refused["errMsg"]),
        (403, &json!("getPhoneNumber:fail user deny"))
    );

    let privacy = format!("/_sim/users/{DEPUTY}/privacy");
    assert_eq!(world.get(&privacy).await["needAuthorization"], true);
    assert_eq!(put(&world, DEPUTY, "privacy", json!({"agreed": false})).await, 403);
    assert_eq!(put(&world, DEPUTY, "privacy", json!({"agreed": true})).await, 200);
    assert_eq!(world.get(&privacy).await["needAuthorization"], false);
}

#[tokio::test]
async fn the_products_pages_may_call_the_controls_and_nobody_elses() {
    let world = World::start().await;
    let url = world.url(&format!("/_sim/users/{DEPUTY}/privacy"));
    let preflight = world.http.request(reqwest::Method::OPTIONS, url).send().await.unwrap();
    assert_eq!(preflight.status(), 204);
    assert_eq!(preflight.headers()["access-control-allow-origin"], "http://127.0.0.1:1");
    let platform = world.http.get(world.url("/cgi-bin/token")).send().await.unwrap();
    assert!(!platform.headers().contains_key("access-control-allow-origin"));
}
