//! What is done now and then: the day's run over what has been kept long enough begins, and codes that are scanned
//! unusually often are looked for.

use std::{sync::Arc, time::Duration};

use chrono::Days;
use minyi_domain::calendar::local_date;
use tokio::sync::watch;

use crate::{Result, Worker, in_rounds};

const ROUND: Duration = Duration::from_secs(600);

impl Worker {
    pub(crate) async fn run_housekeeping(self: Arc<Self>, stop: watch::Receiver<bool>) {
        in_rounds(
            ROUND,
            stop,
            "housekeeping failed; trying again in the next round",
            || self.keep_house(),
        )
        .await;
    }

    /// One round. What is to be forgotten is only begun here, see [`Worker::forget`].
    ///
    /// # Errors
    /// The database is away; the next round goes on.
    pub async fn keep_house(&self) -> Result<()> {
        let now = self.clock.now();
        self.in_store(move |store| store.begin_daily_retention(now)).await?;
        self.in_store(move |store| store.forget_service_bindings(now)).await?;
        self.notice_scans().await
    }

    /// Looks for codes that are scanned unusually often, today and yesterday, whose last scans came after the last look.
    async fn notice_scans(&self) -> Result<()> {
        let now = self.clock.now();
        let today = local_date(now);
        for day in [today - Days::new(1), today] {
            self.in_store(move |store| store.notice_unusual_scans(day, now)).await?;
        }
        Ok(())
    }
}
