//! Signatures against samples that the providers' own SDKs made, and replies.

use std::collections::BTreeMap;

use chrono::{TimeZone, Utc};
use clap::Parser;
use minyi_gateways::{
    Error, Mode,
    clock::Clock,
    sms::{Acs3, Sms, SmsConfig, Tc3, acs3, tc3},
};
use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path, query_param},
};

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    sms: SmsConfig,
}

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn text<'a>(pairs: &[(&'a str, &str)]) -> BTreeMap<&'a str, String> {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn aliyun(headers: &BTreeMap<&str, String>) -> String {
    let query = text(&[
        ("OutId", "job-1"),
        ("PhoneNumbers", "13800000000"),
        ("SignName", "某某人大"),
        ("TemplateCode", "SMS_123456789"),
        ("TemplateParam", r#"{"count":"3","minutes":"30"}"#),
    ]);
    acs3(&Acs3 {
        key_id: "LTAI5tEXAMPLE0000000001",
        key_secret: "aliyunExampleAccessKeySecret01",
        method: "POST",
        path: "/",
        query: &query,
        headers,
    })
}

#[test]
fn aliyun_is_signed_as_its_sdk_signs() {
    let mut headers = text(&[
        ("host", "dysmsapi.aliyuncs.com"),
        ("x-acs-version", "2017-05-25"),
        ("x-acs-action", "SendSms"),
        ("x-acs-date", "2025-11-21T08:00:00Z"),
        ("x-acs-signature-nonce", "0123456789abcdef0123456789abcdef"),
        ("x-acs-content-sha256", EMPTY),
    ]);
    assert_eq!(
        aliyun(&headers),
        "ACS3-HMAC-SHA256 Credential=LTAI5tEXAMPLE0000000001,\
         SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
         Signature=6b38bd153fe6a9b90b618a3a8be3df620025b840c6676513a89ac9a485368664"
    );
    // As the SDK sends it, with headers that it signs besides.
    headers.extend(text(&[
        (
            "user-agent",
            "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2 renda-test",
        ),
        ("accept", "application/json"),
        ("x-acs-credentials-provider", "static_ak"),
    ]));
    let signed = aliyun(&headers);
    assert!(
        signed.ends_with("Signature=c55b8f9e713ad4bdcebeeeecbd2877428a449aba87ec7f3b423353d910034971"),
        "{signed}"
    );
}

#[test]
fn the_published_sample_of_aliyun_comes_out() {
    let query = text(&[
        ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
        ("RegionId", "cn-shanghai"),
    ]);
    let headers = text(&[
        ("host", "ecs.cn-shanghai.aliyuncs.com"),
        ("x-acs-action", "RunInstances"),
        ("x-acs-content-sha256", EMPTY),
        ("x-acs-date", "2023-10-26T10:22:32Z"),
        ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
        ("x-acs-version", "2014-05-26"),
    ]);
    let signed = acs3(&Acs3 {
        key_id: "YourAccessKeyId",
        key_secret: "YourAccessKeySecret",
        method: "POST",
        path: "/",
        query: &query,
        headers: &headers,
    });
    assert!(
        signed.ends_with("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"),
        "{signed}"
    );
}

#[test]
fn tencent_is_signed_as_its_sdk_signs() {
    let body = r#"{"PhoneNumberSet": ["+8613800000000"], "SmsSdkAppId": "1400000001", "TemplateId": "1000001", "SignName": "\u67d0\u67d0\u4eba\u5927", "TemplateParamSet": ["3", "30"]}"#;
    let signed = tc3(&Tc3 {
        key_id: "AKIDEXAMPLE0000000000000000000000001",
        key_secret: "tc3ExampleSecretKey000000000000001",
        service: "sms",
        host: "sms.tencentcloudapi.com",
        path: "/",
        content_type: "application/json",
        timestamp: 1_763_712_000,
        date: "2025-11-21",
        body: body.as_bytes(),
    });
    assert_eq!(
        signed,
        "TC3-HMAC-SHA256 Credential=AKIDEXAMPLE0000000000000000000000001/2025-11-21/sms/tc3_request, \
         SignedHeaders=content-type;host, \
         Signature=814926d440c2a73722278664fcddeceee7be8a736fda6a9b0a2f07db65fdee79"
    );
}

