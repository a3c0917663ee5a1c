use minyi_gateways::{
    Error, Mode,
    wechat::{Wechat, WechatConfig},
};
use serde_json::json;
use wiremock::{MockServer, ResponseTemplate};

use super::{APPID, SECRET, client, clock, config, mount, reply};
use crate::support;

const LOGIN: &str = "/sns/jscode2session";

async fn login_answered_with(response: ResponseTemplate) -> Result<String, Error> {
    let server = MockServer::start().await;
    mount(&server, "GET", LOGIN, response).await;
    client(&server.uri())
        .code_to_session("js-code")
        .await
        .map(|session| session.openid)
}

#[tokio::test]
async fn a_code_becomes_an_openid_with_or_without_an_errcode_in_the_reply() {
    let server = MockServer::start().await;
    let body = json!({"openid": "oA", "session_key": "AAECAwQFBgcICQoLDA0ODw==", "unionid": "oU"});
    mount(&server, "GET", LOGIN, reply(body)).await;
    let session = client(&server.uri()).code_to_session("js&code").await.unwrap();
    assert_eq!(
        (session.openid.as_str(), session.unionid.as_deref()),
        ("oA", Some("oU"))
    );
    let requests = server.received_requests().await.unwrap();
    let query: Vec<_> = requests[0].url.query_pairs().collect();
    let expected = [
        ("appid", APPID),
        ("secret", SECRET),
        ("js_code", "js&code"),
        ("grant_type", "authorization_code"),
    ];
    assert_eq!(query, expected.map(|(name, value)| (name.into(), value.into())));

    let with_errcode = json!({"openid": "oB", "session_key": "k", "errcode": 0, "errmsg": "ok"});
    assert_eq!(login_answered_with(reply(with_errcode)).await.unwrap(), "oB");
}

#[tokio::test]
async fn the_reason_of_a_refusal_is_told_apart_by_its_number() {
    for errcode in [40029, 40163, 40226] {
        let refused = login_answered_with(reply(json!({"errcode": errcode, "errmsg": "ok"}))).await;
        assert!(matches!(refused, Err(Error::WechatLoginRefused { errcode: e }) if e == errcode));
    }
    for errcode in [-1, 45011] {
        let busy = login_answered_with(reply(json!({"errcode": errcode}))).await;
        assert!(matches!(busy, Err(Error::PlatformBusy { errcode: e }) if e == errcode));
    }
    let misconfigured = login_answered_with(reply(json!({"errcode": 40125}))).await;
    assert!(matches!(misconfigured, Err(Error::PlatformRefused { errcode: 40125 })));
}

#[tokio::test]
async fn an_unexpected_reply_is_an_error_and_a_redirect_is_not_followed() {
    let html = ResponseTemplate::new(200).set_body_string("<html>");
    assert!(matches!(
        login_answered_with(html).await,
        Err(Error::PlatformReply { status: 200 })
    ));
    let no_openid = login_answered_with(reply(json!({}))).await;
    assert!(matches!(no_openid, Err(Error::PlatformReply { status: 200 })));
    let away = ResponseTemplate::new(302).insert_header("location", "http://192.0.2.1/");
    assert!(matches!(
        login_answered_with(away).await,
        Err(Error::PlatformReply { status: 302 })
    ));
}

#[tokio::test]
async fn no_error_shows_the_secret_or_the_code() {
    let nobody = format!("http://127.0.0.1:{}", support::NOBODY);
    let error = client(&nobody).code_to_session("js-code").await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(matches!(error, Error::PlatformUnreachable(_)));
    assert!(!shown.contains(SECRET) && !shown.contains("js-code"), "{shown}");
    let client = client(&nobody);
    assert!(!format!("{client:?}").contains(SECRET));
}

#[tokio::test]
async fn empty_settings_and_in_production_plain_http_are_refused() {
    let build = |config: WechatConfig, mode| Wechat::new(config, support::link(support::NOBODY), clock(), mode);
    let https = config("https://api.weixin.qq.com");
    assert!(build(https.clone(), Mode::Production).is_ok());
    assert!(build(config("http://127.0.0.1:1"), Mode::Production).is_err());
    let empty = WechatConfig {
        wechat_template_deputy_new: " ".into(),
        ..https
    };
    let refused = build(empty, Mode::Development);
    assert!(matches!(
        refused,
        Err(Error::Configuration {
            setting: "MINYI_WECHAT_TEMPLATE_DEPUTY_NEW",
            ..
        })
    ));
}

const PHONE: &str = "/wxa/business/getuserphonenumber";

async fn phone_answered_with(body: serde_json::Value) -> Result<String, Error> {
    use secrecy::ExposeSecret as _;
    let server = MockServer::start().await;
    mount(
        &server,
        "POST",
        "/cgi-bin/stable_token",
        super::token_reply("token-1", 7200),
    )
    .await;
    mount(&server, "POST", PHONE, reply(body)).await;
    let told = client(&server.uri()).phone_number("phone-code").await?;
    Ok(told.expose_secret().to_owned())
}

#[tokio::test]
async fn a_phone_code_becomes_a_number_of_mainland_china() {
    for country in [json!("86"), json!(86)] {
        let info = json!({"phoneNumber": "13800000001", "purePhoneNumber": "13800000001", "countryCode": country});
        let body = json!({"errcode": 0, "errmsg": "ok", "phone_info": info});
        assert_eq!(phone_answered_with(body).await.unwrap(), "13800000001");
    }
    let info = json!({"phoneNumber": "+85290000001", "purePhoneNumber": "90000001", "countryCode": "852"});
    let elsewhere = phone_answered_with(json!({"errcode": 0, "phone_info": info})).await;
    assert!(matches!(elsewhere, Err(Error::WechatLoginRefused { .. })));
}

#[tokio::test]
async fn a_phone_code_that_is_at_fault_is_told_from_a_busy_wechat() {
    for errcode in [40029, 40013] {
        let refused = phone_answered_with(json!({"errcode": errcode})).await;
        assert!(matches!(refused, Err(Error::WechatLoginRefused { errcode: e }) if e == errcode));
    }
    let busy = phone_answered_with(json!({"errcode": 45011})).await;
    assert!(matches!(busy, Err(Error::PlatformBusy { errcode: 45011 })));
}

#[tokio::test]
async fn a_dead_token_is_replaced_once() {
    let server = MockServer::start().await;
    mount(
        &server,
        "POST",
        "/cgi-bin/stable_token",
        super::token_reply("token-1", 7200),
    )
    .await;
    mount(&server, "POST", PHONE, reply(json!({"errcode": 40001}))).await;
    let refused = client(&server.uri()).phone_number("phone-code").await;
    assert!(matches!(refused, Err(Error::PlatformRefused { errcode: 40001 })));
    let calls = server.received_requests().await.unwrap();
    let phone = calls.iter().filter(|call| call.url.path() == PHONE).count();
    assert_eq!(phone, 2);
}
