//! What the platform tells the product by itself (消息推送): plain, compatible or encrypted, as XML or JSON, up to
//! three times until somebody answers `success` within five seconds; if a test wants it also twice, or after the next one.

mod envelope;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::Notify;

pub use envelope::{Format, Mode, Request, Target};

use crate::platform::SharedData;
use crate::state::Shared;

/// The account's own number; pushes come "to" it.
const ACCOUNT: &str = "gh_0123456789ab";
/// The person has answered the popup.
pub const POPUP: &str = "subscribe_msg_popup_event";
/// The person has switched a template off.
pub const MENU: &str = "subscribe_msg_change_event";
/// What became of a subscribe message that was taken.
pub const SENT: &str = "subscribe_msg_sent_event";
/// The result of looking at a photo.
const MEDIA: &str = "wxa_media_check";
/// The label of what is in order.
pub const NORMAL: i32 = 100;
const TRIES: usize = 3;
const PATIENCE: Duration = Duration::from_secs(5);
/// A push that the next one is to overtake goes out after this time if there is no next one.
const NO_OTHER: Duration = Duration::from_secs(2);

/// How the product is told: what is set in the platform's console, and what goes wrong on the way.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Manner {
    pub mode: Mode,
    pub format: Format,
    /// How likely a push comes once more although it was acknowledged, written anew: 0 to 1.
    pub duplicates: f64,
    /// How likely a push is overtaken by the next one: 0 to 1.
    pub disorder: f64,
    /// Every subscribe message is taken, then lost, and its result bears this ErrorCode; none: they arrive, with 0.
    pub late_failure: Option<i32>,
}

/// Whom the platform tells, and how. Apart from the other state, because who holds that pushes.
#[derive(Debug, Default)]
pub struct Pushing {
    way: Mutex<Way>,
    acknowledged: AtomicU64,
    /// Told when a push has gone out.
    overtaken: Notify,
}

#[derive(Debug, Default)]
struct Way {
    target: Option<Target>,
    manner: Manner,
}

impl Pushing {
    /// To nobody, unless there is a target.
    pub fn new(target: Option<Target>) -> Self {
        let manner = Manner::default();
        Self {
            way: Mutex::new(Way { target, manner }),
            ..Self::default()
        }
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the product is told now.
    pub fn manner(&self) -> Manner {
        self.way().manner
    }

    async fn tell(&self, (target, manner): (Target, Manner), appid: &str, time: i64, message: &Value) {
        if happens(manner.disorder) {
            // The next one goes first; if there is none, this one is only late.
            let _ = tokio::time::timeout(NO_OTHER, self.overtaken.notified()).await;
        }
        let times = if happens(manner.duplicates) { 2 } else { 1 };
        for _ in 0..times {
            let request = target.write((manner.mode, manner.format), appid, time, message);
            if let Some(request) = request
                && deliver(&target.url, &request).await
            {
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.overtaken.notify_waiters();
    }
}

fn happens(probability: f64) -> bool {
    rand::random::<f64>() < probability
}

impl Shared {
    /// Tells the product, in the background, what a person answered: template and whether it was accepted.
    pub fn push_permissions(&self, event: &str, openid: &str, answers: &[(String, bool)]) {
        if answers.is_empty() {
            return;
        }
        let entry = |(template, accepted): &(String, bool)| {
            json!({ "TemplateId": template, "PopupScene": "0",
                "SubscribeStatusString": if *accepted { "accept" } else { "reject" } })
        };
        let list = match answers {
            // As the platform does it: one entry is no list.
            [one] => entry(one),
            several => several.iter().map(entry).collect(),
        };
        let time = self.clock.now().timestamp().to_string();
        self.push_event(
            json!({ "ToUserName": ACCOUNT, "FromUserName": openid, "MsgType": "event", "Event": event,
            "CreateTime": time, "List": list }),
        );
    }

    /// Tells the product, in the background, what came of looking at a photo: label and errcode.
    pub fn push_media_result(&self, openid: &str, trace_id: &str, label: i32, errcode: i32) {
        let suggest = if label == NORMAL { "pass" } else { "risky" };
        let result = json!({ "suggest": suggest, "label": label });
        let detail =
            json!([{ "strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90 }]);
        self.push_event(
            json!({ "ToUserName": ACCOUNT, "FromUserName": openid, "MsgType": "event", "Event": MEDIA,
            "CreateTime": self.clock.now().timestamp(), "appid": self.appid, "trace_id": trace_id, "version": 2,
            "detail": detail, "errcode": errcode, "errmsg": if errcode == 0 { "ok" } else { "download failed" },
            "result": result }),
        );
    }

    /// Tells the product, in the background, what became of a subscribe message: 0, or why it was lost after all.
    pub fn push_sent(&self, openid: &str, template_id: &str, msgid: i64, error_code: i32) {
        // Each message comes here; where nobody is told, nothing is written.
        if self.push.way().target.is_none() {
            return;
        }
        let status = if error_code == 0 { "success" } else { "failed" };
        let entry = json!({ "TemplateId": template_id, "MsgID": msgid.to_string(),
            "ErrorCode": error_code.to_string(), "ErrorStatus": status });
        let time = self.clock.now().timestamp().to_string();
        self.push_event(
            json!({ "ToUserName": ACCOUNT, "FromUserName": openid, "MsgType": "event", "Event": SENT,
            "CreateTime": time, "List": entry }),
        );
    }

    fn push_event(&self, message: Value) {
        let pushing = Arc::clone(&self.push);
        let way = {
            let way = pushing.way();
            way.target.clone().map(|target| (target, way.manner))
        };
        let Some(way) = way else { return };
        let (appid, time) = (self.appid.clone(), self.clock.now().timestamp());
        tokio::spawn(async move { pushing.tell(way, &appid, time, &message).await });
    }
}

/// Whether somebody said `success` in time.
async fn deliver(url: &str, request: &Request) -> bool {
    let client = reqwest::Client::new();
    for _ in 0..TRIES {
        let post = client
            .post(url)
            .query(&request.query)
            .header("content-type", request.content_type)
            .body(request.body.clone())
            .timeout(PATIENCE);
        let said = match post.send().await {
            Ok(answer) => answer.text().await.unwrap_or_default(),
            Err(_) => String::new(),
        };
        if said == "success" {
            return true;
        }
    }
    false
}

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/_sim/pushes", web::get().to(show))
        .route("/_sim/pushes", web::put().to(set));
}

async fn show(shared: SharedData) -> HttpResponse {
    let acknowledged = shared.push.acknowledged.load(Ordering::Relaxed);
    HttpResponse::Ok().json(json!({"manner": shared.push.manner(), "acknowledged": acknowledged}))
}

/// Without a target the one that was set before is told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    target: Option<Target>,
    #[serde(default)]
    manner: Manner,
}

// What is not said of the manner goes back to the usual.
async fn set(wanted: web::Json<Wanted>, shared: SharedData) -> HttpResponse {
    let Wanted { target, manner } = wanted.into_inner();
    let mut way = shared.push.way();
    way.target = target.or(way.target.take());
    way.manner = manner;
    HttpResponse::NoContent().finish()
}
