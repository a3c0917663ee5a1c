use std::time::Duration;

use chrono::TimeDelta;
use minyi_gateways::channels::Outcome;
use serde_json::json;
use wiremock::MockServer;

use super::{
    APPID, OPENID, SECRET, SEND, STABLE_TOKEN, client, client_with, clock, message, mount, mount_times, reply,
    requests_to, token_reply,
};
use crate::support::RedisServer;

async fn accept_messages(server: &MockServer) {
    mount(server, "POST", SEND, reply(json!({"errcode": 0, "errmsg": "ok"}))).await;
}

#[tokio::test]
async fn many_sends_at_once_ask_for_one_token_and_never_force_a_new_one() {
    let server = MockServer::start().await;
    let slowly = token_reply("T1", 7200).set_delay(Duration::from_millis(50));
    mount(&server, "POST", STABLE_TOKEN, slowly).await;
    accept_messages(&server).await;
    let client = client(&server.uri());
    let sends = (0..8).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.send(OPENID, &message()).await })
    });
    for send in sends.collect::<Vec<_>>() {
        assert_eq!(send.await.unwrap(), Outcome::Sent { message_id: None });
    }
    let asked = requests_to(&server, STABLE_TOKEN).await;
    assert_eq!(asked.len(), 1);
    let body: serde_json::Value = asked[0].body_json().unwrap();
    let expected = json!({"grant_type": "client_credential", "appid": APPID, "secret": SECRET});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_failed_attempt_fails_for_all_who_waited_for_it() {
    let server = MockServer::start().await;
    // Until then all of them wait, also on a busy machine.
    let busy = reply(json!({"errcode": -1})).set_delay(Duration::from_secs(2));
    mount(&server, "POST", STABLE_TOKEN, busy).await;
    let client = client(&server.uri());
    let sends = (0..8).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.send(OPENID, &message()).await })
    });
    for send in sends.collect::<Vec<_>>() {
        assert!(matches!(send.await.unwrap(), Outcome::Retry { .. }));
    }
    assert_eq!(requests_to(&server, STABLE_TOKEN).await.len(), 1);
    client.send(OPENID, &message()).await;
    assert_eq!(
        requests_to(&server, STABLE_TOKEN).await.len(),
        2,
        "the next one tries again"
    );
}

#[tokio::test]
async fn processes_share_the_token_through_redis() {
    let redis = RedisServer::start();
    let server = MockServer::start().await;
    mount(&server, "POST", STABLE_TOKEN, token_reply("T1", 7200)).await;
    accept_messages(&server).await;
    for _ in 0..2 {
        let process = client_with(&server.uri(), redis.link(), clock());
        process.send(OPENID, &message()).await;
    }
    assert_eq!(requests_to(&server, STABLE_TOKEN).await.len(), 1);
    let key = format!("minyi:wechat:token:{APPID}");
    let mut ttl = redis::cmd("TTL");
    let seconds: i64 = ttl.arg(key).query_async(&mut redis.connection().await).await.unwrap();
    assert!((6900..=6960).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn a_token_is_given_up_some_minutes_before_its_end() {
    let server = MockServer::start().await;
    mount_times(&server, STABLE_TOKEN, 1, token_reply("T1", 7200)).await;
    mount(&server, "POST", STABLE_TOKEN, token_reply("T2", 7200)).await;
    accept_messages(&server).await;
    let redis = RedisServer::start();
    let clock = clock();
    let client = client_with(&server.uri(), redis.link(), clock.clone());
    for pause_seconds in [0, 6959, 1] {
        clock.advance(TimeDelta::seconds(pause_seconds));
        client.send(OPENID, &message()).await;
    }
    assert_eq!(tokens_used(&server).await, ["T1", "T1", "T2"]);
}

async fn tokens_used(server: &MockServer) -> Vec<String> {
    let sends = requests_to(server, SEND).await;
    let token = |request: &wiremock::Request| {
        request
            .url
            .query_pairs()
            .find(|(name, _)| name == "access_token")
            .unwrap()
            .1
            .into_owned()
    };
    sends.iter().map(token).collect()
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_message_repeated() {
    for errcode in [40001, 40014, 42001] {
        let server = MockServer::start().await;
        mount_times(&server, STABLE_TOKEN, 1, token_reply("T1", 7200)).await;
        mount(&server, "POST", STABLE_TOKEN, token_reply("T2", 7200)).await;
        mount_times(&server, SEND, 1, reply(json!({"errcode": errcode}))).await;
        accept_messages(&server).await;
        let sent = client(&server.uri()).send(OPENID, &message()).await;
        assert_eq!(sent, Outcome::Sent { message_id: None });
        assert_eq!(tokens_used(&server).await, ["T1", "T2"]);
    }
}

#[tokio::test]
async fn whoever_fails_with_an_old_token_finds_the_new_one_of_another_process() {
    let redis = RedisServer::start();
    let server = MockServer::start().await;
    mount_times(&server, STABLE_TOKEN, 1, token_reply("T1", 7200)).await;
    mount(&server, "POST", STABLE_TOKEN, token_reply("T2", 7200)).await;
    mount_times(&server, SEND, 2, reply(json!({"errcode": 0}))).await;
    mount_times(&server, SEND, 1, reply(json!({"errcode": 40001}))).await;
    mount_times(&server, SEND, 1, reply(json!({"errcode": 0}))).await;
    mount_times(&server, SEND, 1, reply(json!({"errcode": 40001}))).await;
    accept_messages(&server).await;
    let first = client_with(&server.uri(), redis.link(), clock());
    let second = client_with(&server.uri(), redis.link(), clock());
    for process in [&first, &second, &first, &second] {
        let sent = process.send(OPENID, &message()).await;
        assert_eq!(sent, Outcome::Sent { message_id: None });
    }
    assert_eq!(tokens_used(&server).await, ["T1", "T1", "T1", "T2", "T1", "T2"]);
    assert_eq!(requests_to(&server, STABLE_TOKEN).await.len(), 2);
}

#[tokio::test]
async fn a_token_that_wechat_insists_on_and_refuses_ends_in_a_later_retry() {
    let server = MockServer::start().await;
    mount(&server, "POST", STABLE_TOKEN, token_reply("T1", 7200)).await;
    mount(&server, "POST", SEND, reply(json!({"errcode": 40001}))).await;
    let outcome = client(&server.uri()).send(OPENID, &message()).await;
    assert!(matches!(outcome, Outcome::Retry { code: Some(code), .. } if code == "40001"));
    assert_eq!(requests_to(&server, SEND).await.len(), 2);
}

#[tokio::test]
async fn without_a_token_nothing_is_sent_and_the_message_waits() {
    for errcode in [-1, 40125, 40164, 45009] {
        let server = MockServer::start().await;
        mount(&server, "POST", STABLE_TOKEN, reply(json!({"errcode": errcode}))).await;
        let outcome = client(&server.uri()).send(OPENID, &message()).await;
        assert!(matches!(outcome, Outcome::Retry { code: Some(code), .. } if code == errcode.to_string()));
        assert!(requests_to(&server, SEND).await.is_empty());
    }
}
