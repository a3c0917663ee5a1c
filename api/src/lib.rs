//! HTTP for everybody: residents' pages and JSON, deputies and staff, offices, the console.
//!
//! One module for each audience: [`residents`], [`deputies`], [`offices`], [`console`], and [`pages`] for what is rendered as
//! HTML; besides [`auth`], [`problem`] (errors, RFC 9457) and [`limits`]. A handler reads: extract, authorise, one
//! call into the store, respond. What JSON and pages have in common are methods of [`state::AppState`].

// The longest examples of the contract are one `json!` each.
#![recursion_limit = "256"]

pub mod address;
pub mod application;
pub mod auth;
pub mod config;
pub mod console;
mod contract;
pub mod deputies;
mod events;
pub mod extract;
mod headers;
mod health;
pub mod limits;
mod mine;
pub mod offices;
mod open;
pub mod openapi;
mod pages;
pub mod paging;
pub mod pictures;
pub mod problem;
pub mod repeats;
mod residents;
mod routes;
pub mod rules;
pub mod state;
pub mod telemetry;
mod timeline;
mod together;
mod wechat_push;

pub use application::{Application, StartError};
pub use config::Config;
