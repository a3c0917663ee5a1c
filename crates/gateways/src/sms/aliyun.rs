//! Aliyun's SendSms (2017-05-25), signed with ACS3-HMAC-SHA256: everything stands in the query, the body is empty.

use std::collections::BTreeMap;

use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Sms, Text, judge};
use crate::{
    channels::{Outcome, http},
    clock::random_bytes,
    crypto::{hex, hmac, sha256_hex},
};

const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What is signed.
#[derive(Debug, Clone)]
pub struct Acs3<'a> {
    pub key_id: &'a str,
    pub key_secret: &'a str,
    pub method: &'a str,
    /// Path of the address, `/` for the provider's own.
    pub path: &'a str,
    pub query: &'a BTreeMap<&'a str, String>,
    /// Names in small letters: host and all `x-acs-…`.
    pub headers: &'a BTreeMap<&'a str, String>,
}

/// The header `Authorization` of a request with an empty body.
#[must_use]
pub fn acs3(request: &Acs3<'_>) -> String {
    let signed: Vec<&str> = request.headers.keys().copied().collect();
    let signed = signed.join(";");
    let headers: String = request
        .headers
        .iter()
        .map(|(name, value)| format!("{name}:{}\n", value.trim()))
        .collect();
    let canonical = format!(
        "{}\n{}\n{}\n{headers}\n{signed}\n{}",
        request.method,
        request.path,
        canonical_query(request.query),
        sha256_hex(b"")
    );
    let to_sign = format!("{ALGORITHM}\n{}", sha256_hex(canonical.as_bytes()));
    let signature = hex(&hmac(request.key_secret.as_bytes(), to_sign.as_bytes()));
    format!(
        "{ALGORITHM} Credential={},SignedHeaders={signed},Signature={signature}",
        request.key_id
    )
}

/// Sorted by name, everything but `A-Za-z0-9-_.~` escaped.
fn canonical_query(query: &BTreeMap<&str, String>) -> String {
    let pairs: Vec<String> = query
        .iter()
        .map(|(name, value)| format!("{}={}", escape(name), escape(value)))
        .collect();
    pairs.join("&")
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    code: String,
    biz_id: Option<String>,
}

impl Sms {
    pub(super) async fn send_by_aliyun(&self, phone: &str, text: &Text<'_>) -> Outcome {
        let values = text.values.iter();
        let values: Map<String, Value> = values
            .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
            .collect();
        let mut query = BTreeMap::from([
            ("PhoneNumbers", phone.to_owned()),
            ("SignName", self.config.sms_sign_name.clone()),
            ("TemplateCode", text.template.to_owned()),
            ("TemplateParam", Value::Object(values).to_string()),
        ]);
        if !text.reference.is_empty() {
            query.insert("OutId", text.reference.clone());
        }
        let headers = BTreeMap::from([
            ("host", self.host()),
            ("x-acs-action", "SendSms".to_owned()),
            ("x-acs-content-sha256", sha256_hex(b"")),
            ("x-acs-date", self.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string()),
            ("x-acs-signature-nonce", hex(&random_bytes::<16>())),
            ("x-acs-version", "2017-05-25".to_owned()),
        ]);
        let authorization = acs3(&Acs3 {
            key_id: &self.config.sms_key_id,
            key_secret: self.config.sms_key_secret.expose_secret(),
            method: "POST",
            path: self.base_url.path(),
            query: &query,
            headers: &headers,
        });
        let mut url = self.base_url.clone();
        url.set_query(Some(&canonical_query(&query)));
        let mut request = self.http.post(url).header("authorization", authorization);
        for (name, value) in headers.iter().filter(|(name, _)| **name != "host") {
            request = request.header(*name, value);
        }
        match http::call::<Reply>(request).await {
            Ok(reply) => judge::aliyun(&reply.code, reply.biz_id),
            Err(outcome) => outcome,
        }
    }
}
