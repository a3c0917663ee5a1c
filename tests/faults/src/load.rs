//! Residents who write and deputies who answer while everything breaks. Each keeps trying until it is acknowledged.

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

use crate::house::House;

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
}

impl Load {
    /// Begins it: four residents write `rate` times a second together, every deputy answers.
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
                token = self.login(&deputy).await.unwrap_or_default();
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
        }
        answers
    }

    async fn inbox(&self, token: &str) -> Option<Vec<Uuid>> {
        let ask = |base: &str| {
            let url = format!("{base}/api/v1/inbox?state=registered");
            self.client.get(url).bearer_auth(token)
        };
        let (status, page) = self.try_all(ask).await?;
        if !status.is_success() {
            return None;
        }
        let ids = page["items"]
            .as_array()?
            .iter()
            .filter_map(|item| item["id"].as_str()?.parse().ok());
        Some(ids.collect())
    }

    async fn login(&self, deputy: &Deputy) -> Option<String> {
        let url = format!("{}/_sim/users/{}/js_code", self.simulator, deputy.openid);
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
