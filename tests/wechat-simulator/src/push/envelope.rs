//! How a push is written: signed, sealed or not, as XML or JSON.

use aws_lc_rs::{
    cipher::{AES_256, EncryptingKey, EncryptionContext, UnboundCipherKey},
    digest::{SHA1_FOR_LEGACY_USE_ONLY, digest},
    iv::FixedLength,
};
use base64::{
    Engine as _, alphabet,
    engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ACCOUNT, MENU, POPUP, SENT};
use crate::random;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Where pushes go, and the two secrets that were agreed on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub url: String,
    pub token: String,
    /// 43 characters.
    pub aes_key: String,
}

/// 消息加解密方式, as it is set in the platform's console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// 明文模式: the signature does not cover what it says.
    Plain,
    /// 兼容模式: the words as they are, and sealed beside them.
    Compatible,
    /// 安全模式.
    #[default]
    Encrypted,
}

/// 数据格式, set there too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    #[default]
    Json,
    Xml,
}

/// A POST of the platform.
#[derive(Clone, Debug)]
pub struct Request {
    pub query: Vec<(&'static str, String)>,
    pub content_type: &'static str,
    pub body: String,
}

impl Format {
    fn write(self, message: &Value) -> String {
        match self {
            Self::Json => message.to_string(),
            Self::Xml => element("xml", &nested(message)),
        }
    }
}

/// XML has the list of an event under a name of its own, JSON does not.
fn nested(message: &Value) -> Value {
    let mut message = message.clone();
    let name = match message["Event"].as_str() {
        Some(POPUP) => "SubscribeMsgPopupEvent",
        Some(MENU) => "SubscribeMsgChangeEvent",
        Some(SENT) => "SubscribeMsgSentEvent",
        _ => return message,
    };
    let list = message.as_object_mut().and_then(|fields| fields.remove("List"));
    message[name] = json!({ "List": list });
    message
}

/// Several of one name stand one after the other.
fn element(name: &str, value: &Value) -> String {
    match value {
        Value::Array(several) => several.iter().map(|one| element(name, one)).collect(),
        Value::Object(fields) => {
            let inner: String = fields.iter().map(|(name, value)| element(name, value)).collect();
            format!("<{name}>{inner}</{name}>")
        }
        Value::String(text) => format!("<{name}><![CDATA[{text}]]></{name}>"),
        other => format!("<{name}>{other}</{name}>"),
    }
}

impl Target {
    /// The POST that tells `message` in this mode and format; `None`: the key is not one.
    pub fn write(&self, (mode, format): (Mode, Format), appid: &str, time: i64, message: &Value) -> Option<Request> {
        let (mut query, body) = match mode {
            Mode::Plain => (self.signed(time), message.clone()),
            Mode::Compatible | Mode::Encrypted => {
                let (query, sealed) = self.envelope(appid, time, &format.write(message))?;
                let mut body = sealed;
                if mode == Mode::Compatible {
                    let encrypt = body["Encrypt"].take();
                    body = message.clone();
                    body["Encrypt"] = encrypt;
                }
                (query, body)
            }
        };
        query.push((
            "openid",
            message["FromUserName"].as_str().unwrap_or_default().to_owned(),
        ));
        Some(Request {
            query,
            content_type: match format {
                Format::Json => "application/json",
                Format::Xml => "text/xml",
            },
            body: format.write(&body),
        })
    }

    /// Timestamp and nonce with the signature of both.
    fn signed(&self, time: i64) -> Vec<(&'static str, String)> {
        let (time, nonce) = (time.to_string(), random::nonce());
        let signature = sign(&mut [&self.token, &time, &nonce]);
        vec![("signature", signature), ("timestamp", time), ("nonce", nonce)]
    }

    /// Query and body of an encrypted POST as JSON; `None`: the key is not one.
    pub fn envelope(&self, appid: &str, time: i64, message: &str) -> Option<(Vec<(&'static str, String)>, Value)> {
        let sealed = self.seal(appid, message)?;
        let mut query = self.signed(time);
        let value = |name: &str| {
            query
                .iter()
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value.as_str())
        };
        let (time, nonce) = (value("timestamp")?, value("nonce")?);
        let signature = sign(&mut [&self.token, time, nonce, &sealed]);
        query.extend([("msg_signature", signature), ("encrypt_type", "aes".to_owned())]);
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
}

/// SHA-1 over the sorted parts, in hexadecimal.
fn sign(parts: &mut [&str]) -> String {
    parts.sort_unstable();
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, parts.concat().as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
