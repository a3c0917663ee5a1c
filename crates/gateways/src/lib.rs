//! The outside world, one module each: typed clients without rules of the business.
//!
//! Every module brings its own configuration (`…Config`, a clap `Args`), which `api` and
//! `worker` flatten into theirs; the names of the settings begin with `MINYI_`.
//!
//! - [`callback`]: signatures and encryption of what platforms tell us
//! - [`channels`]: ways to tell somebody something, under one roof
//! - [`clock`]: time and randomness, the only place where production code may take them from
//! - [`crypto`]: what the platforms' signatures are made of
//! - [`dingtalk`]: work notices of DingTalk (钉钉), and a robot in a group
//! - [`keys`]: encryption of contact data, blind indexes, signed links
//! - [`objects`]: photos and other files, in a local directory or an S3-compatible store
//! - [`redis_link`]: the one connection to Redis that the modules below share
//! - [`queue`]: ids of due work, on Redis Streams
//! - [`limits`]: rate limits, in Redis and, without Redis, in the process
//! - [`logging`]: log lines
//! - [`mail`]: mail by SMTP
//! - [`sms`]: codes and notices in text messages, by Aliyun or Tencent Cloud
//! - [`wechat`]: login and subscribe messages (订阅消息) of a WeChat mini-program; messages of a service account
//! - [`wecom`]: messages of a WeCom (企业微信) application

pub mod callback;
pub mod channels;
pub mod clock;
pub mod crypto;
pub mod dingtalk;
mod error;
pub mod keys;
pub mod limits;
pub mod logging;
pub mod mail;
mod mode;
pub mod objects;
pub mod queue;
pub mod redis_link;
pub mod sms;
pub mod wechat;
pub mod wecom;

pub use error::Error;
pub use mode::{Mode, ModeConfig};

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;
