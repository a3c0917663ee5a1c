//! The settings: one struct, read from the environment (or the command line), checked before anything starts.

use std::{net::SocketAddr, path::PathBuf};

use ipnet::IpNet;
use minyi_domain::submission::CoordinateSystem;
use minyi_gateways::{
    Mode, ModeConfig,
    dingtalk::DingtalkConfig,
    keys::KeysConfig,
    objects::ObjectsConfig,
    redis_link::RedisConfig,
    sms::SmsConfig,
    wechat::{ServiceAccountConfig, WechatConfig, push::WechatPushConfig},
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
    pub service_account: ServiceAccountConfig,
    #[command(flatten)]
    pub dingtalk: DingtalkConfig,
    #[command(flatten)]
    pub sms: SmsConfig,
    #[command(flatten)]
    pub limits: LimitsConfig,
    #[command(flatten)]
    pub map: MapConfig,
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

/// Where the console's maps take their pictures from; without it maps have no ground.
#[derive(Debug, Clone, clap::Args)]
pub struct MapConfig {
    /// Address of a map tile with {z}, {x} and {y}, such as 天地图's with its key
    #[arg(long, env = "MINYI_MAP_TILES_URL", requires = "map_tiles_attribution")]
    pub map_tiles_url: Option<String>,
    /// Whose map it is, with its approval number (审图号); shown on every map
    #[arg(long, env = "MINYI_MAP_TILES_ATTRIBUTION")]
    pub map_tiles_attribution: Option<String>,
    /// In which datum the tiles are drawn: wgs84 (also CGCS2000, 天地图) or gcj02 (高德, 腾讯)
    #[arg(long, env = "MINYI_MAP_TILES_COORDINATES", default_value = "wgs84", value_parser = coordinates)]
    pub map_tiles_coordinates: CoordinateSystem,
}

/// Where map tiles come from.
#[derive(Debug, Clone)]
pub struct MapTiles {
    /// With `{z}`, `{x}` and `{y}`.
    pub url: String,
    /// The part of the address that the pages' policy lets through.
    pub origin: String,
    pub attribution: String,
    pub coordinates: CoordinateSystem,
}

impl MapConfig {
    fn tiles(&self) -> Result<Option<MapTiles>, ConfigError> {
        let Some(url) = self.map_tiles_url.clone().filter(|url| !url.is_empty()) else {
            return Ok(None);
        };
        let has_places = ["{z}", "{x}", "{y}"].iter().all(|place| url.contains(place));
        let parsed = Url::parse(&url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        match parsed {
            Some(parsed) if has_places && parsed.host_str().is_some_and(|host| !host.contains(['{', '%'])) => {
                Ok(Some(MapTiles {
                    origin: parsed.origin().ascii_serialization(),
                    attribution: self.map_tiles_attribution.clone().unwrap_or_default(),
                    coordinates: self.map_tiles_coordinates,
                    url,
                }))
            }
            _ => Err(ConfigError {
                setting: "MINYI_MAP_TILES_URL",
                problem: "expected an address of one host with {z}, {x} and {y}",
            }),
        }
    }
}

fn coordinates(text: &str) -> Result<CoordinateSystem, String> {
    text.parse().map_err(|_| "expected wgs84 or gcj02".to_owned())
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
    /// `None`: maps have no ground.
    pub map_tiles: Option<MapTiles>,
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
            map_tiles: self.map.tiles()?,
        })
    }
}
