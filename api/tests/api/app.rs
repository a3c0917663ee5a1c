//! A running API with a database, a Redis, a clock and a small city of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser as _;
use minyi_api::{Application, Config, auth::tokens::generate_key};
use minyi_domain::{
    audit::Action,
    people::{Actor, Role, Scope},
};
use minyi_gateways::{
    clock::Clock,
    objects::{Objects, ObjectsConfig},
};
use minyi_store::{
    AuditFilter, Directory, NewAccount, Store, StoreConfig,
    fixtures::{City, Deputy, Grid, openid_of},
    new_id,
};
use minyi_test_support::{TestDatabase, TestRedis};
use reqwest::{Client, Method, RequestBuilder, header::HeaderMap};
use serde_json::{Value, json};
use uuid::Uuid;
use wechat_simulator::{
    DEFAULT_APPID, DEFAULT_SECRET, Simulator, SimulatorConfig,
    platform::service,
    sms,
    templates::{DEPUTY_DEADLINE, DEPUTY_NEW},
};

pub const PUBLIC_URL: &str = "http://my.example.test";
pub const PASSWORD: &str = "correct horse battery";
/// For what comes by itself, on a machine that has much else to do.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Friday noon in China.
pub fn noon() -> DateTime<Utc> {
    "2026-11-20T04:00:00Z".parse().unwrap()
}

#[derive(clap::Parser)]
pub struct Cli {
    #[command(flatten)]
    pub config: Config,
}

pub struct App {
    pub base: String,
    pub store: Store,
    pub clock: Clock,
    pub city: City,
    pub grid: Grid,
    pub deputy: Deputy,
    pub client: Client,
    folder: PathBuf,
    pub simulator: Simulator,
    /// The simulator's clock goes with the product's.
    elsewhere: wechat_simulator::Clock,
    database: TestDatabase,
    _redis: TestRedis,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is the problem of that status and code; gives its body.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status);
        assert!(body["instance"].is_string(), "{body}");
        body
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    // A stream has no end to wait for.
    let is_stream = headers
        .get("content-type")
        .is_some_and(|kind| kind == "text/event-stream");
    let bytes = match is_stream {
        true => Vec::new(),
        false => response.bytes().await.unwrap().to_vec(),
    };
    Answer { status, headers, bytes }
}

/// The settings that every test has in common, as on a command line; those of `changed` replace them, and `--no-sms`
/// leaves the provider of text messages away.
/// `--no-service-account` leaves that away.
pub fn arguments(database: &str, redis: &str, wechat: &str, folder: &Path, changed: &[&str]) -> Vec<String> {
    let key = |byte: &str| byte.repeat(43) + "=";
    let words = [
        ("--mode", "development"),
        ("--database-url", database),
        ("--database-pool-size", "8"),
        // What is there is slow when the machine has much else to do; it must not count as away.
        ("--database-patience-seconds", "60"),
        ("--redis-timeout-ms", "60000"),
        ("--wechat-timeout-seconds", "60"),
        ("--redis-url", redis),
        ("--listen", "127.0.0.1:0"),
        ("--public-url", PUBLIC_URL),
        ("--objects", &format!("file://{}/objects", folder.display())),
        ("--contact-keys", &format!("k1:{}", key("A"))),
        ("--index-key", &key("E")),
        ("--link-key", &key("I")),
        ("--jwt-private-key-file", &format!("{}/jwt.pem", folder.display())),
        ("--web-dir", &format!("{}/web", folder.display())),
        ("--wechat-base-url", wechat),
        ("--wechat-appid", DEFAULT_APPID),
        ("--wechat-secret", DEFAULT_SECRET),
        ("--wechat-template-deputy-new", "template-1"),
        ("--wechat-template-deputy-deadline", "template-2"),
        ("--wechat-template-resident-progress", "template-3"),
        ("--service-account-base-url", wechat),
        ("--service-account-open-url", wechat),
        ("--service-account-appid", service::APPID),
        ("--service-account-secret", service::SECRET),
        ("--service-account-template-deputy-new", &service_template(DEPUTY_NEW)),
        (
            "--service-account-template-deputy-deadline",
            &service_template(DEPUTY_DEADLINE),
        ),
        ("--dingtalk-base-url", wechat),
        ("--sms-provider", "aliyun"),
        ("--sms-base-url", &format!("{wechat}{}", sms::aliyun::PATH)),
        ("--sms-key-id", sms::aliyun::KEY_ID),
        ("--sms-key-secret", sms::aliyun::KEY_SECRET),
        ("--sms-sign-name", sms::SIGN_NAME),
        ("--sms-template-code", sms::Template::Code.aliyun()),
    ];
    let mut arguments = vec!["test".to_owned()];
    let without_sms = changed.contains(&"--no-sms");
    let kept = words.iter().filter(|(name, _)| !changed.contains(name));
    let kept = kept.filter(|(name, _)| !(without_sms && name.starts_with("--sms")));
    let without_service = changed.contains(&"--no-service-account");
    let kept = kept.filter(|(name, _)| !(without_service && name.starts_with("--service-account")));
    arguments.extend(kept.flat_map(|(name, value)| [(*name).to_owned(), (*value).to_owned()]));
    let changed = changed.iter().filter(|word| !word.starts_with("--no-"));
    arguments.extend(changed.map(ToString::to_string));
    arguments
}

