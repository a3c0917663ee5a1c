//! The settings: one struct, read from the environment (or the command line), checked before anything starts.

use std::{net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use minyi_gateways::{
    Mode, ModeConfig,
    keys::KeysConfig,
    objects::ObjectsConfig,
    redis_link::RedisConfig,
    sms::SmsConfig,
    wechat::{WechatConfig, push::WechatPushConfig},
};
use minyi_store::StoreConfig;
use url::Url;

/// All settings of the api; see docs/operations.md.
#[derive(Clone, clap::Args)]
pub struct Config {
    #[command(flatten)]
    pub mode: ModeConfig,
    #[command(flatten)]
    pub store: StoreConfig,
    #[command(flatten)]
    pub redis: RedisConfig,
    #[command(flatten)]
    pub objects: ObjectsConfig,
    #[command(flatten)]
    pub keys: KeysConfig,
    #[command(flatten)]
    pub wechat: WechatConfig,
    #[command(flatten)]
    pub wechat_push: WechatPushConfig,
    #[command(flatten)]
    pub sms: SmsConfig,
    #[command(flatten)]
    pub limits: LimitsConfig,
    /// Address to listen on; port 0 takes a free one
    #[arg(long, env = "MINYI_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// The product's address as people see it, for codes, receipts and links
    #[arg(long, env = "MINYI_PUBLIC_URL")]
    pub public_url: Url,
    /// Directory of the built web clients; the residents' files lie in `resident/dist`
    #[arg(long, env = "MINYI_WEB_DIR", default_value = "web")]
    pub web_dir: PathBuf,
    /// PEM file (PKCS#8) with the Ed25519 key that signs access tokens; `generate-key` makes one
    #[arg(long, env = "MINYI_JWT_PRIVATE_KEY_FILE")]
    pub jwt_private_key_file: PathBuf,
    /// Networks of reverse proxies whose X-Forwarded-For is believed, comma separated
    #[arg(long, env = "MINYI_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,
    /// Font file for posters (otf, ttf, ttc); without it the system's Noto Sans CJK is used
    #[arg(long, env = "MINYI_FONT_FILE")]
    pub font_file: Option<PathBuf>,
    /// Which face of a font collection (ttc) is simplified Chinese
    #[arg(long, env = "MINYI_FONT_INDEX", default_value_t = 0)]
    pub font_index: u32,
}

/// How much one address, code or receipt may do in a minute.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct LimitsConfig {
    /// Requests by one address (a whole street may share one); a fifth of it may be submissions
    #[arg(long, env = "MINYI_LIMIT_ADDRESS_PER_MINUTE", default_value_t = 600)]
    pub limit_address_per_minute: u32,
    /// Submissions through one code
    #[arg(long, env = "MINYI_LIMIT_CODE_PER_MINUTE", default_value_t = 60)]
    pub limit_code_per_minute: u32,
    /// Requests for one receipt
    #[arg(long, env = "MINYI_LIMIT_RECEIPT_PER_MINUTE", default_value_t = 60)]
    pub limit_receipt_per_minute: u32,
    /// Wrong codes or receipts by one address, wrong passwords for one user name, wrong phones for one number; ten times
    /// as many wrong passwords or phones by one address
    #[arg(long, env = "MINYI_LIMIT_GUESSES_PER_MINUTE", default_value_t = 30)]
    pub limit_guesses_per_minute: u32,
}

fn network(text: &str) -> Result<IpNet, String> {
    let address = || text.parse().map(|address: std::net::IpAddr| IpNet::from(address));
    text.trim()
        .parse()
        .or_else(|_| address())
        .map_err(|_| "expected an address or a network like 10.0.0.0/8".into())
}

/// A setting that the program must not start with.
#[derive(Debug, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct ConfigError {
    setting: &'static str,
    problem: &'static str,
}

/// The settings that handlers need while they run.
#[derive(Debug, Clone)]
pub struct Settings {
    pub mode: Mode,
    /// The product's address without a slash at the end.
    pub public_url: String,
    pub web_dir: PathBuf,
    pub limits: LimitsConfig,
    pub trusted_proxies: Vec<IpNet>,
}

impl Settings {
    /// Whether browsers reach us encrypted, so that cookies may insist on it.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl Config {
    /// Checks what the parts do not check themselves.
    ///
    /// # Errors
    /// [`ConfigError`] names the setting and what to do.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        let refuse = |setting, problem| Err(ConfigError { setting, problem });
        const PUBLIC_URL: &str = "MINYI_PUBLIC_URL";
        let url = &self.public_url;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return refuse(PUBLIC_URL, "expected https://host");
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
            return refuse(
                PUBLIC_URL,
                "expected an address without path, query and user, like https://host",
            );
        }
        if self.mode.mode == Mode::Production && url.scheme() != "https" {
            return refuse(PUBLIC_URL, "must be https in production");
        }
        let limits = self.limits;
        let all = [
            limits.limit_address_per_minute,
            limits.limit_code_per_minute,
            limits.limit_receipt_per_minute,
            limits.limit_guesses_per_minute,
        ];
        if all.contains(&0) {
            return refuse("MINYI_LIMIT_…_PER_MINUTE", "must be at least 1");
        }
        Ok(Settings {
            mode: self.mode.mode,
            public_url: url.as_str().trim_end_matches('/').to_owned(),
            web_dir: self.web_dir.clone(),
            limits,
            trusted_proxies: self.trusted_proxies.clone(),
        })
    }
}
