//! A WeChat mini-program (微信小程序): login, subscribe messages (订阅消息), and the check of contents (内容安全).
//!
//! Rules that hold for every call: replies are judged by `errcode` alone, never by `errmsg`,
//! whose wording changes; errors come with HTTP 200; redirects are not followed; no address is
//! ever logged, because the secret and the token stand in its query.

mod account;
pub mod content;
mod data;
mod encode;
mod jssdk;
mod oauth;
mod phone;
pub mod push;
mod send;
mod service;

pub use data::data;
pub(crate) use data::keywords;
pub use jssdk::sign_page;
pub use oauth::{Follower, PageVisitor};
pub use service::{ServiceAccount, ServiceAccountConfig, ServiceMessages};

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use crate::{Error, Mode, Result, channels::http, clock::Clock, redis_link::RedisLink};
use account::{Account, read_reply};
use data::Templates;

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
    account: Arc<Account>,
    templates: Templates,
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
        let timeout = Duration::from_secs(config.wechat_timeout_seconds);
        let account = Account::new(
            http::client(timeout)?,
            config.wechat_base_url,
            config.wechat_appid,
            config.wechat_secret,
            link,
            clock,
        );
        let templates = Templates {
            deputy_new: config.wechat_template_deputy_new,
            deputy_deadline: config.wechat_template_deputy_deadline,
            resident_progress: config.wechat_template_resident_progress,
        };
        Ok(Self {
            account: Arc::new(account),
            templates,
        })
    }

    /// AppID of the mini-program; no secret.
    pub fn appid(&self) -> &str {
        &self.account.appid
    }

    /// The template that tells a deputy of a new submission.
    pub fn deputy_new_template(&self) -> &str {
        &self.templates.deputy_new
    }

    /// The template that reminds a deputy of a deadline.
    pub fn deputy_deadline_template(&self) -> &str {
        &self.templates.deputy_deadline
    }

    /// The template that tells a resident of progress.
    pub fn resident_progress_template(&self) -> &str {
        &self.templates.resident_progress
    }

    /// Exchanges the code of `wx.login` (five minutes, once) for the person's id.
    /// [`Error::WechatLoginRefused`] if the code is at fault.
    pub async fn code_to_session(&self, js_code: &str) -> Result<WechatSession> {
        let query = [
            ("appid", self.account.appid.as_str()),
            ("secret", self.account.secret.expose_secret()),
            ("js_code", js_code),
            ("grant_type", "authorization_code"),
        ];
        let url = self.account.endpoint("/sns/jscode2session");
        read_reply(self.account.http.get(url).query(&query).send().await?).await
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

impl std::fmt::Debug for WechatSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WechatSession")
    }
}
