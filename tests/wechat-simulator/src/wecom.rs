//! WeCom (企业微信): `gettoken` and messages of an application. More than 30 a minute or 1,000 an hour to one member,
//! and the same again within the interval of the duplicate check, and more than 200 a day for each account of the
//! company, are taken and thrown away. More than 10,000 calls a minute are refused.

use std::collections::{HashMap, VecDeque};

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::inbox::{Arrival, Way};
use crate::platform::{Aim, SharedData, TokenQuery, parse, perform};
use crate::random;
use crate::reply::{Outcome, Refusal};
use crate::state::{DayCount, MinuteCount, State};
use crate::tokens::TokenBook;

/// The company and the application of the simulator. They open nothing else.
pub const CORP_ID: &str = "ww5e7a0c1b2d3f4a69";
pub const SECRET: &str = "simulatorWecomSecret000000000000000000000001";
pub const AGENT_ID: u32 = 1_000_002;
const TEXT_BYTES: usize = 2048;
/// Messages to one member: in a minute, an hour.
const A_DAY_FOR_EACH_ACCOUNT: u32 = 200;
const LIMITS: [(TimeDelta, usize); 2] = [(TimeDelta::minutes(1), 30), (TimeDelta::hours(1), 1000)];

#[derive(Default)]
pub struct Wecom {
    pub tokens: TokenBook,
    /// When each member's messages of the last hour came.
    recent: HashMap<String, VecDeque<DateTime<Utc>>>,
    /// Requests that ask not to be repeated: until when.
    seen: HashMap<String, DateTime<Utc>>,
    calls: MinuteCount,
    sent_today: DayCount,
}

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/cgi-bin/gettoken", web::get().to(get_token))
        .route("/cgi-bin/message/send", web::post().to(send));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenRequest {
    corpid: String,
    corpsecret: String,
}

async fn get_token(request: HttpRequest, query: web::Query<TokenRequest>, shared: SharedData) -> HttpResponse {
    perform(&shared, &request, Aim::default(), |state, now| {
        if query.corpid != CORP_ID {
            return Err(Refusal::of(40013));
        }
        if query.corpsecret != SECRET {
            return Err(Refusal::of(40001));
        }
        let grant = state.wecom.tokens.stable(false, now);
        Ok(json!({
            "errcode": 0, "errmsg": "ok", "access_token": grant.access_token, "expires_in": grant.expires_in,
        }))
    })
    .await
}

#[derive(Deserialize)]
struct SendRequest {
    #[serde(default)]
    touser: String,
    msgtype: String,
    agentid: u32,
    text: Option<Text>,
    #[serde(default)]
    enable_duplicate_check: u8,
    #[serde(default = "half_an_hour")]
    duplicate_check_interval: u32,
}

#[derive(Deserialize)]
struct Text {
    content: String,
}

fn half_an_hour() -> u32 {
    1800
}

async fn send(
    request: HttpRequest,
    query: web::Query<TokenQuery>,
    body: web::Bytes,
    shared: SharedData,
) -> HttpResponse {
    let wanted = parse::<SendRequest>(&body);
    let touser = wanted.as_ref().ok().map(|wanted| wanted.touser.clone());
    let aim = Aim {
        openid: touser.as_deref(),
        token: Some(&query.access_token),
    };
    perform(&shared, &request, aim, |state, now| {
        match state.wecom.tokens.fault_of(&query.access_token, now) {
            // WeCom does not tell a replaced token from a wrong one.
            Some(40001) => return Err(Refusal::of(40014)),
            Some(errcode) => return Err(Refusal::of(errcode)),
            None => {}
        }
        if !state.wecom.calls.take(state.limits.wecom_calls_a_minute, now) {
            return Err(Refusal::of(45009));
        }
        deliver(state, wanted?, &body, now)
    })
    .await
}

fn deliver(state: &mut State, wanted: SendRequest, body: &[u8], now: DateTime<Utc>) -> Outcome {
    if wanted.agentid != AGENT_ID {
        return Err(Refusal::of(40056));
    }
    let content = wanted
        .text
        .filter(|_| wanted.msgtype == "text")
        .map(|text| text.content);
    let mut content = content
        .filter(|text| !text.is_empty())
        .ok_or_else(|| Refusal::of(44004))?;
    let known = |id: &&str| state.directory.knows(Way::Wecom, id);
    let (members, invalid): (Vec<&str>, Vec<&str>) = wanted.touser.split('|').partition(known);
    if members.is_empty() {
        return Err(Refusal::of(81013));
    }
    // Longer texts are cut, not refused.
    content.truncate(content.floor_char_boundary(TEXT_BYTES));
    let is_repeated = wanted.enable_duplicate_check == 1
        && state
            .wecom
            .is_repeated(&String::from_utf8_lossy(body), wanted.duplicate_check_interval, now);
    let a_day = state.limits.wecom_accounts.saturating_mul(A_DAY_FOR_EACH_ACCOUNT);
    for member in members {
        if is_repeated || state.wecom.is_too_much(member, now) || state.wecom.sent_today.take(a_day, now).is_err() {
            state.inbox.drop_silently(Way::Wecom);
            continue;
        }
        state.inbox.add(Arrival {
            way: Way::Wecom,
            to: member.to_owned(),
            text: content.clone(),
            id: None,
            received_at: now,
        });
    }
    let mut reply = json!({"errcode": 0, "errmsg": "ok", "msgid": random::js_code()});
    if !invalid.is_empty() {
        reply["invaliduser"] = Value::String(invalid.join("|").to_lowercase());
    }
    Ok(reply)
}

impl Wecom {
    fn is_repeated(&mut self, request: &str, interval_seconds: u32, now: DateTime<Utc>) -> bool {
        self.seen.retain(|_, until| *until > now);
        let until = now + TimeDelta::seconds(interval_seconds.into());
        let is_repeated = self.seen.contains_key(request);
        self.seen.entry(request.to_owned()).or_insert(until);
        is_repeated
    }

    fn is_too_much(&mut self, member: &str, now: DateTime<Utc>) -> bool {
        let recent = self.recent.entry(member.to_owned()).or_default();
        while recent.front().is_some_and(|at| now - *at >= TimeDelta::hours(1)) {
            recent.pop_front();
        }
        let is_full =
            |(span, most): &(TimeDelta, usize)| recent.iter().filter(|at| now - **at < *span).count() >= *most;
        if LIMITS.iter().any(is_full) {
            return true;
        }
        recent.push_back(now);
        false
    }
}
