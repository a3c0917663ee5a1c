//! Everything around a worker, for one test.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{QueryableByName, RunQueryDsl as _, sql_query, sql_types};
use minyi_gateways::{
    Mode, ModeConfig,
    channels::ChannelsConfig,
    clock::Clock,
    dingtalk::DingtalkConfig,
    keys::KeysConfig,
    objects::{Objects, ObjectsConfig},
    redis_link::RedisConfig,
    wechat::WechatConfig,
};
use minyi_store::{
    Store, StoreConfig,
    fixtures::{City, Deputy, Grid},
};
use minyi_test_support::{TestDatabase, TestRedis};
use minyi_worker::{Pace, Worker, WorkerConfig};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use wechat_simulator::{Simulator, SimulatorConfig, templates};

mod told;

/// A Thursday noon in China.
pub fn noon() -> DateTime<Utc> {
    "2026-11-19T04:00:00Z".parse().unwrap()
}

fn keys() -> KeysConfig {
    let key = |letter: &str| letter.repeat(43) + "=";
    KeysConfig {
        contact_keys: format!("k1:{}", key("A")).into(),
        index_key: key("E").into(),
        link_key: key("I").into(),
    }
}

pub struct Stage {
    pub store: Store,
    pub city: City,
    pub clock: Clock,
    pub database: TestDatabase,
    pub redis: TestRedis,
    /// Beside the mini-program.
    channels: ChannelsConfig,
    /// That a worker takes at most to finish what it has in hand.
    pub drain_seconds: u32,
    simulator: Simulator,
    elsewhere: wechat_simulator::Clock,
    http: reqwest::Client,
    folder: PathBuf,
}

/// A notification as it stands in the database.
#[derive(Debug, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = sql_types::Text)]
    pub number: String,
    #[diesel(sql_type = sql_types::Text)]
    pub state: String,
    #[diesel(sql_type = sql_types::SmallInt)]
    pub attempts: i16,
    #[diesel(sql_type = sql_types::SmallInt)]
    pub unknown_attempts: i16,
    #[diesel(sql_type = sql_types::Nullable<sql_types::Text>)]
    pub error: Option<String>,
}

impl Stage {
    pub async fn new() -> Self {
        Self::at(Clock::manual(noon())).await
    }

    pub async fn at(clock: Clock) -> Self {
        Self::build(clock, wechat_simulator::Clock::running()).await
    }

    /// The platforms' clocks show what this stage's shows: DingTalk refuses a signature of another hour.
    pub async fn in_step() -> Self {
        Self::build(Clock::manual(noon()), wechat_simulator::Clock::stopped_at(noon())).await
    }

