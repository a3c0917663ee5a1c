//! A robot in a DingTalk group (自定义机器人): everybody in the group reads what it says, so it says no resident's
//! words. Page "custom robot" of open.dingtalk.com: 20 messages a minute, above which the robot is silent for ten
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
        settings,
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

/// The client of one robot. Clones share connections.
#[derive(Debug, Clone)]
pub struct DingtalkRobot {
    http: reqwest::Client,
    base_url: Url,
    token: SecretString,
    secret: SecretString,
    limits: Limits,
    clock: Clock,
}

#[derive(Deserialize)]
struct Reply {
    errcode: i64,
}

impl DingtalkRobot {
    /// Checks the settings; nothing is called yet. `None`: there is no robot.
    ///
    /// # Errors
    /// [`crate::Error::Configuration`].
    pub fn new(config: &DingtalkConfig, limits: Limits, clock: Clock, mode: Mode) -> Result<Option<Self>> {
        let (token, secret) = (&config.dingtalk_robot_token, &config.dingtalk_robot_secret);
        let is_set = settings::all_or_none([
            ("MINYI_DINGTALK_ROBOT_TOKEN", token.expose_secret()),
            ("MINYI_DINGTALK_ROBOT_SECRET", secret.expose_secret()),
        ])?;
        if !is_set {
            return Ok(None);
        }
        Ok(Some(Self {
            http: http::client(http::TIMEOUT)?,
            base_url: base_url(config, mode)?,
            token: token.clone(),
            secret: secret.clone(),
            limits,
            clock,
        }))
    }

    /// Says `notice` without its summary, which may be a resident's words.
    pub async fn send(&self, notice: &Notice) -> Outcome {
        let check = Check {
            class: "dingtalk.robot",
            subject: self.token.expose_secret(),
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
        let timestamp = self.clock.now().timestamp_millis();
        let query = [
            ("access_token", self.token.expose_secret().to_owned()),
            ("timestamp", timestamp.to_string()),
            ("sign", sign(self.secret.expose_secret(), timestamp)),
        ];
        let body = json!({"msgtype": "text", "text": {"content": said.text(TEXT_BYTES)}});
        let url = http::endpoint(&self.base_url, "/robot/send");
        match http::call::<Reply>(self.http.post(url).query(&query).json(&body)).await {
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
