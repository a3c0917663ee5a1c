//! What came by service account, WeCom, DingTalk and mail, and who is known there. Like their own, these platforms'
//! people are ids in a directory; mailboxes are not listed: every one exists, except those of a domain that ends in
//! `.invalid`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use actix_web::{HttpResponse, web};
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::platform::SharedData;

const KEPT: usize = 100_000;

/// A way in which something can come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    ServiceAccount,
    Wecom,
    Dingtalk,
    DingtalkRobot,
    Mail,
}

/// Something that arrived.
#[derive(Clone, Debug, Serialize)]
pub struct Arrival {
    pub way: Way,
    /// openid, userid or mailbox; `group` for the robot.
    pub to: String,
    /// As the person reads it.
    pub text: String,
    /// The sender's id of it, where there is one: `client_msg_id`, Message-ID.
    pub id: Option<String>,
    pub received_at: DateTime<Utc>,
}

/// Everything that arrived, oldest first.
#[derive(Default)]
pub struct Inbox {
    all: VecDeque<Arrival>,
    /// What a platform took and threw away without a word.
    dropped: BTreeMap<Way, u64>,
}

/// Ids of people by platform.
#[derive(Clone, Debug, Default)]
pub struct Directory(BTreeSet<(Way, String)>);

impl Inbox {
    pub fn add(&mut self, arrival: Arrival) {
        self.all.push_back(arrival);
        if self.all.len() > KEPT {
            self.all.pop_front();
        }
    }

    pub fn drop_silently(&mut self, way: Way) {
        *self.dropped.entry(way).or_default() += 1;
    }

    pub fn newest(&self, most: usize) -> impl Iterator<Item = &Arrival> {
        self.all.iter().rev().take(most)
    }

    pub fn count(&self) -> usize {
        self.all.len()
    }

    pub fn dropped(&self) -> &BTreeMap<Way, u64> {
        &self.dropped
    }
}

impl Directory {
    #[must_use]
    pub fn with(mut self, way: Way, id: &str) -> Self {
        self.0.insert((way, id.to_owned()));
        self
    }

    pub fn add(&mut self, way: Way, id: &str) {
        self.0.insert((way, id.to_owned()));
    }

    pub fn knows(&self, way: Way, id: &str) -> bool {
        self.0.contains(&(way, id.to_owned()))
    }
}

impl Arrival {
    /// Day and time in China.
    pub fn time_in_china(&self) -> String {
        let china = FixedOffset::east_opt(8 * 3600).map(|china| self.received_at.with_timezone(&china));
        china.map_or_else(String::new, |time| time.format("%-m月%-d日 %H:%M").to_string())
    }
}

impl Way {
    pub fn zh(self) -> &'static str {
        match self {
            Self::ServiceAccount => "服务号",
            Self::Wecom => "企业微信",
            Self::Dingtalk => "钉钉",
            Self::DingtalkRobot => "钉钉群机器人",
            Self::Mail => "邮件",
        }
    }
}

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/_sim/inbox", web::get().to(list))
        .route("/_sim/inbox", web::delete().to(clear))
        .route("/_sim/directory", web::post().to(register))
        .route("/_sim/directory", web::delete().to(strike_off));
}

#[derive(Deserialize)]
struct Wanted {
    way: Option<Way>,
    to: Option<String>,
}

async fn list(query: web::Query<Wanted>, shared: SharedData) -> HttpResponse {
    let state = shared.lock();
    let fits = |arrival: &&Arrival| {
        query.way.is_none_or(|way| way == arrival.way) && query.to.as_ref().is_none_or(|to| *to == arrival.to)
    };
    let items: Vec<&Arrival> = state.inbox.all.iter().filter(fits).collect();
    HttpResponse::Ok().json(json!({"items": items, "dropped": state.inbox.dropped}))
}

async fn clear(shared: SharedData) -> HttpResponse {
    shared.lock().inbox = Inbox::default();
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    way: Way,
    id: String,
}

async fn register(entry: web::Json<Entry>, shared: SharedData) -> HttpResponse {
    let Entry { way, id } = entry.into_inner();
    shared.lock().directory.0.insert((way, id));
    HttpResponse::NoContent().finish()
}

async fn strike_off(entry: web::Json<Entry>, shared: SharedData) -> HttpResponse {
    let Entry { way, id } = entry.into_inner();
    shared.lock().directory.0.remove(&(way, id));
    HttpResponse::NoContent().finish()
}
