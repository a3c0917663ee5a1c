//! Triage over HTTP, from both sides.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Answer, App, lamp};

mod closing;
mod declining;
mod hiding;
mod joining;
mod moving;
mod pages;

/// A submission, its receipt, and its deputy's token.
struct Case {
    path: String,
    receipt: String,
    token: String,
}

impl Case {
    async fn new(app: &App) -> Self {
        let token = app.access_token(&app.deputy.actor).await;
        Self::with(app, &token, &lamp()).await
    }

    /// One more of the same deputy.
    async fn with(app: &App, token: &str, body: &Value) -> Self {
        let created = app.submit(&Uuid::new_v4().to_string(), body).await.expect(201).json();
        let inbox = app.get_as(token, "/api/v1/inbox").await.expect(200).json();
        let items = inbox["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["number"] == created["number"]).unwrap();
        Self {
            path: format!("/api/v1/submissions/{}", item["id"].as_str().unwrap()),
            receipt: created["receipt"].as_str().unwrap().to_owned(),
            token: token.to_owned(),
        }
    }

    fn id(&self) -> &str {
        self.path.rsplit('/').next().unwrap()
    }

    async fn act(&self, app: &App, act: &str, body: &Value) -> Answer {
        app.post_as(&self.token, &format!("{}/{act}", self.path), body).await
    }

    async fn detail(&self, app: &App) -> Value {
        app.get_as(&self.token, &self.path).await.expect(200).json()
    }

    async fn view(&self, app: &App) -> Value {
        app.get(&format!("/api/v1/receipts/{}", self.receipt))
            .await
            .expect(200)
            .json()
    }

    async fn rate(&self, app: &App, satisfaction: &str) {
        let rating = json!({"solved": false, "satisfaction": satisfaction});
        let path = format!("/api/v1/receipts/{}/rating", self.receipt);
        app.post(&path, &rating).await.expect(201);
    }

    async fn answer(&self, app: &App) {
        self.act(app, "answers", &json!({"text": "已经安排维修。"}))
            .await
            .expect(201);
    }
}

fn last_line(view: &Value) -> &str {
    view["timeline"].as_array().unwrap().last().unwrap()["text"]
        .as_str()
        .unwrap()
}
