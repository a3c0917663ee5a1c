//! What is broken, at random.

use std::{collections::BTreeMap, fmt, time::Instant};

use chrono::TimeDelta;
use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Value, json};

use crate::house::{House, Part};

/// Everything that can go wrong, with how often it does beside the others.
const KINDS: &[(&str, u32)] = &[
    ("api killed", 14),
    ("worker killed", 14),
    ("redis killed, comes back empty", 12),
    ("postgres shut down at once", 10),
    ("clock jumps a day ahead", 12),
    ("clock jumps 20 seconds back", 4),
    ("wechat: -1 busy", 4),
    ("wechat: 40001 token refused", 4),
    ("wechat: 42001 token expired", 4),
    ("wechat: 43101 user refuses", 4),
    ("wechat: 43108 sent too often", 2),
    ("wechat: 45009 quota used up", 4),
    ("wechat: token revoked", 4),
    ("wechat: answers after the time-out", 4),
    ("wechat: body drips, in time or not", 4),
    ("wechat: sends, then breaks the line", 4),
    ("wechat: breaks the line, sends not", 4),
    ("wechat: 502 with a page", 4),
];

/// What was done, and how long each took to be repaired.
#[derive(Default)]
pub struct Harm {
    done: BTreeMap<&'static str, usize>,
    revived: usize,
    longest: f64,
}

impl Harm {
    /// Breaks one thing.
    pub async fn strike(&mut self, house: &mut House, chance: &mut StdRng) -> anyhow::Result<()> {
        self.revived += house.revive()?;
        let kind = pick(chance);
        *self.done.entry(kind).or_default() += 1;
        let started = Instant::now();
        match kind {
            "api killed" => house.kill(Part::Api(0)).await?,
            "worker killed" => house.kill(Part::Worker(chance.random_range(0..2))).await?,
            "redis killed, comes back empty" => house.kill(Part::Redis).await?,
            "postgres shut down at once" => house.kill(Part::Postgres).await?,
            "clock jumps a day ahead" => house.jump(TimeDelta::days(1))?,
            "clock jumps 20 seconds back" => house.jump(TimeDelta::seconds(-20))?,
            _ => house.control("faults", of_wechat(kind, chance)).await?,
        }
        self.longest = self.longest.max(started.elapsed().as_secs_f64());
        Ok(())
    }
}

fn pick(chance: &mut StdRng) -> &'static str {
    let total: u32 = KINDS.iter().map(|(_, weight)| weight).sum();
    let mut left = chance.random_range(0..total);
    for (kind, weight) in KINDS {
        if left < *weight {
            return kind;
        }
        left -= weight;
    }
    unreachable!("less than the sum of all")
}

/// A few calls go wrong; then it is over.
fn of_wechat(kind: &str, chance: &mut StdRng) -> Value {
    let code = kind.split(' ').find_map(|word| word.parse::<i32>().ok());
    let mut fault = match (kind, code) {
        (_, Some(502)) => json!({ "http_status": 502 }),
        (_, Some(errcode)) => json!({ "errcode": errcode }),
        ("wechat: token revoked", _) => json!({ "token_revoked": true }),
        // The client waits two seconds.
        ("wechat: answers after the time-out", _) => json!({ "latency_ms": 3_000 }),
        ("wechat: body drips, in time or not", _) => json!({ "slow_body_ms": chance.random_range(500..=4_000) }),
        ("wechat: sends, then breaks the line", _) => json!({ "reset_after_processing": true }),
        ("wechat: breaks the line, sends not", _) => json!({ "outage": true }),
        _ => unreachable!("{kind} is not WeChat's"),
    };
    fault["path"] = json!("/cgi-bin/message");
    fault["times"] = json!(chance.random_range(1..=12));
    fault
}

impl fmt::Display for Harm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nbroken (times)")?;
        for (kind, times) in &self.done {
            writeln!(f, "  {kind:<40} {times:>5}")?;
        }
        let all: usize = self.done.values().sum();
        writeln!(f, "  {:<40} {all:>5}", "in all")?;
        writeln!(f, "  {:<40} {:>5}", "ended by themselves, started again", self.revived)?;
        writeln!(f, "  longest repair {:.1} s", self.longest)
    }
}
