//! Text messages (短信): one-time codes and notices, by Aliyun (阿里云短信服务) or Tencent Cloud (腾讯云短信).
//!
//! Every text is a template that the provider has approved; only short values are filled in, never a resident's words
//! or an address of a page: providers refuse those. A reply with HTTP 200 still says in its `Code` whether the message
//! was taken. A code whose outcome is unknown is not sent again: the person asks for another one after a minute.

mod aliyun;
mod judge;
mod tencent;

pub use aliyun::{Acs3, acs3};
pub use tencent::{Tc3, tc3};

use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::{
    Error, Mode, Result,
    channels::{Notice, Outcome, Value, http, settings, text},
    clock::Clock,
};

/// Who sends the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SmsProvider {
    /// 阿里云短信服务 (Dysmsapi)
    Aliyun,
    /// 腾讯云短信
    Tencent,
}

/// The settings of text messages: all of them, or none, and then nobody gets a text message. The template of notices is
/// apart: without it there are codes only. Residents are told by no text message.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SmsConfig {
    /// Who sends text messages: aliyun or tencent; without it nobody signs in by text message
    #[arg(long, env = "MINYI_SMS_PROVIDER")]
    pub sms_provider: Option<SmsProvider>,
    /// Address of the provider's API; another one than the provider's own only for tests
    #[arg(long, env = "MINYI_SMS_BASE_URL")]
    pub sms_base_url: Option<Url>,
    /// AccessKey ID (Aliyun) or SecretId (Tencent)
    #[arg(long, env = "MINYI_SMS_KEY_ID", default_value = "")]
    pub sms_key_id: String,
    /// AccessKey Secret (Aliyun) or SecretKey (Tencent)
    #[arg(long, env = "MINYI_SMS_KEY_SECRET", default_value = "", hide_env_values = true)]
    pub sms_key_secret: SecretString,
    /// Signature (短信签名) that stands before every message
    #[arg(long, env = "MINYI_SMS_SIGN_NAME", default_value = "")]
    pub sms_sign_name: String,
    /// Template of the message with a code; its only parameter is the code (Aliyun: ${code}, Tencent: {1})
    #[arg(long, env = "MINYI_SMS_TEMPLATE_CODE", default_value = "")]
    pub sms_template_code: String,
    /// Template of notices to deputies, stations and offices: number, state, deadline (Aliyun: ${number} ${state}
    /// ${time}, Tencent: {1} {2} {3}); without it no notices are sent by text message
    #[arg(long, env = "MINYI_SMS_TEMPLATE_DEPUTY", default_value = "")]
    pub sms_template_deputy: String,
    /// Tencent only: SdkAppId of the application
    #[arg(long, env = "MINYI_SMS_APP_ID", default_value = "")]
    pub sms_app_id: String,
    /// Tencent only: region of the API
    #[arg(long, env = "MINYI_SMS_REGION", default_value = "ap-guangzhou")]
    pub sms_region: String,
}

/// The client. Clones share connections.
#[derive(Debug, Clone)]
pub struct Sms {
    http: reqwest::Client,
    provider: SmsProvider,
    base_url: Url,
    config: Arc<SmsConfig>,
    has_notices: bool,
    clock: Clock,
}

/// What is sent: a template and its values, in order.
struct Text<'a> {
    template: &'a str,
    values: &'a [(&'static str, String)],
    /// Comes back in the provider's reports.
    reference: String,
}

