//! What is thrown away after a while: photos that nobody sent, logins that ended, words by which
//! what is too old was found, printed batches. And what is looked for now and then: codes scanned unusually often.

use std::{sync::Arc, time::Duration};

use chrono::{Days, TimeDelta};
use minyi_domain::calendar::local_date;
use minyi_store::Photo;
use tokio::{runtime::Handle, sync::watch};
use uuid::Uuid;

use crate::{Result, Worker, stopped};

const ROUND: Duration = Duration::from_secs(600);
/// A draft on a phone keeps its photos this long.
const PHOTO_WAITS: TimeDelta = TimeDelta::days(3);
/// WeChat repeats a push within seconds; this is long after.
const PUSH_REPEATS: TimeDelta = TimeDelta::days(7);
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

    /// One round.
    ///
    /// # Errors
    /// The database is away; the next round goes on.
    pub async fn keep_house(&self) -> Result<()> {
        let now = self.clock.now();
        self.in_store(move |store| store.forget_ended_sessions(now)).await?;
        self.in_store(move |store| store.forget_old_codes(now)).await?;
        self.in_store(move |store| store.forget_service_bindings(now)).await?;
        self.in_store(move |store| store.forget_kept_answers(now)).await?;
        self.in_store(move |store| store.forget_pushes(now - PUSH_REPEATS))
            .await?;
        while self.in_store(move |store| store.forget_old_terms(now, BATCH)).await? > 0 {}
        self.forget_prints().await?;
        self.notice_scans().await?;
        loop {
            let photos = self
                .in_store(move |store| store.unattached_photos_before(now - PHOTO_WAITS, BATCH))
                .await?;
            let mut forgotten = 0;
            for photo in &photos {
                forgotten += i64::from(self.forget_photo(photo.id).await?);
            }
            // A batch in which nothing could be removed would come again and again.
            if forgotten < BATCH {
                return Ok(());
            }
        }
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

    async fn forget_photo(&self, id: Uuid) -> Result<bool> {
        let (objects, runtime) = (self.objects.clone(), Handle::current());
        let remove = move |photo: &Photo| {
            for name in [&photo.object_name, &photo.thumbnail_name] {
                if let Err(error) = runtime.block_on(objects.delete(name)) {
                    tracing::warn!(photo = %photo.id, %error, "a photo that nobody sent could not be removed");
                    return false;
                }
            }
            true
        };
        self.in_store(move |store| store.forget_photo(id, remove)).await
    }
}
