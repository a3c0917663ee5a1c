mod content;
mod login;
mod sending;
mod token;

use chrono::{TimeZone, Utc};
use minyi_gateways::{
    Mode,
    channels::{Notice, NoticeKind},
    clock::Clock,
    redis_link::RedisLink,
    wechat::{Wechat, WechatConfig},
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::support;

const APPID: &str = "wx1234567890abcdef";
const SECRET: &str = "0123456789abcdef-secret";
const OPENID: &str = "oTestResident000000000000001";

fn config(base_url: &str) -> WechatConfig {
    WechatConfig {
        wechat_base_url: base_url.parse().unwrap(),
        wechat_appid: APPID.into(),
        wechat_secret: SECRET.into(),
        wechat_template_deputy_new: "template-deputy-new".into(),
        wechat_template_deputy_deadline: "template-deputy-deadline".into(),
        wechat_template_resident_progress: "template-resident-progress".into(),
        wechat_timeout_seconds: 60,
    }
}

fn clock() -> Clock {
    Clock::manual(Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).unwrap())
}

fn client_with(base_url: &str, link: RedisLink, clock: Clock) -> Wechat {
    Wechat::new(config(base_url), link, clock, Mode::Development).unwrap()
}

/// A client whose Redis is not there: everything must work without.
fn client(base_url: &str) -> Wechat {
    client_with(base_url, support::link(support::NOBODY), clock())
}

fn message() -> Notice {
    Notice {
        id: uuid::Uuid::from_u128(0x019a_a000_0000_7000_8000_0000_0000_00aa),
        kind: NoticeKind::ResidentProgress,
        number: "20261121-ACDE347".into(),
        place: "幸福社区三网格".into(),
        state: "已答复".into(),
        summary: "代表已答复，请查看".into(),
        at: clock().now(),
        page: None,
        link: None,
        written_at: clock().now(),
        wording: None,
    }
}

fn reply(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn token_reply(token: &str, expires_in: i64) -> ResponseTemplate {
    reply(json!({"access_token": token, "expires_in": expires_in}))
}

async fn mount(server: &MockServer, verb: &str, at: &str, response: ResponseTemplate) {
    Mock::given(method(verb))
        .and(path(at))
        .respond_with(response)
        .mount(server)
        .await;
}

/// As many answers of the same kind, then the next mounted one.
async fn mount_times(server: &MockServer, at: &str, times: u64, response: ResponseTemplate) {
    let mock = Mock::given(method("POST")).and(path(at)).respond_with(response);
    mock.up_to_n_times(times).mount(server).await;
}

async fn requests_to(server: &MockServer, at: &str) -> Vec<wiremock::Request> {
    let all = server.received_requests().await.unwrap();
    all.into_iter().filter(|request| request.url.path() == at).collect()
}

const STABLE_TOKEN: &str = "/cgi-bin/stable_token";
const SEND: &str = "/cgi-bin/message/subscribe/send";
