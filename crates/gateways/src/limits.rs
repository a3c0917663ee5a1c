//! Rate limits.
//!
//! The rule is GCRA, the leaky bucket that needs one number per subject: the *theoretical
//! arrival time* (TAT) of the next request of somebody who comes evenly. With `T = per / burst`,
//! a request at `now` moves TAT to `max(TAT, now) + T` and is allowed if that is at most
//! `now + per`. So `burst` requests may come at once, and then one each `T`.
//!
//! A Redis key `minyi:limit:<class>:<digest>` holds the TAT in microseconds since 1970 and
//! expires when it is past. The digest is keyed ([`BlindIndex`]): addresses and receipts cannot
//! be read out of Redis. All limits of a request are checked in one script and one round trip,
//! together with those of other requests of the same moment, and charged only if all of its own
//! allow it. So a request may wait for two scripts: a Redis that takes longer than half of its
//! time for both counts as away. The time comes from the calling process; a difference between
//! two processes' clocks shifts a limit by that difference.
//!
//! Without Redis each process counts by itself with the same arithmetic, which allows as many
//! times the limit as there are processes. Checking a limit never fails a request.

mod desk;
mod gcra;
mod local;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use crate::{clock::Clock, keys::BlindIndex, redis_link::RedisLink};
use desk::Desk;
use local::Local;

/// How long this process then goes on without asking Redis, so that a dead Redis does not slow
/// every request down.
const PAUSE_MICROS: i64 = 1_000_000;

/// How many requests at once, and how long until that many are free again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// Requests that may come at once; at least 1 (0 counts as 1).
    pub burst: u32,
    /// The time in which the whole burst becomes free again; at least a millisecond.
    pub per: Duration,
}

/// One limit to check.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    /// What is limited, for instance `submit.address`: lower-case letters and dots.
    pub class: &'static str,
    /// Who is limited: an address, a code, a receipt. Hashed before it leaves the process.
    pub subject: &'a str,
    /// The limit.
    pub limit: Limit,
}

/// The answer to all checks of a request together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Go on.
    Allowed {
        /// How many more requests the tightest limit would allow right now.
        remaining: u32,
    },
    /// Refuse with 429.
    Limited {
        /// Seconds until the request would be allowed, rounded up: the `Retry-After` header.
        retry_after_seconds: u32,
        /// Which limit refused it.
        class: &'static str,
    },
}

/// Counts requests. Clones count together.
#[derive(Debug, Clone)]
pub struct Limits {
    desk: Desk,
    /// How long a request waits: half as long as other work, before this process counts by itself.
    patience: Duration,
    index: BlindIndex,
    clock: Clock,
    local: Arc<Local>,
    /// Until when (microseconds) Redis is not asked.
    without_redis_until: Arc<AtomicI64>,
}

impl Limits {
    /// Limits counted in this Redis. Must be called inside a tokio runtime.
    pub fn new(link: RedisLink, index: BlindIndex, clock: Clock) -> Self {
        Self {
            patience: link.timeout() / 2,
            desk: Desk::new(link),
            index,
            clock,
            local: Arc::default(),
            without_redis_until: Arc::default(),
        }
    }

    /// Counts one request against every one of `checks`.
    pub async fn check(&self, checks: &[Check<'_>]) -> Decision {
        if checks.is_empty() {
            return Decision::Allowed { remaining: u32::MAX };
        }
        let now = self.clock.now().timestamp_micros();
        let keys: Vec<String> = checks.iter().map(|check| self.key(check)).collect();
        let verdict = match self.ask_redis(&keys, checks, now).await {
            Some(verdict) => verdict,
            None => self.local.check(&keys, checks, now),
        };
        decide(checks, &verdict)
    }

    fn key(&self, check: &Check<'_>) -> String {
        let digest = self.index.digest(check.class, check.subject);
        // 16 of 32 bytes: an accidental collision stays out of reach, the key stays short.
        let number = u128::from_be_bytes(*digest.first_chunk().unwrap_or(&[0; 16]));
        format!("minyi:limit:{}:{number:032x}", check.class)
    }

    /// `None` if Redis cannot be asked.
    async fn ask_redis(&self, keys: &[String], checks: &[Check<'_>], now: i64) -> Option<Vec<i64>> {
        if now < self.without_redis_until.load(Ordering::Relaxed) {
            return None;
        }
        match tokio::time::timeout(self.patience, self.desk.ask(keys, checks, now)).await {
            Ok(Some(verdict)) => return Some(verdict),
            // The desk has said why.
            Ok(None) => {}
            Err(_) => tracing::warn!("rate limits are counted without redis: no answer"),
        }
        self.without_redis_until
            .store(now.saturating_add(PAUSE_MICROS), Ordering::Relaxed);
        None
    }
}

/// Reads a verdict: per check the microseconds to wait as a negative number, or, if nobody has
/// to wait, the requests that remain.
fn decide(checks: &[Check<'_>], verdict: &[i64]) -> Decision {
    let worst = checks.iter().zip(verdict).min_by_key(|(_, value)| **value);
    match worst {
        Some((check, value)) if *value < 0 => Decision::Limited {
            retry_after_seconds: u32::try_from(value.unsigned_abs().div_ceil(1_000_000)).unwrap_or(u32::MAX),
            class: check.class,
        },
        Some((_, value)) => Decision::Allowed {
            remaining: u32::try_from(*value).unwrap_or(u32::MAX),
        },
        None => Decision::Allowed { remaining: u32::MAX },
    }
}
