//! How long to wait before a message is tried again.

use chrono::TimeDelta;

/// Seconds after the first, second, … attempt that failed; the last one repeats.
const SECONDS: [u32; 6] = [5, 30, 120, 600, 1_800, 7_200];
/// A message that could not be sent for so long is dead: what it tells of is old. But each is tried as often as the
/// ladder has steps, even after a long outage of our own.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::hours(24);

/// The wait after attempt number `attempts` (from 1) of a message that is `age` old, with up to a fifth more or less so
/// that what failed together does not come back together. `jitter` is any random byte; `at_least` is what the other side
/// asked for. `None`: it was tried long enough.
pub fn wait_after(attempts: i16, age: TimeDelta, at_least: TimeDelta, jitter: u8) -> Option<TimeDelta> {
    let [.., last] = SECONDS;
    let index = usize::try_from(attempts).unwrap_or_default().saturating_sub(1);
    let seconds = SECONDS.get(index).copied().unwrap_or(last);
    let wait = spread(TimeDelta::seconds(seconds.into()), jitter).max(at_least);
    (age + wait <= GIVE_UP_AFTER || index < SECONDS.len()).then_some(wait)
}

/// A fifth more or less.
pub fn spread(wait: TimeDelta, jitter: u8) -> TimeDelta {
    wait * (800 + i32::from(jitter) * 400 / 255) / 1000
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn waits_grow_and_the_last_one_repeats() {
        let waits: Vec<_> = (1..=7)
            .map(|n| wait_after(n, TimeDelta::zero(), TimeDelta::zero(), 127).unwrap())
            .collect();
        assert!(waits.windows(2).take(5).all(|pair| matches!(pair, [a, b] if a < b)));
        assert_eq!(waits.get(5), waits.get(6));
    }

    #[test]
    fn after_a_day_it_ends() {
        assert_eq!(wait_after(7, TimeDelta::hours(24), TimeDelta::zero(), 0), None);
        assert!(
            wait_after(1, TimeDelta::hours(48), TimeDelta::zero(), 0).is_some(),
            "but never at the first failure"
        );
    }

    #[test]
    fn jitter_stays_within_a_fifth_and_the_other_sides_wish_counts() {
        let wait = |at_least, jitter| wait_after(2, TimeDelta::zero(), at_least, jitter);
        assert_eq!(wait(TimeDelta::zero(), 0), Some(TimeDelta::seconds(24)));
        assert_eq!(wait(TimeDelta::zero(), 255), Some(TimeDelta::seconds(36)));
        assert_eq!(wait(TimeDelta::hours(1), 255), Some(TimeDelta::hours(1)));
    }
}