    /// Lets so much time pass for the stage and for the platforms.
    pub fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
        self.elsewhere.advance(time.num_seconds().try_into().unwrap());
    }

    async fn build(clock: Clock, elsewhere: wechat_simulator::Clock) -> Self {
        let (database, redis) = (TestDatabase::new(), TestRedis::new());
        let store = Store::connect(&StoreConfig {
            database_url: database.url().to_owned(),
            pool_size: 8,
            patience_seconds: 60,
        })
        .unwrap();
        let simulator = wechat_simulator::start(SimulatorConfig {
            clock: elsewhere.clone(),
            ..SimulatorConfig::default()
        });
        let simulator = simulator.await.unwrap();
        let city = City::found(&store, clock.now());
        let folder = std::env::temp_dir().join(format!("minyi-worker-test-{}", clock.new_id()));
        Self {
            store,
            city,
            clock,
            database,
            redis,
            channels: ChannelsConfig::default(),
            drain_seconds: 5,
            simulator,
            elsewhere,
            http: reqwest::Client::new(),
            folder,
        }
    }

    fn config(&self) -> WorkerConfig {
        WorkerConfig {
            mode: ModeConfig {
                mode: Mode::Development,
            },
            store: StoreConfig {
                database_url: self.database.url().to_owned(),
                pool_size: 8,
                patience_seconds: 60,
            },
            redis: RedisConfig {
                redis_url: self.redis.url().into(),
                redis_timeout_ms: 60_000,
            },
            objects: ObjectsConfig {
                objects: format!("file://{}", self.folder.display()).parse().unwrap(),
                s3_endpoint: None,
                s3_region: "us-east-1".to_owned(),
                s3_access_key: None,
                s3_secret_key: None,
            },
            wechat: WechatConfig {
                wechat_base_url: self.simulator.address.parse().unwrap(),
                wechat_appid: wechat_simulator::DEFAULT_APPID.to_owned(),
                wechat_secret: wechat_simulator::DEFAULT_SECRET.into(),
                wechat_template_deputy_new: templates::DEPUTY_NEW.to_owned(),
                wechat_template_deputy_deadline: templates::DEPUTY_DEADLINE.to_owned(),
                wechat_template_resident_progress: templates::RESIDENT_PROGRESS.to_owned(),
                wechat_timeout_seconds: 60,
            },
            keys: keys(),
            channels: ChannelsConfig {
                dingtalk: DingtalkConfig {
                    dingtalk_base_url: self.simulator.address.parse().ok(),
                    ..DingtalkConfig::default()
                },
                ..self.channels.clone()
            },
            public_url: None,
            pace: Pace {
                concurrency: 32,
                stale_seconds: 4,
                unknown_seconds: 2,
                drain_seconds: self.drain_seconds,
            },
            font_file: None,
            font_index: 0,
            worker_listen: ([127, 0, 0, 1], 0).into(),
            ready_file: None,
        }
    }

    /// What the workers of this stage store.
    pub fn objects(&self) -> Objects {
        Objects::open(&self.config().objects).unwrap()
    }

    /// A worker inside this process, on this stage's clock.
    pub fn worker(&self) -> Arc<Worker> {
        Worker::build(&self.config(), self.clock.clone()).unwrap()
    }

    /// A worker in a process of its own, on the machine's clock.
    pub fn spawn_worker(&self) -> WorkerProcess {
        let config = self.config();
        let child = Command::new(env!("CARGO_BIN_EXE_minyi-worker"))
            .env("MINYI_MODE", "development")
            .env("MINYI_DATABASE_URL", &config.store.database_url)
            .env("MINYI_REDIS_URL", self.redis.url())
            .env("MINYI_OBJECTS", config.objects.objects.as_str())
            .env("MINYI_CONTACT_KEYS", config.keys.contact_keys.expose_secret())
            .env("MINYI_INDEX_KEY", config.keys.index_key.expose_secret())
            .env("MINYI_LINK_KEY", config.keys.link_key.expose_secret())
            .env("MINYI_WECHAT_BASE_URL", &self.simulator.address)
            .env("MINYI_WECHAT_APPID", &config.wechat.wechat_appid)
            .env("MINYI_WECHAT_SECRET", wechat_simulator::DEFAULT_SECRET)
            .env("MINYI_WECHAT_TEMPLATE_DEPUTY_NEW", templates::DEPUTY_NEW)
            .env("MINYI_WECHAT_TEMPLATE_DEPUTY_DEADLINE", templates::DEPUTY_DEADLINE)
            .env("MINYI_WECHAT_TEMPLATE_RESIDENT_PROGRESS", templates::RESIDENT_PROGRESS)
            .env("MINYI_WECHAT_TIMEOUT_SECONDS", "2")
            .env("MINYI_DATABASE_PATIENCE_SECONDS", "60")
            .env("MINYI_REDIS_TIMEOUT_MS", "60000")
            .env("MINYI_WORKER_CONCURRENCY", "32")
            .env("MINYI_WORKER_STALE_SECONDS", "4")
            .env("MINYI_WORKER_UNKNOWN_SECONDS", "2")
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        WorkerProcess(child)
    }

    /// A grid with a lead whose phone the simulator knows.
    pub async fn grid_with_lead(&mut self) -> (Grid, Deputy) {
        let (grid, deputy) = self.city.grid_with_lead();
        self.add_phone(&deputy.openid).await;
        (grid, deputy)
    }

    pub async fn add_phone(&self, openid: &str) {
        self.control("users", json!([{ "openid": openid, "name": "某代表" }]))
            .await;
    }

    /// The person opens the mini-program.
    pub async fn visit(&self, openid: &str) {
        let base = &self.simulator.address;
        let minted = self
            .http
            .post(format!("{base}/_sim/users/{openid}/js_code"))
            .send()
            .await;
        let minted: Value = minted.unwrap().json().await.unwrap();
        let query = [
            ("appid", wechat_simulator::DEFAULT_APPID),
            ("secret", wechat_simulator::DEFAULT_SECRET),
            ("js_code", minted["js_code"].as_str().unwrap()),
            ("grant_type", "authorization_code"),
        ];
        let session = self
            .http
            .get(format!("{base}/sns/jscode2session"))
            .query(&query)
            .send()
            .await;
        let session: Value = session.unwrap().json().await.unwrap();
        assert_eq!(session["openid"], openid);
    }

    /// Sets what the platform thinks of contents.
    pub async fn limits(&self, limits: Value) {
        let url = format!("{}/_sim/limits", self.simulator.address);
        let answer = self.http.put(url).json(&limits).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    pub async fn fault(&self, fault: Value) {
        self.control("faults", fault).await;
    }

    pub async fn no_faults(&self) {
        self.http
            .delete(format!("{}/_sim/faults", self.simulator.address))
            .send()
            .await
            .unwrap();
    }

    pub async fn control(&self, path: &str, body: Value) {
        let url = format!("{}/_sim/{path}", self.simulator.address);
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    }

    /// What arrived on a phone.
    pub async fn messages(&self, openid: &str) -> Vec<Value> {
        let url = format!("{}/_sim/users/{openid}/messages", self.simulator.address);
        let mut answer: Value = self.http.get(url).send().await.unwrap().json().await.unwrap();
        let Value::Array(items) = answer["items"].take() else {
            panic!("no items")
        };
        items
    }

    /// What no interface offers yet.
    pub fn sql(&self, statement: &str) {
        let done = self
            .database
            .beside(|connection| sql_query(statement).execute(connection));
        done.unwrap();
    }

    /// A count: `count("content_checks WHERE state = 'done'")`.
    pub fn count(&self, from: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = sql_types::BigInt)]
            count: i64,
        }
        let query = format!("SELECT count(*) AS count FROM {from}");
        let counted = self
            .database
            .beside(|connection| sql_query(query).get_result::<Count>(connection));
        counted.unwrap().count
    }

    pub fn notifications(&self) -> Vec<Row> {
        let query = "SELECT number, n.state, attempts, unknown_attempts, error
                     FROM notifications n JOIN submissions s ON s.id = submission_id ORDER BY n.created_at, n.id";
        self.database
            .beside(|connection| sql_query(query).load(connection))
            .unwrap()
    }

    /// Waits until no message is on its way any more; three minutes at most.
    pub async fn settle(&self) {
        let open = |row: &Row| !["sent", "dead", "void", "passed"].contains(&row.state.as_str());
        for _ in 0..1_800 {
            if !self.notifications().iter().any(open) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let open: Vec<_> = self.notifications().into_iter().filter(open).collect();
        panic!("messages are still on their way: {open:?}");
    }
}

/// Killed at the end, however the test ends.
pub struct WorkerProcess(Child);

impl Drop for WorkerProcess {
    fn drop(&mut self) {
        // SIGKILL: the process has no chance to tidy up.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // Not there when no photo was stored.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What a keyword of a message says.
pub fn keyword<'a>(message: &'a Value, name: &str) -> &'a str {
    message["data"][name]["value"].as_str().unwrap_or_default()
}

/// What a worker does now and then, and the run that it begins.
pub async fn keep_house(worker: &Worker) {
    let (_go_on, stop) = tokio::sync::watch::channel(false);
    worker.keep_house().await.unwrap();
    worker.forget(&stop).await.unwrap();
}

/// Waits until there are rows like these; ten seconds at most.
pub async fn wait_for(stage: &Stage, rows: &str) {
    for _ in 0..500 {
        if stage.count(rows) > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no {rows}");
}
