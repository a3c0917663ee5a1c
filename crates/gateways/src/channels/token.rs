//! A platform's access token, shared by all calls and all processes.
//!
//! WeChat's `stable_token` without `force_refresh`, and `gettoken` of WeCom and DingTalk, give every caller the same
//! token while it lives. So processes need no lock among themselves: two that ask at once get the same answer. Within
//! a process one asks and the others wait; if it fails, it fails for all of them, so that nobody waits for a row of
//! time-outs. Redis (`minyi:{key}`) spares the call when another process has made it; without Redis each process asks
//! by itself.
//!
//! When the platform refuses a token, the caller says which one it was. Only if that is still the one we hold is
//! anything fetched: the others who failed with it find the new one. `force_refresh` is never used: it has twenty uses
//! a day and kills the token under everybody's hands.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use redis::RedisResult;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use super::outcome::{AFTER_REPAIR, MUCH_LATER, Outcome, SHORTLY};
use crate::{Error, Result, clock::Clock, redis_link::RedisLink};

/// How long before its end a token is given up: inside WeChat's last five minutes, in which a new one
/// is to be had.
const MARGIN_SECONDS: i64 = 240;

/// Where a token comes from.
pub(crate) trait TokenSource {
    /// Names the token in Redis, after `minyi:`.
    fn key(&self) -> String;
    /// Asks the platform.
    fn fetch(&self) -> impl Future<Output = Result<Fresh>> + Send;
}

/// A token as the platform gives it.
#[derive(Deserialize)]
pub(crate) struct Fresh {
    pub access_token: String,
    /// Seconds.
    pub expires_in: i64,
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default)]
    errcode: i64,
    #[serde(flatten)]
    fresh: Option<Fresh>,
}

/// Reads the reply of `gettoken`, the same at WeCom and DingTalk.
pub(crate) async fn read(response: reqwest::Response) -> Result<Fresh> {
    let status = response.status().as_u16();
    let unexpected = || Error::PlatformReply { status };
    let reply: Reply = serde_json::from_slice(&response.bytes().await?).map_err(|_| unexpected())?;
    match reply.errcode {
        0 => reply.fresh.ok_or_else(unexpected),
        errcode @ (-1 | 45009) => Err(Error::PlatformBusy { errcode }),
        errcode => Err(Error::PlatformRefused { errcode }),
    }
}

#[derive(Debug)]
pub(crate) struct Tokens<S> {
    source: S,
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

impl<S: TokenSource> Tokens<S> {
    pub(crate) fn new(source: S, link: RedisLink, clock: Clock) -> Self {
        Self {
            source,
            link,
            clock,
            current: Mutex::default(),
            failures: AtomicU64::default(),
        }
    }

    /// Makes a call with a token, and once more with another one when the platform refuses the first.
    pub(crate) async fn with<T, F>(
        &self,
        call: impl Fn(SecretString) -> F,
        is_refused: impl Fn(&T) -> bool,
    ) -> std::result::Result<T, Outcome>
    where
        F: Future<Output = std::result::Result<T, Outcome>>,
    {
        let token = self.get(None).await.map_err(|error| without_token(&error))?;
        let reply = call(token.clone()).await?;
        if !is_refused(&reply) {
            return Ok(reply);
        }
        let another = self.get(Some(&token)).await.map_err(|error| without_token(&error))?;
        call(another).await
    }

    /// A token that is not known to be dead. `refused` is the one that the platform has just refused;
    /// the answer can be the same one if the platform insists on it.
    pub(crate) async fn get(&self, refused: Option<&SecretString>) -> Result<SecretString> {
        let failures_before = self.failures.load(Ordering::SeqCst);
        let mut current = self.current.lock().await;
        if let Some(token) = current.as_ref().filter(|token| self.is_usable(token, refused)) {
            return Ok(token.value.clone());
        }
        let token = match self.load().await.filter(|token| self.is_usable(token, refused)) {
            Some(token) => token,
            None if self.failures.load(Ordering::SeqCst) > failures_before => return Err(Error::NoToken),
            None => self.fetch_and_save().await?,
        };
        Ok(current.insert(token).value.clone())
    }

    fn is_usable(&self, token: &Token, refused: Option<&SecretString>) -> bool {
        let value = token.value.expose_secret();
        self.clock.now() < token.usable_until && refused.is_none_or(|refused| refused.expose_secret() != value)
    }

    async fn fetch_and_save(&self) -> Result<Token> {
        // Before the request: the reply says how long the token lives from when it was made.
        let asked_at = self.clock.now();
        match self.source.fetch().await {
            Ok(fresh) => {
                let lifetime = fresh.expires_in.clamp(0, 86_400);
                let usable = TimeDelta::seconds((lifetime - MARGIN_SECONDS).max(lifetime / 2));
                let token = Token {
                    value: fresh.access_token.into(),
                    usable_until: asked_at + usable,
                };
                self.save(&token).await;
                Ok(token)
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::SeqCst);
                Err(error)
            }
        }
    }

    fn key(&self) -> String {
        format!("minyi:{}", self.source.key())
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
    tracing::warn!(%error, "an access token is not shared");
}

/// Without a token no message was sent, whatever became of the token call.
fn without_token(error: &Error) -> Outcome {
    tracing::warn!(%error, "no access token");
    match error {
        Error::PlatformBusy { errcode: 45009 } => Outcome::retry_for(45009, MUCH_LATER, "daily_quota"),
        Error::PlatformBusy { errcode } => Outcome::retry_for(errcode, SHORTLY, "busy"),
        Error::PlatformRefused { errcode } => Outcome::retry_for(errcode, AFTER_REPAIR, "no_token"),
        _ => Outcome::retry(SHORTLY, "no_token"),
    }
}
