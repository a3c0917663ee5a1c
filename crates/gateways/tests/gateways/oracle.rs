//! Signatures and encryption held against the platforms' own packages (wechatpy with its part for WeCom, cryptography,
//! tencentcloud-sdk-python, alibabacloud-tea-openapi, DingtalkChatbot) with random input. Skipped where no Python with
//! them is named in `MINYI_ORACLE_PYTHON`; `cargo dev test` names one.

use std::{
    collections::BTreeMap,
    io::Write as _,
    process::{Command, Stdio},
    thread,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use minyi_gateways::{
    callback::{Envelope, sign as sign_callback},
    crypto, dingtalk,
    sms::{Acs3, Tc3, acs3, tc3},
    wechat::sign_page,
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};

/// Of each kind.
const CASES: usize = 200;

fn ask(python: &str, questions: String) -> Vec<String> {
    let mut oracle = Command::new(python)
        .args(["-c", include_str!("oracle.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = oracle.stdin.take().unwrap();
    let asking = thread::spawn(move || input.write_all(questions.as_bytes()));
    let output = oracle.wait_with_output().unwrap();
    asking.join().unwrap().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// What the packages say of cases made by chance; `None`: there is no Python with them.
fn answers(make: impl Fn(&mut StdRng) -> Value) -> Option<Vec<(Value, String)>> {
    let Ok(python) = std::env::var("MINYI_ORACLE_PYTHON") else {
        println!("skipped: MINYI_ORACLE_PYTHON is not set");
        return None;
    };
    let mut chance = StdRng::seed_from_u64(20_261_126);
    let cases: Vec<Value> = (0..CASES).map(|_| make(&mut chance)).collect();
    let lines: String = cases.iter().map(|case| format!("{case}\n")).collect();
    let theirs = ask(&python, lines);
    assert_eq!(theirs.len(), CASES);
    Some(cases.into_iter().zip(theirs).collect())
}

/// Some of everything that may stand in a message or an address.
fn words(chance: &mut StdRng, most: usize) -> String {
    const SIGNS: &[char] = &[
        'a', 'Z', '0', '9', '-', '_', '.', '~', ' ', '+', '&', '=', '%', '/', '?', '"', '\\', '{', '*', '\'', '(',
        '群', '众', '：', '😀', 'é',
    ];
    let count = chance.random_range(0..=most);
    (0..count).map(|_| *SIGNS.choose(chance).unwrap()).collect()
}

fn plain(chance: &mut StdRng, count: usize) -> String {
    const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    (0..count).map(|_| char::from(*SIGNS.choose(chance).unwrap())).collect()
}

fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap()
}

fn pairs<'a>(case: &'a Value, name: &str) -> BTreeMap<&'a str, String> {
    let entries = case[name].as_object().unwrap().iter();
    entries
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn tencent_signs_alike() {
    let make = |chance: &mut StdRng| {
        let timestamp = chance.random_range(1_500_000_000_i64..2_000_000_000);
        let day = chrono::DateTime::from_timestamp(timestamp, 0).unwrap();
        json!({
            "kind": "tencent", "key_secret": plain(chance, 32), "service": "sms", "host": "sms.tencentcloudapi.com",
            "path": "/", "content_type": "application/json; charset=utf-8", "timestamp": timestamp,
            "date": day.format("%Y-%m-%d").to_string(), "body": words(chance, 200),
        })
    };
    for (case, theirs) in answers(make).unwrap_or_default() {
        let ours = tc3(&Tc3 {
            key_id: "id",
            key_secret: text(&case, "key_secret"),
            service: text(&case, "service"),
            host: text(&case, "host"),
            path: text(&case, "path"),
            content_type: text(&case, "content_type"),
            timestamp: case["timestamp"].as_i64().unwrap(),
            date: text(&case, "date"),
            body: text(&case, "body").as_bytes(),
        });
        assert!(ours.ends_with(&format!("Signature={theirs}")), "{case}");
    }
}

#[test]
fn aliyun_signs_alike() {
    let make = |chance: &mut StdRng| {
        json!({
            "kind": "aliyun", "key_id": plain(chance, 24), "key_secret": plain(chance, 30), "path": "/",
            "query": {"PhoneNumbers": "13800000000", "SignName": words(chance, 10), "TemplateCode": "SMS_1",
                "TemplateParam": json!({"number": words(chance, 30)}).to_string(), "OutId": words(chance, 20)},
            "headers": {"host": "dysmsapi.aliyuncs.com", "x-acs-action": "SendSms",
                "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "x-acs-date": "2026-11-26T08:00:00Z", "x-acs-signature-nonce": plain(chance, 32),
                "x-acs-version": "2017-05-25"},
        })
    };
    for (case, theirs) in answers(make).unwrap_or_default() {
        let (query, headers) = (pairs(&case, "query"), pairs(&case, "headers"));
        let ours = acs3(&Acs3 {
            key_id: text(&case, "key_id"),
            key_secret: text(&case, "key_secret"),
            method: "POST",
            path: text(&case, "path"),
            query: &query,
            headers: &headers,
        });
        assert_eq!(ours, theirs, "{case}");
    }
}

#[test]
fn a_dingtalk_robot_signs_alike() {
    let make = |chance: &mut StdRng| {
        let timestamp = chance.random_range(1_500_000_000_i64..2_000_000_000) * 1000;
        json!({"kind": "robot", "secret": format!("SEC{}", plain(chance, 64)), "timestamp_ms": timestamp})
    };
    for (case, theirs) in answers(make).unwrap_or_default() {
        let ours = dingtalk::sign(text(&case, "secret"), case["timestamp_ms"].as_i64().unwrap());
        let ours: String = url::form_urlencoded::byte_serialize(ours.as_bytes()).collect();
        assert_eq!(ours, theirs, "{case}");
    }
}

#[test]
fn pages_are_signed_alike() {
    let make = |chance: &mut StdRng| {
        let url = format!("https://h5.example.cn/{}?q={}", plain(chance, 8), words(chance, 12));
        json!({"kind": "page", "nonce": plain(chance, 16), "ticket": plain(chance, 86),
            "timestamp": chance.random_range(1_500_000_000_i64..2_000_000_000), "url": url})
    };
    for (case, theirs) in answers(make).unwrap_or_default() {
        let timestamp = case["timestamp"].as_i64().unwrap();
        let ours = sign_page(
            text(&case, "ticket"),
            text(&case, "nonce"),
            timestamp,
            text(&case, "url"),
        );
        assert_eq!(ours, theirs, "{case}");
    }
}

/// What `kind` of callback the package seals, for owners whose ids begin with `prefix`, is opened here.
fn sealed_is_opened(kind: &str, prefix: &str) {
    let make = |chance: &mut StdRng| {
        json!({"kind": kind, "token": plain(chance, 20), "key": plain(chance, 43),
            "owner": format!("{prefix}{}", plain(chance, 16)),
            "plain": format!("{{\"Content\":\"{}\"}}", words(chance, 80)),
            "nonce": plain(chance, 10), "timestamp": chance.random_range(1_500_000_000_i64..2_000_000_000).to_string()})
    };
    for (case, theirs) in answers(make).unwrap_or_default() {
        let (sealed, signature) = theirs.split_once(' ').unwrap();
        let parts = [
            text(&case, "token"),
            text(&case, "timestamp"),
            text(&case, "nonce"),
            sealed,
        ];
        assert_eq!(sign_callback(parts), signature, "{case}");
        let opened = Envelope::new(text(&case, "key"))
            .unwrap()
            .open(sealed, text(&case, "owner"));
        assert_eq!(opened.as_deref(), Some(text(&case, "plain").as_bytes()), "{case}");
    }
}

#[test]
fn what_wechatpy_seals_is_opened() {
    sealed_is_opened("sealed", "wx");
}

#[test]
fn what_wechatpy_seals_for_wecom_is_opened() {
    sealed_is_opened("wecom", "ww");
}

fn session_key(chance: &mut StdRng) -> String {
    STANDARD.encode(chance.random::<[u8; 16]>())
}

#[test]
fn data_of_a_session_key_is_opened() {
    let make = |chance: &mut StdRng| {
        let appid = format!("wx{}", plain(chance, 16));
        let data = json!({"nickName": words(chance, 60), "watermark": {"appid": appid, "timestamp": 1_763_712_000}});
        json!({"kind": "session_data", "session_key": session_key(chance), "iv": session_key(chance), "appid": appid,
            "plain": data.to_string()})
    };
    for (case, theirs) in answers(make).unwrap_or_default() {
        let bytes = |text: &str| STANDARD.decode(text).unwrap();
        let start = bytes(text(&case, "iv")).try_into().unwrap();
        let mut opened = crypto::open_cbc(&bytes(text(&case, "session_key")), start, bytes(&theirs)).unwrap();
        // The usual filling, of blocks of 16.
        opened.truncate(opened.len() - usize::from(*opened.last().unwrap()));
        assert_eq!(opened, text(&case, "plain").as_bytes(), "{case}");
    }
}

#[test]
fn signatures_of_a_session_key_come_out_alike() {
    let make =
        |chance: &mut StdRng| json!({"kind": "session", "session_key": session_key(chance), "raw": words(chance, 80)});
    for (case, theirs) in answers(make).unwrap_or_default() {
        let key = text(&case, "session_key");
        let raw = crypto::sha1_hex(format!("{}{key}", text(&case, "raw")).as_bytes());
        let session = crypto::hex(&crypto::hmac(key.as_bytes(), b""));
        assert_eq!(format!("{raw} {session}"), theirs, "{case}");
    }
}
