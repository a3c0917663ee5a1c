//! Text messages (短信): one-time codes, by Aliyun (阿里云短信服务) or Tencent Cloud (腾讯云短信).
//!
//! A reply with HTTP 200 still says in its `Code` whether the message was taken. A message whose outcome is unknown is
//! not sent again: the person asks for another one after a minute.

mod aliyun;
mod tencent;

pub use aliyun::{Acs3, acs3};
pub use tencent::{Tc3, tc3};

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use url::Url;

use crate::{Error, Mode, Result, clock::Clock};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const TIMEOUT: Duration = Duration::from_secs(8);

/// Who sends the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum SmsProvider {
    /// 阿里云短信服务 (Dysmsapi)
    Aliyun,
    /// 腾讯云短信
    Tencent,
}

/// The settings of text messages: all of them, or none, and then nobody gets a code by text message.
#[derive(Debug, Clone, clap::Args)]
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
    clock: Clock,
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
            ("MINYI_SMS_KEY_SECRET", expose(&config.sms_key_secret), true),
            ("MINYI_SMS_SIGN_NAME", &config.sms_sign_name, true),
            ("MINYI_SMS_TEMPLATE_CODE", &config.sms_template_code, true),
            ("MINYI_SMS_APP_ID", &config.sms_app_id, provider == SmsProvider::Tencent),
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
        let base_url = match &config.sms_base_url {
            Some(url) => url.clone(),
            None => provider.address()?,
        };
        if mode == Mode::Production && base_url.scheme() != "https" {
            return Err(Error::configuration(
                "MINYI_SMS_BASE_URL",
                "must be https in production",
            ));
        }
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .build()?;
        let config = Arc::new(config);
        Ok(Some(Self {
            http,
            provider,
            base_url,
            config,
            clock,
        }))
    }

    /// Sends a code to a mobile number of mainland China (11 digits).
    ///
    /// # Errors
    /// [`Error::Sms`] with the provider's own word for the reason, which holds neither phone nor code.
    pub async fn send_code(&self, phone: &str, code: &str) -> Result<()> {
        match self.provider {
            SmsProvider::Aliyun => self.send_by_aliyun(phone, code).await,
            SmsProvider::Tencent => self.send_by_tencent(phone, code).await,
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
    fn address(self) -> Result<Url> {
        let address = match self {
            Self::Aliyun => "https://dysmsapi.aliyuncs.com/",
            Self::Tencent => "https://sms.tencentcloudapi.com/",
        };
        Url::parse(address).map_err(|error| Error::configuration("MINYI_SMS_BASE_URL", error.to_string()))
    }
}

fn expose(secret: &SecretString) -> &str {
    use secrecy::ExposeSecret as _;
    secret.expose_secret()
}

/// Only what providers use as codes of errors: nothing of the message can stand in it.
fn word(code: Option<&str>) -> Error {
    let code = code.unwrap_or("an unexpected reply");
    let plain: String = code
        .chars()
        .filter(|c| c.is_ascii_alphabetic() || matches!(c, '.' | '_' | ' '))
        .take(80)
        .collect();
    Error::Sms(plain)
}

fn unreachable(error: reqwest::Error) -> Error {
    Error::Sms(format!("cannot be reached: {}", error.without_url()))
}

/// SHA-256 as hex.
fn sha256_hex(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex(&sha2::Sha256::digest(bytes))
}

/// HMAC-SHA256.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    use hmac::{KeyInit as _, Mac as _};
    // HMAC takes keys of every length.
    hmac::Hmac::<sha2::Sha256>::new_from_slice(key)
        .map(|mut mac| {
            mac.update(message);
            mac.finalize().into_bytes().to_vec()
        })
        .unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing into a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
