use std::time::Duration;

use minyi_gateways::wechat::content::{Asked, Judgement};
use serde_json::{Value, json};
use wiremock::MockServer;

use super::{OPENID, STABLE_TOKEN, client, mount, mount_times, reply, requests_to, token_reply};

const TEXT: &str = "/wxa/msg_sec_check";
const MEDIA: &str = "/wxa/media_check_async";

async fn server() -> MockServer {
    let server = MockServer::start().await;
    mount(&server, "POST", STABLE_TOKEN, token_reply("token", 7200)).await;
    server
}

fn said(suggest: &str, label: i32) -> Value {
    json!({"errcode": 0, "errmsg": "ok", "trace_id": "60ae120f-371d5872-7941a05b",
        "result": {"suggest": suggest, "label": label},
        "detail": [{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}]})
}

async fn text_says(answer: Value) -> Asked<Judgement> {
    let server = server().await;
    mount(&server, "POST", TEXT, reply(answer)).await;
    client(&server.uri()).check_text(OPENID, "门口的路灯坏了").await
}

#[tokio::test]
async fn a_text_is_asked_about_as_documented() {
    let server = server().await;
    mount(&server, "POST", TEXT, reply(said("pass", 100))).await;
    let asked = client(&server.uri()).check_text(OPENID, "门口的路灯坏了").await;
    let pass = Judgement {
        is_pass: true,
        label: 100,
    };
    assert_eq!(asked, Asked::Answered(pass));
    let [request] = requests_to(&server, TEXT).await.try_into().unwrap();
    assert_eq!(request.url.query(), Some("access_token=token"));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(
        body,
        json!({"version": 2, "scene": 3, "openid": OPENID, "content": "门口的路灯坏了"})
    );
}

#[tokio::test]
async fn a_long_text_goes_in_parts_and_the_doubtful_one_counts() {
    let server = server().await;
    mount_times(&server, TEXT, 1, reply(said("risky", 20001))).await;
    mount(&server, "POST", TEXT, reply(said("pass", 100))).await;
    let asked = client(&server.uri()).check_text(OPENID, &"长".repeat(2501)).await;
    let doubtful = Judgement {
        is_pass: false,
        label: 20001,
    };
    assert_eq!(asked, Asked::Answered(doubtful));
    assert_eq!(requests_to(&server, TEXT).await.len(), 2);
}

#[tokio::test]
async fn what_wechat_does_not_judge_is_told_apart_from_what_comes_later() {
    let refused = |errcode: i64| json!({"errcode": errcode, "errmsg": "x rid: 1"});
    assert_eq!(text_says(refused(61010)).await, Asked::VisitorGone);
    assert_eq!(text_says(refused(43104)).await, Asked::Refused { errcode: 43104 });
    for (errcode, at_least) in [(-1, 10), (45011, 60), (45009, 3600), (48001, 3600)] {
        let Asked::Later(after) = text_says(refused(errcode)).await else {
            panic!("{errcode} comes again")
        };
        assert!(after >= Duration::from_secs(at_least), "{errcode}: {after:?}");
    }
    assert!(matches!(text_says(json!("nonsense")).await, Asked::Later(_)));
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let server = MockServer::start().await;
    mount_times(&server, STABLE_TOKEN, 1, token_reply("old", 7200)).await;
    mount(&server, "POST", STABLE_TOKEN, token_reply("new", 7200)).await;
    mount_times(
        &server,
        MEDIA,
        1,
        reply(json!({"errcode": 42001, "errmsg": "access_token expired"})),
    )
    .await;
    let named = json!({"errcode": 0, "errmsg": "ok", "trace_id": "967e945cd8a3e458f3c74dcb886068e9"});
    mount(&server, "POST", MEDIA, reply(named)).await;
    let asked = client(&server.uri())
        .check_photo(
            OPENID,
            "https://my.example.test/photos/1/full.jpg?expires=1&signature=x",
        )
        .await;
    assert_eq!(asked, Asked::Answered("967e945cd8a3e458f3c74dcb886068e9".to_owned()));
    let body: Value = serde_json::from_slice(&requests_to(&server, MEDIA).await[1].body).unwrap();
    assert_eq!((&body["media_type"], &body["version"]), (&json!(2), &json!(2)));
}
