use serde_json::{Value, json};
use wechat_simulator::templates::{DEPUTY_DEADLINE, DEPUTY_NEW, RESIDENT_PROGRESS};

use crate::world::{DEPUTY, ONE_TIME_ID, OTHER, SEND, World, good_message, message_with};

async fn errcode(world: &World, message: &Value) -> i64 {
    world.send(message).await["errcode"].as_i64().unwrap()
}

async fn set_limits(world: &World, limits: Value) {
    let put = world.http.put(world.url("/_sim/limits")).json(&limits);
    assert!(put.send().await.unwrap().status().is_success());
}

#[tokio::test]
async fn a_good_message_reaches_the_phone() {
    let world = World::start().await;
    let answer = world.send(&good_message()).await;
    assert_eq!((&answer["errcode"], &answer["errmsg"]), (&json!(0), &json!("ok")));
    let msgid = answer["msgid"].as_i64().unwrap();
    assert_eq!(msgid.to_string().len(), 19);
    world.clock.advance(5);
    let second = world.send(&message_with("/data/thing3/value", json!("第二条"))).await;
    assert!(second["msgid"].as_i64().unwrap() > msgid);

    let messages = world.messages(DEPUTY).await;
    assert_eq!(messages.len(), 2);
    let first = &messages[0];
    assert_eq!(first["template_id"], DEPUTY_NEW);
    assert_eq!(first["page"], "pages/case/index?id=7");
    assert_eq!(first["data"], good_message()["data"]);
    assert_eq!(first["received_at"], "2026-11-21T04:00:00Z");
    assert_eq!(first["msgid"], msgid);
    assert_eq!(first["lines"][2], json!({"label": "内容摘要", "value": "楼道灯坏了"}));
    assert_eq!(messages[1]["data"]["thing3"]["value"], "第二条");
    assert!(world.messages(OTHER).await.is_empty());
    let counts = world.get("/_sim/counts").await;
    assert_eq!(counts["messages"], 2);
    assert_eq!(counts["calls"][SEND], json!({"0": 2}));

    assert_eq!(world.delete("/_sim/messages").await, 204);
    assert!(world.messages(DEPUTY).await.is_empty());
    assert_eq!(world.get("/_sim/counts").await["messages"], 0);
}

#[tokio::test]
async fn wrong_envelopes_are_refused_each_with_its_number() {
    let world = World::start().await;
    let cases = [
        (message_with("/touser", json!("onobody")), 40003),
        (message_with("/template_id", json!("nothing")), 40037),
        (message_with("/page", json!("/pages/case/index")), 41030),
        (message_with("/page", json!("https://example.invalid/x")), 41030),
        (message_with("/miniprogram_state", json!("live")), 47003),
        (message_with("/lang", json!("de")), 47003),
        (message_with("/data", json!("{\"thing1\":1}")), 47001),
        (message_with("/data/phrase5/value", json!(5)), 47003),
    ];
    for (message, expected) in cases {
        assert_eq!(errcode(&world, &message).await, expected, "{message}");
    }
    let (token, _) = world.stable(false).await;
    let url = world.url(&format!("{SEND}?access_token={token}"));
    for (body, expected) in [("{not json", 47001), ("", 44002)] {
        let answer = world.http.post(&url).body(body).send().await.unwrap();
        assert_eq!(answer.json::<Value>().await.unwrap()["errcode"], expected);
    }
    let by_get = world.get(&format!("{SEND}?access_token={token}")).await;
    assert_eq!(by_get["errcode"], 43002);
    assert_eq!(world.get("/_sim/counts").await["messages"], 0);
}

#[tokio::test]
async fn a_page_outside_the_released_mini_program_is_refused() {
    let world = World::with(|config| config.pages = vec!["pages/case/index".to_owned()]).await;
    assert_eq!(errcode(&world, &good_message()).await, 0);
    let elsewhere = message_with("/page", json!("pages/other/index?id=7"));
    assert_eq!(errcode(&world, &elsewhere).await, 41030);
    let mut nowhere = good_message();
    nowhere.as_object_mut().unwrap().remove("page");
    assert_eq!(errcode(&world, &nowhere).await, 0);
}