/// The service account's template with the keywords of the mini-program's.
fn service_template(id: &str) -> String {
    format!("{}{id}", service::TEMPLATE_PREFIX)
}

impl App {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With further settings.
    pub async fn with(settings: &[&str]) -> Self {
        let (database, redis) = (TestDatabase::new(), TestRedis::new());
        let folder = std::env::temp_dir().join(format!("minyi-api-test-{}", Uuid::new_v4()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("jwt.pem"), generate_key().unwrap()).unwrap();
        let elsewhere = wechat_simulator::Clock::stopped_at(noon());
        let simulator = wechat_simulator::start(SimulatorConfig {
            clock: elsewhere.clone(),
            ..SimulatorConfig::default()
        });
        let simulator = simulator.await.unwrap();
        let arguments = arguments(database.url(), redis.url(), &simulator.address, &folder, settings);
        let config = Cli::parse_from(arguments).config;
        let store = Store::connect(&StoreConfig {
            database_url: database.url().to_owned(),
            pool_size: 8,
            patience_seconds: 60,
        })
        .unwrap();
        let clock = Clock::manual(noon());
        let mut city = City::found(&store, noon());
        let (grid, deputy) = city.grid_with_lead();
        let application = Application::build(&config, store.clone(), clock.clone()).unwrap();
        let base = format!("http://{}", application.address);
        tokio::spawn(application.run());
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            base,
            store,
            clock,
            city,
            grid,
            deputy,
            client,
            folder,
            simulator,
            elsewhere,
            database,
            _redis: redis,
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    pub async fn get_as(&self, token: &str, path: &str) -> Answer {
        send(self.request(Method::GET, path).bearer_auth(token)).await
    }

    pub async fn post_as(&self, token: &str, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).bearer_auth(token).json(body)).await
    }

    /// What this product stores beside its database.
    pub fn objects(&self) -> Objects {
        let config = ObjectsConfig {
            objects: format!("file://{}/objects", self.folder.display()).parse().unwrap(),
            s3_endpoint: None,
            s3_region: String::new(),
            s3_access_key: None,
            s3_secret_key: None,
        };
        Objects::open(&config).unwrap()
    }

    /// What no interface offers yet: for instance an administrator's work on codes.
    pub fn sql(&self, statement: &str) {
        use diesel::connection::SimpleConnection as _;
        self.database
            .beside(|connection| connection.batch_execute(statement))
            .unwrap();
    }

    /// As [`App::sql`], on a connection of its own: a transaction that it began stays open until that is dropped.
    pub fn hold(&self, statement: &str) -> diesel::PgConnection {
        use diesel::{Connection as _, connection::SimpleConnection as _};
        let mut connection = diesel::PgConnection::establish(self.database.url()).unwrap();
        connection.batch_execute(statement).unwrap();
        connection
    }

    /// How often this act stands in the audit log; each entry says that it came from here.
    #[track_caller]
    pub fn logged(&self, action: Action) -> i64 {
        let filter = AuditFilter {
            action: Some(action),
            ..AuditFilter::default()
        };
        let everywhere = Scope::Region(String::new());
        let newest = self.store.audit_log(&everywhere, &filter, None, 100).unwrap().items;
        let here = |address: &Option<String>| address.as_deref() == Some("127.0.0.1");
        // What the test itself has set up has no account.
        let mut people = newest.iter().filter(|entry| entry.account_id.is_some());
        assert!(people.all(|entry| here(&entry.address)), "{newest:?}");
        self.store.audit_count(&everywhere, &filter).unwrap()
    }

    pub fn advance(&self, step: TimeDelta) {
        self.clock.advance(step);
        self.elsewhere.advance(step.num_seconds().try_into().unwrap());
    }

