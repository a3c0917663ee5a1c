//! How fast the product is, measured against a limit that was measured in the same run on the same machine: machines are
//! noisy, ratios less so.
//!
//! ```text
//! cargo dev bench [--quick] [--only 1,6] [--json FILE]
//! ```
//!
//! Every row starts servers of its own, with fsync and synchronous_commit on, and is bounded in time. A row is a file in
//! `rows/`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "this serves measurements only, and fails loudly"
)]

mod figure;
mod rows;
mod tools;

use std::{fs, path::PathBuf, time::Instant};

use clap::{Parser, Subcommand};
use minyi_faults::child;
use serde_json::json;

use crate::{figure::Figure, rows::ROWS};

#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    options: Options,
}

/// The same program, started again.
#[derive(Subcommand)]
enum Part {
    #[command(flatten)]
    Product(child::Part),
    /// Draws posters, and says how much memory that took.
    #[command(hide = true)]
    DrawPosters { pages: usize },
}

#[derive(clap::Args)]
struct Options {
    /// A few seconds for each row: three minutes in all instead of fifteen
    #[arg(long)]
    quick: bool,
    /// Numbers of the rows, comma separated; without it all of them
    #[arg(long, value_delimiter = ',')]
    only: Vec<u8>,
    /// Where the figures are written
    #[arg(long, default_value = ".dev/bench.json")]
    json: PathBuf,
}

/// How much time a measurement gets.
#[derive(Clone, Copy)]
pub struct Effort {
    quick: bool,
}

impl Effort {
    /// So many seconds, or a fifth of them.
    pub fn seconds(self, full: u64) -> u64 {
        if self.quick { (full / 5).max(3) } else { full }
    }

    /// So many things, or a tenth of them.
    pub fn count(self, full: usize) -> usize {
        if self.quick { full / 10 } else { full }
    }
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.part {
        Some(Part::Product(part)) => part.run().await,
        Some(Part::DrawPosters { pages }) => rows::posters::draw(pages),
        None => measure(&cli.options).await,
    }
}

async fn measure(options: &Options) -> anyhow::Result<()> {
    let (begun, effort) = (Instant::now(), Effort { quick: options.quick });
    let wanted = |number: &u8| options.only.is_empty() || options.only.contains(number);
    let (mut figures, mut failed) = (Vec::new(), Vec::new());
    for (number, name) in ROWS.iter().filter(|(number, _)| wanted(number)) {
        let started = Instant::now();
        println!("row {number}: {name}");
        match rows::run(*number, effort).await {
            Ok(found) => figures.extend(found),
            // The others are worth having all the same.
            Err(error) => {
                println!("      FAILED: {error:#}");
                failed.push(*number);
            }
        }
        println!("      {:.0} s", started.elapsed().as_secs_f64());
    }
    figure::print(&figures);
    write(options, &figures, begun)?;
    anyhow::ensure!(failed.is_empty(), "rows that failed: {failed:?}");
    Ok(())
}

fn write(options: &Options, figures: &[Figure], begun: Instant) -> anyhow::Result<()> {
    let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
    let report = json!({
        "profile": profile,
        "quick": options.quick,
        "processors": std::thread::available_parallelism()?.get(),
        "load_at_the_end": fs::read_to_string("/proc/loadavg")?.trim(),
        "seconds": begun.elapsed().as_secs(),
        "figures": figures.iter().map(Figure::report).collect::<Vec<_>>(),
    });
    if let Some(folder) = options.json.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&options.json, serde_json::to_string_pretty(&report)? + "\n")?;
    println!(
        "\n{profile} profile, {:.0} s; {} is written",
        begun.elapsed().as_secs_f64(),
        options.json.display()
    );
    Ok(())
}