#[tokio::test]
async fn keywords_must_fit_be_there_and_be_no_others() {
    let world = World::start().await;
    let mut missing = good_message();
    missing["data"].as_object_mut().unwrap().remove("thing2");
    let mut extra = good_message();
    extra["data"]["thing9"] = json!({"value": "x"});
    let cases = [
        (
            message_with("/data/thing3/value", json!("很".repeat(21))),
            "data.thing3.value invalid",
        ),
        (
            message_with("/data/time4/value", json!("明天")),
            "data.time4.value invalid",
        ),
        (
            message_with("/data/thing2/value", json!("")),
            "data.thing2.value is empty",
        ),
        (missing, "data.thing2.value "),
        (extra, "data.thing9.value invalid"),
    ];
    for (message, text) in cases {
        let answer = world.send(&message).await;
        assert_eq!(answer["errcode"], 47003, "{text}");
        let expected = format!("argument invalid! {text} rid: ");
        let errmsg = answer["errmsg"].as_str().unwrap();
        assert!(errmsg.starts_with(&expected), "{errmsg}");
    }
}

#[tokio::test]
async fn a_long_term_template_goes_until_it_is_refused() {
    let world = World::start().await;
    let path = format!("/_sim/users/{DEPUTY}/subscriptions");
    world
        .post(&path, &json!({"template_id": DEPUTY_NEW, "reject": true}))
        .await;
    let answer = world.send(&good_message()).await;
    assert_eq!(answer["errcode"], 43101);
    let errmsg = answer["errmsg"].as_str().unwrap();
    assert!(errmsg.starts_with("user refuse to accept the msg rid: "));
    assert_eq!(errcode(&world, &message_with("/touser", json!(OTHER))).await, 0);

    world
        .post(&path, &json!({"template_id": DEPUTY_NEW, "accept": true}))
        .await;
    for _ in 0..3 {
        assert_eq!(errcode(&world, &good_message()).await, 0);
    }
    let neither = world.post(&path, &json!({"template_id": DEPUTY_NEW})).await;
    assert!(neither["error"].is_string());
}

#[tokio::test]
async fn nobody_has_accepted_when_people_must_be_asked_first() {
    let world = World::with(|config| config.accepted_by_default = false).await;
    assert_eq!(errcode(&world, &good_message()).await, 43101);
    let subscriptions = world.get(&format!("/_sim/users/{DEPUTY}/subscriptions")).await;
    assert_eq!(subscriptions["items"][0]["accepted"], false);
}

#[tokio::test]
async fn a_one_time_template_goes_as_often_as_it_was_accepted() {
    let world = World::start().await;
    let message = json!({
        "touser": DEPUTY,
        "template_id": ONE_TIME_ID,
        "data": {"thing1": {"value": "河边"}, "enum_string2": {"value": "晴"}},
    });
    assert_eq!(errcode(&world, &message).await, 43101);
    let path = format!("/_sim/users/{DEPUTY}/subscriptions");
    let accept = json!({"template_id": ONE_TIME_ID, "accept": true});
    world.post(&path, &accept).await;
    let permission = world.post(&path, &accept).await;
    assert_eq!(permission, json!({"accepted": true, "count": 2}));

    let mut wrong = message.clone();
    wrong["data"]["enum_string2"]["value"] = json!("雪");
    assert_eq!(errcode(&world, &wrong).await, 47003);
    assert_eq!(errcode(&world, &message).await, 0);
    assert_eq!(errcode(&world, &message).await, 0);
    assert_eq!(errcode(&world, &message).await, 43101);
    assert_eq!(world.messages(DEPUTY).await.len(), 2);

    world
        .post(&path, &json!({"template_id": ONE_TIME_ID, "accept": true, "count": 5}))
        .await;
    world
        .post(&path, &json!({"template_id": ONE_TIME_ID, "reject": true}))
        .await;
    assert_eq!(errcode(&world, &message).await, 43101);
}

