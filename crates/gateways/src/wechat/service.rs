//! Messages of a service account (服务号): template messages (模板消息) to those who follow it, or subscription notices
//! (订阅通知) to those who subscribed in a page. Pages "sendTemplateMessage" and "sendNewSubscribeMsg" of the service
//! accounts' documentation.
//!
//! Templates have the same keywords as the mini-program's; since May 2023 the platform cuts each value at 20
//! characters, which the encoding keeps anyway. Limits of the platform: 100,000 template messages a day.

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::{
    account::Account,
    data::{Templates, data},
    oauth::open_url,
    send::judge,
};
use crate::{
    Mode, Result,
    channels::{Notice, Outcome, http, settings},
    clock::Clock,
    redis_link::RedisLink,
};

/// Which of its two kinds of messages a service account sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ServiceMessages {
    /// 模板消息: to followers; a repetition within ten minutes is recognised by WeChat
    #[default]
    Template,
    /// 订阅通知: to those who subscribed; a repetition is not recognised
    Subscription,
}

/// The settings of a service account: all of them, or none and the channel does not exist.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ServiceAccountConfig {
    /// Address of WeChat's API for the service account; another one only for tests
    #[arg(long, env = "MINYI_SERVICE_ACCOUNT_BASE_URL")]
    pub service_account_base_url: Option<Url>,
    /// Address of WeChat's page that tells who opens it; another one only for tests
    #[arg(long, env = "MINYI_SERVICE_ACCOUNT_OPEN_URL")]
    pub service_account_open_url: Option<Url>,
    /// AppID of the service account; without it nobody is told through one
    #[arg(long, env = "MINYI_SERVICE_ACCOUNT_APPID", default_value = "")]
    pub service_account_appid: String,
    /// AppSecret of the service account
    #[arg(
        long,
        env = "MINYI_SERVICE_ACCOUNT_SECRET",
        default_value = "",
        hide_env_values = true
    )]
    pub service_account_secret: SecretString,
    /// template (模板消息) or subscription (订阅通知); their template ids are not interchangeable
    #[arg(long, env = "MINYI_SERVICE_ACCOUNT_MESSAGES", value_enum, default_value_t)]
    pub service_account_messages: ServiceMessages,
    /// Template that tells of something to do; keywords as the mini-program's
    #[arg(long, env = "MINYI_SERVICE_ACCOUNT_TEMPLATE_DEPUTY_NEW", default_value = "")]
    pub service_account_template_deputy_new: String,
    /// Template that reminds of a deadline
    #[arg(long, env = "MINYI_SERVICE_ACCOUNT_TEMPLATE_DEPUTY_DEADLINE", default_value = "")]
    pub service_account_template_deputy_deadline: String,
}

/// The client. Clones share connections and the token.
#[derive(Debug, Clone)]
pub struct ServiceAccount {
    pub(super) account: Arc<Account>,
    /// Where WeChat tells who opens a page.
    pub(super) open_url: Url,
    messages: ServiceMessages,
    templates: Templates,
    /// The linked mini-program, which a tap opens.
    mini_program: String,
}

impl ServiceAccount {
    /// Checks the settings; nothing is called yet. `None`: there is no service account. `mini_program` is the AppID of
    /// the mini-program that is linked with it.
    ///
    /// # Errors
    /// [`crate::Error::Configuration`].
    pub fn new(
        config: ServiceAccountConfig,
        mini_program: String,
        link: RedisLink,
        clock: Clock,
        mode: Mode,
    ) -> Result<Option<Self>> {
        let (appid, secret) = (config.service_account_appid, config.service_account_secret);
        let templates = Templates {
            deputy_new: config.service_account_template_deputy_new,
            deputy_deadline: config.service_account_template_deputy_deadline,
            // Residents are told by the mini-program alone.
            resident_progress: String::new(),
        };
        let is_set = settings::all_or_none([
            ("MINYI_SERVICE_ACCOUNT_APPID", appid.as_str()),
            ("MINYI_SERVICE_ACCOUNT_SECRET", secret.expose_secret()),
            ("MINYI_SERVICE_ACCOUNT_TEMPLATE_DEPUTY_NEW", &templates.deputy_new),
            (
                "MINYI_SERVICE_ACCOUNT_TEMPLATE_DEPUTY_DEADLINE",
                &templates.deputy_deadline,
            ),
        ])?;
        if !is_set {
            return Ok(None);
        }
        let given = config.service_account_base_url.as_ref();
        let usual = "https://api.weixin.qq.com";
        let base_url = settings::base_url("MINYI_SERVICE_ACCOUNT_BASE_URL", given, usual, mode)?;
        let open_url = open_url(config.service_account_open_url.as_ref(), mode)?;
        let account = Account::new(http::client(http::TIMEOUT)?, base_url, appid, secret, link, clock);
        Ok(Some(Self {
            account: Arc::new(account),
            open_url,
            messages: config.service_account_messages,
            templates,
            mini_program,
        }))
    }

    /// AppID of the service account; no secret.
    pub fn appid(&self) -> &str {
        &self.account.appid
    }

    /// The template that tells of something to do.
    pub fn deputy_new_template(&self) -> &str {
        &self.templates.deputy_new
    }

    /// The template that reminds of a deadline.
    pub fn deputy_deadline_template(&self) -> &str {
        &self.templates.deputy_deadline
    }

    /// Sends `notice` to the person with this openid of the service account. A tap opens the mini-program's page, or
    /// the link if there is no page.
    pub async fn send(&self, openid: &str, notice: &Notice) -> Outcome {
        let (path, body) = match self.messages {
            ServiceMessages::Template => ("/cgi-bin/message/template/send", self.template_message(openid, notice)),
            ServiceMessages::Subscription => ("/cgi-bin/message/subscribe/bizsend", self.notice_body(openid, notice)),
        };
        match self.account.post_message(path, &body).await {
            Ok(reply) => judge(&reply),
            Err(outcome) => outcome,
        }
    }

    fn template_message(&self, openid: &str, notice: &Notice) -> Value {
        let mut body = self.notice_body(openid, notice);
        body["client_msg_id"] = notice.id.simple().to_string().into();
        if let Some(link) = &notice.link {
            body["url"] = link.as_str().into();
        }
        body
    }

    fn notice_body(&self, openid: &str, notice: &Notice) -> Value {
        let mut body = json!({
            "touser": openid,
            "template_id": self.templates.of(notice.kind),
            "data": data(notice),
        });
        match (&notice.page, &notice.link) {
            (Some(page), _) => body["miniprogram"] = json!({"appid": self.mini_program, "pagepath": page}),
            // A subscription notice calls the address of a page so.
            (None, Some(link)) if self.messages == ServiceMessages::Subscription => body["page"] = link.as_str().into(),
            _ => {}
        }
        body
    }
}
