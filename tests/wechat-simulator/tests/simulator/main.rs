//! The simulator through HTTP, rule by rule.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

mod faults;
mod login;
mod messages;
mod pages;
mod program;
mod tokens;
mod world;
