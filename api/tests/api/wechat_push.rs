//! What WeChat tells us by itself, sealed as the simulator seals it.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APPID, push::Target, templates::DEPUTY_NEW};

use crate::app::{Answer, App, PATIENCE, send};

const TOKEN: &str = "push-token-for-tests";
const PATH: &str = "/wechat/push";

fn aes_key() -> String {
    "q".repeat(43)
}

async fn app() -> App {
    App::with(&["--wechat-push-token", TOKEN, "--wechat-push-aes-key", &aes_key()]).await
}

fn target() -> Target {
    Target {
        url: String::new(),
        token: TOKEN.to_owned(),
        aes_key: aes_key(),
    }
}

async fn push(app: &App, target: &Target, message: &Value) -> Answer {
    let (query, body) = target
        .envelope(DEFAULT_APPID, 1_763_712_000, &message.to_string())
        .unwrap();
    send(app.request(Method::POST, PATH).query(&query).json(&body)).await
}

/// `second` makes two events of one kind two events.
fn answered(openid: &str, event: &str, said: &str, second: u32) -> Value {
    json!({ "ToUserName": "gh_1", "FromUserName": openid, "CreateTime": (1_763_712_000 + second).to_string(),
        "MsgType": "event", "Event": event,
        "List": { "TemplateId": "template-1", "SubscribeStatusString": said, "PopupScene": "0" } })
}

async fn remaining(app: &App, token: &str) -> Value {
    let home = app.get_as(token, "/api/v1/me/home").await.expect(200).json();
    home["pushes"]["templates"][0]["remaining"].clone()
}

#[actix_web::test]
async fn what_people_answer_fills_the_ledger_once() {
    let app = app().await;
    let openid = app.deputy.openid.clone();
    let token = app.access_token(&app.deputy.actor).await;
    let accepted = answered(&openid, "subscribe_msg_popup_event", "accept", 0);
    for _ in 0..3 {
        let said = push(&app, &target(), &accepted).await.expect(200);
        assert_eq!(said.text(), "success");
    }
    assert_eq!(remaining(&app, &token).await, 1);
    // The client tells of the same acceptance.
    let told = json!({ "results": { "template-1": "accept" } });
    app.post_as(&token, "/api/v1/me/push-permissions", &told)
        .await
        .expect(200);
    assert_eq!(remaining(&app, &token).await, 1);
    app.advance(TimeDelta::minutes(3));
    let token = app.access_token(&app.deputy.actor).await;
    let more = answered(&openid, "subscribe_msg_popup_event", "accept", 180);
    push(&app, &target(), &more).await.expect(200);
    assert_eq!(remaining(&app, &token).await, 2);
    let switched_off = answered(&openid, "subscribe_msg_change_event", "reject", 190);
    push(&app, &target(), &switched_off).await.expect(200);
    assert_eq!(remaining(&app, &token).await, 0);
}

#[actix_web::test]
async fn a_message_that_failed_after_it_was_taken_counts_as_refused() {
    let app = app().await;
    app.receipt().await;
    app.sql(
        "UPDATE notifications SET state = 'sent', attempts = 1, sending_at = created_at, finished_at = created_at,
        provider_message_id = '3201234567890123457'",
    );
    let sent = |code: &str, status: &str| {
        json!({ "ToUserName": "gh_1", "FromUserName": app.deputy.openid, "CreateTime": "1763712000",
            "MsgType": "event", "Event": "subscribe_msg_sent_event",
            "List": { "TemplateId": "template-1", "MsgID": "3201234567890123457", "ErrorCode": code,
                "ErrorStatus": status } })
    };
    let dead = || {
        let letters = app.store.dead_notifications(&app.deputy.actor.scope(), None, 10);
        letters.unwrap().items
    };
    push(&app, &target(), &sent("0", "success")).await.expect(200);
    assert!(dead().is_empty());
    for _ in 0..2 {
        let said = push(&app, &target(), &sent("-1", "system failed")).await.expect(200);
        assert_eq!(said.text(), "success");
    }
    let letters = dead();
    let why = letters
        .first()
        .map(|letter| (letter.error_code, letter.error.as_deref()));
    assert_eq!((letters.len(), why), (1, Some((Some(-1), Some("system failed")))));
}

#[actix_web::test]
async fn what_nobody_waits_for_is_acknowledged() {
    let app = app().await;
    for message in [
        answered("o-of-a-resident", "subscribe_msg_popup_event", "accept", 0),
        json!({ "FromUserName": "o1", "CreateTime": 1, "MsgType": "text", "Content": "你好" }),
    ] {
        push(&app, &target(), &message).await.expect(200);
    }
}

