//! What tests need around them: a Postgres database and a Redis of their own.
//!
//! Where the servers come from (module [`servers`]): `cargo dev test` starts them once for its
//! whole run and names them in `MINYI_TEST_POSTGRES` and `MINYI_TEST_REDIS`. Without these, as in
//! a plain `cargo nextest run -p …`, the first test that asks starts them for its run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "this serves tests only, and they fail loudly"
)]

mod database;
mod redis_database;
pub mod servers;

// Linked, not called: diesel finds Postgres' client in it.
use pq_sys as _;

pub use database::TestDatabase;
pub use redis_database::TestRedis;
