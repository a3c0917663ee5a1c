//! Api, worker, database, Redis and WeChat's counterpart in this process, with a clock that is turned by hand.

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::Parser as _;
use minyi_api::{Application, auth::tokens::generate_key};
use minyi_domain::{calendar::local_date, people::Actor};
use minyi_gateways::clock::Clock;
use minyi_store::{Store, StoreConfig, fixtures::openid_of};
use minyi_test_support::{TestDatabase, TestRedis};
use minyi_worker::{Worker, WorkerConfig};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use uuid::Uuid;
use wechat_simulator::{DEFAULT_APPID, DEFAULT_SECRET, Simulator, SimulatorConfig, templates};

use crate::{chance::Chance, people::People};

/// Monday 5 January 2026, nine o'clock in China: the calendar of the whole year is known.
fn beginning() -> DateTime<Utc> {
    "2026-01-05T01:00:00Z".parse().unwrap()
}

#[derive(clap::Parser)]
struct ApiArguments {
    #[command(flatten)]
    config: minyi_api::Config,
}

#[derive(clap::Parser)]
struct WorkerArguments {
    #[command(flatten)]
    config: WorkerConfig,
}

pub struct World {
    pub store: Store,
    pub clock: Clock,
    pub people: People,
    base: String,
    client: Client,
    worker: Arc<Worker>,
    simulator: Simulator,
    folder: PathBuf,
    /// Access tokens of this half day.
    tokens: HashMap<Uuid, String>,
    /// What was done, by kind and status.
    pub done: std::collections::BTreeMap<(String, u16), usize>,
    // Dropped last: their connections must be gone by then.
    pub database: TestDatabase,
    _redis: TestRedis,
}

