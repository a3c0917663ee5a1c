//! Putting the program together: the same for `main` and for tests.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    num::NonZeroUsize,
    time::Duration,
};

use actix_web::{
    App, HttpServer,
    dev::{Server, ServerHandle},
    middleware::{Compress, from_fn},
    web,
};
use minyi_gateways::{
    clock::Clock,
    dingtalk::DingtalkRobots,
    keys::Keys,
    limits::Limits,
    objects::Objects,
    redis_link::RedisLink,
    sms::Sms,
    wechat::{ServiceAccount, Wechat, push::Pushes},
};
use minyi_print::font::Font;
use minyi_store::Store;
use tokio::signal::unix::{SignalKind, signal};
use tracing_actix_web::TracingLogger;

use crate::{
    auth::tokens::{KeyError, TokenKeys},
    config::{Config, ConfigError},
    events::Events,
    limits::limit_address,
    problem::finish,
    repeats::answer_once,
    routes::{self, Shared},
    state::{AppState, Parts},
    telemetry::{self, RequestSpan},
};

/// How long requests may still run after the signal to stop.
const SHUTDOWN_SECONDS: u64 = 20;
/// How long a client may take for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the program does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Gateway(#[from] minyi_gateways::Error),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Font(#[from] minyi_print::Error),
    #[error(transparent)]
    Store(#[from] minyi_store::Error),
    #[error("the database has another shape than this program: run `minyi-api migrate`")]
    NotMigrated,
    #[error("MINYI_LISTEN: cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("cannot start: {0}")]
    Server(Box<dyn std::error::Error + Send + Sync>),
}

/// The program, ready to run.
pub struct Application {
    /// Where it listens; the port is the real one.
    pub address: SocketAddr,
    server: Server,
    events: Events,
}

impl Application {
    /// Checks the settings, opens what they name, and listens. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`] names what is missing.
    pub fn build(config: &Config, store: Store, clock: Clock) -> Result<Self, StartError> {
        if !store.is_migrated()? {
            return Err(StartError::NotMigrated);
        }
        let state = web::Data::new(AppState::new(open(config, store, clock)?));
        let events = state.events.clone();
        events.listen(&config.store.database_url)?;
        let shared = Shared::new();
        telemetry::metrics().map_err(|error| StartError::Server(error.into()))?;
        let refused = |source| StartError::Listen {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let server = serve(listener, state, shared, config.store.pool_size).map_err(refused)?;
        Ok(Self {
            address,
            server,
            events,
        })
    }

    /// For stopping the program from outside.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Runs until a signal to stop; what is being answered then is answered.
    ///
    /// # Errors
    /// If the server breaks down.
    pub async fn run(self) -> io::Result<()> {
        let mut server = std::pin::pin!(self.server);
        let ended = tokio::select! {
            ended = &mut server => ended,
            // The server waits for every answer to end, and a stream has no end of its own.
            heard = stop_signal() => {
                if heard.is_ok() {
                    self.events.close();
                }
                server.await
            }
        };
        self.events.close();
        ended
    }
}

/// The same signals as the server's own.
async fn stop_signal() -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut quit = signal(SignalKind::quit())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        _ = quit.recv() => Ok(()),
        pressed = tokio::signal::ctrl_c() => pressed,
    }
}

fn open(config: &Config, store: Store, clock: Clock) -> Result<Parts, StartError> {
    let settings = config.settings()?;
    let mode = settings.mode;
    let keys = Keys::new(&config.keys, mode)?;
    let redis = RedisLink::new(&config.redis)?;
    let limits = Limits::new(redis.clone(), keys.index.clone(), clock.clone());
    let font = Font::open(config.font_file.as_deref(), config.font_index)?;
    Ok(Parts {
        tokens: TokenKeys::from_file(&config.jwt_private_key_file)?,
        wechat: Wechat::new(config.wechat.clone(), redis.clone(), clock.clone(), mode)?,
        service_account: ServiceAccount::new(
            config.service_account.clone(),
            config.wechat.wechat_appid.clone(),
            redis.clone(),
            clock.clone(),
            mode,
        )?,
        robots: DingtalkRobots::new(&config.dingtalk, limits.clone(), clock.clone(), mode)?,
        pushes: Pushes::new(&config.wechat_push, &config.wechat.wechat_appid)?,
        sms: Sms::new(config.sms.clone(), clock.clone(), mode)?,
        objects: Objects::open(&config.objects)?,
        limits,
        store,
        keys,
        clock,
        redis,
        font,
        settings,
    })
}

fn serve(listener: TcpListener, state: web::Data<AppState>, shared: Shared, pool_size: u32) -> io::Result<Server> {
    let workers = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // Each connection of the pool has a thread that may wait for it, and heavy work and drawing have their own besides.
    let pool_size = usize::try_from(pool_size).unwrap_or(16);
    let blocking = pool_size.div_ceil(workers) + 2 * workers;
    let app = move || {
        App::new()
            .app_data(state.clone())
            .configure(routes::configure(shared.clone()))
            .wrap(from_fn(answer_once))
            .wrap(from_fn(limit_address))
            .wrap(from_fn(finish))
            .wrap(Compress::default())
            .wrap(TracingLogger::<RequestSpan>::new())
    };
    let server = HttpServer::new(app)
        .workers(workers)
        .worker_max_blocking_threads(blocking)
        .client_request_timeout(HEAD_TIMEOUT)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .listen(listener)?
        .run();
    Ok(server)
}
