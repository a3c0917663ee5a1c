//! Computes clocks again (重新计算期限): a year's holidays, policies that are applied to what runs, and the look at either
//! before. Whole or not at all. See docs/decisions/0057-clocks-by-a-worker.md.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use minyi_store::{ClockWork, Store};
use tokio::sync::watch;
use uuid::Uuid;

use crate::{Error, Result, Worker, in_rounds};

/// A job is looked for so often: somebody waits for it at a screen.
const ROUND: Duration = Duration::from_secs(1);
/// Some hundred clocks take a moment; who does not come back within this time is believed dead.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// What whoever asked is told; what went wrong stands in the log.
const FAILED: &str = "没有算完，期限都没有变。请再试一次；还不行，请联系管理员看运行日志。";

impl Worker {
    pub(crate) async fn run_clocks(self: Arc<Self>, stop: watch::Receiver<bool>) {
        in_rounds(ROUND, stop.clone(), "no clocks can be computed; trying again", || {
            self.compute_clocks(&stop)
        })
        .await;
    }

    /// Computes what waits, until `stop` says so; what was begun is begun anew by whoever comes next. Returns how many jobs
    /// came to an end.
    ///
    /// # Errors
    /// The database is away; the job is taken up again when its lease has run out.
    pub async fn compute_clocks(&self, stop: &watch::Receiver<bool>) -> Result<usize> {
        let mut ended = 0;
        while !*stop.borrow() {
            let (now, lease) = (self.clock.now(), Uuid::new_v4());
            let claim = move |store: &Store| store.claim_clock_job(lease, now, now + LEASE);
            let Some(work) = self.in_store(claim).await? else {
                break;
            };
            let work = Arc::new(work);
            match self.compute(&work, stop).await {
                Ok(true) => ended += 1,
                Ok(false) => {
                    tracing::info!(job = %work.id, "the job was cancelled, is in other hands, or goes on later")
                }
                Err(Error::Store(error @ (minyi_store::Error::Database(_) | minyi_store::Error::Unknown(_)))) => {
                    tracing::error!(job = %work.id, ?error, "clocks cannot be computed");
                    let now = self.clock.now();
                    self.in_store(move |store| store.fail_clock_job(&work, FAILED, now))
                        .await?;
                    ended += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(ended)
    }

    /// One job to its end; `false`: nothing has changed, because it was cancelled, is in other hands, or we are to stop.
    async fn compute(&self, work: &Arc<ClockWork>, stop: &watch::Receiver<bool>) -> Result<bool> {
        let (work, clock, stop) = (Arc::clone(work), self.clock.clone(), stop.clone());
        let run = move |store: &Store| {
            let mut tell = |done, total| {
                let now = clock.now();
                if *stop.borrow() {
                    // Another worker may begin at once.
                    store.advance_clock_job(&work, (0, 0), now - LEASE)?;
                    return Ok(false);
                }
                store.advance_clock_job(&work, (done, total), now + LEASE)
            };
            store.run_clock_job(&work, clock.now(), &mut tell)
        };
        self.in_store(run).await
    }
}
