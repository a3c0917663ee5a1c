//! A local counterpart of api.weixin.qq.com for the calls that the product makes: tokens, login codes, phone
//! numbers, subscribe messages, checks of contents and messages of a service account; and of the other platforms that
//! bring messages: WeCom, DingTalk, Aliyun's and Tencent Cloud's text messages, and a mail server; with the documented
//! fields, limits and errcodes. The product's clients reach it through its base URL and nothing else (mail: its port).
//!
//! - `platform` answers WeChat's paths; every call of every platform first meets the switched-on [`Fault`]s.
//! - `wecom`, `dingtalk`, `sms` and `smtp` are the others; what they bring is in the `inbox`.
//! - `controls` (`/_sim/…`) is for tests: people, codes, received messages, faults, limits, the clock.
//! - `popups` (`/_sim/users/{openid}/…`) stands for what WeChat asks the person on the phone.
//! - `push` tells the product by itself what happens, in the manner set at `/_sim/pushes`.
//! - `pages` (`/`, `/phone/{openid}`, `/inbox`) shows each person's phone, and what came by the other ways.
//!
//! Everything lives in memory and is gone at the end.

pub mod templates;

mod browser;
mod clock;
mod codes;
mod connection;
mod controls;
pub mod dingtalk;
mod faults;
pub mod inbox;
mod pages;
mod people;
pub mod platform;
mod popups;
pub mod push;
mod random;
mod reply;
pub mod sms;
pub mod smtp;
mod state;
mod tokens;
mod values;
mod view;
pub mod wecom;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

pub use clock::Clock;
pub use faults::Fault;
pub use people::NewUser;
use state::Shared;
use templates::Template;

/// appid unless another is given.
pub const DEFAULT_APPID: &str = "wxcda4326c667a541a";
/// AppSecret unless another is given. It opens nothing but this simulator.
pub const DEFAULT_SECRET: &str = "9e5d48c609f9b72a69363e311df783d5";
/// The only address that it listens on.
const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// The simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot listen on port {port}")]
    Listen { port: u16, source: std::io::Error },
}

/// What one simulator is made of.
#[derive(Clone, Debug)]
pub struct SimulatorConfig {
    /// On the loopback address; 0 = any free one.
    pub port: u16,
    /// Of the mail server, likewise.
    pub smtp_port: u16,
    pub appid: String,
    pub secret: String,
    /// Where a tapped card leads, as in `http://127.0.0.1:8080`; empty = nowhere.
    pub product_url: String,
    /// Whom the platform tells what people answer; nobody, unless it is set.
    pub push: Option<push::Target>,
    pub users: Vec<NewUser>,
    /// Who is known to service account, WeCom and DingTalk.
    pub directory: inbox::Directory,
    pub templates: Vec<Template>,
    /// Paths of the pages of the released mini-program; empty = any path of the right form.
    pub pages: Vec<String>,
    /// Whether people have accepted the long-term templates before anybody asked them.
    pub accepted_by_default: bool,
    pub clock: Clock,
    /// Messages kept in all; the oldest go first.
    pub message_capacity: usize,
}

impl Default for SimulatorConfig {
    fn default() -> Self {
        Self {
            port: 0,
            smtp_port: 0,
            appid: DEFAULT_APPID.to_owned(),
            secret: DEFAULT_SECRET.to_owned(),
            product_url: String::new(),
            push: None,
            users: people::default_residents(),
            directory: inbox::Directory::default(),
            templates: templates::defaults(),
            pages: Vec::new(),
            accepted_by_default: true,
            clock: Clock::running(),
            message_capacity: 1_000_000,
        }
    }
}

/// A running simulator. It stops with the runtime, or earlier by [`Simulator::stop`].
pub struct Simulator {
    /// Base address, as in `http://127.0.0.1:40123`.
    pub address: String,
    /// Base address of the mail server with its account, as in `smtp://user:password@127.0.0.1:40124`.
    pub mail_url: String,
    handle: ServerHandle,
    mail: tokio::task::JoinHandle<()>,
}

impl Simulator {
    /// Stops at once, without waiting for open connections.
    pub async fn stop(self) {
        self.mail.abort();
        self.handle.stop(false).await;
    }
}

/// Starts a simulator on the loopback address. Needs a tokio runtime.
///
/// # Errors
/// [`Error::Listen`] if the port is taken.
pub async fn start(config: SimulatorConfig) -> Result<Simulator, Error> {
    let (port, smtp_port) = (config.port, config.smtp_port);
    let shared = Arc::new(Shared::new(config));
    let (mail, smtp_port) = start_mail(smtp_port, &shared).await?;
    let shared = web::Data::new(shared);
    let app = move || {
        App::new()
            .app_data(shared.clone())
            .app_data(web::JsonConfig::default().limit(4 << 20))
            .configure(platform::routes)
            .configure(wecom::routes)
            .configure(dingtalk::routes)
            .configure(sms::routes)
            .configure(inbox::routes)
            .configure(controls::routes)
            .configure(popups::routes)
            .configure(push::routes)
            .wrap(from_fn(browser::allow))
            .configure(pages::routes)
    };
    let listen = |source| Error::Listen { port, source };
    let server = HttpServer::new(app)
        .on_connect(connection::remember)
        // Longer than a client's pool keeps its side open, so that only faults break connections.
        .keep_alive(Duration::from_secs(120))
        .disable_signals()
        .bind((LOOPBACK, port))
        .map_err(listen)?;
    let bound = server.addrs().first().map_or(port, std::net::SocketAddr::port);
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok(Simulator {
        address: format!("http://{LOOPBACK}:{bound}"),
        mail_url: format!("smtp://{}:{}@{LOOPBACK}:{smtp_port}", smtp::USER, smtp::PASSWORD),
        handle,
        mail,
    })
}

async fn start_mail(port: u16, shared: &Arc<Shared>) -> Result<(tokio::task::JoinHandle<()>, u16), Error> {
    let listen = |source| Error::Listen { port, source };
    let listener = tokio::net::TcpListener::bind((LOOPBACK, port)).await.map_err(listen)?;
    let bound = listener.local_addr().map_err(listen)?.port();
    Ok((tokio::spawn(smtp::serve(listener, Arc::clone(shared))), bound))
}
