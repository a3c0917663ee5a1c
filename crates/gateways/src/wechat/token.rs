//! The access token, shared by all calls and all processes.
//!
//! `stable_token` without `force_refresh` gives every caller the same token until five minutes
//! before its end, then a new one while the old one lives on. So processes need no lock among
//! themselves: two that ask at once get the same answer. Within a process one asks and the others
//! wait; if it fails, it fails for all of them, so that nobody waits for a row of time-outs. Redis (`minyi:wechat:token:{appid}`) spares the call when another process has made it;
//! without Redis each process asks WeChat by itself.
//!
//! When WeChat refuses a token, the caller says which one it was. Only if that is still the one
//! we hold is anything fetched: the others who failed with it find the new one. `force_refresh`
//! is never used: it has twenty uses a day and kills the token under everybody's hands.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, TimeDelta, Utc};
use redis::RedisResult;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::{WechatConfig, read_reply};
use crate::{Error, Result, clock::Clock, redis_link::RedisLink};

/// How long before its end a token is given up: inside the last five minutes, in which a new one
/// is to be had.
const MARGIN_SECONDS: i64 = 240;

#[derive(Debug)]
pub(super) struct Tokens {
    http: reqwest::Client,
    config: Arc<WechatConfig>,
    link: RedisLink,
    clock: Clock,
    /// Held while fetching, which makes it a single flight.
    current: Mutex<Option<Token>>,
    /// How many fetches have failed so far.
    failures: AtomicU64,
}

#[derive(Debug, Clone)]
struct Token {
    value: SecretString,
    usable_until: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct StoredToken {
    token: String,
    usable_until: DateTime<Utc>,
}

#[derive(Deserialize)]
struct TokenReply {
    access_token: String,
    /// Seconds.
    expires_in: i64,
}

impl Tokens {
    pub(super) fn new(http: reqwest::Client, config: Arc<WechatConfig>, link: RedisLink, clock: Clock) -> Self {
        Self {
            http,
            config,
            link,
            clock,
            current: Mutex::default(),
            failures: AtomicU64::default(),
        }
    }

    /// A token that is not known to be dead. `refused` is the one that WeChat has just refused;
    /// the answer can be the same one if WeChat insists on it.
    pub(super) async fn get(&self, refused: Option<&SecretString>) -> Result<SecretString> {
        let failures_before = self.failures.load(Ordering::SeqCst);
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref().filter(|token| self.is_usable(token, refused)) {
            return Ok(token.value.clone());
        }
        let token = match self.load().await.filter(|token| self.is_usable(token, refused)) {
            Some(token) => token,
            None if self.failures.load(Ordering::SeqCst) > failures_before => return Err(Error::WechatNoToken),
            None => self.fetch_and_save().await?,
        };
        Ok(current.insert(token).value.clone())
    }

    fn is_usable(&self, token: &Token, refused: Option<&SecretString>) -> bool {
        let value = token.value.expose_secret();
        self.clock.now() < token.usable_until && refused.is_none_or(|refused| refused.expose_secret() != value)
    }

    async fn fetch_and_save(&self) -> Result<Token> {
        let fetched = self.fetch().await;
        match &fetched {
            Ok(token) => self.save(token).await,
            Err(_) => drop(self.failures.fetch_add(1, Ordering::SeqCst)),
        }
        fetched
    }

    async fn fetch(&self) -> Result<Token> {
        // Before the request: the reply says how long the token lives from when it was made.
        let asked_at = self.clock.now();
        let body = serde_json::json!({
            "grant_type": "client_credential",
            "appid": self.config.wechat_appid,
            "secret": self.config.wechat_secret.expose_secret(),
        });
        let url = self.config.endpoint("/cgi-bin/stable_token");
        let reply: TokenReply = read_reply(self.http.post(url).json(&body).send().await?).await?;
        let lifetime = reply.expires_in.clamp(0, 86_400);
        let usable = TimeDelta::seconds((lifetime - MARGIN_SECONDS).max(lifetime / 2));
        Ok(Token {
            value: reply.access_token.into(),
            usable_until: asked_at + usable,
        })
    }

    fn key(&self) -> String {
        format!("minyi:wechat:token:{}", self.config.wechat_appid)
    }

    async fn load(&self) -> Option<Token> {
        let mut get = redis::cmd("GET");
        get.arg(self.key());
        let found: RedisResult<Option<String>> = get.query_async(&mut self.link.manager()).await;
        let text = found.inspect_err(|error| warn(&error.clone().into())).ok().flatten()?;
        let stored: StoredToken = serde_json::from_str(&text).ok()?;
        Some(Token {
            value: stored.token.into(),
            usable_until: stored.usable_until,
        })
    }

    async fn save(&self, token: &Token) {
        let stored = StoredToken {
            token: token.value.expose_secret().to_owned(),
            usable_until: token.usable_until,
        };
        let lifetime = (token.usable_until - self.clock.now()).num_milliseconds();
        let Ok(text) = serde_json::to_string(&stored) else {
            return;
        };
        let mut set = redis::cmd("SET");
        set.arg(self.key()).arg(text).arg("PX").arg(lifetime.max(1));
        if let Err(error) = set.exec_async(&mut self.link.manager()).await {
            warn(&error.into());
        }
    }
}

fn warn(error: &Error) {
    tracing::warn!(%error, "the WeChat token is not shared");
}
