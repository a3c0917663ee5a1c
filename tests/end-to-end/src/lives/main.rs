//! Lets messages of residents live through the whole lifecycle: api and worker run in this process on servers of their own,
//! people act through the public interface by seeded chance, and the clock is turned forward through months. At the end
//! every submission is closed with an answer or open within its clock, every step of every clock happened exactly once,
//! and the chains of the timelines are whole.
//!
//! ```text
//! cargo run -p minyi-end-to-end --bin live-through-casework -- --seed 7 messages.jsonl
//! ```
//! Each line of a file is a JSON object with `subject` and `text`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "this serves tests only, and fails loudly"
)]

mod around;
mod books;
mod chance;
mod deeds;
mod people;
mod world;

use std::{io::BufRead as _, path::PathBuf, time::Instant};

use anyhow::Context as _;
use chrono::TimeDelta;
use clap::Parser;

use crate::{chance::Chance, world::World};

/// Let messages live through the whole lifecycle.
#[derive(Parser)]
struct Options {
    /// The same seed makes the same decisions
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Messages at most, over all files
    #[arg(long, default_value_t = 400)]
    limit: usize,
    /// Days over which they are sent in
    #[arg(long, default_value_t = 60)]
    days: u32,
    /// Days that may pass after that
    #[arg(long, default_value_t = 300)]
    patience: u32,
    /// Files with one JSON object a line; without any, made-up sentences
    files: Vec<PathBuf>,
}

#[derive(serde::Deserialize)]
struct Message {
    subject: String,
    text: String,
}

fn messages(options: &Options) -> anyhow::Result<Vec<String>> {
    if options.files.is_empty() {
        let made_up = |n| format!("第 {n} 件：楼下的路灯坏了，晚上看不清路，请帮忙修一修。");
        return Ok((0..options.limit).map(made_up).collect());
    }
    let mut texts = Vec::new();
    for file in &options.files {
        let reader = std::io::BufReader::new(std::fs::File::open(file).with_context(|| file.display().to_string())?);
        for line in reader.lines().take(options.limit.saturating_sub(texts.len())) {
            let message: Message = serde_json::from_str(&line?).with_context(|| file.display().to_string())?;
            let text = format!("{}\n{}", message.subject.trim(), message.text.trim());
            texts.push(text.chars().take(4_000).collect());
        }
    }
    Ok(texts)
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let (messages, started) = (messages(&options)?, Instant::now());
    let mut chance = Chance::new(options.seed);
    let mut world = World::build().await?;
    println!(
        "{} messages over {} days, seed {}",
        messages.len(),
        options.days,
        options.seed
    );
    // Twice a working day people look at what there is.
    let half_days = usize::try_from(options.days)? * 2;
    let mut waiting = messages.into_iter();
    let per_half_day = waiting.len().div_ceil(half_days.max(1));
    for half_day in 0..half_days + usize::try_from(options.patience)? * 2 {
        for text in waiting.by_ref().take(per_half_day) {
            world.send_in(&text, &mut chance).await?;
        }
        let open = world.act(&mut chance).await?;
        world.go_around(&mut chance).await?;
        world.advance(TimeDelta::hours(12)).await?;
        if half_day % 40 == 0 {
            println!("{}  open {open}", world.today());
        }
        if open == 0 && waiting.len() == 0 {
            break;
        }
    }
    let books = books::read(&world)?;
    println!("{books}\n{:.0} s", started.elapsed().as_secs_f64());
    let complaints = books.complaints();
    for complaint in &complaints {
        println!("WRONG {complaint}");
    }
    anyhow::ensure!(complaints.is_empty(), "{} things are wrong", complaints.len());
    println!("every promise was kept or is within its time");
    Ok(())
}
