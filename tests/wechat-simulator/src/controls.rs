//! The simulator's own controls under `/_sim`, for tests and for its pages. Unknown people and things are 404.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::people::NewUser;
use crate::platform::SharedData;
use crate::push::{MENU, POPUP};
use crate::random;
use crate::state::Limits;
use crate::view;

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/_sim/users", web::get().to(list_users))
        .route("/_sim/users", web::post().to(add_users))
        .route("/_sim/users/{openid}/js_code", web::post().to(mint_js_code))
        .route("/_sim/users/{openid}/messages", web::get().to(list_messages))
        .route("/_sim/users/{openid}/subscriptions", web::get().to(list_subscriptions))
        .route(
            "/_sim/users/{openid}/subscriptions",
            web::post().to(answer_subscription),
        )
        .route("/_sim/service_account/subscriptions", web::post().to(accept_notices))
        .route("/_sim/messages", web::delete().to(clear_messages))
        .route("/_sim/counts", web::get().to(counts))
        .route("/_sim/faults", web::get().to(list_faults))
        .route("/_sim/faults", web::post().to(add_fault))
        .route("/_sim/faults", web::delete().to(clear_faults))
        .route("/_sim/faults/{id}", web::delete().to(remove_fault))
        .route("/_sim/limits", web::get().to(show_limits))
        .route("/_sim/limits", web::put().to(set_limits))
        .route("/_sim/clock", web::get().to(show_clock))
        .route("/_sim/clock", web::post().to(advance_clock));
}

fn refused(status: u16, error: &str) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status).json(json!({"error": error}))
}

pub fn no_such_user() -> HttpResponse {
    refused(404, "no user with this openid")
}

async fn list_users(shared: SharedData) -> HttpResponse {
    let state = shared.lock();
    let users: Vec<Value> = state
        .people
        .all()
        .map(|user| json!({"openid": user.openid, "name": user.name}))
        .collect();
    HttpResponse::Ok().json(users)
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<NewUser>),
    One(NewUser),
}

async fn add_users(body: web::Json<OneOrMany>, shared: SharedData) -> HttpResponse {
    let users = match body.into_inner() {
        OneOrMany::Many(users) => users,
        OneOrMany::One(user) => vec![user],
    };
    let is_openid = |openid: &String| {
        (1..=64).contains(&openid.len())
            && openid
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    if !users.iter().filter_map(|user| user.openid.as_ref()).all(is_openid) {
        return refused(400, "an openid is 1 to 64 of A-Z a-z 0-9 - _");
    }
    let mut state = shared.lock();
    let added: Vec<Value> = users
        .into_iter()
        .map(|user| {
            let name = user.name.clone();
            json!({"openid": state.people.add(user), "name": name})
        })
        .collect();
    HttpResponse::Ok().json(added)
}

async fn mint_js_code(openid: web::Path<String>, shared: SharedData) -> HttpResponse {
    let now = shared.clock.now();
    let mut state = shared.lock();
    if state.people.get(&openid).is_none() {
        return no_such_user();
    }
    let js_code = state.js_codes.mint(random::js_code(), &openid, now);
    HttpResponse::Ok().json(json!({"js_code": js_code}))
}

#[derive(Deserialize)]
struct MessagesQuery {
    limit: Option<usize>,
}

async fn list_messages(
    openid: web::Path<String>,
    query: web::Query<MessagesQuery>,
    shared: SharedData,
) -> HttpResponse {
    let state = shared.lock();
    let Some(user) = state.people.get(&openid) else {
        return no_such_user();
    };
    let items = view::messages(&state, user, 0, query.limit.unwrap_or(usize::MAX));
    HttpResponse::Ok().json(json!({"items": items}))
}

async fn list_subscriptions(openid: web::Path<String>, shared: SharedData) -> HttpResponse {
    let state = shared.lock();
    let Some(user) = state.people.get(&openid) else {
        return no_such_user();
    };
    let items: Vec<Value> = state
        .templates
        .iter()
        .map(|template| {
            let permission = state.people.permission(user, template);
            json!({
                "template_id": template.template_id,
                "title": template.title,
                "type": template.kind,
                "accepted": permission.accepted,
                "count": permission.count,
            })
        })
        .collect();
    HttpResponse::Ok().json(json!({"items": items}))
}

/// `accept: true` or `reject: true`; `count` = how many acceptances of a one-time template (1 if not said).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscription {
    template_id: String,
    #[serde(default)]
    accept: bool,
    #[serde(default)]
    reject: bool,
    count: Option<u32>,
}

