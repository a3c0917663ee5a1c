//! The rows of the table: one file each. A new row is a file here, a line in [`ROWS`] and one in [`run`].

mod accepting;
mod code_page;
pub mod posters;
mod push;
mod relay;

use crate::{Effort, figure::Figure};

/// Number and name.
pub const ROWS: &[(u8, &str)] = &[
    (1, "accepted submissions, and how long the slowest wait"),
    (3, "the code's page and the receipt"),
    (6, "from the commit to the deputy's phone"),
    (7, "messages through relay, stream and sender"),
    (8, "posters"),
];

/// Measures one row.
pub async fn run(number: u8, effort: Effort) -> anyhow::Result<Vec<Figure>> {
    match number {
        1 => accepting::run(effort).await,
        3 => code_page::run(effort).await,
        6 => push::run(effort).await,
        7 => relay::run(effort).await,
        8 => posters::run(effort).await,
        _ => anyhow::bail!("there is no row {number}"),
    }
}
