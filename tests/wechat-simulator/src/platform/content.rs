//! Checks of contents (内容安全): texts at once, photos with a result that is told later.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{Aim, SharedData, TokenQuery, parse, perform};
use crate::push::NORMAL;
use crate::random;
use crate::reply::Refusal;
use crate::state::{DayCount, MinuteCount, Shared, State};

const MAX_CHARACTERS: usize = 2500;
const MAX_BYTES: usize = 10 << 20;
const DOWNLOAD_FAILED: i32 = -1008;
/// Labels of the platform's own table.
const POLITICS: i32 = 20001;
const PORN: i32 = 20002;

/// A photo that was asked about within this time is repeated (87020): so long its result may take.
const REPEATED: TimeDelta = TimeDelta::minutes(30);

/// What was asked.
#[derive(Default)]
pub struct ContentChecks {
    texts: MinuteCount,
    texts_today: DayCount,
    photos: MinuteCount,
    photos_today: DayCount,
    /// Photos by openid and address: when they were asked about last.
    asked: HashMap<(String, String), DateTime<Utc>>,
}

#[derive(Deserialize)]
struct TextRequest {
    #[serde(default)]
    content: String,
    #[serde(flatten)]
    common: Common,
}

#[derive(Deserialize)]
struct MediaRequest {
    #[serde(default)]
    media_url: String,
    #[serde(default)]
    media_type: u8,
    #[serde(flatten)]
    common: Common,
}

#[derive(Deserialize)]
struct Common {
    #[serde(default)]
    openid: String,
    #[serde(default)]
    version: u8,
    #[serde(default)]
    scene: u8,
}

impl Common {
    fn check(&self, state: &State, now: DateTime<Utc>) -> Result<(), Refusal> {
        let user = state.people.get(&self.openid);
        let errcode = match user {
            _ if self.version != 2 => 47001,
            _ if !(1..=4).contains(&self.scene) => 40129,
            _ if self.openid.is_empty() => 40003,
            None => 43104,
            Some(user) if !user.is_visitor(now) => 61010,
            Some(_) => return Ok(()),
        };
        Err(Refusal::of(errcode))
    }
}

pub async fn check_text(
    request: HttpRequest,
    query: web::Query<TokenQuery>,
    body: web::Bytes,
    shared: SharedData,
) -> HttpResponse {
    let wanted = parse::<TextRequest>(&body);
    let openid = wanted.as_ref().ok().map(|wanted| wanted.common.openid.clone());
    let aim = Aim {
        openid: openid.as_deref(),
        token: Some(&query.access_token),
    };
    perform(&shared, &request, aim, |state, now| {
        state.check_token(&query.access_token, now)?;
        let wanted = wanted?;
        wanted.common.check(state, now)?;
        match wanted.content.chars().count() {
            0 => return Err(Refusal::of(44002)),
            length if length > MAX_CHARACTERS => return Err(Refusal::of(44991)),
            _ => {}
        }
        let (a_minute, a_day) = (state.limits.text_checks_a_minute, state.limits.text_checks_a_day);
        if !state.content_checks.texts.take(a_minute, now) {
            return Err(Refusal::of(45009));
        }
        state.content_checks.texts_today.take(a_day, now)?;
        let mut words = state.limits.risky_words.iter();
        let hit = words.find(|word| wanted.content.contains(word.as_str()));
        let (suggest, label) = if hit.is_some() {
            ("risky", POLITICS)
        } else {
            ("pass", NORMAL)
        };
        Ok(json!({
            "errcode": 0,
            "errmsg": "ok",
            "result": {"suggest": suggest, "label": label},
            "detail": [{"strategy": "keyword", "errcode": 0, "suggest": suggest, "label": label, "keyword": hit}],
            "trace_id": random::request_id(now),
        }))
    })
    .await
}

pub async fn check_media(
    request: HttpRequest,
    query: web::Query<TokenQuery>,
    body: web::Bytes,
    shared: SharedData,
) -> HttpResponse {
    let wanted = parse::<MediaRequest>(&body);
    let openid = wanted.as_ref().ok().map(|wanted| wanted.common.openid.clone());
    let aim = Aim {
        openid: openid.as_deref(),
        token: Some(&query.access_token),
    };
    let background = Arc::clone(shared.get_ref());
    perform(&shared, &request, aim, |state, now| {
        state.check_token(&query.access_token, now)?;
        let wanted = wanted?;
        wanted.common.check(state, now)?;
        if wanted.media_url.is_empty() || !(1..=2).contains(&wanted.media_type) {
            return Err(Refusal::of(47001));
        }
        ask_about(state, &wanted, now)?;
        let trace_id = random::request_id(now);
        let mut risky = state.limits.risky_media.iter();
        let label = match risky.any(|part| wanted.media_url.contains(part.as_str())) {
            true => PORN,
            false => NORMAL,
        };
        let wait = Duration::from_millis(state.limits.media_check_ms);
        tokio::spawn(look(background, wanted, trace_id.clone(), label, wait));
        Ok(json!({"errcode": 0, "errmsg": "ok", "trace_id": trace_id}))
    })
    .await
}

/// Counts a question about a photo, unless it was asked before or there were too many.
fn ask_about(state: &mut State, wanted: &MediaRequest, now: DateTime<Utc>) -> Result<(), Refusal> {
    let checks = &mut state.content_checks;
    checks.asked.retain(|_, at| now - *at < REPEATED);
    let key = (wanted.common.openid.clone(), wanted.media_url.clone());
    if checks.asked.contains_key(&key) {
        return Err(Refusal::of(87020));
    }
    if !checks.photos.take(state.limits.photo_checks_a_minute, now) {
        return Err(Refusal::of(45009));
    }
    checks.photos_today.take(state.limits.photo_checks_a_day, now)?;
    checks.asked.insert(key, now);
    Ok(())
}

/// Fetches the photo, and tells the result after a while.
async fn look(shared: Arc<Shared>, wanted: MediaRequest, trace_id: String, label: i32, wait: Duration) {
    let fetched = fetch(&wanted.media_url).await;
    tokio::time::sleep(wait).await;
    let errcode = if fetched { 0 } else { DOWNLOAD_FAILED };
    shared.push_media_result(&wanted.common.openid, &trace_id, label, errcode);
}

async fn fetch(url: &str) -> bool {
    let answer = reqwest::Client::new()
        .get(url)
        .timeout(Duration::from_secs(5))
        .send()
        .await;
    let Ok(answer) = answer.and_then(reqwest::Response::error_for_status) else {
        return false;
    };
    answer.bytes().await.is_ok_and(|bytes| bytes.len() <= MAX_BYTES)
}
