//! What all handlers share: the connections, the keys, the clock and the settings.

use std::{num::NonZeroUsize, sync::Arc};

use actix_web::web;
use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{
    calendar::local_date,
    token::{CaseToken, CodeToken, ReceiptToken},
};
use minyi_gateways::{
    clock::{Clock, random_bytes},
    dingtalk::DingtalkRobots,
    keys::Keys,
    limits::Limits,
    objects::Objects,
    redis_link::RedisLink,
    sms::Sms,
    wechat::{ServiceAccount, Wechat, push::Pushes},
};
use minyi_print::font::Font;
use minyi_store::{CodePage, ReceiptView, Refusal, Store};
use rand::{SeedableRng, rngs::StdRng};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::{
    auth::tokens::TokenKeys, config::Settings, events::Events, limits::Guessers, open::NumbersKept, problem::Problem,
    rules::Rules, together::Together,
};

/// The extractor by which handlers ask for the shared state.
pub type State = web::Data<AppState>;

/// One for the whole process; every worker thread sees the same.
pub struct AppState {
    /// Postgres.
    pub store: Store,
    /// Keys for contact data, indexes and links.
    pub keys: Keys,
    /// Signs and checks access tokens.
    pub tokens: TokenKeys,
    /// The only place that knows what time it is.
    pub clock: Clock,
    /// WeChat's login.
    pub wechat: Wechat,
    /// `None`: there is none to bind.
    pub service_account: Option<ServiceAccount>,
    pub robots: DingtalkRobots,
    /// Opens what WeChat tells us by itself, if that is set.
    pub pushes: Option<Pushes>,
    /// Text messages, if a provider is set.
    pub sms: Option<Sms>,
    /// Photos.
    pub objects: Objects,
    /// Rate limits.
    pub limits: Limits,
    /// Redis itself, for the readiness endpoint.
    pub redis: RedisLink,
    /// The Chinese font of posters.
    pub font: Font,
    /// Settings that handlers need while they run.
    pub settings: Settings,
    /// Calendar and deadline policies, at most a minute old.
    pub rules: Rules,
    /// Addresses that guess.
    pub guessers: Guessers,
    /// Pages that are open right now.
    pub events: Events,
    /// Numbers that everybody may read, a few minutes old.
    pub numbers: NumbersKept,
    /// Codes that are being looked up, and their scans that are being counted.
    pub codes: Together<(CodeToken, NaiveDate), Option<CodePage>>,
    pub scans: Together<(Uuid, NaiveDate), ()>,
    /// What was published near a station in a region, being looked up.
    pub recent: Together<(Uuid, String), Vec<(CaseToken, String)>>,
    /// Receipts that are being looked up.
    pub receipts: Together<ReceiptToken, Option<ReceiptView>>,
    /// One permit for each processor: see [`AppState::compute`].
    heavy: Arc<Semaphore>,
    /// As many again, for what anybody may ask for: see [`AppState::draw`].
    drawing: Arc<Semaphore>,
}

/// What [`AppState::new`] takes: everything that is opened before the server starts.
pub struct Parts {
    pub store: Store,
    pub keys: Keys,
    pub tokens: TokenKeys,
    pub clock: Clock,
    pub wechat: Wechat,
    pub service_account: Option<ServiceAccount>,
    pub robots: DingtalkRobots,
    pub pushes: Option<Pushes>,
    pub sms: Option<Sms>,
    pub objects: Objects,
    pub limits: Limits,
    pub redis: RedisLink,
    pub font: Font,
    pub settings: Settings,
}

impl AppState {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let Parts {
            store,
            keys,
            tokens,
            clock,
            wechat,
            service_account,
            robots,
            pushes,
            sms,
            objects,
            limits,
            redis,
            font,
            settings,
        } = parts;
        let processors = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let (heavy, drawing) = (Semaphore::new(processors), Semaphore::new(processors));
        let (rules, guessers) = (Rules::default(), Guessers::default());
        Self {
            store,
            keys,
            tokens,
            clock,
            wechat,
            service_account,
            robots,
            pushes,
            sms,
            objects,
            limits,
            redis,
            font,
            settings,
            rules,
            guessers,
            events: Events::default(),
            numbers: NumbersKept::default(),
            codes: Together::default(),
            scans: Together::default(),
            recent: Together::default(),
            receipts: Together::default(),
            heavy: Arc::new(heavy),
            drawing: Arc::new(drawing),
        }
    }

    /// The present time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Today in China.
    pub fn today(&self) -> NaiveDate {
        local_date(self.now())
    }

    /// A random source for tokens and numbers.
    pub fn rng(&self) -> StdRng {
        StdRng::from_seed(random_bytes())
    }

    /// An address of this product as people see it: `path` begins with `/`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.public_url)
    }

    /// Asks the store, on a thread that may block.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> minyi_store::Result<T> + Send + 'static,
    ) -> Result<T, Problem> {
        let store = self.store.clone();
        let answer = web::block(move || work(&store)).await.map_err(Problem::internal)?;
        answer.map_err(Problem::from)
    }

    /// Asks the store for an act of casework, on a thread that may block.
    ///
    /// # Errors
    /// [`Problem::Refused`] with the rule that refuses.
    pub async fn act<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> minyi_store::Result<Result<T, Refusal>> + Send + 'static,
    ) -> Result<T, Problem> {
        self.ask(work).await?.map_err(Problem::Refused)
    }

    /// Runs work that keeps a processor busy (photos, passwords): as many at once as there are
    /// processors, the others wait their turn without holding a thread.
    pub async fn compute<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        run(&self.heavy, work).await
    }

    /// Draws codes, cards and sheets. Apart from [`AppState::compute`], so that nobody who asks for pictures keeps
    /// others from sending photos or signing in.
    pub async fn draw<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
        run(&self.drawing, work).await
    }
}

async fn run<T: Send + 'static>(
    permits: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let permit = permits.clone().acquire_owned().await.map_err(Problem::internal)?;
    let run = move || {
        let answer = work();
        drop(permit);
        answer
    };
    web::block(run).await.map_err(Problem::internal)
}
