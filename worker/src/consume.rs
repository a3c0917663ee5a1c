//! From the stream to the work: takes ids, works on several at once, acknowledges each when its row says so.

use std::{future::Future, sync::Arc, time::Duration};

use minyi_gateways::queue::{Consumer, Message, Stream};
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::JoinSet,
};
use uuid::Uuid;

use crate::{Result, Worker, stopped};

const BLOCK: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(500);
/// Entries that are acknowledged at once.
const MOST_ACKNOWLEDGED: usize = 500;

impl Worker {
    /// Works on `stream` until `stop` says so, then finishes what it has in hand.
    pub(crate) async fn run_consumer<W, F>(self: Arc<Self>, stream: Stream, mut stop: watch::Receiver<bool>, work: W)
    where
        W: Fn(Arc<Worker>, Uuid) -> F + Send + Sync + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let mut consumer = self.queue.consumer(stream, self.name.clone());
        // The consumer blocks while it waits, so acknowledging goes its own way.
        let (done, finished) = mpsc::unbounded_channel();
        let acknowledger = self.queue.consumer(stream, self.name.clone());
        let acknowledging = tokio::spawn(acknowledge(stream, acknowledger, finished));
        let (work, hands) = (Arc::new(work), Arc::new(Semaphore::new(self.pace.concurrency)));
        let mut in_hand = JoinSet::new();
        let mut claim = tokio::time::interval(self.pace.stale() / 2);
        claim.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            while in_hand.try_join_next().is_some() {}
            let taken = tokio::select! {
                () = stopped(&mut stop) => break,
                taken = self.take(&mut consumer, &hands, &mut claim) => taken,
            };
            let messages = match taken {
                Ok(messages) => messages,
                Err(error) => {
                    tracing::warn!(stream = stream.name(), %error, "no work can be taken; trying again");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            };
            for message in messages {
                // Fails only if the semaphore is closed, which nobody does.
                let Ok(hand) = Arc::clone(&hands).acquire_owned().await else {
                    break;
                };
                let (worker, work, done) = (Arc::clone(&self), Arc::clone(&work), done.clone());
                in_hand.spawn(async move {
                    finish(stream, &done, message, |id| work(worker, id)).await;
                    drop(hand);
                });
            }
        }
        drop(done);
        let drained = tokio::time::timeout(self.pace.drain(), async {
            while in_hand.join_next().await.is_some() {}
            acknowledging.await
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
        claim: &mut tokio::time::Interval,
    ) -> Result<Vec<Message>> {
        // Waits for a free hand first: what is read and not worked on would be out of the other workers' reach.
        drop(hands.acquire().await);
        let free = hands.available_permits().max(1);
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

/// Works on one entry; one that failed is left pending and comes back through the sweep.
async fn finish<F>(
    stream: Stream,
    done: &mpsc::UnboundedSender<Message>,
    message: Message,
    work: impl FnOnce(Uuid) -> F,
) where
    F: Future<Output = Result<()>>,
{
    match work(message.id).await {
        // Fails only if the acknowledger is gone; then it comes back and is found done.
        Ok(()) => drop(done.send(message)),
        Err(error) => tracing::warn!(stream = stream.name(), id = %message.id, %error, "work failed; it comes back"),
    }
}

/// Acknowledges what is finished, all that has come together at once, until nobody is left who could finish anything.
async fn acknowledge(stream: Stream, acknowledger: Consumer, mut finished: mpsc::UnboundedReceiver<Message>) {
    let mut messages = Vec::new();
    while finished.recv_many(&mut messages, MOST_ACKNOWLEDGED).await > 0 {
        if let Err(error) = acknowledger.ack(&messages).await {
            tracing::warn!(stream = stream.name(), %error, "finished work could not be acknowledged");
        }
        messages.clear();
    }
}
