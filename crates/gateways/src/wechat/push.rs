//! What WeChat tells us by itself (消息推送): answers to the popup of subscribe messages, messages that failed after they
//! were taken, results of checks of photos.
//!
//! WeChat's page "消息推送" of the mini-program's server documentation: the address is verified by a signed GET; events
//! come as POST, plain or encrypted, as XML or JSON, up to three times until somebody answers `success` within 5 s.

mod event;

pub use event::{Answer, Event, Failure, MediaResult, Push};

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::{
    Error, Result,
    callback::{Envelope, is_signed},
};

/// Where WeChat may tell us something; without a token it may not.
#[derive(Debug, Clone, clap::Args)]
pub struct WechatPushConfig {
    /// Token of the message push (消息推送的 Token); without it /wechat/push does not exist
    #[arg(long, env = "MINYI_WECHAT_PUSH_TOKEN", hide_env_values = true)]
    pub wechat_push_token: Option<SecretString>,
    /// EncodingAESKey of the message push, 43 characters; with it only encrypted pushes are believed
    #[arg(long, env = "MINYI_WECHAT_PUSH_AES_KEY", hide_env_values = true)]
    pub wechat_push_aes_key: Option<SecretString>,
}

/// What stands in the address of a push.
#[derive(Clone, Deserialize)]
pub struct PushQuery {
    #[serde(default)]
    pub signature: String,
    #[serde(default)]
    pub timestamp: String,
    #[serde(default)]
    pub nonce: String,
    #[serde(default)]
    pub msg_signature: String,
    /// Only in the GET that verifies the address.
    pub echostr: Option<String>,
}

/// Why a push is not believed. Says nothing about its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unbelieved {
    /// Not from somebody who knows the token, or changed on the way.
    #[error("the signature is wrong")]
    Signature,
    /// A plain push where only encrypted ones are believed: a plain one's signature does not cover its content.
    #[error("the push is not encrypted")]
    Plain,
    /// It cannot be decrypted, or is meant for another mini-program.
    #[error("the push cannot be opened")]
    Sealed,
    /// Neither XML nor JSON of the known form.
    #[error("the push cannot be read")]
    Unreadable,
}

/// Opens pushes.
#[derive(Clone)]
pub struct Pushes {
    token: SecretString,
    appid: String,
    envelope: Option<Envelope>,
}

impl Pushes {
    /// `None`: no token is set, so nobody may push. [`Error::Configuration`] if the key is not one, or if there is a
    /// key and no token.
    pub fn new(config: &WechatPushConfig, appid: &str) -> Result<Option<Self>> {
        let given = |setting: &Option<SecretString>| setting.clone().filter(|value| !value.expose_secret().is_empty());
        let key = given(&config.wechat_push_aes_key);
        let Some(token) = given(&config.wechat_push_token) else {
            return match key {
                Some(_) => Err(Error::configuration(
                    "MINYI_WECHAT_PUSH_TOKEN",
                    "is missing beside the key",
                )),
                None => Ok(None),
            };
        };
        let read = |key: SecretString| {
            let problem = "must have the 43 characters of the platform";
            let wrong = || Error::configuration("MINYI_WECHAT_PUSH_AES_KEY", problem);
            Envelope::new(key.expose_secret()).ok_or_else(wrong)
        };
        let envelope = key.map(read).transpose()?;
        Ok(Some(Self {
            token,
            appid: appid.to_owned(),
            envelope,
        }))
    }

    /// Whether only encrypted pushes are believed.
    pub fn is_sealed(&self) -> bool {
        self.envelope.is_some()
    }

    /// Whether WeChat asks.
    ///
    /// # Errors
    /// [`Unbelieved::Signature`].
    pub fn believe(&self, query: &PushQuery) -> std::result::Result<(), Unbelieved> {
        let parts = [self.token.expose_secret(), &query.timestamp, &query.nonce];
        believe(is_signed(&query.signature, parts))
    }

    /// Opens and reads a push.
    ///
    /// # Errors
    /// All of [`Unbelieved`].
    pub fn open(&self, query: &PushQuery, body: &[u8]) -> std::result::Result<Push, Unbelieved> {
        let mut outer = event::read(body)?;
        let Some(envelope) = &self.envelope else {
            self.believe(query)?;
            // In the compatible mode (兼容模式) the same stands beside it once more, sealed anew for each repetition.
            return match outer.as_object_mut().and_then(|fields| fields.remove("Encrypt")) {
                Some(_) => Push::of(&outer, outer.to_string().as_bytes()),
                None => Push::of(&outer, body),
            };
        };
        let sealed = outer["Encrypt"].as_str().ok_or(Unbelieved::Plain)?;
        let parts = [self.token.expose_secret(), &query.timestamp, &query.nonce, sealed];
        believe(is_signed(&query.msg_signature, parts))?;
        let inner = envelope.open(sealed, &self.appid).ok_or(Unbelieved::Sealed)?;
        Push::of(&event::read(&inner)?, &inner)
    }
}

fn believe(is_signed: bool) -> std::result::Result<(), Unbelieved> {
    is_signed.then_some(()).ok_or(Unbelieved::Signature)
}

impl std::fmt::Debug for Pushes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pushes")
    }
}