#[test]
fn the_published_sample_of_tencent_comes_out() {
    let signed = tc3(&Tc3 {
        key_id: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
        key_secret: "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
        service: "cvm",
        host: "cvm.tencentcloudapi.com",
        path: "/",
        content_type: "application/json; charset=utf-8",
        timestamp: 1_551_113_065,
        date: "2019-02-25",
        body: TENCENT_PUBLISHED_BODY.as_bytes(),
    });
    assert!(
        signed.ends_with("Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"),
        "{signed}"
    );
}

const TENCENT_PUBLISHED_BODY: &str =
    r#"{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}"#;

fn client(provider: &str, base_url: &str) -> Sms {
    let words = [
        "test",
        "--sms-provider",
        provider,
        "--sms-base-url",
        base_url,
        "--sms-key-id",
        "key",
        "--sms-key-secret",
        "secret",
        "--sms-sign-name",
        "某某人大",
        "--sms-template-code",
        "SMS_1",
        "--sms-app-id",
        "1400000001",
    ];
    let clock = Clock::manual(Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).unwrap());
    let config = Cli::parse_from(words).sms;
    Sms::new(config, clock, Mode::Development).unwrap().unwrap()
}

async fn answered(provider: &str, body: Value) -> Result<(), Error> {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(body);
    Mock::given(method("POST"))
        .and(path("/"))
        .respond_with(answer)
        .mount(&server)
        .await;
    client(provider, &server.uri()).send_code("13800000000", "482913").await
}

#[tokio::test]
async fn a_reply_is_judged_by_its_code_and_the_reason_holds_no_phone() {
    answered("aliyun", json!({"Code": "OK", "BizId": "1"})).await.unwrap();
    let limited = json!({"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "13800000000"});
    let refused = answered("aliyun", limited).await.unwrap_err().to_string();
    assert!(
        refused.contains("isv.BUSINESS_LIMIT_CONTROL") && !refused.contains("138"),
        "{refused}"
    );
    let ok =
        json!({"Response": {"SendStatusSet": [{"Code": "Ok", "PhoneNumber": "+8613800000000"}], "RequestId": "r"}});
    answered("tencent", ok).await.unwrap();
    let limited = json!({"Response": {"SendStatusSet": [{"Code": "LimitExceeded.PhoneNumberOneHourLimit"}]}});
    assert!(answered("tencent", limited).await.is_err());
    let failed = json!({"Response": {"Error": {"Code": "AuthFailure.SignatureExpire", "Message": "m"}}});
    let refused = answered("tencent", failed).await.unwrap_err().to_string();
    assert!(refused.contains("AuthFailure.SignatureExpire"), "{refused}");
    assert!(answered("aliyun", json!({})).await.is_err() && answered("tencent", json!({})).await.is_err());
}

#[tokio::test]
async fn everything_stands_in_the_query_of_aliyun() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(query_param("PhoneNumbers", "13800000000"))
        .and(query_param("SignName", "某某人大"))
        .and(query_param("TemplateParam", r#"{"code":"482913"}"#))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"Code": "OK"})))
        .mount(&server)
        .await;
    client("aliyun", &server.uri())
        .send_code("13800000000", "482913")
        .await
        .unwrap();
}

#[test]
fn half_of_the_settings_are_refused_and_none_is_no_mistake() {
    let clock = || Clock::manual(Utc.with_ymd_and_hms(2026, 11, 21, 8, 0, 0).unwrap());
    let parse = |words: &[&str]| Cli::parse_from(words).sms;
    assert!(Sms::new(parse(&["test"]), clock(), Mode::Production).unwrap().is_none());
    let half = parse(&["test", "--sms-provider", "aliyun", "--sms-key-id", "id"]);
    let refused = Sms::new(half, clock(), Mode::Production).unwrap_err();
    assert!(refused.to_string().contains("MINYI_SMS_KEY_SECRET"), "{refused}");
}
