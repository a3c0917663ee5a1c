//! Tencent Cloud's SendSms (2021-01-11), signed with TC3-HMAC-SHA256.

use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;

use super::{Sms, Text, judge};
use crate::{
    channels::{Outcome, http},
    crypto::{hex, hmac, sha256_hex},
};

const ALGORITHM: &str = "TC3-HMAC-SHA256";

/// What is signed: a POST of JSON.
#[derive(Debug, Clone, Copy)]
pub struct Tc3<'a> {
    pub key_id: &'a str,
    pub key_secret: &'a str,
    /// `sms`.
    pub service: &'a str,
    pub host: &'a str,
    pub path: &'a str,
    pub content_type: &'a str,
    /// Unix seconds; it must not be more than five minutes off.
    pub timestamp: i64,
    /// The day of the timestamp, UTC: `2025-11-21`.
    pub date: &'a str,
    pub body: &'a [u8],
}

/// The header `Authorization`.
#[must_use]
pub fn tc3(request: &Tc3<'_>) -> String {
    let Tc3 { service, date, .. } = request;
    let canonical = format!(
        "POST\n{}\n\ncontent-type:{}\nhost:{}\n\ncontent-type;host\n{}",
        request.path,
        request.content_type,
        request.host,
        sha256_hex(request.body)
    );
    let scope = format!("{date}/{service}/tc3_request");
    let to_sign = format!(
        "{ALGORITHM}\n{}\n{scope}\n{}",
        request.timestamp,
        sha256_hex(canonical.as_bytes())
    );
    let of_date = hmac(format!("TC3{}", request.key_secret).as_bytes(), date.as_bytes());
    let key = hmac(&hmac(&of_date, service.as_bytes()), b"tc3_request");
    let signature = hex(&hmac(&key, to_sign.as_bytes()));
    format!(
        "{ALGORITHM} Credential={}/{scope}, SignedHeaders=content-type;host, Signature={signature}",
        request.key_id
    )
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    response: Response,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Response {
    #[serde(default)]
    send_status_set: Vec<Status>,
    #[serde(default)]
    error: Option<Status>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Status {
    code: String,
    serial_no: Option<String>,
}

impl Sms {
    pub(super) async fn send_by_tencent(&self, phone: &str, text: &Text<'_>) -> Outcome {
        let values: Vec<&str> = text.values.iter().map(|(_, value)| value.as_str()).collect();
        let body = json!({
            "PhoneNumberSet": [format!("+86{phone}")],
            "SmsSdkAppId": self.config.sms_app_id,
            "SignName": self.config.sms_sign_name,
            "TemplateId": text.template,
            "TemplateParamSet": values,
            "SessionContext": text.reference,
        })
        .to_string();
        let now = self.clock.now();
        let (host, date) = (self.host(), now.format("%Y-%m-%d").to_string());
        let content_type = "application/json; charset=utf-8";
        let authorization = tc3(&Tc3 {
            key_id: &self.config.sms_key_id,
            key_secret: self.config.sms_key_secret.expose_secret(),
            service: "sms",
            host: &host,
            path: self.base_url.path(),
            content_type,
            timestamp: now.timestamp(),
            date: &date,
            body: body.as_bytes(),
        });
        let request = self
            .http
            .post(self.base_url.clone())
            .header("authorization", authorization)
            .header("content-type", content_type)
            .header("x-tc-action", "SendSms")
            .header("x-tc-version", "2021-01-11")
            .header("x-tc-timestamp", now.timestamp().to_string())
            .header("x-tc-region", &self.config.sms_region)
            .body(body);
        let response = match http::call::<Reply>(request).await {
            Ok(reply) => reply.response,
            Err(outcome) => return outcome,
        };
        match response.error.into_iter().chain(response.send_status_set).next() {
            Some(status) => judge::tencent(&status.code, status.serial_no),
            None => Outcome::Unknown {
                reason: "unreadable_reply",
            },
        }
    }
}
