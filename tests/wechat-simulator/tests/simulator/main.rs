//! The simulator through HTTP, rule by rule.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

mod channels;
mod contents;
mod faults;
mod login;
mod messages;
mod pages;
mod pages_in_wechat;
mod popups;
mod program;
mod pushes;
mod texts;
mod tokens;
mod world;
