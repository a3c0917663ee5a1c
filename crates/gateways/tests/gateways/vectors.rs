//! Samples of the platforms' documentation and of the Python packages wechatpy, dingtalk-sdk and DingtalkChatbot, whose
//! secrets are invented. Pushes are in `push.rs`, text messages in `sms.rs`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use minyi_gateways::{
    callback::{Envelope, is_signed, sign},
    crypto, dingtalk,
    wechat::sign_page,
};
use serde_json::Value;
use url::Url;

fn samples() -> Value {
    serde_json::from_str(include_str!("vectors.json")).unwrap()
}

fn text<'a>(sample: &'a Value, name: &str) -> &'a str {
    sample[name].as_str().unwrap()
}

/// What WeChat's documentation answers to a push, what WeCom asks when it verifies an address (the answer is the
/// message inside), and what answers an event of DingTalk.
#[test]
fn one_envelope_opens_what_all_three_platforms_seal() {
    let samples = samples();
    for sample in samples["sealed"].as_array().unwrap() {
        let of = |name| text(sample, name);
        let parts = [of("token"), of("timestamp"), of("nonce"), of("sealed")];
        assert_eq!(sign(parts), of("signature"), "{sample}");
        assert!(is_signed(of("signature"), parts));
        let mut changed = parts;
        changed[2] = "another";
        assert!(!is_signed(of("signature"), changed));
        let envelope = Envelope::new(of("key")).unwrap();
        let opened = envelope.open(of("sealed"), of("owner")).unwrap();
        assert_eq!(String::from_utf8(opened).unwrap(), of("plain"));
        assert_eq!(envelope.open(of("sealed"), "another"), None);
    }
    assert!(Envelope::new("too short").is_none());
}

#[test]
fn data_of_the_session_key_opens_with_aes_128() {
    let samples = samples();
    let sample = &samples["session_key"]["encrypted_data"];
    let bytes = |name| STANDARD.decode(text(sample, name)).unwrap();
    let start = bytes("iv").try_into().unwrap();
    let mut plain = crypto::open_cbc(&bytes("session_key"), start, bytes("encryptedData")).unwrap();
    // Here the filling is the usual one, of blocks of 16.
    let fill = usize::from(*plain.last().unwrap());
    assert!((1..=16).contains(&fill));
    plain.truncate(plain.len() - fill);
    assert_eq!(String::from_utf8(plain).unwrap(), text(sample, "plain"));
    assert_eq!(crypto::open_cbc(b"no key", [0; 16], vec![0; 16]), None);
    assert_eq!(crypto::open_cbc(&[0; 32], [0; 16], vec![0; 15]), None);
}

#[test]
fn signatures_of_the_session_key_come_out() {
    let samples = samples();
    for sample in samples["session_key"]["raw_data"].as_array().unwrap() {
        let signed = format!("{}{}", text(sample, "rawData"), text(sample, "session_key"));
        assert_eq!(crypto::sha1_hex(signed.as_bytes()), text(sample, "signature"));
    }
    let sample = &samples["session_key"]["check_session"];
    let signature = crypto::hmac(text(sample, "session_key").as_bytes(), b"");
    assert_eq!(crypto::hex(&signature), text(sample, "signature"));
}

#[test]
fn pages_are_signed_for_the_js_sdk_as_documented() {
    let samples = samples();
    for sample in samples["jssdk"].as_array().unwrap() {
        let of = |name| text(sample, name);
        let timestamp = sample["timestamp"].as_i64().unwrap();
        let signed = |url: &str| sign_page(of("jsapi_ticket"), of("noncestr"), timestamp, url);
        assert_eq!(signed(of("url")), of("signature"), "{sample}");
        // What stands after the # never counts.
        assert_eq!(signed(&format!("{}#/pages/home", of("url"))), of("signature"));
    }
}

#[test]
fn a_robot_signs_as_the_package_does() {
    let samples = samples();
    let sample = &samples["dingtalk_robot"];
    let timestamp = sample["timestamp_ms"].as_i64().unwrap();
    let signed = dingtalk::sign(text(sample, "secret"), timestamp);
    assert_eq!(signed, text(sample, "sign_base64"));
    let escaped: String = url::form_urlencoded::byte_serialize(signed.as_bytes()).collect();
    assert_eq!(escaped, text(sample, "sign_urlencoded"));
    // What a person copies from DingTalk ends before the timestamp; the rest is ours.
    let (copied, _) = text(sample, "webhook_url").split_once("&timestamp").unwrap();
    let key = dingtalk::RobotKey::new(copied, text(sample, "secret")).unwrap();
    let base = Url::parse("https://oapi.dingtalk.com").unwrap();
    assert_eq!(key.address(&base, timestamp).as_str(), text(sample, "webhook_url"));
}
