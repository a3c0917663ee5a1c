//! Asks the database for many at once. What is asked while it answers waits, and is asked together next: nobody waits for
//! others to come, and the more there is to do, the more of it shares a transaction.

use chrono::{DateTime, Utc};
use minyi_gateways::clock::Clock;
use minyi_store::Store;
use tokio::sync::{mpsc, oneshot};

use crate::{Error, Result};

/// Few enough that what waits meanwhile does not wait long.
const MOST: usize = 100;

/// Gives an answer to each question, in their order.
type Answer<Q, A> = fn(&Store, &[Q], DateTime<Utc>) -> minyi_store::Result<Vec<A>>;
type Reply<A> = oneshot::Sender<Result<A>>;

/// Where questions of one kind are asked.
pub(crate) struct Together<Q, A>(mpsc::UnboundedSender<(Q, Reply<A>)>);

impl<Q, A> Together<Q, A>
where
    Q: Clone + Send + 'static,
    A: Send + 'static,
{
    /// Call it inside a tokio runtime.
    pub fn new(store: &Store, clock: &Clock, answer: Answer<Q, A>) -> Self {
        let (sender, asked) = mpsc::unbounded_channel();
        let desk = Desk {
            store: store.clone(),
            clock: clock.clone(),
            answer,
        };
        tokio::spawn(desk.serve(asked));
        Self(sender)
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// The database is away, or refuses this question.
    pub async fn ask(&self, question: Q) -> Result<A> {
        let (reply, answer) = oneshot::channel();
        self.0.send((question, reply)).map_err(|_| Error::Unanswered)?;
        answer.await.map_err(|_| Error::Unanswered)?
    }
}

/// Where they are answered.
struct Desk<Q, A> {
    store: Store,
    clock: Clock,
    answer: Answer<Q, A>,
}

impl<Q, A> Desk<Q, A>
where
    Q: Clone + Send + 'static,
    A: Send + 'static,
{
    async fn serve(self, mut asked: mpsc::UnboundedReceiver<(Q, Reply<A>)>) {
        let mut waiting = Vec::new();
        while asked.recv_many(&mut waiting, MOST).await > 0 {
            let (questions, replies): (Vec<Q>, Vec<Reply<A>>) = waiting.drain(..).unzip();
            match self.ask(questions.clone()).await {
                Ok(answers) => {
                    for (reply, answer) in replies.into_iter().zip(answers) {
                        // Who asked may have been stopped meanwhile.
                        drop(reply.send(Ok(answer)));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, together = questions.len(), "asked together in vain; each is asked alone");
                    // What is wrong with one must not hold up the others, nor those that come.
                    for (question, reply) in questions.into_iter().zip(replies) {
                        let answer = self.ask(vec![question]);
                        tokio::spawn(async move {
                            let alone = answer.await.and_then(|mut one| one.pop().ok_or(Error::Unanswered));
                            drop(reply.send(alone));
                        });
                    }
                }
            }
        }
    }

    /// On a thread that may wait.
    fn ask(&self, questions: Vec<Q>) -> impl Future<Output = Result<Vec<A>>> + Send + use<Q, A> {
        let (store, now, answer) = (self.store.clone(), self.clock.now(), self.answer);
        let asking = tokio::task::spawn_blocking(move || answer(&store, &questions, now));
        async move { Ok(asking.await??) }
    }
}
