//! Lets three workers and two apis share the work of one database, starts each anew in its turn while people go on
//! writing and answering, one of them while WeChat is slow, and counts: everything once, nothing lost, nobody turned
//! away.
//!
//! ```text
//! cargo run -p minyi-faults --bin share-and-count -- --seconds 60 --rounds 3
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "this serves tests only, and fails loudly"
)]

use std::time::{Duration, Instant};

use clap::Parser;
use minyi_faults::{
    child,
    house::{House, Part, Size, Time},
    load::{Acknowledged, Load},
    reckoning::{self, Books},
};
use serde_json::json;

/// What the programs promise: MINYI_WORKER_DRAIN_SECONDS, and as long for what the api is answering.
const BOUND: Duration = Duration::from_secs(20);

/// How late WeChat answers while the first worker goes, in milliseconds; its client waits much longer.
const SLOW_MS: u64 = 1_000;

/// Nothing is broken here: on a machine that has much else to do a late answer is not an unknown outcome, and a slow
/// worker has not vanished.
const UNHURRIED: [(&str, &str); 2] = [
    ("MINYI_WECHAT_TIMEOUT_SECONDS", "15"),
    ("MINYI_WORKER_STALE_SECONDS", "20"),
];

/// How long a worker may take to get its first message.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that was told to stop.
struct Stop {
    part: Part,
    /// WeChat was slow meanwhile.
    is_slow: bool,
    took: Duration,
}

/// Let several apis and workers share the work, start each anew, and count.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    part: Option<child::Part>,
    #[command(flatten)]
    options: Options,
}

#[derive(clap::Args)]
struct Options {
    #[arg(long, default_value_t = 2)]
    apis: usize,
    #[arg(long, default_value_t = 3)]
    workers: usize,
    /// Seconds of sharing before the first is started anew
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// How often all of them are started anew, one after the other
    #[arg(long, default_value_t = 2)]
    rounds: usize,
    /// Submissions sent a second
    #[arg(long, default_value_t = 20)]
    rate: u32,
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
    let size = Size {
        apis: options.apis,
        workers: options.workers,
        places: 12,
    };
    let mut house = House::build_with(size, Time::Turned, &UNHURRIED).await?;
    house.wait_all_ready().await?;
    let apis = (0..options.apis).map(Part::Api);
    let parts: Vec<Part> = apis.chain((0..options.workers).map(Part::Worker)).collect();
    let load = Load::begin(&house, options.rate);
    tokio::time::sleep(Duration::from_secs(options.seconds)).await;
    println!("shared for {} s: {}", options.seconds, load.said());
    let mut shares = sent(&house, options.workers).await?;
    let asked = Instant::now();
    while shares.contains(&0) && asked.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(200)).await;
        shares = sent(&house, options.workers).await?;
    }
    let mut stops = Vec::new();
    for _ in 0..options.rounds {
        for part in &parts {
            stops.push(start_anew(&mut house, *part).await?);
        }
    }
    println!("each started anew {} times: {}", options.rounds, load.said());
    let acknowledged = load.end().await?;
    reckoning::settle(&house).await?;
    let books = reckoning::read(&house, &acknowledged).await?;
    print_tables(&acknowledged, &shares, &stops);
    println!("{books}\n{:.0} s", started.elapsed().as_secs_f64());
    let mut complaints = books.complaints();
    complaints.extend(of_sharing(&acknowledged, &shares, &stops, &books));
    for complaint in &complaints {
        println!("WRONG {complaint}");
    }
    anyhow::ensure!(complaints.is_empty(), "{} things are wrong", complaints.len());
    println!("everything once, nobody turned away");
    Ok(())
}

/// How many messages each worker has sent.
async fn sent(house: &House, workers: usize) -> anyhow::Result<Vec<u64>> {
    let mut shares = Vec::new();
    for worker in 0..workers {
        let name = "notifications_total{outcome=\"sent\",channel=\"wechat\"}";
        shares.push(house.figure(worker, name).await?);
    }
    Ok(shares)
}

/// While the first worker goes, WeChat is slow: what it has in hand takes its time.
async fn start_anew(house: &mut House, part: Part) -> anyhow::Result<Stop> {
    let is_slow = part == Part::Worker(0);
    if is_slow {
        let late = json!({ "path": "/cgi-bin/message", "latency_ms": SLOW_MS });
        house.control("faults", late).await?;
        // Until it has such messages in hand.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let took = house.restart(part).await?;
    if is_slow {
        house.mend().await?;
    }
    Ok(Stop { part, is_slow, took })
}

fn print_tables(acknowledged: &Acknowledged, shares: &[u64], stops: &[Stop]) {
    println!("\nshared");
    for (worker, sent) in shares.iter().enumerate() {
        println!("  {:<56} {sent:>7}", format!("messages sent by worker {worker}"));
    }
    for (api, asked) in acknowledged.by_api.iter().enumerate() {
        println!("  {:<56} {asked:>7}", format!("requests to api {api}"));
    }
    println!("started anew, seconds until it had stopped");
    for Stop { part, is_slow, took } in stops {
        let meanwhile = if *is_slow { ", WeChat slow" } else { "" };
        println!("  {:<56} {:>7.2}", format!("{part:?}{meanwhile}"), took.as_secs_f64());
    }
    println!("requests while one was away");
    println!("  {:<56} {:>7}", "answered by the next api at once", acknowledged.moved);
    println!("  {:<56} {:>7}", "answered by none at once", acknowledged.waited);
}

/// What must not be when nothing was broken.
fn of_sharing(acknowledged: &Acknowledged, shares: &[u64], stops: &[Stop], books: &Books) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut must = |holds: bool, what: &str| {
        if !holds {
            wrong.push(what.to_owned());
        }
    };
    must(shares.iter().all(|sent| *sent > 0), "a worker had nothing to do");
    must(
        acknowledged.by_api.iter().all(|asked| *asked > 0),
        "an api had nothing to do",
    );
    // A slow machine lets one in a thousand come again; a deployment that turns many away is wrong.
    must(
        acknowledged.waited * 20 <= acknowledged.moved.max(20),
        "more than a twentieth of the requests that changed their api were answered by none at once",
    );
    must(books.again == 0, "a message arrived twice, and nothing was broken");
    must(
        stops.iter().all(|stop| stop.took < BOUND),
        "a program did not stop within its bound",
    );
    wrong
}
