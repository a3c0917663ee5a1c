//! Robots in DingTalk groups (自定义机器人): everybody in the group reads what one says, so it says no resident's
//! words. Each has a key of its own, which stands in the database. Page "custom robot" of open.dingtalk.com: 20 messages a minute, above which the robot is silent for ten
//! minutes; the clock may be an hour off.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::{DingtalkConfig, TEXT_BYTES, base_url};
use crate::{
    Mode, Result,
    channels::{
        Notice, Outcome, Refusal, http,
        outcome::{AFTER_REPAIR, SHORTLY},
    },
    clock::Clock,
    crypto,
    limits::{Check, Decision, Limit, Limits},
};

/// In any minute at most 5 at once and 15 more (one each 4 s): 20.
const MINUTE: Limit = Limit {
    burst: 5,
    per: Duration::from_secs(20),
};
/// How long the platform refuses a robot that spoke too often.
const SILENCE: Duration = Duration::from_secs(600);

/// Longer than any key that DingTalk gives out.
const KEY_LENGTH: usize = 128;

/// The client of all robots. Clones share connections.
#[derive(Debug, Clone)]
pub struct DingtalkRobots {
    http: reqwest::Client,
    base_url: Url,
    limits: Limits,
    clock: Clock,
}

/// What a robot is called by: the token in its address, and the secret of its signature (加签).
#[derive(Debug, Clone)]
pub struct RobotKey {
    token: SecretString,
    secret: SecretString,
}

impl RobotKey {
    /// Reads what a person copies from DingTalk: the robot's address (or the token in it), and the secret (SEC…). An error
    /// names which of them it cannot be.
    ///
    /// # Errors
    /// `webhook` or `secret`.
    pub fn new(webhook: &str, secret: &str) -> std::result::Result<Self, &'static str> {
        let in_address = Url::parse(webhook.trim()).ok().and_then(|url| {
            let mut pairs = url.query_pairs();
            pairs.find_map(|(name, value)| (name == "access_token").then(|| value.into_owned()))
        });
        let token = in_address.unwrap_or_else(|| webhook.trim().to_owned());
        let plain = |text: &str| {
            (1..=KEY_LENGTH).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        if !plain(&token) {
            return Err("webhook");
        }
        let secret = secret.trim();
        if !secret.starts_with("SEC") || !plain(secret) {
            return Err("secret");
        }
        Ok(Self {
            token: token.into(),
            secret: secret.into(),
        })
    }

    /// Both in one text, to be sealed.
    #[must_use]
    pub fn text(&self) -> SecretString {
        format!("{} {}", self.token.expose_secret(), self.secret.expose_secret()).into()
    }

    /// What [`RobotKey::text`] made.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (token, secret) = text.split_once(' ')?;
        Some(Self {
            token: token.into(),
            secret: secret.into(),
        })
    }

    /// Where the robot is called at this time, in milliseconds: with its token, the time and the signature. `base` is the
    /// platform's address. A secret for an hour.
    #[must_use]
    pub fn address(&self, base: &Url, timestamp_ms: i64) -> Url {
        let mut url = base.clone();
        url.set_path(&format!("{}/robot/send", base.path().trim_end_matches('/')));
        url.query_pairs_mut()
            .append_pair("access_token", self.token.expose_secret())
            .append_pair("timestamp", &timestamp_ms.to_string())
            .append_pair("sign", &sign(self.secret.expose_secret(), timestamp_ms));
        url
    }
}

#[derive(Deserialize)]
struct Reply {
    errcode: i64,
}

impl DingtalkRobots {
    /// Checks the address; nothing is called yet.
    ///
    /// # Errors
    /// [`crate::Error::Configuration`].
    pub fn new(config: &DingtalkConfig, limits: Limits, clock: Clock, mode: Mode) -> Result<Self> {
        Ok(Self {
            http: http::client(http::TIMEOUT)?,
            base_url: base_url(config, mode)?,
            limits,
            clock,
        })
    }

    /// Lets the robot with this key say `notice` without its summary, which may be a resident's words.
    pub async fn say(&self, key: &RobotKey, notice: &Notice) -> Outcome {
        let check = Check {
            class: "dingtalk.robot",
            subject: key.token.expose_secret(),
            limit: MINUTE,
        };
        if let Decision::Limited {
            retry_after_seconds, ..
        } = self.limits.check(&[check]).await
        {
            return Outcome::retry(Duration::from_secs(retry_after_seconds.into()), "own_limit");
        }
        let said = Notice {
            summary: String::new(),
            ..notice.clone()
        };
        let url = key.address(&self.base_url, self.clock.now().timestamp_millis());
        let body = json!({"msgtype": "text", "text": {"content": said.text(TEXT_BYTES)}});
        match http::call::<Reply>(self.http.post(url).json(&body)).await {
            Ok(reply) => judge(reply.errcode),
            Err(outcome) => outcome,
        }
    }
}

/// The robot's signature: base64 of HMAC-SHA256 with the secret over timestamp (milliseconds), line feed, secret. In an
/// address it is escaped.
#[must_use]
pub fn sign(secret: &str, timestamp_ms: i64) -> String {
    let text = format!("{timestamp_ms}\n{secret}");
    STANDARD.encode(crypto::hmac(secret.as_bytes(), text.as_bytes()))
}

fn judge(errcode: i64) -> Outcome {
    match errcode {
        0 => Outcome::Sent { message_id: None },
        -1 => Outcome::retry_for(errcode, SHORTLY, "busy"),
        130_101 | 410_100 => Outcome::retry_for(errcode, SILENCE, "minute_quota"),
        // Signature, keyword or address; no such robot or group; robot switched off.
        300_001 | 310_000 | 400_013 | 400_101 | 400_102 => Outcome::retry_for(errcode, AFTER_REPAIR, "configuration"),
        430_101..=430_104 => Outcome::refused(errcode, Refusal::Content),
        _ => Outcome::refused(errcode, Refusal::Other),
    }
}
