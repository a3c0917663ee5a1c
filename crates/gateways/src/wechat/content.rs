//! The platform's check of what people send (内容安全): texts by msgSecCheck 2.0, photos by mediaCheckAsync 2.0.
//!
//! Both want the openid of somebody who has been in the mini-program within two hours. `POST /wxa/msg_sec_check` answers
//! at once; `POST /wxa/media_check_async` fetches the photo by itself and tells the result within half an hour as the
//! event `wxa_media_check` ([`super::push::Event::Media`]). Limits: 4,000 texts and 2,000 photos a minute.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::Wechat;
use crate::Error;

/// Characters of one text; a longer one is sent in parts.
const MAX_CHARACTERS: usize = 2500;
/// 场景值: 论坛.
const SCENE_FORUM: u8 = 3;
/// 媒体类型: 图片.
const IMAGE: u8 = 2;

const SHORTLY: Duration = Duration::from_secs(20);
const NEXT_MINUTE: Duration = Duration::from_secs(60);
/// The day's quota is used up.
const MUCH_LATER: Duration = Duration::from_secs(3600);

/// What WeChat thinks of a text or a photo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// `pass`; else `review` or `risky`, which here are the same: a person looks.
    pub is_pass: bool,
    /// 100 normal, 10001 ads, 20001 politics, 20002 porn, 20003 abuse, 20006 crime, 20008 fraud, 20012 vulgar,
    /// 20013 copyright, 21000 other.
    pub label: i32,
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<T> {
    Answered(T),
    /// The person has not been in the mini-program within two hours (61010): WeChat will not look at it any more.
    VisitorGone,
    /// WeChat does not take this question: an openid of another mini-program (43104), a content that it cannot read.
    Refused {
        errcode: i64,
    },
    /// To be asked again after this time.
    Later(Duration),
}

#[derive(Deserialize)]
struct TextReply {
    result: Said,
}

#[derive(Deserialize)]
struct PhotoReply {
    trace_id: String,
}

/// What stands in `result`.
#[derive(Deserialize)]
struct Said {
    suggest: String,
    label: i32,
}

impl Wechat {
    /// Asks what WeChat thinks of a text that the person `openid` has sent.
    pub async fn check_text(&self, openid: &str, text: &str) -> Asked<Judgement> {
        let characters: Vec<char> = text.chars().collect();
        let mut judged = Judgement {
            is_pass: true,
            label: 100,
        };
        for part in characters.chunks(MAX_CHARACTERS) {
            let content: String = part.iter().collect();
            let body = json!({ "version": 2, "scene": SCENE_FORUM, "openid": openid, "content": content });
            match self.account.call::<TextReply>("/wxa/msg_sec_check", &body).await {
                Ok(TextReply { result }) if result.suggest == "pass" => {}
                Ok(TextReply { result }) => {
                    judged = Judgement {
                        is_pass: false,
                        label: result.label,
                    };
                }
                Err(error) => return judge(&error),
            }
        }
        Asked::Answered(judged)
    }

    /// Asks WeChat to look at a photo, which it fetches from `url` (at most 10 MB) by itself. The answer names the
    /// question: under this name the result comes.
    pub async fn check_photo(&self, openid: &str, url: &str) -> Asked<String> {
        let body = json!({
            "version": 2, "scene": SCENE_FORUM, "openid": openid, "media_type": IMAGE, "media_url": url,
        });
        match self.account.call::<PhotoReply>("/wxa/media_check_async", &body).await {
            Ok(reply) => Asked::Answered(reply.trace_id),
            Err(error) => judge(&error),
        }
    }
}

fn judge<T>(error: &Error) -> Asked<T> {
    match error {
        Error::PlatformRefused { errcode: 61010 } => Asked::VisitorGone,
        Error::PlatformBusy { errcode: 45009 } => Asked::Later(MUCH_LATER),
        Error::PlatformBusy { errcode: 45011 }
        | Error::PlatformRefused {
            errcode: 40001 | 40014 | 42001,
        } => Asked::Later(NEXT_MINUTE),
        // These are about the question itself; the others (secret, right of the account) a person repairs.
        Error::PlatformRefused {
            errcode: errcode @ (40003 | 40129 | 43104 | 44002 | 44991 | 47001 | 87020),
        } => Asked::Refused { errcode: *errcode },
        Error::PlatformRefused { .. } => Asked::Later(MUCH_LATER),
        error => {
            tracing::warn!(%error, "WeChat could not be asked about a content");
            Asked::Later(SHORTLY)
        }
    }
}
