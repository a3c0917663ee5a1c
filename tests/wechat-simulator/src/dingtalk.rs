//! DingTalk (钉钉): `gettoken`, work notices, their results, and a robot in a group. Work notices over the limits are
//! answered with success and thrown away; only the result tells.

mod robot;

pub use robot::{ROBOT_SECRET, ROBOT_TOKEN};

use std::collections::HashMap;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::inbox::{Arrival, Way};
use crate::platform::{Aim, SharedData, TokenQuery, parse, perform};
use crate::reply::{Outcome, Refusal};
use crate::state::{MinuteCount, State, china_day};
use crate::tokens::TokenBook;

/// The application of the simulator. It opens nothing else.
pub const APP_KEY: &str = "dingsimulator0000001";
pub const APP_SECRET: &str = "simulatorDingtalkSecret000000000000000000000000000000000000001";
pub const AGENT_ID: u64 = 2_000_000_001;
/// Bytes of a message as JSON.
const MESSAGE_BYTES: usize = 2048;
const A_DAY: usize = 500;

#[derive(Default)]
pub struct Dingtalk {
    pub tokens: TokenBook,
    /// What each person was sent today.
    today: HashMap<String, Vec<String>>,
    day: NaiveDate,
    recipients: MinuteCount,
    tasks: Vec<Task>,
    robot: robot::Pace,
}

struct Task {
    /// What `getsendresult` tells in the end.
    result: Value,
    asked: u32,
}

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/gettoken", web::get().to(get_token))
        .route("/topapi/message/corpconversation/asyncsend_v2", web::post().to(send))
        .route("/topapi/message/corpconversation/getsendresult", web::post().to(result))
        .route("/robot/send", web::post().to(robot::send));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenRequest {
    appkey: String,
    appsecret: String,
}

async fn get_token(request: HttpRequest, query: web::Query<TokenRequest>, shared: SharedData) -> HttpResponse {
    perform(&shared, &request, Aim::default(), |state, now| {
        if query.appkey != APP_KEY || query.appsecret != APP_SECRET {
            return Err(Refusal {
                errcode: 40089,
                errmsg: "不合法的corpid或corpsecret".to_owned(),
            });
        }
        let grant = state.dingtalk.tokens.stable(false, now);
        Ok(json!({
            "errcode": 0, "errmsg": "ok", "access_token": grant.access_token, "expires_in": grant.expires_in,
        }))
    })
    .await
}

#[derive(Deserialize)]
struct SendRequest {
    agent_id: u64,
    #[serde(default)]
    userid_list: String,
    msg: Value,
}

async fn send(
    request: HttpRequest,
    query: web::Query<TokenQuery>,
    body: web::Bytes,
    shared: SharedData,
) -> HttpResponse {
    let wanted = parse::<SendRequest>(&body);
    let to = wanted.as_ref().ok().map(|wanted| wanted.userid_list.clone());
    let aim = Aim {
        openid: to.as_deref(),
        token: Some(&query.access_token),
    };
    perform(&shared, &request, aim, |state, now| {
        if let Some(refused) = refused(state, &query.access_token, now) {
            return Ok(refused);
        }
        deliver(state, &wanted?, now)
    })
    .await
}

/// The gateway before the interfaces words a wrong token so.
fn refused(state: &State, token: &str, now: DateTime<Utc>) -> Option<Value> {
    let (code, text) = match state.dingtalk.tokens.fault_of(token, now)? {
        42001 => ("42001", "access_token已过期"),
        _ => ("40014", "不合法的access_token"),
    };
    let errmsg = format!("ding talk error[subcode={code},submsg={text}]");
    Some(json!({"errcode": 88, "sub_code": code, "sub_msg": text, "errmsg": errmsg}))
}

