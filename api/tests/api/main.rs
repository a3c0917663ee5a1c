//! The API as clients meet it: over HTTP, against a real Postgres and Redis.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

mod access;
mod app;
mod audit;
mod calendar;
mod client;
mod clusters;
mod code_upkeep;
mod codes;
mod config;
mod console;
mod contract;
mod cookies;
mod deputies;
mod deputy_logins;
mod events;
mod group_robots;
mod headers;
mod intake;
mod kept;
mod ledger;
mod limits;
mod meeting_pages;
mod meetings;
mod mine;
mod notifying;
mod office_pages;
mod offices;
mod open;
mod pages;
mod personal_data;
mod photos;
mod pictures;
mod places;
mod policies;
mod proposal_pages;
mod receipts;
mod retention;
mod rights;
mod service_account;
mod sessions;
mod settings;
mod sorting;
mod submissions;
mod together;
mod triage;
mod wechat_push;
