//! The one place that knows what time it is. Tests stop the clock and move it by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that runs with the machine or stands still; either can be moved forward. Clones share the time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    stopped_at: Option<DateTime<Utc>>,
    offset_ms: AtomicI64,
}

impl Clock {
    /// The machine's time.
    #[must_use]
    pub fn running() -> Self {
        Self::default()
    }

    /// A clock that stands at `time` until [`Clock::advance`] moves it.
    #[must_use]
    pub fn stopped_at(time: DateTime<Utc>) -> Self {
        Self(Arc::new(Inner {
            stopped_at: Some(time),
            offset_ms: AtomicI64::new(0),
        }))
    }

    /// The present moment.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "a program of its own; every other file asks this clock"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        let offset = TimeDelta::milliseconds(self.0.offset_ms.load(Ordering::Relaxed));
        self.0.stopped_at.unwrap_or_else(Utc::now) + offset
    }

    /// Moves the time forward by whole seconds.
    pub fn advance(&self, seconds: u32) {
        self.0.offset_ms.fetch_add(i64::from(seconds) * 1000, Ordering::Relaxed);
    }
}
