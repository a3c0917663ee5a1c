//! A provider of text messages beside WeChat: Aliyun's SendSms with its signature, its errors and its limits.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta, Utc};
use hmac::{KeyInit as _, Mac as _};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::Digest as _;
use url::form_urlencoded;

use crate::platform::SharedData;
use crate::random;

/// Where the product finds it, behind the simulator's address.
pub const PATH: &str = "/sms/aliyun/";
/// The account of the simulator. It opens nothing else.
pub const KEY_ID: &str = "LTAI5tSIMULATOR00000001";
pub const KEY_SECRET: &str = "simulatorAccessKeySecret000001";
pub const SIGN_NAME: &str = "民意码";
pub const TEMPLATE_CODE: &str = "SMS_100000001";
const TEMPLATE: &str = "您的验证码为：${code}，5分钟内有效，请勿告诉他人。";
const MESSAGES_KEPT: usize = 10_000;
/// How far a clock may be off.
const CLOCK_ERROR: TimeDelta = TimeDelta::minutes(15);
/// Messages to one number: in a minute, an hour, a day.
const LIMITS: [(TimeDelta, usize); 3] = [
    (TimeDelta::minutes(1), 1),
    (TimeDelta::hours(1), 5),
    (TimeDelta::days(1), 10),
];

/// A text message on a phone.
#[derive(Clone, Debug, Serialize)]
pub struct TextMessage {
    pub phone: String,
    pub text: String,
    pub received_at: DateTime<Utc>,
}

/// All of them, and the nonces that were seen.
#[derive(Default)]
pub struct TextMessages {
    all: VecDeque<TextMessage>,
    nonces: VecDeque<String>,
}

impl TextMessages {
    /// Those of one number, oldest first.
    pub fn of<'a>(&'a self, phone: &'a str) -> impl Iterator<Item = &'a TextMessage> {
        self.all.iter().filter(move |message| message.phone == phone)
    }

    pub fn clear(&mut self) {
        self.all.clear();
    }

    fn may_get(&self, phone: &str, now: DateTime<Utc>) -> bool {
        LIMITS.iter().all(|(span, most)| {
            let recent = self.of(phone).filter(|message| now - message.received_at < *span);
            recent.count() < *most
        })
    }

    /// False: the nonce was used before.
    fn is_new(&mut self, nonce: &str) -> bool {
        if nonce.is_empty() || self.nonces.iter().any(|known| known == nonce) {
            return false;
        }
        self.nonces.push_back(nonce.to_owned());
        if self.nonces.len() > MESSAGES_KEPT {
            self.nonces.pop_front();
        }
        true
    }

    fn add(&mut self, message: TextMessage) {
        self.all.push_back(message);
        if self.all.len() > MESSAGES_KEPT {
            self.all.pop_front();
        }
    }
}

impl TextMessage {
    /// Day and time in China.
    pub fn time_in_china(&self) -> String {
        let china = FixedOffset::east_opt(8 * 3600).map(|china| self.received_at.with_timezone(&china));
        china.map_or_else(String::new, |time| time.format("%-m月%-d日 %H:%M").to_string())
    }
}

