//! What the kernel tells of processes.

use std::{fmt::Display, fs};

use anyhow::Context as _;

/// A line of the status of a process (a number, or `self`), in MB: `VmRSS`, `VmHWM`.
pub fn memory(process: impl Display, line: &str) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let kilobytes: f64 = word_after(&status, line)
        .with_context(|| format!("no {line}"))?
        .parse()?;
    Ok(kilobytes / 1024.0)
}

/// The child of this process that was started with `word` as its first argument.
pub fn child(word: &str) -> anyhow::Result<u32> {
    let own = std::process::id().to_string();
    for entry in fs::read_dir("/proc")? {
        let Ok(number) = entry?.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        // It may have ended meanwhile.
        let status = fs::read_to_string(format!("/proc/{number}/status")).unwrap_or_default();
        let line = fs::read_to_string(format!("/proc/{number}/cmdline")).unwrap_or_default();
        if word_after(&status, "PPid") == Some(own.as_str()) && line.split('\0').nth(1) == Some(word) {
            return Ok(number);
        }
    }
    anyhow::bail!("no {word} runs")
}

/// Seconds of CPU time of all children that have ended.
pub fn children_cpu() -> anyhow::Result<f64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // Behind the name, which may hold anything, comes the third field; 16 and 17 are the children's, in hundredths.
    let (_, fields) = stat.rsplit_once(") ").context("no fields")?;
    let hundredths: f64 = fields
        .split(' ')
        .skip(13)
        .take(2)
        .map(|field| field.parse().unwrap_or(0.0))
        .sum();
    Ok(hundredths / 100.0)
}

fn word_after<'a>(status: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = status.lines();
    let rest = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    rest.split_whitespace().next()
}
