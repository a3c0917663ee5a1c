//! What is thrown away after a while: photos that nobody sent, logins that ended.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use tokio::sync::watch;

use crate::{Result, Worker, stopped};

const ROUND: Duration = Duration::from_secs(600);
/// A draft on a phone keeps its photos this long.
const PHOTO_WAITS: TimeDelta = TimeDelta::days(3);
const BATCH: i64 = 200;

impl Worker {
    pub(crate) async fn run_housekeeping(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut round = tokio::time::interval(ROUND);
        loop {
            tokio::select! {
                () = stopped(&mut stop) => return,
                _ = round.tick() => {}
            }
            if let Err(error) = self.keep_house().await {
                tracing::warn!(%error, "housekeeping failed; trying again in the next round");
            }
        }
    }

    /// One round. The file goes before the row, so that no file is left that nobody knows of.
    ///
    /// # Errors
    /// Database or storage are away; the next round goes on.
    pub async fn keep_house(&self) -> Result<()> {
        let now = self.clock.now();
        let photos = self
            .in_store(move |store| store.unattached_photos_before(now - PHOTO_WAITS, BATCH))
            .await?;
        for photo in photos {
            self.objects.delete(&photo.object_name).await?;
            self.objects.delete(&photo.thumbnail_name).await?;
            self.in_store(move |store| store.forget_photo(photo.id)).await?;
        }
        self.in_store(move |store| store.forget_ended_sessions(now)).await?;
        Ok(())
    }
}