/// WeChat hangs up after five seconds and sends again.
#[actix_web::test]
async fn what_the_database_does_not_take_in_time_is_refused_and_counts_when_it_comes_again() {
    let app = app().await;
    let token = app.access_token(&app.deputy.actor).await;
    let accepted = answered(&app.deputy.openid, "subscribe_msg_popup_event", "accept", 0);
    let lock = app.hold("BEGIN; LOCK TABLE wechat_pushes");
    // A busy machine may hold up one of them, but not all, if the program itself gives up in time.
    let mut taken = Duration::MAX;
    for _ in 0..6 {
        let asked = Instant::now();
        push(&app, &target(), &accepted).await.problem(503, "unavailable");
        taken = taken.min(asked.elapsed());
        if taken < Duration::from_secs(5) {
            break;
        }
    }
    assert!(taken < Duration::from_secs(5), "{taken:?}");
    drop(lock);
    push(&app, &target(), &accepted).await.expect(200);
    assert_eq!(remaining(&app, &token).await, 1);
}

#[actix_web::test]
async fn who_does_not_know_the_secrets_is_not_believed() {
    let app = app().await;
    let message = answered(&app.deputy.openid, "subscribe_msg_popup_event", "accept", 0);
    let stranger = Target {
        token: "another".to_owned(),
        ..target()
    };
    push(&app, &stranger, &message).await.problem(403, "push_unbelieved");
    let plain = app
        .request(Method::POST, PATH)
        .query(&[("timestamp", "1"), ("nonce", "2")]);
    send(plain.json(&message)).await.problem(403, "push_unbelieved");
    let token = app.access_token(&app.deputy.actor).await;
    assert_eq!(remaining(&app, &token).await, 0);
}

#[actix_web::test]
async fn the_address_is_verified() {
    let app = app().await;
    let (query, _) = target().envelope(DEFAULT_APPID, 1_763_712_000, "{}").unwrap();
    let ask = |query: &[(&'static str, String)]| {
        let request = app.request(Method::GET, PATH).query(query);
        send(request.query(&[("echostr", "4375120948345356249")]))
    };
    assert_eq!(ask(&query).await.expect(200).text(), "4375120948345356249");
    let mut wrong = query;
    wrong.iter_mut().for_each(|(name, value)| {
        if *name == "nonce" {
            value.push('1');
        }
    });
    ask(&wrong).await.problem(403, "push_unbelieved");
}

#[actix_web::test]
async fn without_a_token_there_is_no_such_address() {
    let app = App::start().await;
    app.post(PATH, &json!({})).await.problem(404, "not_found");
}

/// The simulator's person accepts one message more, and the simulator tells the product, each push twice.
async fn accept(app: &App, manner: Value, times_before: u64) {
    let pushes = format!("{}/_sim/pushes", app.simulator.address);
    let target = json!({ "url": format!("{}{PATH}", app.base), "token": TOKEN, "aes_key": aes_key() });
    let set = app
        .client
        .put(&pushes)
        .json(&json!({ "target": target, "manner": manner }));
    send(set).await.expect(204);
    let answer = json!({ "template_id": DEPUTY_NEW, "accept": true });
    let path = format!(
        "{}/_sim/users/{}/subscriptions",
        app.simulator.address, app.deputy.openid
    );
    send(app.client.post(path).json(&answer)).await.expect(200);
    let asked = Instant::now();
    while asked.elapsed() < PATIENCE {
        let shown = send(app.client.get(&pushes)).await.expect(200).json();
        if shown["acknowledged"] == times_before + 2 {
            return;
        }
    }
    panic!("not acknowledged twice: {manner}");
}

#[actix_web::test]
async fn every_manner_of_the_platform_counts_once() {
    for (with_key, modes) in [(false, ["plain", "compatible"]), (true, ["compatible", "encrypted"])] {
        let key = aes_key();
        let mut settings = vec!["--wechat-push-token", TOKEN, "--wechat-template-deputy-new", DEPUTY_NEW];
        if with_key {
            settings.extend(["--wechat-push-aes-key", &key]);
        }
        let app = App::with(&settings).await;
        let token = app.access_token(&app.deputy.actor).await;
        let mut count = 0;
        for mode in modes {
            for format in ["json", "xml"] {
                // Two answers of one second would be one push.
                app.advance(TimeDelta::seconds(1));
                let manner = json!({ "mode": mode, "format": format, "duplicates": 1.0 });
                accept(&app, manner, 2 * count).await;
                count += 1;
                assert_eq!(remaining(&app, &token).await, count, "{mode} {format}");
            }
        }
    }
}
