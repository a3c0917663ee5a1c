//! Sending a subscribe message (订阅消息), and what WeChat's numbers mean.
//!
//! | `errcode` | outcome |
//! |---|---|
//! | 0 | [`Outcome::Sent`] |
//! | about the person or the content | [`Outcome::Refused`] |
//! | busy, quota, concurrent sends; wrong settings (40037, 41030, 43107, 48001); the token could not be had | [`Outcome::Retry`] |
//!
//! WeChat has no idempotency key for this call, so whatever else happens is judged by whether the message may already
//! be on its way (`channels::http`).

use serde_json::{Value, json};

use super::{
    Wechat,
    account::{SendReply, is_token_error},
    data::data,
};
use crate::channels::{
    Notice, Outcome, Refusal,
    outcome::{AFTER_REPAIR, MUCH_LATER, NEXT_MINUTE, SHORTLY, SOON},
};

impl Wechat {
    /// Sends `notice` to the person `openid`. A tap on it opens its page.
    pub async fn send(&self, openid: &str, notice: &Notice) -> Outcome {
        let mut body = json!({
            "touser": openid,
            "template_id": self.templates.of(notice.kind),
            "data": data(notice),
            "miniprogram_state": "formal",
            "lang": "zh_CN",
        });
        if let Some(page) = &notice.page {
            body["page"] = page.as_str().into();
        }
        let path = "/cgi-bin/message/subscribe/send";
        match self.account.post_message(path, &body).await {
            Ok(reply) => judge(&reply),
            Err(outcome) => outcome,
        }
    }
}

/// What a reply to a message means, of a mini-program as of a service account.
pub(super) fn judge(reply: &SendReply) -> Outcome {
    let errcode = reply.errcode;
    match errcode {
        0 => Outcome::Sent {
            message_id: number(&reply.msgid),
        },
        -1 => Outcome::retry_for(-1, SHORTLY, "busy"),
        43108 => Outcome::retry_for(errcode, SOON, "concurrent"),
        45011 => Outcome::retry_for(errcode, NEXT_MINUTE, "minute_quota"),
        45009 => Outcome::retry_for(errcode, MUCH_LATER, "daily_quota"),
        // A fresh token was refused as well: nothing is wrong with the message.
        _ if is_token_error(errcode) => Outcome::retry_for(errcode, NEXT_MINUTE, "token_refused"),
        // Template, page, linked mini-program or right of the account: a person corrects it, and the message is still
        // wanted.
        40037 | 40165 | 40166 | 41030 | 43107 | 48001 => Outcome::retry_for(errcode, AFTER_REPAIR, "configuration"),
        // Not subscribed; does not follow; has blocked the account.
        43101 | 43004 | 43019 => Outcome::refused(errcode, Refusal::NotSubscribed),
        40003 => Outcome::refused(errcode, Refusal::BadRecipient),
        43117 => Outcome::refused(errcode, Refusal::Limited),
        45168 | 47001 | 47003 => Outcome::refused(errcode, Refusal::Content),
        _ => Outcome::refused(errcode, Refusal::Other),
    }
}

/// A number in a reply, above 2^53, so never through a float.
fn number(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}
