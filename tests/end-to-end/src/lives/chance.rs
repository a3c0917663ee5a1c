//! Seeded decisions.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// The same seed decides the same.
pub struct Chance(StdRng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// True in `percent` of the cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.0.random_range(0..from.len())]
    }

    /// By weight; nothing if all weights are zero.
    pub fn weighted<'a, T>(&mut self, from: &'a [(u32, T)]) -> Option<&'a T> {
        let total: u32 = from.iter().map(|(weight, _)| weight).sum();
        let mut left = (total > 0).then(|| self.0.random_range(0..total))?;
        from.iter().find_map(|(weight, what)| {
            if left < *weight {
                return Some(what);
            }
            left -= weight;
            None
        })
    }

    /// An address of a resident's phone.
    pub fn address(&mut self) -> String {
        let part = |rng: &mut StdRng| rng.random_range(1..255u8);
        format!("10.{}.{}.{}", part(&mut self.0), part(&mut self.0), part(&mut self.0))
    }
}
