//! Breaks a running product on purpose and counts afterwards: api, workers, Redis and Postgres are killed at random
//! moments, WeChat's counterpart fails in every way that it knows, the machine's clock jumps, and submissions keep
//! coming in and being answered all the while. What was acknowledged must be there, whole, and told to whom it concerns.
//!
//! ```text
//! cargo run -p minyi-faults --bin break-and-count -- --faults 200
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "this serves tests only, and fails loudly"
)]

use std::time::{Duration, Instant};

use clap::Parser;
use minyi_faults::{
    child::Part,
    harm::Harm,
    house::{House, Size, Time},
    load::Load,
    reckoning,
};
use rand::{SeedableRng as _, rngs::StdRng};

const SIZE: Size = Size {
    apis: 1,
    workers: 2,
    places: 6,
};

/// Break a running product on purpose and count what is left.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    options: Options,
}

#[derive(clap::Args)]
struct Options {
    /// The same seed breaks the same things in the same order
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How many things are broken
    #[arg(long, default_value_t = 200)]
    faults: usize,
    /// Submissions sent a second
    #[arg(long, default_value_t = 8)]
    rate: u32,
    /// Milliseconds between two faults
    #[arg(long, default_value_t = 1_500)]
    pause: u64,
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.part {
        Some(part) => part.run().await,
        None => run(&cli.options).await,
    }
}

async fn run(options: &Options) -> anyhow::Result<()> {
    let started = Instant::now();
    let mut chance = StdRng::seed_from_u64(options.seed);
    let mut house = House::build(SIZE, Time::Turned).await?;
    println!(
        "seed {}, {} faults, {} submissions a second",
        options.seed, options.faults, options.rate
    );
    let load = Load::begin(&house, options.rate);
    let mut harm = Harm::default();
    for number in 1..=options.faults {
        tokio::time::sleep(Duration::from_millis(options.pause)).await;
        harm.strike(&mut house, &mut chance).await?;
        if number % 20 == 0 {
            println!(
                "{:>4} faults, {:>6.0} s, {}",
                number,
                started.elapsed().as_secs_f64(),
                load.said()
            );
        }
    }
    house.mend().await?;
    let acknowledged = load.end().await?;
    reckoning::settle(&house).await?;
    let books = reckoning::read(&house, &acknowledged).await?;
    println!("{harm}{books}\n{:.0} s", started.elapsed().as_secs_f64());
    let complaints = books.complaints();
    for complaint in &complaints {
        println!("WRONG {complaint}");
    }
    anyhow::ensure!(complaints.is_empty(), "{} things are wrong", complaints.len());
    println!("nothing acknowledged was lost");
    Ok(())
}