impl Sms {
    /// Checks the settings; nothing is called yet. `None`: no provider is set.
    ///
    /// # Errors
    /// [`Error::Configuration`] if only some of the settings are there, or if in production the messages would travel
    /// unencrypted.
    pub fn new(config: SmsConfig, clock: Clock, mode: Mode) -> Result<Option<Self>> {
        let Some(provider) = config.sms_provider else {
            return Ok(None);
        };
        let needed = [
            ("MINYI_SMS_KEY_ID", config.sms_key_id.as_str(), true),
            ("MINYI_SMS_KEY_SECRET", config.sms_key_secret.expose_secret(), true),
            ("MINYI_SMS_SIGN_NAME", &config.sms_sign_name, true),
            ("MINYI_SMS_TEMPLATE_CODE", &config.sms_template_code, true),
            ("MINYI_SMS_APP_ID", &config.sms_app_id, provider == SmsProvider::Tencent),
            ("MINYI_SMS_REGION", &config.sms_region, provider == SmsProvider::Tencent),
        ];
        if let Some((setting, ..)) = needed
            .into_iter()
            .find(|(_, value, needed)| *needed && value.trim().is_empty())
        {
            return Err(Error::configuration(
                setting,
                "is needed when MINYI_SMS_PROVIDER is set",
            ));
        }
        let has_notices = !config.sms_template_deputy.trim().is_empty();
        let given = config.sms_base_url.as_ref();
        let base_url = settings::base_url("MINYI_SMS_BASE_URL", given, provider.address(), mode)?;
        let http = http::client(http::TIMEOUT)?;
        let config = Arc::new(config);
        Ok(Some(Self {
            http,
            provider,
            base_url,
            config,
            has_notices,
            clock,
        }))
    }

    /// Whether notices can be sent, and not only codes.
    pub fn has_notices(&self) -> bool {
        self.has_notices
    }

    /// Sends a code to a mobile number of mainland China (11 digits).
    ///
    /// # Errors
    /// [`Error::Sms`] with the provider's own word for the reason, which holds neither phone nor code.
    pub async fn send_code(&self, phone: &str, code: &str) -> Result<()> {
        let text = Text {
            template: &self.config.sms_template_code,
            values: &[("code", code.to_owned())],
            reference: String::new(),
        };
        match self.send(phone, &text).await {
            Outcome::Sent { .. } => Ok(()),
            Outcome::Refused { code, .. } | Outcome::Retry { code: Some(code), .. } => Err(Error::Sms(code)),
            Outcome::Retry { reason, .. } | Outcome::Unknown { reason } => Err(Error::Sms(reason.to_owned())),
        }
    }

    /// Sends a notice to a mobile number of mainland China (11 digits): number, state and time of it.
    pub async fn send_notice(&self, phone: &str, notice: &Notice) -> Outcome {
        let values: Vec<_> = values(notice)
            .into_iter()
            .map(|value| (value.name, value.value))
            .collect();
        let text = Text {
            template: &self.config.sms_template_deputy,
            values: &values,
            reference: notice.id.simple().to_string(),
        };
        self.send(phone, &text).await
    }

    async fn send(&self, phone: &str, text: &Text<'_>) -> Outcome {
        match self.provider {
            SmsProvider::Aliyun => self.send_by_aliyun(phone, text).await,
            SmsProvider::Tencent => self.send_by_tencent(phone, text).await,
        }
    }

    /// The host as it is signed: with the port, unless it is the usual one.
    fn host(&self) -> String {
        let host = self.base_url.host_str().unwrap_or_default();
        match self.base_url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }
}

impl SmsProvider {
    fn address(self) -> &'static str {
        match self {
            Self::Aliyun => "https://dysmsapi.aliyuncs.com/",
            Self::Tencent => "https://sms.tencentcloudapi.com/",
        }
    }
}

/// What fills the template of a notice.
pub(crate) fn values(notice: &Notice) -> Vec<Value> {
    let at = text::in_china(notice.at, "%-m月%-d日 %H:%M");
    [
        ("number", "编号", value(&notice.number)),
        ("state", "状态", value(&notice.state)),
        ("time", "时间", at),
    ]
    .map(|(name, label, value)| Value { name, label, value })
    .into()
}

/// A value of a template: one line, not empty, at most 20 characters (providers allow 35 and less).
fn value(text: &str) -> String {
    match text::cut_chars(&text::visible(text), 20) {
        nothing if nothing.is_empty() => "-".to_owned(),
        value => value,
    }
}
