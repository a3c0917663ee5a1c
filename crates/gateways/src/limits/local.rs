//! Counting in the process, for the time without Redis.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::{Check, gcra};

/// About 10 MB. A process that sees more subjects in an outage forgets what it counted rather
/// than grow without end.
const MAX_SUBJECTS: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct Local {
    tats: Mutex<HashMap<String, i64>>,
}

impl Local {
    /// The same verdict as the script in Redis.
    pub(super) fn check(&self, keys: &[String], checks: &[Check<'_>], now: i64) -> Vec<i64> {
        let mut tats = self.tats.lock().unwrap_or_else(PoisonError::into_inner);
        let steps: Vec<_> = keys
            .iter()
            .zip(checks)
            .map(|(key, check)| gcra::step(tats.get(key).copied(), now, check.limit))
            .collect();
        if steps.iter().all(Result::is_ok) {
            make_room(&mut tats, keys.len(), now);
            for (key, step) in keys.iter().zip(&steps) {
                if let Ok((tat, _)) = step {
                    tats.insert(key.clone(), *tat);
                }
            }
        }
        steps
            .into_iter()
            .map(|step| step.map_or_else(|wait| -wait, |(_, left)| left))
            .collect()
    }
}

fn make_room(tats: &mut HashMap<String, i64>, wanted: usize, now: i64) {
    if tats.len() + wanted > MAX_SUBJECTS {
        tats.retain(|_, tat| *tat > now);
    }
    if tats.len() + wanted > MAX_SUBJECTS {
        tats.clear();
    }
}