struct Refused(StatusCode, &'static str);

/// What the provider says of a signed call, in the order in which it looks.
pub async fn send_sms(request: HttpRequest, shared: SharedData) -> HttpResponse {
    let now = shared.clock.now();
    let query: BTreeMap<String, String> = form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .collect();
    let mut state = shared.lock();
    let outcome = check_signature(&request, &query, now).and_then(|()| {
        if !state.texts.is_new(header(&request, "x-acs-signature-nonce")) {
            return Err(Refused(StatusCode::BAD_REQUEST, "SignatureNonceUsed"));
        }
        let message = compose(&query, now)?;
        if !state.texts.may_get(&message.phone, now) {
            return Err(Refused(StatusCode::OK, "isv.BUSINESS_LIMIT_CONTROL"));
        }
        state.texts.add(message);
        Ok(())
    });
    let (status, code) = match &outcome {
        Ok(()) => (StatusCode::OK, "OK"),
        Err(Refused(status, code)) => (*status, *code),
    };
    state.count_call(PATH, code.to_owned());
    HttpResponse::build(status).json(json!({
        "Code": code, "Message": code, "RequestId": random::request_id(now), "BizId": random::request_id(now),
    }))
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn check_signature(request: &HttpRequest, query: &BTreeMap<String, String>, now: DateTime<Utc>) -> Result<(), Refused> {
    let bad = |code| Refused(StatusCode::BAD_REQUEST, code);
    let part = |name: &str| {
        let found = header(request, "authorization").split([' ', ',']).find_map(|part| {
            let value = part.trim().strip_prefix(name)?;
            value.strip_prefix('=')
        });
        found.unwrap_or_default().to_owned()
    };
    if part("Credential") != KEY_ID {
        return Err(Refused(StatusCode::NOT_FOUND, "InvalidAccessKeyId.NotFound"));
    }
    let date = NaiveDateTime::parse_from_str(header(request, "x-acs-date"), "%Y-%m-%dT%H:%M:%SZ");
    if !date.is_ok_and(|date| (now - date.and_utc()).abs() <= CLOCK_ERROR) {
        return Err(bad("InvalidTimeStamp.Expired"));
    }
    let signed = part("SignedHeaders");
    let needed = [
        "host",
        "x-acs-action",
        "x-acs-content-sha256",
        "x-acs-date",
        "x-acs-signature-nonce",
        "x-acs-version",
    ];
    if !needed
        .iter()
        .all(|name| signed.split(';').any(|signed| signed == *name))
    {
        return Err(bad("IncompleteSignature"));
    }
    let headers: String = signed
        .split(';')
        .map(|name| format!("{name}:{}\n", header(request, name).trim()))
        .collect();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{signed}\n{}",
        request.method(),
        request.path(),
        canonical_query(query),
        header(request, "x-acs-content-sha256")
    );
    let digest = hex(&sha2::Sha256::digest(canonical.as_bytes()));
    let expected = hmac::Hmac::<sha2::Sha256>::new_from_slice(KEY_SECRET.as_bytes()).map(|mut mac| {
        mac.update(format!("ACS3-HMAC-SHA256\n{digest}").as_bytes());
        hex(&mac.finalize().into_bytes())
    });
    if expected.as_deref().ok() != Some(part("Signature").as_str()) {
        return Err(bad("SignatureDoesNotMatch"));
    }
    if header(request, "x-acs-action") != "SendSms" || header(request, "x-acs-version") != "2017-05-25" {
        return Err(Refused(StatusCode::NOT_FOUND, "InvalidAction.NotFound"));
    }
    Ok(())
}

fn canonical_query(query: &BTreeMap<String, String>) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    let escape = |text: &str| {
        text.bytes().fold(String::new(), |mut escaped, byte| {
            if plain(byte) {
                escaped.push(char::from(byte));
            } else {
                let _ = write!(escaped, "%{byte:02X}");
            }
            escaped
        })
    };
    let pairs: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect();
    pairs.join("&")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn compose(query: &BTreeMap<String, String>, now: DateTime<Utc>) -> Result<TextMessage, Refused> {
    let refuse = |code| Refused(StatusCode::OK, code);
    let of = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let phone = of("PhoneNumbers");
    if phone.len() != 11 || !phone.starts_with('1') || !phone.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refuse("isv.MOBILE_NUMBER_ILLEGAL"));
    }
    if of("SignName") != SIGN_NAME {
        return Err(refuse("isv.SMS_SIGNATURE_ILLEGAL"));
    }
    if of("TemplateCode") != TEMPLATE_CODE {
        return Err(refuse("isv.SMS_TEMPLATE_ILLEGAL"));
    }
    let params: Value = serde_json::from_str(of("TemplateParam")).map_err(|_| refuse("isv.INVALID_JSON_PARAM"))?;
    let code = params.get("code").and_then(Value::as_str);
    let code = code.ok_or_else(|| refuse("isv.TEMPLATE_MISSING_PARAMETERS"))?;
    Ok(TextMessage {
        phone: phone.to_owned(),
        text: format!("【{SIGN_NAME}】{}", TEMPLATE.replace("${code}", code)),
        received_at: now,
    })
}

#[derive(serde::Deserialize)]
pub struct Whose {
    phone: String,
}

/// `GET /_sim/texts?phone=…`: what came to a number, oldest first.
pub async fn list_texts(query: web::Query<Whose>, shared: SharedData) -> HttpResponse {
    let state = shared.lock();
    let items: Vec<&TextMessage> = state.texts.of(&query.phone).collect();
    HttpResponse::Ok().json(json!({ "items": items }))
}

/// `DELETE /_sim/texts`.
pub async fn clear_texts(shared: SharedData) -> HttpResponse {
    shared.lock().texts.clear();
    HttpResponse::NoContent().finish()
}
