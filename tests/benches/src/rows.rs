//! The rows of the table: one file each. A new row is a file here, a line in [`ROWS`] and one in [`run`].

mod accepting;
mod clock;
mod code_page;
pub mod lists;
mod memory;
pub mod photo;
pub mod posters;
mod push;
mod relay;

use std::path::Path;

use crate::{Effort, figure::Figure};

/// Number and name.
pub const ROWS: &[(u8, &str)] = &[
    (1, "accepted submissions, and how long the slowest wait"),
    (3, "the code's page and the receipt"),
    (5, "lists, statistics and likes, as the database grows"),
    (6, "from the commit to the deputy's phone"),
    (7, "messages through relay, stream and sender"),
    (8, "posters"),
    (9, "photos"),
    (10, "memory"),
    (11, "the clock"),
];

/// Measures one row; in `data` lies what was written before.
pub async fn run(number: u8, effort: Effort, data: &Path) -> anyhow::Result<Vec<Figure>> {
    match number {
        1 => accepting::run(effort).await,
        3 => code_page::run(effort).await,
        5 => lists::run(effort, data).await,
        6 => push::run(effort).await,
        7 => relay::run(effort).await,
        8 => posters::run(effort).await,
        9 => photo::run(effort).await,
        10 => memory::run(effort).await,
        11 => clock::run(effort).await,
        _ => anyhow::bail!("there is no row {number}"),
    }
}