fn deliver(state: &mut State, wanted: &SendRequest, now: DateTime<Utc>) -> Outcome {
    if wanted.agent_id != AGENT_ID {
        return Err(Refusal::of(40056));
    }
    let text = wanted.msg.pointer("/text/content").and_then(Value::as_str);
    let is_text = wanted.msg.get("msgtype").and_then(Value::as_str) == Some("text");
    let text = text
        .filter(|text| is_text && !text.is_empty())
        .ok_or_else(|| Refusal::of(40035))?;
    if wanted.msg.to_string().len() > MESSAGE_BYTES {
        return Err(Refusal::of(40035));
    }
    let mut result = json!({
        "invalid_user_id_list": [], "forbidden_user_id_list": [], "failed_user_id_list": [],
        "read_user_id_list": [], "unread_user_id_list": [], "invalid_dept_id_list": [], "forbidden_list": [],
    });
    let mut list = |name: &str, entry: Value| {
        if let Some(Value::Array(list)) = result.get_mut(name) {
            list.push(entry);
        }
    };
    let a_minute = state.limits.dingtalk_recipients_a_minute;
    for userid in wanted.userid_list.split(',').filter(|id| !id.is_empty()) {
        if !state.directory.knows(Way::Dingtalk, userid) {
            list("invalid_user_id_list", json!(userid));
        } else if let Some((code, count)) = state.dingtalk.forbids((userid, text), a_minute, now) {
            state.inbox.drop_silently(Way::Dingtalk);
            list("forbidden_user_id_list", json!(userid));
            list(
                "forbidden_list",
                json!({"code": code, "count": count, "userid": userid}),
            );
        } else {
            list("unread_user_id_list", json!(userid));
            state.inbox.add(Arrival {
                way: Way::Dingtalk,
                to: userid.to_owned(),
                text: text.to_owned(),
                id: None,
                received_at: now,
            });
        }
    }
    state.dingtalk.tasks.push(Task { result, asked: 0 });
    // The number of a task is its place, from one on.
    Ok(json!({"errcode": 0, "errmsg": "ok", "task_id": state.dingtalk.tasks.len()}))
}

impl Dingtalk {
    /// Counts one more for this person, unless a limit of the minute or the day forbids it.
    fn forbids(
        &mut self,
        (userid, text): (&str, &str),
        a_minute: u32,
        now: DateTime<Utc>,
    ) -> Option<(&'static str, usize)> {
        if self.day != china_day(now) {
            self.day = china_day(now);
            self.today.clear();
        }
        let had = self.today.entry(userid.to_owned()).or_default();
        if had.iter().any(|known| known == text) {
            return Some(("143106", 1));
        }
        if had.len() >= A_DAY {
            return Some(("143105", A_DAY));
        }
        if !self.recipients.take(a_minute, now) {
            return Some(("143103", usize::try_from(a_minute).unwrap_or(usize::MAX)));
        }
        had.push(text.to_owned());
        None
    }
}

#[derive(Deserialize)]
struct ResultRequest {
    agent_id: u64,
    task_id: usize,
}

async fn result(
    request: HttpRequest,
    query: web::Query<TokenQuery>,
    body: web::Bytes,
    shared: SharedData,
) -> HttpResponse {
    let aim = Aim {
        openid: None,
        token: Some(&query.access_token),
    };
    perform(&shared, &request, aim, |state, now| {
        if let Some(refused) = refused(state, &query.access_token, now) {
            return Ok(refused);
        }
        let wanted: ResultRequest = parse(&body)?;
        let asks = state.limits.dingtalk_asks_before_result;
        let task = wanted
            .task_id
            .checked_sub(1)
            .and_then(|at| state.dingtalk.tasks.get_mut(at));
        let task = task
            .filter(|_| wanted.agent_id == AGENT_ID)
            .ok_or_else(|| Refusal::of(40035))?;
        task.asked += 1;
        let result = if task.asked > asks {
            task.result.clone()
        } else {
            json!({})
        };
        Ok(json!({"errcode": 0, "errmsg": "ok", "send_result": result}))
    })
    .await
}
