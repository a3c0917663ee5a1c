//! A product that runs as several processes, people who use it, what may break of it, and what must be true afterwards.
//!
//! The programs in `bin/` put these together: `break-and-count` breaks everything, `share-and-count` lets several of each
//! work side by side and starts one after the other anew.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "this serves tests only, and fails loudly"
)]

pub mod child;
pub mod deliveries;
pub mod harm;
pub mod house;
pub mod load;
pub mod reckoning;
