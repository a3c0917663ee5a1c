//! Subscribe messages (订阅消息).

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Aim, SharedData, TokenQuery, parse, perform};
use crate::people::Message;
use crate::reply::Refusal;
use crate::state::{InFlight, State};
use crate::templates::Template;
use crate::values;

#[derive(Deserialize)]
struct SendRequest {
    #[serde(default)]
    touser: String,
    #[serde(default)]
    template_id: String,
    page: Option<String>,
    #[serde(default)]
    data: Map<String, Value>,
    miniprogram_state: Option<String>,
    lang: Option<String>,
}

pub async fn send(
    request: HttpRequest,
    query: web::Query<TokenQuery>,
    body: web::Bytes,
    shared: SharedData,
) -> HttpResponse {
    let wanted = parse::<SendRequest>(&body);
    let touser = wanted.as_ref().ok().map(|wanted| wanted.touser.clone());
    // Held until the answer is out.
    let alone = touser.as_deref().and_then(|openid| InFlight::enter(&shared, openid));
    let aim = Aim {
        openid: touser.as_deref(),
        token: Some(&query.access_token),
    };
    let late_failure = shared.push.manner().late_failure;
    perform(&shared, &request, aim, |state, now| {
        state.check_token(&query.access_token, now)?;
        let wanted = wanted?;
        let (openid, template_id) = (wanted.touser.clone(), wanted.template_id.clone());
        let msgid = deliver(state, wanted, alone.is_some(), now)?;
        match late_failure {
            Some(_) => state.people.lose_newest(&openid),
            None => state.delivered += 1,
        }
        shared.push_sent(&openid, &template_id, msgid, late_failure.unwrap_or(0));
        Ok(json!({"errcode": 0, "errmsg": "ok", "msgid": msgid}))
    })
    .await
}

/// Puts the message on the phone and gives its number.
fn deliver(state: &mut State, wanted: SendRequest, alone: bool, now: DateTime<Utc>) -> Result<i64, Refusal> {
    let user = state.people.get(&wanted.touser);
    let user = user.ok_or_else(|| Refusal::of(40003))?;
    let template = state.template(&wanted.template_id);
    let (number, template) = template.ok_or_else(|| Refusal::of(40037))?;
    if state.limits.banned_templates.contains(&wanted.template_id) {
        return Err(Refusal::of(43107));
    }
    check_choices(&wanted)?;
    check_page(&state.pages, wanted.page.as_deref())?;
    check_data(template, &wanted.data)?;
    let data = Value::Object(wanted.data).to_string();
    let sensitive = &state.limits.sensitive_words;
    if sensitive.iter().any(|word| data.contains(word.as_str())) {
        return Err(Refusal::of(45168));
    }
    if !state.people.may_receive(user, template) {
        return Err(Refusal::of(43101));
    }
    if !alone {
        return Err(Refusal::of(43108));
    }
    state.sends_today.take(state.limits.sends_a_day, now)?;
    let message = Message {
        msgid: 0,
        template: number,
        page: wanted.page.map(String::into_boxed_str),
        data: data.into_boxed_str(),
        received_at: now,
    };
    let msgid = state.people.deliver(&wanted.touser, &wanted.template_id, message);
    msgid.ok_or_else(|| Refusal::of(40003))
}

fn check_choices(wanted: &SendRequest) -> Result<(), Refusal> {
    let state = wanted.miniprogram_state.as_deref().unwrap_or("formal");
    if !["developer", "trial", "formal"].contains(&state) {
        return Err(Refusal::argument("miniprogram_state invalid"));
    }
    let lang = wanted.lang.as_deref().unwrap_or("zh_CN");
    if !["zh_CN", "en_US", "zh_HK", "zh_TW"].contains(&lang) {
        return Err(Refusal::argument("lang invalid"));
    }
    Ok(())
}

// A path inside the mini-program, with a query if wanted: no host, no leading slash.
fn check_page(pages: &[String], page: Option<&str>) -> Result<(), Refusal> {
    let page = page.unwrap_or_default();
    let path = page.split('?').next().unwrap_or_default();
    let is_path = path
        .split('/')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)));
    let is_known = pages.is_empty() || pages.iter().any(|known| known == path);
    if page.is_empty() || (page.len() <= 1024 && is_path && is_known) {
        Ok(())
    } else {
        Err(Refusal::of(41030))
    }
}

pub fn check_data(template: &Template, data: &Map<String, Value>) -> Result<(), Refusal> {
    for keyword in &template.keywords {
        let key = &keyword.key;
        // A missing keyword is told with a blank where the fault should stand.
        let value = data.get(key).and_then(|entry| entry.get("value"));
        let value = value.ok_or_else(|| Refusal::argument(&format!("data.{key}.value ")))?;
        let invalid = || Refusal::argument(&format!("data.{key}.value invalid"));
        let text = value.as_str().ok_or_else(invalid)?;
        if text.trim().is_empty() {
            return Err(Refusal::argument(&format!("data.{key}.value is empty")));
        }
        if !values::fits(keyword, text) {
            return Err(invalid());
        }
    }
    let foreign = data
        .keys()
        .find(|key| template.keywords.iter().all(|keyword| keyword.key != **key));
    match foreign {
        Some(key) => Err(Refusal::argument(&format!("data.{key}.value invalid"))),
        None => Ok(()),
    }
}

/// The templates of the account.
pub async fn templates(request: HttpRequest, query: web::Query<TokenQuery>, shared: SharedData) -> HttpResponse {
    let aim = Aim {
        openid: None,
        token: Some(&query.access_token),
    };
    perform(&shared, &request, aim, |state, now| {
        state.check_token(&query.access_token, now)?;
        let data: Vec<Value> = state.templates.iter().map(Template::listing).collect();
        Ok(json!({"errcode": 0, "errmsg": "ok", "data": data}))
    })
    .await
}
