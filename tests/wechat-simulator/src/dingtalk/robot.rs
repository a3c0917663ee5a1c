//! A robot in a group (自定义机器人), with a signature (加签): 20 messages a minute, then silence for ten minutes.

use std::collections::VecDeque;

use actix_web::{HttpRequest, HttpResponse, web};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::inbox::{Arrival, Way};
use crate::platform::{Aim, SharedData, parse, perform};
use crate::reply::{Outcome, Refusal};
use crate::state::State;

/// The robot of the simulator. It opens nothing else.
pub const ROBOT_TOKEN: &str = "simulatorRobotToken0000000000000000000000000000000000000000000001";
pub const ROBOT_SECRET: &str = "SECsimulator00000000000000000000000000000000000000000000000000001";
const A_MINUTE: usize = 20;
const SILENCE: TimeDelta = TimeDelta::minutes(10);
/// How far a clock may be off.
const CLOCK_ERROR: TimeDelta = TimeDelta::hours(1);

/// How fast the robot speaks.
#[derive(Default)]
pub struct Pace {
    recent: VecDeque<DateTime<Utc>>,
    silent_until: Option<DateTime<Utc>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct RobotQuery {
    access_token: String,
    timestamp: String,
    sign: String,
}

pub async fn send(
    request: HttpRequest,
    query: web::Query<RobotQuery>,
    body: web::Bytes,
    shared: SharedData,
) -> HttpResponse {
    let aim = Aim {
        openid: Some("group"),
        token: None,
    };
    perform(&shared, &request, aim, |state, now| {
        if query.access_token != ROBOT_TOKEN {
            return Err(Refusal::of(300_001));
        }
        if !is_signed(&query, now) {
            return Err(Refusal::of(310_000));
        }
        say(state, &parse(&body)?, now)
    })
    .await
}

fn is_signed(query: &RobotQuery, now: DateTime<Utc>) -> bool {
    let time = query.timestamp.parse().ok().and_then(DateTime::from_timestamp_millis);
    let text = format!("{}\n{ROBOT_SECRET}", query.timestamp);
    let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(ROBOT_SECRET.as_bytes());
    let expected = mac.map(|mut mac| {
        mac.update(text.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    });
    time.is_some_and(|time| (now - time).abs() <= CLOCK_ERROR) && expected.ok().as_ref() == Some(&query.sign)
}

fn say(state: &mut State, message: &Value, now: DateTime<Utc>) -> Outcome {
    let text = message.pointer("/text/content").and_then(Value::as_str);
    let text = text.filter(|text| !text.is_empty()).ok_or_else(|| Refusal::of(40035))?;
    if !state.dingtalk.robot.may_speak(now) {
        return Err(Refusal::of(130_101));
    }
    state.inbox.add(Arrival {
        way: Way::DingtalkRobot,
        to: "group".to_owned(),
        text: text.to_owned(),
        id: None,
        received_at: now,
    });
    Ok(json!({"errcode": 0, "errmsg": "ok"}))
}

impl Pace {
    fn may_speak(&mut self, now: DateTime<Utc>) -> bool {
        while self.recent.front().is_some_and(|at| now - *at >= TimeDelta::minutes(1)) {
            self.recent.pop_front();
        }
        if self.silent_until.is_some_and(|until| now < until) {
            return false;
        }
        if self.recent.len() >= A_MINUTE {
            self.silent_until = Some(now + SILENCE);
            return false;
        }
        self.recent.push_back(now);
        true
    }
}
