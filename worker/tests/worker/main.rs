//! The worker against a real Postgres, a real Redis and the WeChat simulator.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]

mod clocks;
mod contents;
mod delivery;
mod faults;
mod figures;
mod prints;
mod retention;
mod stage;
mod steps;
mod suggesting;
mod vitals;
