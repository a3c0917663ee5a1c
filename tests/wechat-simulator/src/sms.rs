//! Providers of text messages (短信): Aliyun and Tencent Cloud, with one set of templates and of phones.

pub mod aliyun;
pub mod tencent;

use std::collections::VecDeque;
use std::fmt::Write as _;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use hmac::{KeyInit as _, Mac as _};
use serde::Serialize;
use serde_json::json;
use sha2::Digest as _;

use crate::platform::SharedData;

/// Approved with both providers.
pub const SIGN_NAME: &str = "民意码";
/// A value may have so many characters.
const VALUE_CHARS: usize = 35;
const MESSAGES_KEPT: usize = 10_000;
/// Codes to one number: in a minute, an hour, a day.
const CODE_LIMITS: [(TimeDelta, usize); 3] = [
    (TimeDelta::minutes(1), 1),
    (TimeDelta::hours(1), 5),
    (TimeDelta::days(1), 10),
];
/// Notices of one template to one number a day.
const NOTICE_LIMITS: [(TimeDelta, usize); 1] = [(TimeDelta::days(1), 50)];

/// An approved template. Aliyun names the values, Tencent numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    Code,
    Deputy,
}

/// A message as it will stand on the phone.
pub struct Text {
    template: Template,
    phone: String,
    text: String,
}

/// A text message on a phone.
#[derive(Clone, Debug, Serialize)]
pub struct TextMessage {
    pub phone: String,
    pub text: String,
    pub received_at: DateTime<Utc>,
    #[serde(skip)]
    template: Option<Template>,
}

/// All of them, and the nonces that were seen.
#[derive(Default)]
pub struct TextMessages {
    all: VecDeque<TextMessage>,
    nonces: VecDeque<String>,
}

impl Template {
    const ALL: [Self; 2] = [Self::Code, Self::Deputy];

    #[must_use]
    pub const fn aliyun(self) -> &'static str {
        match self {
            Self::Code => "SMS_100000001",
            Self::Deputy => "SMS_100000002",
        }
    }

    #[must_use]
    pub const fn tencent(self) -> &'static str {
        match self {
            Self::Code => "1000001",
            Self::Deputy => "1000002",
        }
    }

    fn of_aliyun(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.aliyun() == code)
    }

    fn of_tencent(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.tencent() == id)
    }

    /// Of the values, in Tencent's order.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Code => &["code"],
            Self::Deputy => &["number", "state", "time"],
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Code => "您的验证码为：${code}，5分钟内有效，请勿告诉他人。",
            Self::Deputy => "民意${number}：${state}，期限${time}，请打开民意码小程序办理。",
        }
    }

    /// `None`: a value is too long, or empty.
    fn fill(self, phone: String, values: &[String]) -> Option<Text> {
        let fits = |value: &String| (1..=VALUE_CHARS).contains(&value.chars().count());
        if !values.iter().all(fits) {
            return None;
        }
        let pairs = self.names().iter().zip(values);
        let text = pairs.fold(self.words().to_owned(), |text, (name, value)| {
            text.replace(&format!("${{{name}}}"), value)
        });
        Some(Text {
            template: self,
            phone,
            text: format!("【{SIGN_NAME}】{text}"),
        })
    }

    fn limits(self) -> &'static [(TimeDelta, usize)] {
        match self {
            Self::Code => &CODE_LIMITS,
            Self::Deputy => &NOTICE_LIMITS,
        }
    }
}

impl TextMessages {
    /// Those of one number, oldest first.
    pub fn of<'a>(&'a self, phone: &'a str) -> impl Iterator<Item = &'a TextMessage> {
        self.all.iter().filter(move |message| message.phone == phone)
    }

    /// Puts it on the phone; false: the number has had too many.
    fn take(&mut self, text: Text, now: DateTime<Utc>) -> bool {
        let Text { template, phone, text } = text;
        let is_free = template.limits().iter().all(|(span, most)| {
            let recent = self
                .of(&phone)
                .filter(|message| message.template == Some(template) && now - message.received_at < *span);
            recent.count() < *most
        });
        if is_free {
            self.all.push_back(TextMessage {
                phone,
                text,
                received_at: now,
                template: Some(template),
            });
            if self.all.len() > MESSAGES_KEPT {
                self.all.pop_front();
            }
        }
        is_free
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
}

impl TextMessage {
    /// Day and time in China.
    pub fn time_in_china(&self) -> String {
        let china = FixedOffset::east_opt(8 * 3600).map(|china| self.received_at.with_timezone(&china));
        china.map_or_else(String::new, |time| time.format("%-m月%-d日 %H:%M").to_string())
    }
}

/// A mobile number of mainland China.
fn mobile(text: &str) -> Option<String> {
    let is_mobile = text.len() == 11 && text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit());
    is_mobile.then(|| text.to_owned())
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> &'a str {
    request
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha2::Sha256::digest(bytes))
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key).map(|mut mac| {
        mac.update(message);
        mac.finalize().into_bytes().to_vec()
    });
    mac.unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route(aliyun::PATH, web::post().to(aliyun::send))
        .route(tencent::PATH, web::post().to(tencent::send))
        .route("/_sim/texts", web::get().to(list_texts))
        .route("/_sim/texts", web::delete().to(clear_texts));
}

#[derive(serde::Deserialize)]
struct Whose {
    phone: String,
}

/// `GET /_sim/texts?phone=…`: what came to a number, oldest first.
async fn list_texts(query: web::Query<Whose>, shared: SharedData) -> HttpResponse {
    let state = shared.lock();
    let items: Vec<&TextMessage> = state.texts.of(&query.phone).collect();
    HttpResponse::Ok().json(json!({ "items": items }))
}

/// `DELETE /_sim/texts`.
async fn clear_texts(shared: SharedData) -> HttpResponse {
    shared.lock().texts.all.clear();
    HttpResponse::NoContent().finish()
}
