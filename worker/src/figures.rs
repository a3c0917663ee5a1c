//! Settles that with which nothing is happening, so that the statistics do not count it again and again (统计底数). See
//! docs/decisions/0058-kept-figures.md.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{Result, Worker, in_rounds};

/// What is not settled yet is counted as it stands, so there is no hurry.
const ROUND: Duration = Duration::from_secs(60);
/// Submissions that are locked at once: who wants to do something with one of them waits until all are settled.
const BATCH: usize = 200;

impl Worker {
    pub(crate) async fn run_figures(self: Arc<Self>, stop: watch::Receiver<bool>) {
        in_rounds(
            ROUND,
            stop.clone(),
            "figures cannot be settled; trying again in the next round",
            || self.settle_figures(&stop),
        )
        .await;
    }

    /// Takes out what falls due, and settles what can be settled, batch by batch, until nothing is left or `stop` says so;
    /// how many it settled.
    ///
    /// # Errors
    /// The database is away, or the calendar is being changed; the next round goes on.
    pub async fn settle_figures(&self, stop: &watch::Receiver<bool>) -> Result<usize> {
        let mut all = 0;
        while !*stop.borrow() {
            let now = self.clock.now();
            let due = self.in_store(move |store| store.unsettle_due(now, BATCH)).await?;
            let settled = self.in_store(move |store| store.settle_figures(now, BATCH)).await?;
            let folded = self.in_store(|store| store.fold_figures(2 * BATCH)).await?;
            all += settled;
            if due.max(settled) < BATCH && folded < 2 * BATCH {
                break;
            }
        }
        Ok(all)
    }
}