async fn answer_subscription(
    openid: web::Path<String>,
    body: web::Json<Subscription>,
    shared: SharedData,
) -> HttpResponse {
    if body.accept == body.reject {
        return refused(400, "say either accept or reject");
    }
    let mut state = shared.lock();
    let Some(template) = state.template(&body.template_id).map(|found| found.1.clone()) else {
        return refused(404, "no template with this id");
    };
    let count = body.count.unwrap_or(1);
    match state.people.answer(&openid, &template, body.accept, count) {
        Some(permission) => {
            // What is switched off in the menu of the card comes as another event than an answer to the popup.
            let event = if body.accept { POPUP } else { MENU };
            shared.push_permissions(event, &openid, &[(body.template_id.clone(), body.accept)]);
            HttpResponse::Ok().json(permission)
        }
        None => no_such_user(),
    }
}

/// A follower accepts notices of a one-time template of the service account, named without its prefix.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    openid: String,
    template_id: String,
    count: u32,
}

async fn accept_notices(body: web::Json<Acceptance>, shared: SharedData) -> HttpResponse {
    let mut state = shared.lock();
    state.service.accept(&body.openid, &body.template_id, body.count);
    HttpResponse::NoContent().finish()
}

async fn clear_messages(shared: SharedData) -> HttpResponse {
    let mut state = shared.lock();
    state.people.clear_messages();
    state.delivered = 0;
    HttpResponse::NoContent().finish()
}

async fn counts(shared: SharedData) -> HttpResponse {
    let state = shared.lock();
    HttpResponse::Ok().json(json!({
        "messages": state.delivered, "calls": state.calls, "other": state.inbox.count(), "dropped": state.inbox.dropped(),
    }))
}

async fn list_faults(shared: SharedData) -> HttpResponse {
    HttpResponse::Ok().json(json!({"items": shared.lock().faults.list()}))
}

async fn add_fault(body: web::Json<Fault>, shared: SharedData) -> HttpResponse {
    let id = shared.lock().faults.add(body.into_inner());
    HttpResponse::Created().json(json!({"id": id}))
}

async fn clear_faults(shared: SharedData) -> HttpResponse {
    shared.lock().faults.clear();
    HttpResponse::NoContent().finish()
}

async fn remove_fault(id: web::Path<u64>, shared: SharedData) -> HttpResponse {
    if shared.lock().faults.remove(*id) {
        HttpResponse::NoContent().finish()
    } else {
        refused(404, "no fault with this id")
    }
}

async fn show_limits(shared: SharedData) -> HttpResponse {
    HttpResponse::Ok().json(&shared.lock().limits)
}

// What is not said goes back to the platform's own value.
async fn set_limits(body: web::Json<Limits>, shared: SharedData) -> HttpResponse {
    let limits = body.into_inner();
    shared.lock().limits = limits.clone();
    HttpResponse::Ok().json(limits)
}

async fn show_clock(shared: SharedData) -> HttpResponse {
    clock_says(shared.clock.now())
}

#[derive(Deserialize)]
struct Advance {
    advance_seconds: u32,
}

async fn advance_clock(body: web::Json<Advance>, shared: SharedData) -> HttpResponse {
    shared.clock.advance(body.advance_seconds);
    clock_says(shared.clock.now())
}

fn clock_says(now: DateTime<Utc>) -> HttpResponse {
    HttpResponse::Ok().json(json!({"now": now}))
}
