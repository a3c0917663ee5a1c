//! `stack.json`: what runs and where, for people, tests and other programs.
//!
//! It exists exactly while everything is up; the keys of the first level are a contract:
//! `base_url`, `simulator_url`, `database_url`, `redis_url`, `pids` (api, worker, simulator,
//! postgres, redis, launcher), `codes`, `deputy` (openid, name), `console` (username, password),
//! and besides what the demonstration tells (`receipt`, `station`, `office`, `staff`, `users`, …).

use std::fs;

use serde_json::{Map, Value, json};

use crate::checkout::Checkout;
use crate::error::{Doing as _, Error, Result};
use crate::servers::write_private;

/// Where the parts of the product are reached.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// The product's port.
    pub product: u16,
    /// The WeChat simulator's port.
    pub simulator: u16,
    /// The port of its mail server.
    pub mail: u16,
    /// The database, password included.
    pub database: String,
    /// Redis, password included.
    pub redis: String,
}

impl Addresses {
    /// The product's address.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.product)
    }

    /// The WeChat simulator's address.
    pub fn simulator_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.simulator)
    }
}

/// The file's content.
#[derive(Clone, Debug)]
pub struct Stack(Map<String, Value>);

impl Stack {
    /// Joins what the demonstration wrote with where things are reached.
    pub fn new(addresses: &Addresses, demo: Value) -> Result<Self> {
        let Value::Object(mut all) = demo else {
            return Err(Error::failed(
                "minyi-demo did not write a JSON object.",
                "this is a mistake in deploy/demo",
            ));
        };
        all.insert("base_url".into(), json!(addresses.base_url()));
        all.insert("simulator_url".into(), json!(addresses.simulator_url()));
        all.insert("database_url".into(), json!(addresses.database));
        all.insert("redis_url".into(), json!(addresses.redis));
        Ok(Self(all))
    }

    /// What was written last; none when nothing is up.
    pub fn read(checkout: &Checkout) -> Option<Self> {
        let text = fs::read_to_string(checkout.kept("stack.json")).ok()?;
        match serde_json::from_str(&text).ok()? {
            Value::Object(all) => Some(Self(all)),
            _ => None,
        }
    }

    /// Writes it with the processes that run now, at once or not at all.
    pub fn write(&mut self, checkout: &Checkout, pids: Vec<(&str, u32)>) -> Result<()> {
        let pids: Map<_, _> = pids.into_iter().map(|(name, pid)| (name.into(), json!(pid))).collect();
        self.0.insert("pids".into(), Value::Object(pids));
        let text = serde_json::to_string_pretty(&self.0).unwrap_or_default();
        write_private(&checkout.kept("stack.json"), &(text + "\n"))
    }

    /// Forgets it.
    pub fn remove(checkout: &Checkout) -> Result<()> {
        let path = checkout.kept("stack.json");
        if !path.exists() {
            return Ok(());
        }
        fs::remove_file(&path).doing(|| format!("removing {}", path.display()))
    }

    /// The processes by name.
    pub fn pids(&self) -> Vec<(String, u64)> {
        let pids = self.0.get("pids").and_then(Value::as_object);
        let pairs = pids.into_iter().flatten();
        pairs
            .filter_map(|(name, pid)| Some((name.clone(), pid.as_u64()?)))
            .collect()
    }

    /// The product's address.
    pub fn base_url(&self) -> &str {
        self.text("/base_url")
    }

    /// The table of addresses for the person at the terminal.
    pub fn table(&self) -> String {
        let base = self.base_url();
        let simulator = self.text("/simulator_url");
        let openid = self.text("/deputy/openid");
        if openid.is_empty() {
            return format!(
                "  Nothing is there yet. The first administrator gets a link by\n    target/debug/minyi-api create-admin --username admin --name 管理员 --public-url {base} \\\n      --database-url '{}'\n  管理后台    console           {base}/console/\n  微信模拟器  WeChat simulator  {simulator}/\n",
                self.text("/database_url")
            );
        }
        let rows = [
            (
                "居民扫码页  resident's page",
                format!("{base}/c/{}", self.text("/codes/0")),
            ),
            ("民意回执    a receipt", format!("{base}/r/{}", self.text("/receipt"))),
            ("代表微信    deputy's phone", format!("{simulator}/phone/{openid}")),
            ("代表端      deputy's client", format!("{base}/deputy/")),
            ("工作台      console", format!("{base}/console/")),
            ("  用户名    user name", self.text("/console/username").into()),
            ("  密码      password of all", self.text("/console/password").into()),
            ("  站长      station's head", self.text("/station").into()),
            ("  承办单位  an office", self.text("/office").into()),
            ("旧办理台    server-rendered desk", format!("{base}/desk/login")),
            ("接口文档    API documents", format!("{base}/docs")),
            ("微信模拟器  WeChat simulator", format!("{simulator}/")),
        ];
        let rows = rows.into_iter().map(|(label, value)| {
            // A Chinese character is two columns wide and one character long.
            let wide = label.chars().filter(|letter| !letter.is_ascii()).count();
            let gap = " ".repeat(34usize.saturating_sub(label.chars().count() + wide));
            format!("  {label}{gap}{value}\n")
        });
        rows.collect()
    }

    fn text(&self, pointer: &str) -> &str {
        let mut parts = pointer.split('/').skip(1);
        let first = parts.next().and_then(|part| self.0.get(part));
        let rest: String = parts.map(|part| format!("/{part}")).collect();
        first
            .and_then(|value| value.pointer(&rest))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }
}
