//! Residents who write, deputies who answer or hand over and an office that acts, while everything breaks. Each keeps
//! trying until it is acknowledged.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use minyi_store::fixtures::{Deputy, Grid};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::house::{House, Office};

const RESIDENTS: u32 = 4;
/// After this nobody waits any more: what was not acknowledged by then is not counted.
const LAST_WAIT: Duration = Duration::from_secs(120);

/// What the product has said yes to.
#[derive(Default)]
pub struct Acknowledged {
    pub receipts: Vec<String>,
    /// Submission and text.
    pub answers: Vec<(Uuid, String)>,
    /// Sent again because the first try had no clear end.
    pub retries: usize,
    pub given_up: usize,
    /// First tries by api.
    pub by_api: Vec<usize>,
    /// Tries that the next api answered at once, because the first one was going or gone.
    pub moved: usize,
    /// Requests that no api answered at once.
    pub waited: usize,
}

#[derive(Default)]
struct Signals {
    stop: AtomicBool,
    submitted: AtomicUsize,
    answered: AtomicUsize,
    retries: AtomicUsize,
    given_up: AtomicUsize,
    by_api: Vec<AtomicUsize>,
    moved: AtomicUsize,
    waited: AtomicUsize,
}

/// The load while it runs.
pub struct Load {
    signals: Arc<Signals>,
    residents: Vec<JoinHandle<Vec<String>>>,
    deputies: Vec<JoinHandle<Vec<(Uuid, String)>>>,
    office: JoinHandle<()>,
}

impl Load {
    /// Begins it: four residents write `rate` times a second together, every deputy answers or hands over, the office
    /// acts on most of what it gets.
    pub fn begin(house: &House, rate: u32) -> Self {
        let signals = Arc::new(Signals {
            by_api: house.bases.iter().map(|_| AtomicUsize::new(0)).collect(),
            ..Signals::default()
        });
        let pause = Duration::from_secs(1) * RESIDENTS / rate.max(1);
        let person = || Person {
            client: house.client.clone(),
            bases: house.bases.clone(),
            next: AtomicUsize::new(0),
            simulator: house.simulator().to_owned(),
            office: house.office.clone(),
            signals: Arc::clone(&signals),
        };
        let residents = (0..RESIDENTS).map(|index| {
            let grids = house.places.iter().map(|(grid, _)| grid.clone()).collect();
            tokio::spawn(person().write(index, grids, pause))
        });
        let deputies = house
            .places
            .iter()
            .map(|(_, deputy)| tokio::spawn(person().answer(deputy.clone())));
        Self {
            residents: residents.collect(),
            deputies: deputies.collect(),
            office: tokio::spawn(person().sign()),
            signals,
        }
    }

    /// How far it is.
    pub fn said(&self) -> String {
        let of = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        let Signals {
            submitted,
            answered,
            retries,
            ..
        } = &*self.signals;
        format!(
            "{} acknowledged, {} answered, {} retries",
            of(submitted),
            of(answered),
            of(retries)
        )
    }

    /// Stops it; what is in hand is brought to its end.
    pub async fn end(self) -> anyhow::Result<Acknowledged> {
        self.signals.stop.store(true, Ordering::Relaxed);
        let mut acknowledged = Acknowledged::default();
        for resident in self.residents {
            acknowledged.receipts.extend(resident.await?);
        }
        for deputy in self.deputies {
            acknowledged.answers.extend(deputy.await?);
        }
        self.office.await?;
        acknowledged.retries = self.signals.retries.load(Ordering::Relaxed);
        let of = |number: &AtomicUsize| number.load(Ordering::Relaxed);
        acknowledged.given_up = of(&self.signals.given_up);
        acknowledged.by_api = self.signals.by_api.iter().map(of).collect();
        acknowledged.moved = of(&self.signals.moved);
        acknowledged.waited = of(&self.signals.waited);
        Ok(acknowledged)
    }
}

struct Person {
    client: Client,
    /// The apis, as a balancer knows them.
    bases: Vec<String>,
    next: AtomicUsize,
    simulator: String,
    office: Office,
    signals: Arc<Signals>,
}

impl Person {
    fn stopped(&self) -> bool {
        self.signals.stop.load(Ordering::Relaxed)
    }

    async fn write(self, index: u32, grids: Vec<Grid>, pause: Duration) -> Vec<String> {
        let mut receipts = Vec::new();
        for number in 0.. {
            if self.stopped() {
                break;
            }
            tokio::time::sleep(pause).await;
            let grid = grids.get(number % grids.len()).unwrap();
            let path = format!("/codes/{}/submissions", grid.token.as_str());
            let body = json!({ "kind": "problem", "text": format!("第 {index}-{number} 件：路灯坏了，晚上看不清。") });
            // Another address for each, as phones have.
            let address = format!("10.{index}.{}.{}", number / 250 % 250 + 1, number % 250 + 1);
            let key = Uuid::new_v4().to_string();
            let headers = [("idempotency-key", key), ("x-forwarded-for", address)];
            if let Some((StatusCode::CREATED | StatusCode::OK, body)) = self.insist(&path, &headers, &body).await {
                receipts.push(body["receipt"].as_str().unwrap().to_owned());
                self.signals.submitted.fetch_add(1, Ordering::Relaxed);
            }
        }
        receipts
    }

