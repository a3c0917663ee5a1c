//! The worker: what has to happen later, or outside the database, happens here.
//!
//! Postgres is the truth, Redis only carries ids; [`minyi_gateways::queue`] describes the protocol. Any number of
//! workers share the work.

mod clocks;
mod config;
mod consume;
mod content;
mod figures;
mod housekeeping;
mod ladder;
mod prints;
mod relay;
mod retention;
mod sender;
mod serve;
mod steps;
mod suggest;
mod together;
mod vitals;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use chrono::TimeDelta;
pub use config::{Pace, WorkerConfig};
use futures_util::future::join_all;
use minyi_gateways::{
    channels::Channels,
    clock::{Clock, random_bytes},
    keys::{Keys, PublicLinks},
    limits::Limits,
    objects::Objects,
    queue::{Queue, Stream},
    redis_link::RedisLink,
};
use minyi_print::font::Font;
use minyi_store::{ANNOUNCE_EVERY, Attempt, BeginSending, SendResult, StepOutcome, Store};
pub use serve::serve;
use together::Together;
use tokio::{
    sync::{OwnedMutexGuard, Semaphore, watch},
    task::JoinHandle,
    time::Instant,
};
use url::Url;
use uuid::Uuid;

/// What keeps the worker from its work; it tries again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Store(#[from] minyi_store::Error),
    #[error(transparent)]
    Gateways(#[from] minyi_gateways::Error),
    #[error("the list of words: {0}")]
    Words(#[from] minyi_domain::content::BuildError),
    #[error("a thread of the database was lost: {0}")]
    Thread(#[from] tokio::task::JoinError),
    #[error("nobody answers for the database any more")]
    Unanswered,
    #[error("the database has another shape than this program: run `minyi-api migrate`")]
    NotMigrated,
    #[error(transparent)]
    Font(#[from] minyi_print::Error),
    #[error("health and figures: {0}")]
    Vitals(#[from] std::io::Error),
    #[error("figures: {0}")]
    Figures(#[from] metrics_exporter_prometheus::BuildError),
}

/// The result of everything here that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// Steps that are taken alone at once. Each holds a connection, and the rest of the worker needs some, too.
const ALONE: usize = 4;

type Turn = Arc<tokio::sync::Mutex<()>>;

/// One worker process (or one of several in a test).
pub struct Worker {
    /// Unique among the running workers.
    name: String,
    store: Store,
    database_url: String,
    queue: Queue,
    link: RedisLink,
    channels: Channels,
    keys: Keys,
    /// For links in messages outside of WeChat.
    public_url: Option<Url>,
    objects: Objects,
    /// Where others can fetch a photo, if this worker is told how.
    links: Option<PublicLinks>,
    /// The Chinese font of what is printed.
    font: Font,
    clock: Clock,
    pace: Pace,
    /// Who is being written to right now.
    turns: Mutex<HashMap<Uuid, Weak<tokio::sync::Mutex<()>>>>,
    /// Whose messages these are.
    recipients: Together<Uuid, Option<Uuid>>,
    /// Whether they are to be sent now.
    begins: Together<Uuid, BeginSending>,
    /// What came of them.
    outcomes: Together<(Attempt, SendResult), ()>,
    /// Steps that are to be taken, and hands for those that have to be taken alone.
    steps: Together<Uuid, Option<StepOutcome>>,
    alone: Semaphore,
}

impl Worker {
    /// Puts the parts together; nothing is contacted yet except the database. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// A setting is wrong, or the database cannot be reached or is not migrated.
    pub fn build(config: &WorkerConfig, clock: Clock) -> Result<Arc<Self>> {
        let link = RedisLink::new(&config.redis)?;
        let store = Store::connect(&config.store)?;
        if !store.is_migrated()? {
            return Err(Error::NotMigrated);
        }
        let mode = config.mode.mode;
        let keys = Keys::new(&config.keys, mode)?;
        let limits = Limits::new(link.clone(), keys.index.clone(), clock.clone());
        let (wechat, channels) = (config.wechat.clone(), config.channels.clone());
        let channels = Channels::new(wechat, channels, &limits, &link, &clock, mode)?;
        Ok(Arc::new(Self {
            name: format!("worker-{}", clock.new_id()),
            recipients: Together::new(&store, &clock, |store, ids, _| store.recipients_of(ids)),
            begins: Together::new(&store, &clock, Store::begin_all),
            outcomes: Together::new(&store, &clock, |store, finished, now| {
                store.finish_all(finished, now)?;
                Ok(vec![(); finished.len()])
            }),
            steps: Together::new(&store, &clock, steps::take_together),
            alone: Semaphore::new(ALONE),
            store,
            database_url: config.store.database_url.clone(),
            queue: Queue::new(link.clone()),
            channels,
            links: config
                .public_url
                .as_ref()
                .map(|url| PublicLinks::new(url, keys.links.clone())),
            keys,
            public_url: config.public_url.clone(),
            link,
            objects: Objects::open(&config.objects)?,
            font: Font::open(config.font_file.as_deref(), config.font_index)?,
            clock,
            pace: config.pace,
            turns: Mutex::default(),
        }))
    }

    /// Works until `stop` becomes true, then finishes what is in hand, for [`Pace::drain_seconds`] at most.
    pub async fn run(self: Arc<Self>, stop: watch::Receiver<bool>) {
        // Before the first message: who has no channel that exists is told by nobody.
        self.announce_channels().await;
        let announcing = tokio::spawn(Arc::clone(&self).run_announcements(stop.clone()));
        let relay = tokio::spawn(Arc::clone(&self).run_relay(stop.clone()));
        let housekeeping = tokio::spawn(Arc::clone(&self).run_housekeeping(stop.clone()));
        let suggestions = tokio::spawn(Arc::clone(&self).run_suggestions(stop.clone()));
        let content = tokio::spawn(Arc::clone(&self).run_content(stop.clone()));
        let prints = tokio::spawn(Arc::clone(&self).run_prints(stop.clone()));
        let retention = tokio::spawn(Arc::clone(&self).run_retention(stop.clone()));
        let clocks = tokio::spawn(Arc::clone(&self).run_clocks(stop.clone()));
        let figures = tokio::spawn(Arc::clone(&self).run_figures(stop.clone()));
        let parts = [
            ("relay", relay),
            ("housekeeping", housekeeping),
            ("suggestions", suggestions),
            ("content", content),
            ("prints", prints),
            ("retention", retention),
            ("clocks", clocks),
            ("figures", figures),
            ("announcements", announcing),
        ];
        let sender = Arc::clone(&self).run_consumer(Stream::Notifications, stop.clone(), sender::send);
        let steps = Arc::clone(&self).run_consumer(Stream::Steps, stop.clone(), steps::take);
        let ((), (), until) = tokio::join!(sender, steps, drained_at(stop, self.pace.drain()));
        for (part, task) in parts {
            end_by(until, part, task).await;
        }
    }

    /// Says again and again which channels this worker has, so that it is not forgotten.
    async fn run_announcements(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut round = tokio::time::interval(ANNOUNCE_EVERY);
        round.tick().await;
        loop {
            tokio::select! {
                () = stopped(&mut stop) => return,
                _ = round.tick() => self.announce_channels().await,
            }
        }
    }

    async fn announce_channels(&self) {
        let (name, now, channels) = (self.name.clone(), self.clock.now(), self.channels.existing());
        let announced = self.in_store(move |store| store.announce_channels(&name, &channels, now));
        if let Err(error) = announced.await {
            // What it, or another worker, has written down before still stands for some minutes.
            tracing::warn!(%error, "the channels of this worker could not be announced");
        }
    }

    /// Does everything that is due now, without Redis, and returns how many pieces of work there were. For tests and
    /// for commands that move the clock.
    ///
    /// # Errors
    /// The first failure ends it; what is left stays due.
    pub async fn run_due(self: &Arc<Self>) -> Result<usize> {
        let mut done = 0;
        loop {
            let now = self.clock.now();
            let notifications = self
                .in_store(move |store| store.claim_due_notifications(now, 100))
                .await?;
            let steps = self.in_store(move |store| store.claim_due_steps(now, 100)).await?;
            if notifications.is_empty() && steps.is_empty() {
                return Ok(done);
            }
            done += notifications.len() + steps.len();
            for id in notifications {
                sender::send(Arc::clone(self), id).await?;
            }
            let steps = steps.into_iter().map(|id| steps::take(Arc::clone(self), id));
            join_all(steps).await.into_iter().collect::<Result<()>>()?;
        }
    }

    /// Calls the database on a thread that may wait.
    pub(crate) async fn in_store<T, F>(&self, call: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Store) -> minyi_store::Result<T> + Send + 'static,
    {
        let store = self.store.clone();
        Ok(tokio::task::spawn_blocking(move || call(&store)).await??)
    }

    pub(crate) fn stale(&self) -> TimeDelta {
        TimeDelta::seconds(self.pace.stale_seconds.into())
    }

    pub(crate) fn unknown_wait(&self) -> TimeDelta {
        TimeDelta::seconds(self.pace.unknown_seconds.into())
    }

    /// Waits until nobody else in this process writes to this person, and keeps others waiting until it is dropped.
    pub(crate) async fn turn_of(&self, recipient: Uuid) -> OwnedMutexGuard<()> {
        self.turn(recipient).lock_owned().await
    }

    fn turn(&self, recipient: Uuid) -> Turn {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(&recipient).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Turn::default();
        turns.insert(recipient, Arc::downgrade(&turn));
        turn
    }

    /// A random byte for [`ladder::wait_after`].
    pub(crate) fn jitter(&self) -> u8 {
        let [byte] = random_bytes();
        byte
    }
}

/// Until when the worker may finish what it has in hand, once it is told to stop.
async fn drained_at(mut stop: watch::Receiver<bool>, drain: Duration) -> Instant {
    stopped(&mut stop).await;
    Instant::now() + drain
}

/// Waits for a part of the worker until `until`; what it has in hand then is left to the other workers.
async fn end_by(until: Instant, part: &str, mut task: JoinHandle<()>) {
    match tokio::time::timeout_at(until, &mut task).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::error!(part, %error, "a part of the worker broke"),
        Err(_) => {
            tracing::warn!(part, "stopped with work in hand; it is taken up again");
            task.abort();
        }
    }
}

/// Returns once the worker is told to stop.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that nobody is left who could say so.
    drop(stop.wait_for(|stop| *stop).await);
}

/// Does a part's work once each `period` until the worker is told to stop; after a failure the next round tries again.
pub(crate) async fn in_rounds<T, Work>(
    period: Duration,
    mut stop: watch::Receiver<bool>,
    failure: &'static str,
    work: impl Fn() -> Work,
) where
    Work: Future<Output = Result<T>>,
{
    let mut round = tokio::time::interval(period);
    round.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stopped(&mut stop) => return,
            _ = round.tick() => {}
        }
        if let Err(error) = work().await {
            tracing::warn!(%error, "{failure}");
        }
    }
}