impl World {
    pub async fn build() -> anyhow::Result<Self> {
        let (database, redis) = (TestDatabase::new(), TestRedis::new());
        let clock = Clock::manual(beginning());
        let folder = std::env::temp_dir().join(format!("minyi-lives-{}", clock.new_id()));
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("jwt.pem"), generate_key()?)?;
        let simulator = wechat_simulator::start(SimulatorConfig::default()).await?;
        let store = Store::connect(&StoreConfig {
            database_url: database.url().to_owned(),
            pool_size: 8,
            patience_seconds: 60,
        })?;
        let people = People::settle(&store, beginning());
        let key = |letter: &str| letter.repeat(43) + "=";
        let shared = [
            ("--mode", "development".to_owned()),
            ("--database-url", database.url().to_owned()),
            ("--redis-url", redis.url().to_owned()),
            ("--database-patience-seconds", "60".to_owned()),
            ("--redis-timeout-ms", "60000".to_owned()),
            ("--wechat-timeout-seconds", "60".to_owned()),
            ("--objects", format!("file://{}/objects", folder.display())),
            ("--contact-keys", format!("k1:{}", key("A"))),
            ("--index-key", key("E")),
            ("--link-key", key("I")),
            ("--wechat-base-url", simulator.address.clone()),
            ("--wechat-appid", DEFAULT_APPID.to_owned()),
            ("--wechat-secret", DEFAULT_SECRET.to_owned()),
            ("--wechat-template-deputy-new", templates::DEPUTY_NEW.to_owned()),
            (
                "--wechat-template-deputy-deadline",
                templates::DEPUTY_DEADLINE.to_owned(),
            ),
            (
                "--wechat-template-resident-progress",
                templates::RESIDENT_PROGRESS.to_owned(),
            ),
        ];
        let of_api = [
            ("--listen", "127.0.0.1:0".to_owned()),
            ("--public-url", "http://my.example.test".to_owned()),
            ("--jwt-private-key-file", format!("{}/jwt.pem", folder.display())),
            ("--web-dir", format!("{}/web", folder.display())),
            ("--trusted-proxies", "127.0.0.1".to_owned()),
            ("--limit-address-per-minute", "1000000".to_owned()),
            ("--limit-code-per-minute", "1000000".to_owned()),
            ("--limit-receipt-per-minute", "1000000".to_owned()),
            ("--limit-guesses-per-minute", "1000000".to_owned()),
        ];
        let words = |rows: &[(&str, String)]| {
            let rows = rows
                .iter()
                .flat_map(|(name, value)| [(*name).to_owned(), value.clone()]);
            std::iter::once("lives".to_owned()).chain(rows).collect::<Vec<_>>()
        };
        let config = ApiArguments::try_parse_from(words(&[&shared[..], &of_api[..]].concat()))?.config;
        let application = Application::build(&config, store.clone(), clock.clone())?;
        let base = format!("http://{}", application.address);
        actix_web::rt::spawn(application.run());
        let of_worker = [("--worker-listen", "127.0.0.1:0".to_owned())];
        let config = WorkerArguments::try_parse_from(words(&[&shared[..], &of_worker[..]].concat()))?.config;
        let worker = Worker::build(&config, clock.clone())?;
        let world = Self {
            store,
            clock,
            people,
            base,
            // Shorter than the api keeps its side open, so that nothing is sent into a closed connection.
            client: Client::builder().pool_idle_timeout(Duration::from_secs(1)).build()?,
            worker,
            simulator,
            folder,
            tokens: HashMap::new(),
            done: std::collections::BTreeMap::new(),
            database,
            _redis: redis,
        };
        world.introduce().await?;
        Ok(world)
    }

    /// Everybody has a phone with WeChat.
    async fn introduce(&self) -> anyhow::Result<()> {
        let users: Vec<Value> = self
            .people
            .actors()
            .map(|actor| json!({ "openid": openid_of(actor), "name": actor.display_name }))
            .collect();
        let url = format!("{}/_sim/users", self.simulator.address);
        self.client.post(url).json(&users).send().await?.error_for_status()?;
        Ok(())
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn today(&self) -> NaiveDate {
        local_date(self.now())
    }

    /// Turns the clock forward and lets the worker do what falls due on the way.
    pub async fn advance(&mut self, step: TimeDelta) -> anyhow::Result<()> {
        self.tokens.clear();
        self.clock.advance(step);
        self.worker.run_due().await?;
        Ok(())
    }

    /// A resident scans a code and writes, or comes to the station, where it is written down.
    pub async fn send_in(&mut self, text: &str, chance: &mut Chance) -> anyhow::Result<()> {
        let grid = chance.pick(&self.people.grids).clone();
        let kind = *chance.pick(&["problem", "problem", "opinion", "suggestion"]);
        let staff = self.staff_of(grid.site_id).filter(|_| chance.percent(10));
        let body = match staff {
            Some(staff) => {
                let channel = chance.pick(&["visit", "phone"]);
                let body =
                    json!({ "channel": channel, "grid_id": grid.id, "kind": kind, "text": text, "photo_ids": [] });
                self.person(&staff, "staff entry", Method::POST, "/intake", Some(body))
                    .await?
            }
            None => {
                let request = self
                    .client
                    .post(format!(
                        "{}/api/v1/codes/{}/submissions",
                        self.base,
                        grid.token.as_str()
                    ))
                    .header("idempotency-key", Uuid::new_v4().to_string())
                    .header("x-forwarded-for", chance.address())
                    .json(&json!({ "kind": kind, "text": text }));
                self.finish("send in", request).await?
            }
        };
        anyhow::ensure!(body["receipt"].is_string(), "not registered: {body}");
        Ok(())
    }

    /// A resident acts on the receipt.
    pub async fn resident(&mut self, what: &str, method: Method, path: &str, body: Value) -> anyhow::Result<Value> {
        let request = self
            .client
            .request(method, format!("{}/api/v1{path}", self.base))
            .json(&body);
        self.finish(what, request).await
    }

    /// A signed-in person acts.
    pub async fn person(
        &mut self,
        actor: &Actor,
        what: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let token = self.token(actor).await?;
        let mut request = self
            .client
            .request(method, format!("{}/api/v1{path}", self.base))
            .bearer_auth(token)
            .header("idempotency-key", Uuid::new_v4().to_string());
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.finish(what, request).await
    }

    async fn finish(&mut self, what: &str, request: reqwest::RequestBuilder) -> anyhow::Result<Value> {
        let response = request.send().await?;
        let status = response.status().as_u16();
        self.count(what, status);
        let text = response.text().await?;
        // What became a report on an official in this very half day, its office does not see any more.
        let hidden = status == 404 && what == "kept";
        anyhow::ensure!(
            hidden || status < 500 && !matches!(status, 400 | 401 | 404),
            "{what}: {status} {text}"
        );
        Ok(serde_json::from_str(&text).unwrap_or_default())
    }

    fn count(&mut self, what: &str, status: u16) {
        *self.done.entry((what.to_owned(), status)).or_default() += 1;
    }

    async fn token(&mut self, actor: &Actor) -> anyhow::Result<String> {
        if let Some(token) = self.tokens.get(&actor.account_id) {
            return Ok(token.clone());
        }
        let url = format!("{}/_sim/users/{}/js_code", self.simulator.address, openid_of(actor));
        let code: Value = self.client.post(url).send().await?.error_for_status()?.json().await?;
        let url = format!("{}/api/v1/sessions/wechat", self.base);
        let login = self.client.post(url).json(&json!({ "js_code": code["js_code"] }));
        let tokens: Value = login.send().await?.error_for_status()?.json().await?;
        let token = tokens["access_token"].as_str().unwrap().to_owned();
        self.tokens.insert(actor.account_id, token.clone());
        Ok(token)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
