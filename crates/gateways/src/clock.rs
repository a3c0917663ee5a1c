//! Time and randomness. No other file of production code asks the machine for either, so that
//! a test can move the time and nothing depends on when it runs.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// Where the program takes the time from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that stands still until [`Clock::advance`] moves it; its clones move together.
    Manual(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `now` until it is moved.
    pub fn manual(now: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(Mutex::new(now)))
    }

    /// The present time.
    #[expect(clippy::disallowed_methods, reason = "this is where the time comes from")]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Manual(time) => *time.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves a manual clock forward (or back, with a negative step). The machine's clock stays
    /// as it is.
    pub fn advance(&self, step: TimeDelta) {
        if let Self::Manual(time) = self {
            let mut time = time.lock().unwrap_or_else(PoisonError::into_inner);
            *time += step;
        }
    }

    /// A new UUIDv7 of this clock's present. Ids of the same millisecond have no order.
    pub fn new_id(&self) -> Uuid {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random_bytes()).into_uuid()
    }
}

/// Bytes from a cryptographically secure generator: tokens, nonces, names nobody can guess.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    rand::random()
}

/// A cryptographically secure generator, for functions that take one as an argument.
#[expect(clippy::disallowed_methods, reason = "this is where randomness comes from")]
pub fn rng() -> rand::rngs::ThreadRng {
    rand::rng()
}
