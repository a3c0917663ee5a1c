//! What the platform tells the product by itself (消息推送): encrypted, as JSON, up to three times until somebody answers
//! `success` within five seconds.

use std::time::Duration;

use aws_lc_rs::{
    cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey},
    digest::{SHA1_FOR_LEGACY_USE_ONLY, digest},
    iv::FixedLength,
};
use base64::{
    Engine as _, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use serde_json::{Value, json};

use crate::random;
use crate::state::Shared;

/// The account's own number; pushes come "to" it.
const ACCOUNT: &str = "gh_0123456789ab";
/// The person has answered the popup.
pub const POPUP: &str = "subscribe_msg_popup_event";
/// The person has switched a template off.
pub const MENU: &str = "subscribe_msg_change_event";
/// The result of looking at a photo.
const MEDIA: &str = "wxa_media_check";
/// The label of what is in order.
pub const NORMAL: i32 = 100;
const TRIES: usize = 3;
const PATIENCE: Duration = Duration::from_secs(5);
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Where pushes go, and the two secrets that were agreed on.
#[derive(Clone, Debug)]
pub struct Target {
    pub url: String,
    pub token: String,
    /// 43 characters.
    pub aes_key: String,
}

impl Shared {
    /// Tells the product, in the background, what a person answered: template and whether it was accepted.
    pub fn push_permissions(&self, event: &str, openid: &str, answers: &[(String, bool)]) {
        if answers.is_empty() {
            return;
        }
        let entry = |(template, accepted): &(String, bool)| {
            json!({ "TemplateId": template, "PopupScene": "0",
                "SubscribeStatusString": if *accepted { "accept" } else { "reject" } })
        };
        let list = match answers {
            // As the platform does it: one entry is no list.
            [one] => entry(one),
            several => several.iter().map(entry).collect(),
        };
        let time = self.clock.now().timestamp().to_string();
        self.push_event(
            json!({ "ToUserName": ACCOUNT, "FromUserName": openid, "MsgType": "event", "Event": event,
            "CreateTime": time, "List": list }),
        );
    }

    /// Tells the product, in the background, what came of looking at a photo: label and errcode.
    pub fn push_media_result(&self, openid: &str, trace_id: &str, label: i32, errcode: i32) {
        let suggest = if label == NORMAL { "pass" } else { "risky" };
        let result = json!({ "suggest": suggest, "label": label });
        let detail =
            json!([{ "strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90 }]);
        self.push_event(
            json!({ "ToUserName": ACCOUNT, "FromUserName": openid, "MsgType": "event", "Event": MEDIA,
            "CreateTime": self.clock.now().timestamp(), "appid": self.appid, "trace_id": trace_id, "version": 2,
            "detail": detail, "errcode": errcode, "errmsg": if errcode == 0 { "ok" } else { "download failed" },
            "result": result }),
        );
    }

    fn push_event(&self, message: Value) {
        let Some(target) = self.push.clone() else {
            return;
        };
        let (appid, time) = (self.appid.clone(), self.clock.now().timestamp());
        tokio::spawn(async move {
            if let Some((query, body)) = target.envelope(&appid, time, &message.to_string()) {
                target.deliver(&query, &body).await;
            }
        });
    }
}

impl Target {
    /// Query and body of the POST; `None`: the key is not one.
    pub fn envelope(&self, appid: &str, time: i64, message: &str) -> Option<(Vec<(&'static str, String)>, Value)> {
        let sealed = self.seal(appid, message)?;
        let (time, nonce) = (time.to_string(), random::nonce());
        let sign = |parts: &mut [&str]| {
            parts.sort_unstable();
            let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes());
            digest
                .as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let query = vec![
            ("signature", sign(&mut [&self.token, &time, &nonce])),
            ("msg_signature", sign(&mut [&self.token, &time, &nonce, &sealed])),
            ("timestamp", time),
            ("nonce", nonce),
            ("encrypt_type", "aes".to_owned()),
        ];
        Some((query, json!({ "ToUserName": ACCOUNT, "Encrypt": sealed })))
    }

    /// 16 random bytes, the length, the message, the appid; filled up to a multiple of 32.
    fn seal(&self, appid: &str, message: &str) -> Option<String> {
        let key = BASE64.decode(format!("{}=", self.aes_key)).ok()?;
        let start: [u8; 16] = key.first_chunk().copied()?;
        let length = u32::try_from(message.len()).ok()?.to_be_bytes();
        let mut bytes = [
            &rand::random::<[u8; 16]>()[..],
            &length,
            message.as_bytes(),
            appid.as_bytes(),
        ]
        .concat();
        let fill = 32 - bytes.len() % 32;
        bytes.resize(bytes.len() + fill, u8::try_from(fill).ok()?);
        let key = EncryptingKey::cbc(UnboundCipherKey::new(&AES_256, &key).ok()?).ok()?;
        let start = EncryptionContext::Iv128(FixedLength::from(start));
        key.less_safe_encrypt(&mut bytes, start).ok()?;
        Some(STANDARD.encode(bytes))
    }

    async fn deliver(&self, query: &[(&'static str, String)], body: &Value) {
        let client = reqwest::Client::new();
        for _ in 0..TRIES {
            let request = client.post(&self.url).query(query).json(body).timeout(PATIENCE);
            let said = match request.send().await {
                Ok(answer) => answer.text().await.unwrap_or_default(),
                Err(_) => String::new(),
            };
            if said == "success" {
                return;
            }
        }
    }
}
