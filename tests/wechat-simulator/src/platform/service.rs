//! A service account (服务号): template messages to followers, and subscription notices. Its people are openids of its
//! own in the directory; who is listed follows it and has subscribed.

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Aim, SharedData, TokenQuery, parse, perform};
use crate::inbox::{Arrival, Way};
use crate::platform::message::check_data;
use crate::reply::{Outcome, Refusal};
use crate::state::{DayCount, State};
use crate::templates::{ONE_TIME, Template};

/// The account of the simulator. It opens nothing else.
pub const APPID: &str = "wx6b0d4e8f1a2c3957";
pub const SECRET: &str = "5f0a8c1e7d9b3264c8e1f7a90b2d4c6e";
/// Its templates are the mini-program's with another id before each: of template messages, of subscription notices.
pub const TEMPLATE_PREFIX: &str = "svc-";
pub const NOTICE_PREFIX: &str = "sub-";
/// How long `client_msg_id` keeps a message from coming again.
const REMEMBERED: TimeDelta = TimeDelta::minutes(10);

#[derive(Default)]
pub struct ServiceAccount {
    last_msgid: i64,
    /// By openid and `client_msg_id`: when it came, and as what.
    seen: HashMap<(String, String), (DateTime<Utc>, i64)>,
    recent: HashMap<String, Vec<DateTime<Utc>>>,
    sent_today: DayCount,
    /// By openid and template of one-time notices: how many more were accepted.
    accepted: HashMap<(String, String), u32>,
}

#[derive(Deserialize)]
struct SendRequest {
    #[serde(default)]
    touser: String,
    #[serde(default)]
    template_id: String,
    #[serde(default)]
    data: Map<String, Value>,
    client_msg_id: Option<String>,
    miniprogram: Option<MiniProgram>,
}

#[derive(Deserialize)]
struct MiniProgram {
    appid: String,
}

pub async fn send_template(
    request: HttpRequest,
    query: web::Query<TokenQuery>,
    body: web::Bytes,
    shared: SharedData,
) -> HttpResponse {
    send(request, query, body, shared, TEMPLATE_PREFIX).await
}

pub async fn send_notice(
    request: HttpRequest,
    query: web::Query<TokenQuery>,
    body: web::Bytes,
    shared: SharedData,
) -> HttpResponse {
    send(request, query, body, shared, NOTICE_PREFIX).await
}

async fn send(
    request: HttpRequest,
    query: web::Query<TokenQuery>,
    body: web::Bytes,
    shared: SharedData,
    prefix: &str,
) -> HttpResponse {
    let wanted = parse::<SendRequest>(&body);
    let touser = wanted.as_ref().ok().map(|wanted| wanted.touser.clone());
    let aim = Aim {
        openid: touser.as_deref(),
        token: Some(&query.access_token),
    };
    perform(&shared, &request, aim, |state, now| {
        if let Some(errcode) = state.service_tokens.fault_of(&query.access_token, now) {
            return Err(Refusal::of(errcode));
        }
        let wanted = wanted?;
        if wanted
            .miniprogram
            .as_ref()
            .is_some_and(|mini| mini.appid != shared.appid)
        {
            return Err(Refusal::of(40013));
        }
        deliver(state, wanted, prefix, now)
    })
    .await
}

fn deliver(state: &mut State, wanted: SendRequest, prefix: &str, now: DateTime<Utc>) -> Outcome {
    if wanted.touser.len() != 28 || !wanted.touser.starts_with('o') {
        return Err(Refusal::of(40003));
    }
    let template = find(state, &wanted.template_id, prefix).ok_or_else(|| Refusal::of(40037))?;
    if state.limits.blacklisted.contains(&wanted.touser) {
        return Err(Refusal::of(43019));
    }
    if !state.directory.knows(Way::ServiceAccount, &wanted.touser) {
        let is_template = prefix == TEMPLATE_PREFIX;
        return Err(Refusal::of(if is_template { 43004 } else { 43101 }));
    }
    check_data(&template, &wanted.data)?;
    let key = wanted.client_msg_id.clone().map(|id| (wanted.touser.clone(), id));
    state.service.seen.retain(|_, (at, _)| now - *at < REMEMBERED);
    if let Some((_, msgid)) = key.as_ref().and_then(|key| state.service.seen.get(key)) {
        // It came already: the same answer again, and no second message.
        let msgid = *msgid;
        state.inbox.drop_silently(Way::ServiceAccount);
        return Ok(json!({"errcode": 0, "errmsg": "ok", "msgid": msgid}));
    }
    if prefix == TEMPLATE_PREFIX {
        if !state
            .service
            .may_come(&wanted.touser, state.limits.template_messages_a_minute, now)
        {
            return Err(Refusal::of(43117));
        }
        state
            .service
            .sent_today
            .take(state.limits.template_messages_a_day, now)?;
    } else if template.kind == ONE_TIME {
        state.service.use_up(&wanted.touser, &template.template_id)?;
    }
    let msgid = (now.timestamp_millis() * 1_000_000).max(state.service.last_msgid + 1);
    state.service.last_msgid = msgid;
    if let Some(key) = key {
        state.service.seen.insert(key, (now, msgid));
    }
    state.inbox.add(Arrival {
        way: Way::ServiceAccount,
        text: words(&template, &wanted.data),
        to: wanted.touser,
        id: wanted.client_msg_id,
        received_at: now,
    });
    match prefix {
        TEMPLATE_PREFIX => Ok(json!({"errcode": 0, "errmsg": "ok", "msgid": msgid})),
        _ => Ok(json!({"errcode": 0, "errmsg": "ok"})),
    }
}

fn find(state: &State, template_id: &str, prefix: &str) -> Option<Template> {
    let own = template_id.strip_prefix(prefix)?;
    state.template(own).map(|(_, template)| template.clone())
}

/// The card as lines.
fn words(template: &Template, data: &Map<String, Value>) -> String {
    let value = |key: &str| data.get(key)?.get("value")?.as_str().map(str::to_owned);
    let lines = template
        .keywords
        .iter()
        .map(|keyword| format!("{}：{}", keyword.label, value(&keyword.key).unwrap_or_default()));
    let lines: Vec<String> = std::iter::once(template.title.clone()).chain(lines).collect();
    lines.join("\n")
}

impl ServiceAccount {
    /// The person accepts so many more one-time notices of this template, named without its prefix.
    pub fn accept(&mut self, openid: &str, template_id: &str, count: u32) {
        let left = self
            .accepted
            .entry((openid.to_owned(), template_id.to_owned()))
            .or_default();
        *left = left.saturating_add(count);
    }

    fn use_up(&mut self, openid: &str, template_id: &str) -> Result<(), Refusal> {
        let left = self.accepted.get_mut(&(openid.to_owned(), template_id.to_owned()));
        let left = left.filter(|left| **left > 0).ok_or_else(|| Refusal::of(43101))?;
        *left -= 1;
        Ok(())
    }

    fn may_come(&mut self, openid: &str, most: u32, now: DateTime<Utc>) -> bool {
        let recent = self.recent.entry(openid.to_owned()).or_default();
        recent.retain(|at| now - *at < TimeDelta::minutes(1));
        let is_free = recent.len() < usize::try_from(most).unwrap_or(usize::MAX);
        if is_free {
            recent.push(now);
        }
        is_free
    }
}
