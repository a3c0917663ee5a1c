//! Settles what will not change by itself any more, so that the statistics do not count it again and again (统计底数). See
//! docs/decisions/0058-kept-figures.md.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{Result, Worker, in_rounds};

/// What is not settled yet is counted as it stands, so there is no hurry.
const ROUND: Duration = Duration::from_secs(60);
/// Submissions that are locked at once.
const BATCH: usize = 500;

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

    /// Settles what can be settled, batch by batch, until nothing is left or `stop` says so; how many.
    ///
    /// # Errors
    /// The database is away, or the calendar is being changed; the next round goes on.
    pub async fn settle_figures(&self, stop: &watch::Receiver<bool>) -> Result<usize> {
        let mut all = 0;
        while !*stop.borrow() {
            let now = self.clock.now();
            let settled = self.in_store(move |store| store.settle_figures(now, BATCH)).await?;
            let folded = self.in_store(|store| store.fold_figures(2 * BATCH)).await?;
            all += settled;
            if settled < BATCH && folded < 2 * BATCH {
                break;
            }
        }
        Ok(all)
    }
}