    async fn answer(self, deputy: Deputy) -> Vec<(Uuid, String)> {
        let mut answers = Vec::new();
        let mut token = String::new();
        while !self.stopped() {
            tokio::time::sleep(Duration::from_millis(400)).await;
            let Some(items) = self.inbox(&token).await else {
                token = self.login(&deputy.openid).await.unwrap_or_default();
                continue;
            };
            // Half of what waits, so that clocks run out, too.
            for id in items.iter().filter(|id| id.as_u128() % 2 == 0).take(3) {
                let text = format!("{} 已经到现场看过，修好了。", Uuid::new_v4());
                let body = json!({ "text": text, "photo_ids": [] });
                let headers = [
                    ("authorization", format!("Bearer {token}")),
                    ("idempotency-key", Uuid::new_v4().to_string()),
                ];
                let said = self
                    .insist(&format!("/submissions/{id}/answers"), &headers, &body)
                    .await;
                match said {
                    Some((status, _)) if status.is_success() => {
                        answers.push((*id, text));
                        self.signals.answered.fetch_add(1, Ordering::Relaxed);
                    }
                    _ => break,
                }
            }
            // Of the other half a few go to the office.
            for id in items.iter().filter(|id| id.as_u128() % 16 == 1).take(1) {
                let body = json!({ "office_id": self.office.id, "demand": "请到现场查看，修好路灯。" });
                self.act(&token, &format!("/submissions/{id}/handovers"), &body).await;
            }
        }
        answers
    }

    /// The office: it lets one of four matters lie, signs for the others, and answers one of those; the rest gets late.
    async fn sign(self) {
        let mut token = String::new();
        while !self.stopped() {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let Some(items) = self.list(&token, "handovers?state=offered,accepted&limit=100").await else {
                token = self.login(&self.office.openid).await.unwrap_or_default();
                continue;
            };
            for (id, state) in items {
                let path = format!("/handovers/{id}");
                match (id.as_u128() % 4, state.as_str()) {
                    (1..=3, "offered") => {
                        let body = json!({ "responsible_name": "赵科长" });
                        self.act(&token, &format!("{path}/accept"), &body).await;
                    }
                    (1, "accepted") => {
                        let body = json!({ "text": "已换灯头。", "result": "a" });
                        self.act(&token, &format!("{path}/answer"), &body).await;
                    }
                    _ => {}
                }
            }
        }
    }

    /// Does something of which nobody counts the acknowledgement; what the rules refuse meanwhile is refused.
    async fn act(&self, token: &str, path: &str, body: &Value) {
        let headers = [
            ("authorization", format!("Bearer {token}")),
            ("idempotency-key", Uuid::new_v4().to_string()),
        ];
        self.insist(path, &headers, body).await;
    }

    async fn inbox(&self, token: &str) -> Option<Vec<Uuid>> {
        let items = self.list(token, "inbox?state=registered").await?;
        Some(items.into_iter().map(|(id, _)| id).collect())
    }

    /// Ids and states of a list.
    async fn list(&self, token: &str, path: &str) -> Option<Vec<(Uuid, String)>> {
        let ask = |base: &str| self.client.get(format!("{base}/api/v1/{path}")).bearer_auth(token);
        let (status, page) = self.try_all(ask).await?;
        if !status.is_success() {
            return None;
        }
        let items = page["items"].as_array()?.iter().filter_map(|item| {
            let id = item["id"].as_str()?.parse().ok()?;
            Some((id, item["state"].as_str().unwrap_or_default().to_owned()))
        });
        Some(items.collect())
    }

    async fn login(&self, openid: &str) -> Option<String> {
        let url = format!("{}/_sim/users/{openid}/js_code", self.simulator);
        let code: Value = self.client.post(url).send().await.ok()?.json().await.ok()?;
        // A code works once, whichever api took it.
        let url = format!("{}/api/v1/sessions/wechat", self.bases[self.turn()]);
        let login = self.client.post(url).json(&json!({ "js_code": code["js_code"] }));
        let tokens: Value = login.send().await.ok()?.error_for_status().ok()?.json().await.ok()?;
        Some(tokens["access_token"].as_str()?.to_owned())
    }

    /// Which api is asked first now: each in its turn.
    fn turn(&self) -> usize {
        self.next.fetch_add(1, Ordering::Relaxed) % self.bases.len()
    }

    /// Asks one api after the other, at once; `None`: nobody answered clearly.
    async fn try_all(&self, request: impl Fn(&str) -> RequestBuilder) -> Option<(StatusCode, Value)> {
        let first = self.turn();
        self.signals.by_api[first].fetch_add(1, Ordering::Relaxed);
        for step in 0..self.bases.len() {
            let base = &self.bases[(first + step) % self.bases.len()];
            let Ok(answer) = request(base).send().await else {
                continue;
            };
            let status = answer.status();
            let read = answer.json::<Value>().await;
            // An acknowledgement counts when it was read to its end.
            if !status.is_server_error()
                && status != StatusCode::TOO_MANY_REQUESTS
                && (read.is_ok() || !status.is_success())
            {
                self.signals.moved.fetch_add(usize::from(step > 0), Ordering::Relaxed);
                return Some((status, read.unwrap_or_default()));
            }
        }
        self.signals.waited.fetch_add(1, Ordering::Relaxed);
        None
    }

    /// Sends until somebody answers clearly, with the same key and the same words.
    async fn insist(&self, path: &str, headers: &[(&str, String)], body: &Value) -> Option<(StatusCode, Value)> {
        let started = Instant::now();
        loop {
            let request = |base: &str| {
                let request = self.client.post(format!("{base}/api/v1{path}")).json(body);
                headers
                    .iter()
                    .fold(request, |request, (name, value)| request.header(*name, value))
            };
            if let Some(answer) = self.try_all(request).await {
                return Some(answer);
            }
            if started.elapsed() > LAST_WAIT {
                self.signals.given_up.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            self.signals.retries.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}
