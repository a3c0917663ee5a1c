//! From the stream to the work: takes ids, works on several at once, acknowledges each when its row says so.

use std::{collections::HashSet, future::Future, sync::Arc, time::Duration};

use minyi_gateways::queue::{Consumer, Message, Stream};
use tokio::{
    sync::{Semaphore, watch},
    task::JoinSet,
};
use uuid::Uuid;

use crate::{Result, Worker, stopped};

/// How much of a stream a worker has in hand.
#[derive(Clone, Copy)]
pub(crate) struct Share {
    /// Pieces of work at once.
    pub hands: usize,
    /// Entries that are worked on together.
    pub together: usize,
}

const BLOCK: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(500);

impl Worker {
    /// Works on `stream` until `stop` says so, then finishes what it has in hand. `work` says of which ids it knows what
    /// became of them; what failed, or is not named, comes back.
    pub(crate) async fn run_consumer<W, F>(
        self: Arc<Self>,
        stream: Stream,
        share: Share,
        mut stop: watch::Receiver<bool>,
        work: W,
    ) where
        W: Fn(Arc<Worker>, Vec<Uuid>) -> F + Send + Sync + 'static,
        F: Future<Output = Vec<(Uuid, Result<()>)>> + Send + 'static,
    {
        let mut consumer = self.queue.consumer(stream, self.name.clone());
        // The consumer blocks while it waits, so acknowledging goes its own way.
        let acknowledger = Arc::new(self.queue.consumer(stream, self.name.clone()));
        let (work, hands) = (Arc::new(work), Arc::new(Semaphore::new(share.hands)));
        let mut in_hand = JoinSet::new();
        let mut claim = tokio::time::interval(self.pace.stale() / 2);
        claim.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            while in_hand.try_join_next().is_some() {}
            let taken = tokio::select! {
                () = stopped(&mut stop) => break,
                taken = self.take(&mut consumer, &hands, share, &mut claim) => taken,
            };
            let messages = match taken {
                Ok(messages) => messages,
                Err(error) => {
                    tracing::warn!(stream = stream.name(), %error, "no work can be taken; trying again");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            for some in messages.chunks(share.together) {
                // Fails only if the semaphore is closed, which nobody does.
                let Ok(hand) = Arc::clone(&hands).acquire_owned().await else {
                    break;
                };
                let (worker, work, acknowledger) = (Arc::clone(&self), Arc::clone(&work), Arc::clone(&acknowledger));
                let some = some.to_vec();
                in_hand.spawn(async move {
                    finish(stream, &acknowledger, some, |ids| work(worker, ids)).await;
                    drop(hand);
                });
            }
        }
        let drained = tokio::time::timeout(self.pace.drain(), async {
            while in_hand.join_next().await.is_some() {}
        });
        if drained.await.is_err() {
            tracing::warn!(
                stream = stream.name(),
                left = in_hand.len(),
                "stopped with work in hand; it is taken up again"
            );
        }
    }

    async fn take(
        &self,
        consumer: &mut Consumer,
        hands: &Semaphore,
        share: Share,
        claim: &mut tokio::time::Interval,
    ) -> Result<Vec<Message>> {
        // Waits for a free hand first: what is read and not worked on would be out of the other workers' reach.
        drop(hands.acquire().await);
        let free = hands.available_permits().max(1) * share.together;
        let due = std::future::poll_fn(|context| std::task::Poll::Ready(claim.poll_tick(context).is_ready())).await;
        if due {
            let left_behind = consumer.claim_idle(self.pace.stale(), free).await?;
            if !left_behind.is_empty() {
                return Ok(left_behind);
            }
        }
        Ok(consumer.next(free, BLOCK).await?)
    }
}

/// Works on some entries; one that failed is left pending and comes back through the sweep.
async fn finish<F>(
    stream: Stream,
    acknowledger: &Consumer,
    mut messages: Vec<Message>,
    work: impl FnOnce(Vec<Uuid>) -> F,
) where
    F: Future<Output = Vec<(Uuid, Result<()>)>>,
{
    let mut finished = HashSet::new();
    for (id, done) in work(messages.iter().map(|message| message.id).collect()).await {
        match done {
            Ok(()) => {
                finished.insert(id);
            }
            Err(error) => tracing::warn!(stream = stream.name(), %id, %error, "work failed; it comes back"),
        }
    }
    messages.retain(|message| finished.contains(&message.id));
    if let Err(error) = acknowledger.ack(&messages).await {
        tracing::warn!(stream = stream.name(), %error, "finished work could not be acknowledged");
    }
}
