//! Ids, tokens and chance, all from a key of the installation: two runs with the same key make the same, so that a load
//! that was interrupted can be gone on with, and nobody without the key can guess a token of the demonstration.

use chrono::{DateTime, Utc};
use minyi_gateways::keys::BlindIndex;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// The source of everything that looks random here.
#[derive(Debug, Clone)]
pub struct Seed(BlindIndex);

impl Seed {
    /// Everything follows from this key.
    pub fn new(index: BlindIndex) -> Self {
        Self(index)
    }

    /// 32 bytes for one thing.
    pub fn bytes(&self, label: &str) -> [u8; 32] {
        self.0.digest("demonstration", label)
    }

    /// Chance for one thing.
    pub fn chance(&self, label: &str) -> Chance {
        Chance(StdRng::from_seed(self.bytes(label)))
    }

    /// The id (UUIDv7) of one thing that came into being at `at`.
    pub fn id(&self, label: &str, at: DateTime<Utc>) -> Uuid {
        let mut tail = [0; 10];
        tail.iter_mut().zip(self.bytes(label)).for_each(|(to, from)| *to = from);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid()
    }

    /// What WeChat calls a person: `o` and 27 characters.
    pub fn openid(&self, label: &str) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
        let mut chance = self.chance(label);
        let tail = (0..27)
            .filter_map(|_| chance.pick(LETTERS))
            .map(|byte| char::from(*byte));
        std::iter::once('o').chain(tail).collect()
    }
}

/// A row of dice.
#[derive(Debug)]
pub struct Chance(pub StdRng);

impl Chance {
    /// A number from `low` up to, not including, `high`; `low` if there is none.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if low < high {
            self.0.random_range(low..high)
        } else {
            low
        }
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// One of several; none of none.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(usize::try_from(self.between(0, i64::try_from(from.len()).unwrap_or(0))).unwrap_or(0))
    }

    /// Puts a list into another order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.0.random_range(0..=last);
            list.swap(last, other);
        }
    }
}
