//! The outside world, one module each: typed clients without rules of the business.
//!
//! Every module brings its own configuration (`…Config`, a clap `Args`), which `api` and
//! `worker` flatten into theirs; the names of the settings begin with `MINYI_`.
//!
//! - [`clock`]: time and randomness, the only place where production code may take them from
//! - [`keys`]: encryption of contact data, blind indexes, signed links
//! - [`objects`]: photos and other files, in a local directory or an S3-compatible store
//! - [`redis_link`]: the one connection to Redis that the modules below share
//! - [`queue`]: ids of due work, on Redis Streams
//! - [`limits`]: rate limits, in Redis and, without Redis, in the process
//! - [`logging`]: log lines
//! - [`sms`]: codes in text messages, by Aliyun or Tencent Cloud
//! - [`wechat`]: login and subscribe messages (订阅消息) of a WeChat mini-program

pub mod clock;
mod error;
pub mod keys;
pub mod limits;
pub mod logging;
mod mode;
pub mod objects;
pub mod queue;
pub mod redis_link;
pub mod sms;
pub mod wechat;

pub use error::Error;
pub use mode::{Mode, ModeConfig};

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;
