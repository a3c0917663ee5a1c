//! A WeChat mini-program (微信小程序): login, subscribe messages (订阅消息), and the check of contents (内容安全).
//!
//! Rules that hold for every call: replies are judged by `errcode` alone, never by `errmsg`,
//! whose wording changes; errors come with HTTP 200; redirects are not followed; no address is
//! ever logged, because the secret and the token stand in its query.

mod call;
pub mod content;
mod encode;
mod message;
mod phone;
pub mod push;
mod send;
mod token;

pub use message::{DeputyDeadline, DeputyNew, Message, ResidentProgress};
pub use send::{Outcome, Refusal};

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::{Error, Mode, Result, clock::Clock, redis_link::RedisLink};
use token::Tokens;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Which mini-program, and how to reach WeChat.
#[derive(Debug, Clone, clap::Args)]
pub struct WechatConfig {
    /// Address of WeChat's API; another one only for tests
    #[arg(long, env = "MINYI_WECHAT_BASE_URL", default_value = "https://api.weixin.qq.com")]
    pub wechat_base_url: Url,
    /// AppID of the mini-program
    #[arg(long, env = "MINYI_WECHAT_APPID")]
    pub wechat_appid: String,
    /// AppSecret of the mini-program
    #[arg(long, env = "MINYI_WECHAT_SECRET", hide_env_values = true)]
    pub wechat_secret: SecretString,
    /// Template that tells a deputy of a new submission
    #[arg(long, env = "MINYI_WECHAT_TEMPLATE_DEPUTY_NEW")]
    pub wechat_template_deputy_new: String,
    /// Template that reminds a deputy of a deadline
    #[arg(long, env = "MINYI_WECHAT_TEMPLATE_DEPUTY_DEADLINE")]
    pub wechat_template_deputy_deadline: String,
    /// Template that tells a resident of progress
    #[arg(long, env = "MINYI_WECHAT_TEMPLATE_RESIDENT_PROGRESS")]
    pub wechat_template_resident_progress: String,
    /// Seconds that a call to WeChat may take in all
    #[arg(long, env = "MINYI_WECHAT_TIMEOUT_SECONDS", default_value_t = 8)]
    pub wechat_timeout_seconds: u64,
}

/// The client. Clones share connections and the token.
#[derive(Debug, Clone)]
pub struct Wechat {
    http: reqwest::Client,
    config: Arc<WechatConfig>,
    tokens: Arc<Tokens>,
}

/// Who logged in. WeChat's `session_key` is not kept: nothing here needs it.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct WechatSession {
    /// The person's id within this mini-program.
    pub openid: String,
    /// The person's id across the accounts of one Open Platform account, if there is one.
    #[serde(default)]
    pub unionid: Option<String>,
}

impl Wechat {
    /// Checks the settings; nothing is called yet. [`Error::Configuration`] if one is empty, or
    /// if in production the secret would travel unencrypted.
    pub fn new(config: WechatConfig, link: RedisLink, clock: Clock, mode: Mode) -> Result<Self> {
        check(&config, mode)?;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(Duration::from_secs(config.wechat_timeout_seconds))
            // A connection that WeChat closes while we write to it leaves an unknown outcome.
            .pool_idle_timeout(Duration::from_secs(15))
            .build()?;
        let config = Arc::new(config);
        let tokens = Arc::new(Tokens::new(http.clone(), config.clone(), link, clock));
        Ok(Self { http, config, tokens })
    }

    /// The template that tells a deputy of a new submission.
    pub fn deputy_new_template(&self) -> &str {
        &self.config.wechat_template_deputy_new
    }

    /// The template that reminds a deputy of a deadline.
    pub fn deputy_deadline_template(&self) -> &str {
        &self.config.wechat_template_deputy_deadline
    }

    /// The template that tells a resident of progress.
    pub fn resident_progress_template(&self) -> &str {
        &self.config.wechat_template_resident_progress
    }

    /// Exchanges the code of `wx.login` (five minutes, once) for the person's id.
    /// [`Error::WechatLoginRefused`] if the code is at fault.
    pub async fn code_to_session(&self, js_code: &str) -> Result<WechatSession> {
        let query = [
            ("appid", self.config.wechat_appid.as_str()),
            ("secret", self.config.wechat_secret.expose_secret()),
            ("js_code", js_code),
            ("grant_type", "authorization_code"),
        ];
        let url = self.config.endpoint("/sns/jscode2session");
        read_reply(self.http.get(url).query(&query).send().await?).await
    }
}

impl WechatConfig {
    fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.wechat_base_url.as_str().trim_end_matches('/'))
    }
}

fn check(config: &WechatConfig, mode: Mode) -> Result<()> {
    let settings = [
        ("MINYI_WECHAT_APPID", config.wechat_appid.as_str()),
        ("MINYI_WECHAT_SECRET", config.wechat_secret.expose_secret()),
        ("MINYI_WECHAT_TEMPLATE_DEPUTY_NEW", &config.wechat_template_deputy_new),
        (
            "MINYI_WECHAT_TEMPLATE_DEPUTY_DEADLINE",
            &config.wechat_template_deputy_deadline,
        ),
        (
            "MINYI_WECHAT_TEMPLATE_RESIDENT_PROGRESS",
            &config.wechat_template_resident_progress,
        ),
    ];
    if let Some((setting, _)) = settings.into_iter().find(|(_, value)| value.trim().is_empty()) {
        return Err(Error::configuration(setting, "must not be empty"));
    }
    if mode == Mode::Production && config.wechat_base_url.scheme() != "https" {
        return Err(Error::configuration(
            "MINYI_WECHAT_BASE_URL",
            "must be https in production",
        ));
    }
    Ok(())
}

/// The part of every reply that says whether it went well; absent means yes.
#[derive(Deserialize)]
struct Verdict {
    #[serde(default)]
    errcode: i64,
}

/// Reads the reply of login and token calls, where a missing `errcode` means success.
async fn read_reply<T: serde::de::DeserializeOwned>(response: reqwest::Response) -> Result<T> {
    let status = response.status();
    let unexpected = || Error::WechatReply {
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
        errcode @ (-1 | 45009 | 45011) => Err(Error::WechatBusy { errcode }),
        errcode => Err(Error::WechatRefused { errcode }),
    }
}

impl std::fmt::Debug for WechatSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WechatSession")
    }
}
