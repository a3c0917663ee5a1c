//! Feeds real messages of residents through the public interface of the running product, then counts: every message must
//! have a receipt, a route and a notification, or a reason why it was refused; database, stream and simulator must agree.
//!
//! ```text
//! cargo run -p minyi-end-to-end --bin feed-messages -- --stack .dev/stack.json messages.jsonl
//! ```
//! Each line of a file is a JSON object with `id`, `subject` and `text`.

mod account;
mod feed;
mod stack;

use std::path::PathBuf;

use clap::Parser;

/// Feed messages to a running product and hold its books against the simulator's.
#[derive(Parser)]
pub struct Options {
    /// Written by `cargo dev up`
    #[arg(long, default_value = ".dev/stack.json")]
    stack: PathBuf,
    /// Messages at most, over all files
    #[arg(long, default_value_t = 10_000)]
    limit: usize,
    /// Requests at once
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// Seconds to wait until the last notification is sent
    #[arg(long, default_value_t = 300)]
    patience: u64,
    /// Files with one JSON object a line
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let stack = stack::Stack::read(&options.stack)?;
    let messages = feed::read(&options.files, options.limit)?;
    println!("{} messages to {}", messages.len(), stack.base_url);
    let fed = feed::send_all(&stack, messages, options.connections).await?;
    println!("{fed}");
    let books = account::settle(&stack, &fed.numbers, options.patience).await?;
    println!("{books}");
    let complaints = books.complaints(&fed);
    for complaint in &complaints {
        println!("DISAGREEMENT {complaint}");
    }
    anyhow::ensure!(complaints.is_empty(), "the books do not agree");
    println!("the books agree");
    Ok(())
}
