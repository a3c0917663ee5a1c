//! Everything of the crate, through its public interface.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail loudly"
)]

mod clock;
mod configuration;
mod keys;
mod limits;
mod messages;
mod objects;
mod oracle;
mod push;
mod queue;
mod sms;
mod support;
mod vectors;
mod wechat;
mod wordings;
