//! Aliyun's SendSms: its signature (ACS3), its errors.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{SIGN_NAME, Template, Text, header, hex, hmac};
use crate::platform::{Aim, SharedData, answer};
use crate::random;
use crate::reply::{Outcome, Refusal};

/// Where the product finds it, behind the simulator's address.
pub const PATH: &str = "/sms/aliyun/";
/// The account of the simulator. It opens nothing else.
pub const KEY_ID: &str = "LTAI5tSIMULATOR00000001";
pub const KEY_SECRET: &str = "simulatorAccessKeySecret000001";
/// How far a clock may be off.
const CLOCK_ERROR: TimeDelta = TimeDelta::minutes(15);

/// Why a call is refused: HTTP status and the provider's word.
struct Refused(StatusCode, &'static str);

/// What the provider says of a signed call, in the order in which it looks.
pub async fn send(request: HttpRequest, shared: SharedData) -> HttpResponse {
    let query: BTreeMap<String, String> = form_urlencoded::parse(request.query_string().as_bytes())
        .into_owned()
        .collect();
    let aim = Aim {
        openid: query.get("PhoneNumbers").map(String::as_str),
        token: None,
    };
    let refused = Cell::new(None);
    answer(
        &shared,
        &request,
        aim,
        |state, now| {
            let taken = check_signature(&request, &query, now).and_then(|()| {
                if !state.texts.is_new(header(&request, "x-acs-signature-nonce")) {
                    return Err(Refused(StatusCode::BAD_REQUEST, "SignatureNonceUsed"));
                }
                let text = compose(&query)?;
                if !state.texts.take(text, now) {
                    return Err(Refused(StatusCode::OK, "isv.BUSINESS_LIMIT_CONTROL"));
                }
                Ok(())
            });
            match taken {
                Ok(()) => Ok(Value::Null),
                Err(why) => {
                    refused.set(Some(why));
                    Err(Refusal::of(0))
                }
            }
        },
        |outcome: Outcome, now| {
            let (status, code) = match (outcome, refused.take()) {
                (Ok(_), _) => (StatusCode::OK, "OK"),
                (Err(_), Some(Refused(status, code))) => (status, code),
                // A fault of the simulator, in the provider's words.
                (Err(fault), None) => (StatusCode::OK, word_of(fault.errcode)),
            };
            let id = random::request_id(now);
            let body = json!({"Code": code, "Message": code, "RequestId": id, "BizId": id});
            (status, body, code.to_owned())
        },
    )
    .await
}

fn word_of(errcode: i32) -> &'static str {
    match errcode {
        -1 => "isp.SYSTEM_ERROR",
        40001 | 40014 | 42001 => "InvalidAccessKeyId.Inactive",
        40003 | 43101 => "isv.MOBILE_NUMBER_ILLEGAL",
        43108 => "Throttling.User",
        45009 => "isv.DAY_LIMIT_CONTROL",
        43117 => "isv.BUSINESS_LIMIT_CONTROL",
        _ => "isv.INVALID_PARAMETERS",
    }
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
    let to_sign = format!("ACS3-HMAC-SHA256\n{}", super::sha256_hex(canonical.as_bytes()));
    if hex(&hmac(KEY_SECRET.as_bytes(), to_sign.as_bytes())) != part("Signature") {
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

fn compose(query: &BTreeMap<String, String>) -> Result<Text, Refused> {
    let refuse = |code| Refused(StatusCode::OK, code);
    let of = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
    let phone = super::mobile(of("PhoneNumbers")).ok_or_else(|| refuse("isv.MOBILE_NUMBER_ILLEGAL"))?;
    if of("SignName") != SIGN_NAME {
        return Err(refuse("isv.SMS_SIGNATURE_ILLEGAL"));
    }
    let template = Template::of_aliyun(of("TemplateCode")).ok_or_else(|| refuse("isv.SMS_TEMPLATE_ILLEGAL"))?;
    let params: Value = serde_json::from_str(of("TemplateParam")).map_err(|_| refuse("isv.INVALID_JSON_PARAM"))?;
    let value = |name: &&str| params.get(*name).and_then(Value::as_str).map(str::to_owned);
    let values: Option<Vec<String>> = template.names().iter().map(value).collect();
    let values = values.ok_or_else(|| refuse("isv.TEMPLATE_MISSING_PARAMETERS"))?;
    template
        .fill(phone, &values)
        .ok_or_else(|| refuse("isv.PARAM_LENGTH_LIMIT"))
}