#[tokio::test]
async fn two_sends_at_once_to_one_person_are_refused() {
    let world = World::start().await;
    let slow = world
        .fault(json!({"path": SEND, "latency_ms": 10_000, "times": 1}))
        .await;
    let (message, other) = (good_message(), message_with("/touser", json!(OTHER)));
    // The first holds the line, longer than the others take even on a busy machine; the second waits until the fault was
    // used up, so it is sure to be later.
    let second = async {
        loop {
            let faults = world.get("/_sim/faults").await;
            if faults["items"].as_array().unwrap().is_empty() {
                return (world.send(&message).await, world.send(&other).await);
            }
        }
    };
    let (first, (second, elsewhere)) = tokio::join!(world.send(&message), second);
    assert_eq!(first["errcode"], 0);
    assert_eq!(second["errcode"], 43108);
    assert_eq!(elsewhere["errcode"], 0);
    assert_eq!(errcode(&world, &message).await, 0);
    assert_eq!(world.delete(&format!("/_sim/faults/{slow}")).await, 404);
}

#[tokio::test]
async fn words_bans_and_the_daily_quota_can_be_tightened() {
    let world = World::start().await;
    set_limits(&world, json!({"sensitive_words": ["楼道灯"]})).await;
    assert_eq!(errcode(&world, &good_message()).await, 45168);
    set_limits(&world, json!({"banned_templates": [DEPUTY_NEW]})).await;
    assert_eq!(errcode(&world, &good_message()).await, 43107);
    set_limits(&world, json!({"sends_a_day": 1})).await;
    assert_eq!(errcode(&world, &good_message()).await, 0);
    assert_eq!(errcode(&world, &good_message()).await, 45009);
    // Midnight in China is at 16:00 UTC.
    world.clock.advance(12 * 3600);
    assert_eq!(errcode(&world, &good_message()).await, 0);
    set_limits(&world, json!({})).await;
    assert_eq!(errcode(&world, &good_message()).await, 0);
}

#[tokio::test]
async fn the_templates_can_be_listed() {
    let world = World::start().await;
    let (token, _) = world.stable(false).await;
    let path = "/wxaapi/newtmpl/gettemplate";
    let answer = world.get(&format!("{path}?access_token={token}")).await;
    let data = answer["data"].as_array().unwrap();
    let ids: Vec<&str> = data.iter().map(|entry| entry["priTmplId"].as_str().unwrap()).collect();
    assert_eq!(ids, [DEPUTY_NEW, DEPUTY_DEADLINE, RESIDENT_PROGRESS, ONE_TIME_ID]);
    assert!(ids.iter().all(|id| id.len() == 43));
    assert_eq!(data[0]["type"], 3);
    let content = "编号:{{character_string1.DATA}}\n地点:{{thing2.DATA}}\n";
    assert!(data[0]["content"].as_str().unwrap().starts_with(content));
    assert_eq!(
        data[3]["keywordEnumValueList"],
        json!([{"keywordCode": "enum_string2.DATA", "enumValueList": ["晴", "雨"]}])
    );
    assert_eq!(world.get(path).await["errcode"], 41001);
}

#[tokio::test]
async fn the_oldest_messages_go_when_there_are_too_many() {
    let world = World::with(|config| config.message_capacity = 2).await;
    for number in 1..=3 {
        let value = json!(format!("第{number}条"));
        assert_eq!(errcode(&world, &message_with("/data/thing3/value", value)).await, 0);
    }
    let messages = world.messages(DEPUTY).await;
    let texts: Vec<&Value> = messages
        .iter()
        .map(|message| &message["data"]["thing3"]["value"])
        .collect();
    assert_eq!(texts, ["第2条", "第3条"]);
    assert_eq!(world.get("/_sim/counts").await["messages"], 3);
}
