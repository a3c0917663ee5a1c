//! Sending a subscribe message (订阅消息), and what came of it.
//!
//! WeChat has no idempotency key for this call, so the one question that matters is whether the
//! message may already be on its way:
//!
//! | what happened | outcome |
//! |---|---|
//! | `errcode` 0 | [`Outcome::Sent`] |
//! | an `errcode` about the person or the content | [`Outcome::Refused`] |
//! | busy, quota, concurrent sends; wrong settings (40037, 41030, 43107, 48001); the token could not be had | [`Outcome::Retry`] |
//! | no connection was made | [`Outcome::Retry`] |
//! | HTTP 502 or 503: the front end did not get the request handled; 3xx or 4xx: it did not accept it | [`Outcome::Retry`] |
//! | HTTP 500, 504 or another 5xx; time-out or lost connection after the request began; unreadable reply | [`Outcome::Unknown`] |

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Message, Wechat};
use crate::Error;

/// What came of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// WeChat took it.
    Sent {
        /// WeChat's id of the message (up to 19 digits), when it told one.
        msgid: Option<String>,
    },
    /// WeChat refused it, and would refuse it again.
    Refused {
        /// WeChat's number for the reason.
        errcode: i64,
        /// What the number means for us.
        kind: Refusal,
    },
    /// It was certainly not sent; it may be sent again.
    Retry {
        /// WeChat's number for the reason, if WeChat answered.
        errcode: Option<i64>,
        /// The shortest sensible wait.
        after: Duration,
        /// The reason in a word, for records and metrics.
        reason: &'static str,
    },
    /// Nobody can say whether it was sent: never repeat it blindly.
    Unknown {
        /// The reason in a word, for records and metrics.
        reason: &'static str,
    },
}

/// Why a message was refused for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The person has not subscribed, has unsubscribed, or the count is used up (43101).
    NotSubscribed,
    /// The openid is wrong or of another mini-program (40003).
    BadRecipient,
    /// The content was not accepted (45168, 47001, 47003).
    Content,
    /// A number that this program does not know.
    Other,
}

const SOON: Duration = Duration::from_secs(2);
const SHORTLY: Duration = Duration::from_secs(10);
const NEXT_MINUTE: Duration = Duration::from_secs(60);
/// A person has to correct a setting first.
const AFTER_REPAIR: Duration = Duration::from_secs(600);
/// The daily quota is used up.
const MUCH_LATER: Duration = Duration::from_secs(3600);

#[derive(Deserialize)]
struct SendReply {
    /// Not optional: a reply without it is not the documented one.
    errcode: i64,
    #[serde(default)]
    msgid: Value,
}

impl Wechat {
    /// Sends `message` to the person `openid`. A tap on it opens `page`, a path of the
    /// mini-program with its query, without a leading slash.
    pub async fn send_subscribe(&self, openid: &str, message: &Message, page: Option<&str>) -> Outcome {
        let mut body = json!({
            "touser": openid,
            "template_id": message.template_id(&self.config),
            "data": message.data(),
            "miniprogram_state": "formal",
            "lang": "zh_CN",
        });
        if let Some(page) = page {
            body["page"] = page.into();
        }
        let mut refused: Option<SecretString> = None;
        loop {
            let token = match self.tokens.get(refused.as_ref()).await {
                Ok(token) => token,
                Err(error) => return without_token(&error),
            };
            match self.post_message(&token, &body).await {
                Ok(reply) if is_token_error(reply.errcode) && refused.is_none() => {
                    refused = Some(token);
                }
                Ok(reply) => return judge(&reply),
                Err(outcome) => return outcome,
            }
        }
    }

    async fn post_message(&self, token: &SecretString, body: &Value) -> Result<SendReply, Outcome> {
        let url = self.config.endpoint("/cgi-bin/message/subscribe/send");
        let request = self.http.post(url).query(&[("access_token", token.expose_secret())]);
        let response = request.json(body).send().await.map_err(|error| lost(&error))?;
        match response.status().as_u16() {
            200..=299 => {}
            502 | 503 => return Err(retry(None, SHORTLY, "wechat_unavailable")),
            500.. => return Err(Outcome::Unknown { reason: "server_error" }),
            _ => return Err(retry(None, NEXT_MINUTE, "http_refused")),
        }
        let bytes = response.bytes().await.map_err(|error| lost(&error))?;
        serde_json::from_slice(&bytes).map_err(|_| Outcome::Unknown {
            reason: "unreadable_reply",
        })
    }
}

pub(super) fn is_token_error(errcode: i64) -> bool {
    matches!(errcode, 40001 | 40014 | 42001)
}

fn judge(reply: &SendReply) -> Outcome {
    let errcode = reply.errcode;
    let kind = match errcode {
        0 => {
            return Outcome::Sent {
                msgid: msgid(&reply.msgid),
            };
        }
        -1 => return retry(Some(-1), SHORTLY, "busy"),
        43108 => return retry(Some(errcode), SOON, "concurrent"),
        45011 => return retry(Some(errcode), NEXT_MINUTE, "minute_quota"),
        45009 => return retry(Some(errcode), MUCH_LATER, "daily_quota"),
        // A fresh token was refused as well: nothing is wrong with the message.
        _ if is_token_error(errcode) => return retry(Some(errcode), NEXT_MINUTE, "token_refused"),
        43101 => Refusal::NotSubscribed,
        40003 => Refusal::BadRecipient,
        // Template, page or right of the mini-program: a person corrects it, and the message is still wanted.
        40037 | 41030 | 43107 | 48001 => return retry(Some(errcode), AFTER_REPAIR, "configuration"),
        45168 | 47001 | 47003 => Refusal::Content,
        _ => Refusal::Other,
    };
    Outcome::Refused { errcode, kind }
}

/// A number in the reply, above 2^53, so never through a float.
fn msgid(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// Without a token no message was sent, whatever became of the token call.
fn without_token(error: &Error) -> Outcome {
    tracing::warn!(%error, "no WeChat token");
    match error {
        Error::WechatBusy { errcode: 45009 } => retry(Some(45009), MUCH_LATER, "daily_quota"),
        Error::WechatBusy { errcode } => retry(Some(*errcode), SHORTLY, "busy"),
        Error::WechatRefused { errcode } => retry(Some(*errcode), AFTER_REPAIR, "no_token"),
        _ => retry(None, SHORTLY, "no_token"),
    }
}

fn lost(error: &reqwest::Error) -> Outcome {
    if error.is_connect() || error.is_builder() {
        retry(None, SHORTLY, "no_connection")
    } else if error.is_timeout() {
        Outcome::Unknown { reason: "timeout" }
    } else {
        Outcome::Unknown {
            reason: "connection_lost",
        }
    }
}

fn retry(errcode: Option<i64>, after: Duration, reason: &'static str) -> Outcome {
    Outcome::Retry { errcode, after, reason }
}
