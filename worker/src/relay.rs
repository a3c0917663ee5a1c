//! From Postgres to the stream: rows that are due are marked as published and their ids are handed on.
//!
//! The mark comes first. If this process dies between the two, or Redis loses the stream, the row stays published and
//! unfinished, and the sweep publishes it again after [`Pace::stale_seconds`](crate::Pace).

use std::{sync::Arc, thread, time::Duration};

use minyi_gateways::queue::Stream;
use minyi_store::Store;
use tokio::{
    sync::{Notify, watch},
    time::{Interval, MissedTickBehavior, interval},
};
use uuid::Uuid;

use crate::{Result, Worker, stopped};

/// Rows in one claim: enough to keep the senders busy, few enough that a lost claim is soon made good.
const BATCH: i64 = 500;
/// Looked at even when nothing was announced: clock steps fall due silently.
const TICK: Duration = Duration::from_secs(1);
/// After a failure of the database or of Redis.
const PAUSE: Duration = Duration::from_millis(500);

impl Worker {
    /// Moves work on until `stop` says so.
    pub(crate) async fn run_relay(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let woken = Arc::new(Notify::new());
        listen(self.database_url.clone(), Arc::clone(&woken), stop.clone());
        let (mut look, mut sweep) = (every(TICK), every(self.pace.stale() / 4));
        loop {
            let done = tokio::select! {
                () = stopped(&mut stop) => return,
                _ = sweep.tick() => self.sweep().await,
                _ = woken.notified() => self.relay().await,
                _ = look.tick() => self.relay().await,
            };
            if let Err(error) = done {
                tracing::warn!(%error, "work could not be moved on; trying again");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Publishes everything that is due now.
    async fn relay(&self) -> Result<()> {
        loop {
            let now = self.clock.now();
            let notifications = self
                .in_store(move |store| store.claim_due_notifications(now, BATCH))
                .await?;
            self.queue.publish(Stream::Notifications, &notifications).await?;
            let steps = self.in_store(move |store| store.claim_due_steps(now, BATCH)).await?;
            self.queue.publish(Stream::Steps, &steps).await?;
            if is_short(&notifications) && is_short(&steps) {
                return Ok(());
            }
        }
    }

    /// Publishes again what was published long ago and never finished.
    async fn sweep(&self) -> Result<()> {
        let (now, stale) = (self.clock.now(), self.stale());
        let unknown_until = now + self.unknown_wait();
        let lost = self
            .in_store(move |store| store.republish_stale(now, stale, unknown_until))
            .await?;
        if !lost.notifications.is_empty() || !lost.steps.is_empty() {
            let (notifications, steps) = (lost.notifications.len(), lost.steps.len());
            tracing::info!(notifications, steps, "published again what was not finished");
        }
        self.queue.publish(Stream::Notifications, &lost.notifications).await?;
        Ok(self.queue.publish(Stream::Steps, &lost.steps).await?)
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

fn is_short(ids: &[Uuid]) -> bool {
    i64::try_from(ids.len()).is_ok_and(|count| count < BATCH)
}

/// A thread of its own, because the database's client library blocks.
fn listen(database_url: String, woken: Arc<Notify>, stop: watch::Receiver<bool>) {
    thread::spawn(move || {
        while !*stop.borrow() {
            match Store::listen(&database_url) {
                Ok(mut listener) => {
                    // What was announced before we listened must not wait for the tick.
                    woken.notify_one();
                    while !*stop.borrow() {
                        match listener.wait(TICK) {
                            Ok(true) => woken.notify_one(),
                            Ok(false) => {}
                            Err(error) => {
                                tracing::warn!(%error, "announcements are not heard; opening a new connection");
                                break;
                            }
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "announcements cannot be heard yet"),
            }
            thread::sleep(PAUSE);
        }
    });
}
