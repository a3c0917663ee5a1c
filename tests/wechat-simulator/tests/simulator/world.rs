use chrono::{DateTime, Utc};
use reqwest::{Client, redirect};
use serde_json::{Value, json};
use wechat_simulator::templates::{self, DEPUTY_NEW};
use wechat_simulator::{Clock, DEFAULT_APPID, DEFAULT_SECRET, Simulator, SimulatorConfig, start};

pub const SEND: &str = "/cgi-bin/message/subscribe/send";
pub const DEPUTY: &str = "o1234567890abcdefghijklmnopq";
pub const OTHER: &str = "oqponmlkjihgfedcba0987654321";

/// A simulator with a stopped clock and two people, and a client for it.
pub struct World {
    pub simulator: Simulator,
    pub clock: Clock,
    pub http: Client,
}

impl World {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut SimulatorConfig)) -> Self {
        let clock = Clock::stopped_at(noon());
        let mut config = SimulatorConfig {
            clock: clock.clone(),
            product_url: "http://127.0.0.1:1".to_owned(),
            users: serde_json::from_value(json!([
                {"openid": DEPUTY, "name": "代表甲", "phone": "13900000001"},
                {"openid": OTHER, "name": "代表乙"},
            ]))
            .unwrap(),
            ..SimulatorConfig::default()
        };
        config.templates.push(one_time_template());
        change(&mut config);
        let http = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .build()
            .unwrap();
        Self {
            simulator: start(config).await.unwrap(),
            clock,
            http,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.simulator.address)
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(self.url(path)).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub async fn page(&self, path: &str) -> String {
        let answer = self.http.get(self.url(path)).send().await.unwrap();
        answer.text().await.unwrap()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        self.try_post(path, body).await.unwrap()
    }

    pub async fn try_post(&self, path: &str, body: &Value) -> reqwest::Result<Value> {
        let answer = self.http.post(self.url(path)).json(body).send().await?;
        answer.json().await
    }

    pub async fn delete(&self, path: &str) -> u16 {
        let answer = self.http.delete(self.url(path)).send().await.unwrap();
        answer.status().as_u16()
    }

    pub async fn stable(&self, force_refresh: bool) -> (String, i64) {
        let answer = self.post("/cgi-bin/stable_token", &account(force_refresh)).await;
        granted(&answer)
    }

    pub async fn plain(&self) -> (String, i64) {
        let query = format!("grant_type=client_credential&appid={DEFAULT_APPID}&secret={DEFAULT_SECRET}");
        granted(&self.get(&format!("/cgi-bin/token?{query}")).await)
    }

    /// Sends `body` with a good token.
    pub async fn send(&self, body: &Value) -> Value {
        self.try_send(body).await.unwrap()
    }

    pub async fn try_send(&self, body: &Value) -> reqwest::Result<Value> {
        let (token, _) = self.stable(false).await;
        self.try_post(&format!("{SEND}?access_token={token}"), body).await
    }

    pub async fn messages(&self, openid: &str) -> Vec<Value> {
        let answer = self.get(&format!("/_sim/users/{openid}/messages")).await;
        answer["items"].as_array().unwrap().clone()
    }

    pub async fn fault(&self, fault: Value) -> i64 {
        self.post("/_sim/faults", &fault).await["id"].as_i64().unwrap()
    }
}

pub fn noon() -> DateTime<Utc> {
    "2026-11-21T04:00:00Z".parse().unwrap()
}

pub fn account(force_refresh: bool) -> Value {
    json!({
        "grant_type": "client_credential",
        "appid": DEFAULT_APPID,
        "secret": DEFAULT_SECRET,
        "force_refresh": force_refresh,
    })
}

fn granted(answer: &Value) -> (String, i64) {
    let token = answer["access_token"].as_str().unwrap().to_owned();
    (token, answer["expires_in"].as_i64().unwrap())
}

pub const ONE_TIME_ID: &str = "one-time-template-of-the-tests-0123456789ab";

fn one_time_template() -> templates::Template {
    serde_json::from_value(json!({
        "template_id": ONE_TIME_ID,
        "title": "天气",
        "type": templates::ONE_TIME,
        "keywords": [
            {"key": "thing1", "label": "地点"},
            {"key": "enum_string2", "label": "天气", "values": ["晴", "雨"]},
        ],
    }))
    .unwrap()
}

/// A message that is right in every way.
pub fn good_message() -> Value {
    json!({
        "touser": DEPUTY,
        "template_id": DEPUTY_NEW,
        "page": "pages/case/index?id=7",
        "miniprogram_state": "formal",
        "lang": "zh_CN",
        "data": {
            "character_string1": {"value": "MY-20261121-0007"},
            "thing2": {"value": "幸福里小区3号楼"},
            "thing3": {"value": "楼道灯坏了"},
            "time4": {"value": "2026年11月27日 18:00"},
            "phrase5": {"value": "待答复"},
        },
    })
}

/// `good_message` with one place changed, named by a JSON pointer.
pub fn message_with(pointer: &str, value: Value) -> Value {
    let mut message = good_message();
    *message.pointer_mut(pointer).unwrap() = value;
    message
}
