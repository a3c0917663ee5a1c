//! Removes what has been kept long enough (到期清理): the runs that somebody asked for, and the day's own. Batch by batch, each
//! written down in the run's row, so that after a worker was killed another goes on. See docs/decisions/0045-retention.md.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::retention::DataClass;
use minyi_store::{Photo, RetentionItem, RetentionWork};
use tokio::{runtime::Handle, sync::watch};
use uuid::Uuid;

use crate::{Error, Result, Worker, in_rounds};

/// A run is looked for so often: somebody may wait for it at a screen.
const ROUND: Duration = Duration::from_secs(2);
/// A batch takes a moment; who does not come back within this time is believed dead.
const LEASE: TimeDelta = TimeDelta::seconds(120);
/// Rows of a batch.
const BATCH: i64 = 500;
/// Of those that have files, each of which is removed by itself.
const FILES: i64 = 50;

impl Worker {
    pub(crate) async fn run_retention(self: Arc<Self>, stop: watch::Receiver<bool>) {
        in_rounds(
            ROUND,
            stop.clone(),
            "what is due cannot be removed; trying again",
            || self.forget(&stop),
        )
        .await;
    }

    /// Carries out the run that waits, if there is one, until `stop` says so; what was begun is taken up again when its
    /// lease has run out. Returns whether a run came to its end.
    ///
    /// # Errors
    /// The database or the object store is away; the run is taken up again.
    pub async fn forget(&self, stop: &watch::Receiver<bool>) -> Result<bool> {
        let (lease, now) = (Uuid::new_v4(), self.clock.now());
        let claim = move |store: &minyi_store::Store| store.claim_retention_run(lease, now, now + LEASE);
        let Some(work) = self.in_store(claim).await? else {
            return Ok(false);
        };
        let work = Arc::new(work);
        for item in &work.items {
            match self.forget_class(&work, item, stop).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::info!(run = %work.id, "the run was cancelled, is in other hands, or goes on later");
                    return Ok(false);
                }
                Err(Error::Store(error @ minyi_store::Error::Database(_))) => {
                    tracing::error!(run = %work.id, class = %item.class, ?error, "the database refuses to forget");
                    let reason = format!("数据库不允许清理“{}”，详见运行日志。", item.class.zh());
                    return self.finish(&work, Some(reason)).await;
                }
                Err(error) => return Err(error),
            }
        }
        self.finish(&work, None).await
    }

    async fn finish(&self, work: &Arc<RetentionWork>, error: Option<String>) -> Result<bool> {
        let (work, now) = (Arc::clone(work), self.clock.now());
        self.in_store(move |store| store.finish_retention_run(&work, error.as_deref(), now))
            .await
    }

    /// One class to its end; `false`: the run is not ours any more, or we are to stop.
    async fn forget_class(
        &self,
        work: &Arc<RetentionWork>,
        item: &RetentionItem,
        stop: &watch::Receiver<bool>,
    ) -> Result<bool> {
        let class = item.class;
        loop {
            if *stop.borrow() {
                return Ok(false);
            }
            let (held, is_over) = match class {
                DataClass::Photos | DataClass::Drafts => {
                    let gone = self.forget_photos(class, item.due_before).await?;
                    // A batch in which something could not be removed would come again and again.
                    (
                        self.count(work, class, gone).await?,
                        i64::try_from(gone).unwrap_or(0) < FILES,
                    )
                }
                DataClass::Prints => {
                    let gone = self.forget_prints(item.due_before, FILES).await?;
                    (self.count(work, class, gone).await?, gone == 0)
                }
                _ => {
                    let (work, item, until) = (Arc::clone(work), item.clone(), self.clock.now() + LEASE);
                    let batch = move |store: &minyi_store::Store| store.forget_batch(&work, &item, BATCH, until);
                    let gone = self.in_store(batch).await?;
                    (gone.is_some(), gone == Some(0))
                }
            };
            if !held {
                return Ok(false);
            }
            if is_over {
                break;
            }
        }
        let (work, now) = (Arc::clone(work), self.clock.now());
        self.in_store(move |store| store.finish_retention_item(&work, class, now))
            .await?;
        Ok(true)
    }

    async fn count(&self, work: &Arc<RetentionWork>, class: DataClass, gone: usize) -> Result<bool> {
        let (work, until) = (Arc::clone(work), self.clock.now() + LEASE);
        self.in_store(move |store| store.count_forgotten(&work, class, gone, until))
            .await
    }

    /// A batch of photos with their files; how many are gone.
    async fn forget_photos(&self, class: DataClass, before: DateTime<Utc>) -> Result<usize> {
        let due = self
            .in_store(move |store| store.due_photos(class, before, FILES))
            .await?;
        let mut gone = 0;
        for id in due {
            let (objects, runtime) = (self.objects.clone(), Handle::current());
            let remove = move |photo: &Photo| {
                for name in [&photo.object_name, &photo.thumbnail_name] {
                    if let Err(error) = runtime.block_on(objects.delete(name)) {
                        tracing::warn!(photo = %photo.id, %error, "a photo that is due could not be removed");
                        return false;
                    }
                }
                true
            };
            let forget = move |store: &minyi_store::Store| store.forget_photo(class, before, id, remove);
            gone += usize::from(self.in_store(forget).await?);
        }
        Ok(gone)
    }
}