    /// Sends a submission through the app's own grid.
    pub async fn submit(&self, key: &str, body: &Value) -> Answer {
        self.submit_to(self.grid.token.as_str(), key, body).await
    }

    pub async fn submit_to(&self, token: &str, key: &str, body: &Value) -> Answer {
        let path = format!("/api/v1/codes/{token}/submissions");
        send(
            self.request(Method::POST, &path)
                .header("idempotency-key", key)
                .json(body),
        )
        .await
    }

    /// A receipt of a submission about a lamp.
    pub async fn receipt(&self) -> String {
        let answer = self.submit(&Uuid::new_v4().to_string(), &lamp()).await.expect(201);
        answer.json()["receipt"].as_str().unwrap().to_owned()
    }

    /// What `wx.login` gives to this WeChat user.
    pub async fn js_code(&self, openid: &str) -> String {
        let url = format!("{}/_sim/users", self.simulator.address);
        let user = json!({"openid": openid, "name": "某人"});
        self.client.post(&url).json(&user).send().await.unwrap();
        let code = send(self.client.post(format!("{url}/{openid}/js_code")))
            .await
            .expect(200);
        code.json()["js_code"].as_str().unwrap().to_owned()
    }

    /// What the button `getPhoneNumber` gives to this WeChat user, whose number is `phone`.
    pub async fn phone_code(&self, openid: &str, phone: &str) -> String {
        let url = format!("{}/_sim/users", self.simulator.address);
        let user = json!({"openid": openid, "name": "某人", "phone": phone});
        self.client.post(&url).json(&user).send().await.unwrap();
        let code = send(self.client.post(format!("{url}/{openid}/phone_code")))
            .await
            .expect(200);
        code.json()["code"].as_str().unwrap().to_owned()
    }

    /// The text messages that came to a phone.
    pub async fn texts(&self, phone: &str) -> Vec<String> {
        let url = format!("{}/_sim/texts?phone={phone}", self.simulator.address);
        let items = send(self.client.get(url)).await.expect(200).json();
        let texts = items["items"].as_array().unwrap().iter();
        texts.map(|item| item["text"].as_str().unwrap().to_owned()).collect()
    }

    /// The code in the `nth` text message of a phone, once it is there.
    pub async fn texted_code(&self, phone: &str, nth: usize) -> String {
        let asked = Instant::now();
        while asked.elapsed() < PATIENCE {
            if let Some(text) = self.texts(phone).await.get(nth - 1) {
                return text.chars().filter(char::is_ascii_digit).take(6).collect();
            }
        }
        panic!("no text message number {nth} came to {phone}");
    }

    /// Both tokens of a person who signs in with WeChat.
    pub async fn sign_in(&self, actor: &Actor) -> Value {
        let js_code = self.js_code(&openid_of(actor)).await;
        self.post("/api/v1/sessions/wechat", &json!({"js_code": js_code}))
            .await
            .expect(201)
            .json()
    }

    pub async fn access_token(&self, actor: &Actor) -> String {
        self.sign_in(actor).await["access_token"].as_str().unwrap().to_owned()
    }

    /// The only submission in this person's inbox.
    pub async fn only_submission(&self, token: &str) -> String {
        let inbox = self.get_as(token, "/api/v1/inbox").await.expect(200).json();
        assert_eq!(inbox["items"].as_array().unwrap().len(), 1, "{inbox}");
        inbox["items"][0]["id"].as_str().unwrap().to_owned()
    }

    /// An administrator who signs in as `admin` with [`PASSWORD`].
    pub fn administrator(&self) {
        let account = NewAccount {
            id: new_id(noon()),
            role: Role::CountyAdmin,
            display_name: "县管理员".to_owned(),
            username: Some("admin".to_owned()),
            password_hash: Some(minyi_api::auth::passwords::hash(PASSWORD).unwrap()),
            wechat_openid: None,
            deputy_id: None,
            site_id: None,
            office_id: None,
            region_code: Some(minyi_store::fixtures::COUNTY.to_owned()),
            created_at: noon(),
        };
        let accounts = vec![account];
        self.store
            .import_directory(&Directory {
                accounts,
                ..Directory::default()
            })
            .unwrap();
    }
}

impl Drop for App {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A submission about a lamp, with nothing that need not be there.
pub fn lamp() -> Value {
    json!({"kind": "problem", "text": "门口的路灯坏了半个多月，老人晚上出门看不清。"})
}
