//! The store through its public interface, against a real Postgres: one database a test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

mod answering;
mod appointments;
mod audit;
mod batches;
mod calendar;
mod chain;
mod circles;
mod clock_jobs;
mod clusters;
mod codes;
mod codes_kept;
mod connections;
mod content;
#[path = "../../../../tests/benches/src/dataset.rs"]
mod dataset;
mod delivery;
mod deputy_client;
mod ended;
mod handing;
mod hearings;
mod intake;
mod kept_figures;
mod ledger;
mod logins;
mod messages;
mod numbers;
mod oracle;
mod personal_data;
mod photos;
mod plans;
mod policies;
mod prints;
mod proposing;
mod reads;
mod releasing;
mod replanning;
mod retention;
mod revisits;
mod schema;
mod scopes;
mod searching;
mod sorting;
mod steps;
mod steps_together;
mod submitting;
mod support;
mod triage;
