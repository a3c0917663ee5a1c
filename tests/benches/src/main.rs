//! How fast the product is, measured against a limit that was measured in the same run on the same machine: machines are
//! noisy, ratios less so.
//!
//! ```text
//! cargo dev bench [--quick] [--only 1,6] [--json FILE]
//! cargo dev bench fill [--rows N]
//! ```
//!
//! The second writes the ten million submissions that row 5 asks for, once; they are kept. Every row starts servers of its
//! own, with fsync and synchronous_commit on where writing is measured, and is bounded in time. A row is a file in `rows/`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "this serves measurements only, and fails loudly"
)]

mod dataset;
mod figure;
mod rows;
mod tools;

use std::{fs, path::PathBuf, time::Instant};

use clap::{Parser, Subcommand};
use minyi_faults::child;
use serde_json::json;

use crate::{figure::Figure, rows::ROWS};

/// Where a database is kept, unless another place is named.
const DATA: &str = ".dev/bench-data";

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
    /// Makes of a photo what is kept of it.
    #[command(hide = true)]
    ProcessPhoto { file: PathBuf },
    /// Writes the submissions that are kept for the row about lists
    Fill {
        /// How many
        #[arg(long, default_value_t = 10_000_000)]
        rows: i64,
        /// Where the database is kept
        #[arg(long, default_value = DATA)]
        data: PathBuf,
    },
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
    /// Where the database of `fill` is kept
    #[arg(long, default_value = DATA)]
    data: PathBuf,
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

    /// Whether less is measured.
    pub fn is_quick(self) -> bool {
        self.quick
    }
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.part {
        Some(Part::Product(part)) => as_in_service(part).run().await,
        Some(Part::DrawPosters { pages }) => rows::posters::draw(pages),
        Some(Part::ProcessPhoto { file }) => rows::photo::process(&file),
        Some(Part::Fill { rows, data }) => rows::lists::fill(rows, &data),
        None => measure(&cli.options).await,
    }
}

/// With the worker's own pace; tests of faults do not want to wait so long.
fn as_in_service(mut part: child::Part) -> child::Part {
    if let child::Part::Worker { config, .. } = &mut part {
        config.pace.stale_seconds = 60;
        config.pace.unknown_seconds = 120;
    }
    part
}

async fn measure(options: &Options) -> anyhow::Result<()> {
    let (begun, effort) = (Instant::now(), Effort { quick: options.quick });
    let wanted = |number: &u8| options.only.is_empty() || options.only.contains(number);
    let (mut figures, mut failed) = (Vec::new(), Vec::new());
    for (number, name) in ROWS.iter().filter(|(number, _)| wanted(number)) {
        let started = Instant::now();
        println!("row {number}: {name}");
        match rows::run(*number, effort, &options.data).await {
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
