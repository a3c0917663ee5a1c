//! An account of WeChat, mini-program or service account: where it is reached, and its token.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use url::Url;

use crate::{
    Error, Result,
    channels::{
        Outcome, http,
        token::{Fresh, TokenSource, Tokens},
    },
    clock::Clock,
    redis_link::RedisLink,
};

/// What every call needs.
#[derive(Debug)]
pub(super) struct Account {
    pub http: reqwest::Client,
    pub base_url: Url,
    pub appid: String,
    pub secret: SecretString,
    pub tokens: Tokens<StableToken>,
}

/// `stable_token` without `force_refresh`.
#[derive(Debug)]
pub(super) struct StableToken {
    http: reqwest::Client,
    url: String,
    appid: String,
    secret: SecretString,
}

/// The part of every reply that says whether it went well; absent means yes.
#[derive(Deserialize)]
struct Verdict {
    #[serde(default)]
    errcode: i64,
}

/// The reply to a message.
#[derive(Deserialize)]
pub(super) struct SendReply {
    /// Not optional: a reply without it is not the documented one.
    pub errcode: i64,
    #[serde(default)]
    pub msgid: Value,
}

impl Account {
    pub fn new(
        http: reqwest::Client,
        base_url: Url,
        appid: String,
        secret: SecretString,
        link: RedisLink,
        clock: Clock,
    ) -> Self {
        let source = StableToken {
            http: http.clone(),
            url: http::endpoint(&base_url, "/cgi-bin/stable_token"),
            appid: appid.clone(),
            secret: secret.clone(),
        };
        Self {
            http,
            base_url,
            appid,
            secret,
            tokens: Tokens::new(source, link, clock),
        }
    }

    pub fn endpoint(&self, path: &str) -> String {
        http::endpoint(&self.base_url, path)
    }

    /// Posts `body` to `path`, once more with a new token if WeChat refuses the token. For calls that may be repeated:
    /// nothing but a refused token is.
    pub async fn call<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T> {
        self.with_token(|| self.http.post(self.endpoint(path)).json(body)).await
    }

    /// As [`Account::call`], for what is asked by an address alone.
    pub async fn ask<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T> {
        self.with_token(|| self.http.get(self.endpoint(path)).query(query))
            .await
    }

    async fn with_token<T: DeserializeOwned>(&self, request: impl Fn() -> reqwest::RequestBuilder) -> Result<T> {
        let mut refused: Option<SecretString> = None;
        loop {
            let token = self.tokens.get(refused.as_ref()).await?;
            let request = request().query(&[("access_token", token.expose_secret())]);
            match read_reply(request.send().await?).await {
                Err(Error::PlatformRefused { errcode }) if is_token_error(errcode) && refused.is_none() => {
                    refused = Some(token);
                }
                answer => return answer,
            }
        }
    }

    /// Sends a message; with another token once more when the first is refused.
    pub async fn post_message(&self, path: &str, body: &Value) -> std::result::Result<SendReply, Outcome> {
        let post = |token: SecretString| {
            let request = self.http.post(self.endpoint(path));
            http::call(request.query(&[("access_token", token.expose_secret())]).json(body))
        };
        let is_refused = |reply: &SendReply| is_token_error(reply.errcode);
        self.tokens.with(post, is_refused).await
    }
}

impl TokenSource for StableToken {
    fn key(&self) -> String {
        format!("wechat:token:{}", self.appid)
    }

    async fn fetch(&self) -> Result<Fresh> {
        let body = json!({
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self.secret.expose_secret(),
        });
        read_reply(self.http.post(&self.url).json(&body).send().await?).await
    }
}

pub(super) fn is_token_error(errcode: i64) -> bool {
    matches!(errcode, 40001 | 40014 | 42001)
}

/// Reads the reply of login and token calls, where a missing `errcode` means success.
pub(super) async fn read_reply<T: DeserializeOwned>(response: reqwest::Response) -> Result<T> {
    let status = response.status();
    let unexpected = || Error::PlatformReply {
        status: status.as_u16(),
    };
    if !status.is_success() {
        return Err(unexpected());
    }
    let body = response.bytes().await?;
    let verdict: Verdict = serde_json::from_slice(&body).map_err(|_| unexpected())?;
    match verdict.errcode {
        0 => serde_json::from_slice(&body).map_err(|_| unexpected()),
        errcode @ (40029 | 40163 | 40226) => Err(Error::WechatLoginRefused { errcode }),
        errcode @ (-1 | 45009 | 45011) => Err(Error::PlatformBusy { errcode }),
        errcode => Err(Error::PlatformRefused { errcode }),
    }
}
