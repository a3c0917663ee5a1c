//! Tencent Cloud's SendSms: its signature (TC3), its errors. It answers 200 whatever it says.

use std::cell::Cell;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{SIGN_NAME, Template, header, hex, hmac, sha256_hex};
use crate::platform::{Aim, SharedData, answer};
use crate::random;
use crate::reply::{Outcome, Refusal};

/// Where the product finds it, behind the simulator's address.
pub const PATH: &str = "/sms/tencent/";
/// The account of the simulator. It opens nothing else.
pub const KEY_ID: &str = "AKIDSIMULATOR0000000000000000000000001";
pub const KEY_SECRET: &str = "simulatorTencentSecretKey0000001";
pub const APP_ID: &str = "1400000001";
/// How far a clock may be off.
const CLOCK_ERROR: TimeDelta = TimeDelta::minutes(5);

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SendRequest {
    phone_number_set: Vec<String>,
    sms_sdk_app_id: String,
    template_id: String,
    sign_name: String,
    template_param_set: Vec<String>,
}

/// What the provider says of a call: of the whole of it, or of its one phone.
enum Said {
    Error(&'static str),
    Phone(&'static str),
}

pub async fn send(request: HttpRequest, body: web::Bytes, shared: SharedData) -> HttpResponse {
    let wanted: SendRequest = serde_json::from_slice(&body).unwrap_or_default();
    let phone = wanted
        .phone_number_set
        .first()
        .map(|phone| phone.trim_start_matches("+86").to_owned());
    let aim = Aim {
        openid: phone.as_deref(),
        token: None,
    };
    let heard = Cell::new(None);
    answer(
        &shared,
        &request,
        aim,
        |state, now| {
            let checked = check_signature(&request, &body, now).and_then(|()| compose(&wanted, phone.as_deref()));
            let refused = match checked.map(|text| state.texts.take(text, now)) {
                Ok(true) => return Ok(Value::Null),
                Ok(false) => Said::Phone("LimitExceeded.PhoneNumberDailyLimit"),
                Err(refused) => refused,
            };
            heard.set(Some(refused));
            Err(Refusal::of(0))
        },
        |outcome: Outcome, now| {
            let said = match (outcome, heard.take()) {
                (Ok(_), _) => Said::Phone("Ok"),
                (Err(_), Some(said)) => said,
                // A fault of the simulator, in the provider's words.
                (Err(fault), None) => Said::Error(word_of(fault.errcode)),
            };
            let id = random::request_id(now);
            let (word, response) = match said {
                Said::Error(code) => (code, json!({"Error": {"Code": code, "Message": code}, "RequestId": id})),
                Said::Phone(code) => {
                    let phone = wanted.phone_number_set.first();
                    let status = json!({
                        "SerialNo": id, "PhoneNumber": phone, "Fee": 1, "SessionContext": "", "Code": code,
                        "Message": code, "IsoCode": "CN",
                    });
                    (code, json!({"SendStatusSet": [status], "RequestId": id}))
                }
            };
            (StatusCode::OK, json!({ "Response": response }), word.to_owned())
        },
    )
    .await
}

fn word_of(errcode: i32) -> &'static str {
    match errcode {
        -1 => "InternalError.Timeout",
        40001 | 40014 | 42001 => "AuthFailure.SecretIdNotFound",
        40003 | 43101 => "InvalidParameterValue.IncorrectPhoneNumber",
        43108 => "RequestLimitExceeded",
        45009 => "LimitExceeded.AppDailyLimit",
        43117 => "LimitExceeded.PhoneNumberDailyLimit",
        _ => "InvalidParameter",
    }
}

fn check_signature(request: &HttpRequest, body: &[u8], now: DateTime<Utc>) -> Result<(), Said> {
    let bad = |code| Err(Said::Error(code));
    let timestamp = header(request, "x-tc-timestamp");
    let time = timestamp
        .parse()
        .ok()
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let Some(time) = time.filter(|time| (now - *time).abs() <= CLOCK_ERROR) else {
        return bad("AuthFailure.SignatureExpire");
    };
    let date = time.format("%Y-%m-%d").to_string();
    let scope = format!("{date}/sms/tc3_request");
    let authorization = header(request, "authorization");
    if !authorization.starts_with(&format!("TC3-HMAC-SHA256 Credential={KEY_ID}/")) {
        return bad("AuthFailure.SecretIdNotFound");
    }
    let canonical = format!(
        "POST\n{}\n\ncontent-type:{}\nhost:{}\n\ncontent-type;host\n{}",
        request.path(),
        header(request, "content-type"),
        header(request, "host"),
        sha256_hex(body)
    );
    let to_sign = format!(
        "TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{}",
        sha256_hex(canonical.as_bytes())
    );
    let of_date = hmac(format!("TC3{KEY_SECRET}").as_bytes(), date.as_bytes());
    let key = hmac(&hmac(&of_date, b"sms"), b"tc3_request");
    let expected = format!(
        "TC3-HMAC-SHA256 Credential={KEY_ID}/{scope}, SignedHeaders=content-type;host, Signature={}",
        hex(&hmac(&key, to_sign.as_bytes()))
    );
    if authorization != expected {
        return bad("AuthFailure.SignatureFailure");
    }
    if header(request, "x-tc-action") != "SendSms" || header(request, "x-tc-version") != "2021-01-11" {
        return bad("InvalidAction");
    }
    Ok(())
}

fn compose(wanted: &SendRequest, phone: Option<&str>) -> Result<super::Text, Said> {
    if wanted.sms_sdk_app_id != APP_ID {
        return Err(Said::Error("UnauthorizedOperation.SmsSdkAppIdVerifyFail"));
    }
    if wanted.sign_name != SIGN_NAME {
        return Err(Said::Phone("FailedOperation.SignatureIncorrectOrUnapproved"));
    }
    let template = Template::of_tencent(&wanted.template_id);
    let template = template.ok_or(Said::Phone("FailedOperation.TemplateIncorrectOrUnapproved"))?;
    if template.names().len() != wanted.template_param_set.len() {
        return Err(Said::Phone("InvalidParameterValue.TemplateParameterFormatError"));
    }
    let phone = phone.and_then(super::mobile);
    let phone = phone.ok_or(Said::Phone("InvalidParameterValue.IncorrectPhoneNumber"))?;
    template
        .fill(phone, &wanted.template_param_set)
        .ok_or(Said::Phone("InvalidParameterValue.TemplateParameterLengthLimit"))
}
