//! The arithmetic of [`crate::limits`], in microseconds; `gcra.lua` does the same in Redis.

use super::Limit;

/// `per` and the interval `T` between two evenly spaced requests, both at least 1.
pub(super) fn parameters(limit: Limit) -> (i64, i64) {
    let per = i64::try_from(limit.per.as_micros())
        .unwrap_or(i64::MAX)
        .clamp(1_000, MAX_PER);
    let interval = (per / i64::from(limit.burst.max(1))).max(1);
    (interval.saturating_mul(i64::from(limit.burst.max(1))), interval)
}

/// A hundred years: keeps every sum exact in Lua's numbers (53 bits).
const MAX_PER: i64 = 100 * 366 * 86_400 * 1_000_000;

/// The TAT after a request at `now`, if it is allowed then, and how many may follow at once;
/// else how long to wait.
pub(super) fn step(tat: Option<i64>, now: i64, limit: Limit) -> Result<(i64, i64), i64> {
    let (per, interval) = parameters(limit);
    let next = tat.unwrap_or(now).max(now) + interval;
    let room = now + per - next;
    if room < 0 {
        Err(-room)
    } else {
        Ok((next, room / interval))
    }
}
