//! How long to wait before a message is tried again.

use chrono::TimeDelta;

/// Seconds after the first, second, … attempt that failed. After the last one the message is dead.
const SECONDS: [u32; 8] = [5, 30, 120, 600, 1_800, 7_200, 21_600, 43_200];

/// The wait after attempt number `attempts` (from 1), with up to a fifth more or less so that what failed together does
/// not come back together. `jitter` is any random byte; `at_least` is what the other side asked for.
/// `None`: it was tried often enough.
pub fn wait_after(attempts: i16, at_least: TimeDelta, jitter: u8) -> Option<TimeDelta> {
    let index = usize::try_from(attempts).ok()?.checked_sub(1)?;
    let seconds = i64::from(*SECONDS.get(index)?);
    let factor_in_thousandths = 800 + i64::from(jitter) * 400 / 255;
    Some(TimeDelta::milliseconds(seconds * factor_in_thousandths).max(at_least))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<_> = (1..=8)
            .map(|n| wait_after(n, TimeDelta::zero(), 127).unwrap())
            .collect();
        assert!(waits.windows(2).all(|pair| matches!(pair, [a, b] if a < b)));
        assert_eq!(wait_after(9, TimeDelta::zero(), 0), None);
        assert_eq!(wait_after(0, TimeDelta::zero(), 0), None);
    }

    #[test]
    fn jitter_stays_within_a_fifth_and_the_other_sides_wish_counts() {
        assert_eq!(wait_after(2, TimeDelta::zero(), 0), Some(TimeDelta::seconds(24)));
        assert_eq!(wait_after(2, TimeDelta::zero(), 255), Some(TimeDelta::seconds(36)));
        assert_eq!(wait_after(1, TimeDelta::hours(1), 255), Some(TimeDelta::hours(1)));
    }
}
