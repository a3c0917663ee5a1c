//! The settings of the worker, read from the environment (or the command line).

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use minyi_gateways::{
    ModeConfig, channels::ChannelsConfig, keys::KeysConfig, objects::ObjectsConfig, redis_link::RedisConfig,
    wechat::WechatConfig,
};
use minyi_store::StoreConfig;
use url::Url;

/// All settings of the worker; see docs/operations.md.
#[derive(Clone, clap::Args)]
pub struct WorkerConfig {
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
    pub channels: ChannelsConfig,
    /// The product's address as people see it, for links in messages and to photos; without it messages outside of
    /// WeChat have none, and WeChat checks no photos
    #[arg(long, env = "MINYI_PUBLIC_URL")]
    pub public_url: Option<Url>,
    #[command(flatten)]
    pub pace: Pace,
    /// Font file for what is printed (otf, ttf, ttc); without it the system's Noto Sans CJK is used
    #[arg(long, env = "MINYI_FONT_FILE")]
    pub font_file: Option<PathBuf>,
    /// Which face of a font collection (ttc) is simplified Chinese
    #[arg(long, env = "MINYI_FONT_INDEX", default_value_t = 0)]
    pub font_index: u32,
    /// Address of health and figures; port 0 takes a free one
    #[arg(long, env = "MINYI_WORKER_LISTEN", default_value = "127.0.0.1:0")]
    pub worker_listen: SocketAddr,
    /// File to write the address of health and figures to, once the worker works
    #[arg(long, env = "MINYI_WORKER_READY_FILE")]
    pub ready_file: Option<PathBuf>,
}

/// How much at once, and how long to wait.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Pace {
    /// Messages, and clock steps, in hand at once; those that come together share their transactions
    #[arg(long, env = "MINYI_WORKER_CONCURRENCY", default_value_t = 128)]
    pub concurrency: usize,
    /// Seconds after which work that was taken and not finished counts as lost; longer than any honest work takes
    #[arg(long, env = "MINYI_WORKER_STALE_SECONDS", default_value_t = 60)]
    pub stale_seconds: u32,
    /// Seconds to wait before a message whose outcome nobody knows is looked at again
    #[arg(long, env = "MINYI_WORKER_UNKNOWN_SECONDS", default_value_t = 120)]
    pub unknown_seconds: u32,
    /// Seconds that the worker takes at most to finish what it has in hand when it is told to stop
    #[arg(long, env = "MINYI_WORKER_DRAIN_SECONDS", default_value_t = 20)]
    pub drain_seconds: u32,
}

impl Pace {
    pub(crate) fn stale(&self) -> Duration {
        Duration::from_secs(self.stale_seconds.into())
    }

    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds.into())
    }
}
