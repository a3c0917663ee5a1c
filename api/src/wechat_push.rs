//! Where WeChat tells us something by itself (消息推送).
//!
//! WeChat's page "消息推送" of the mini-program's server documentation: the address is verified by a signed GET; a push is
//! answered with `success` within five seconds, or it comes again, three times in all.

use std::time::Duration;

use actix_web::{HttpResponse, get, http::header::CACHE_CONTROL, post, web::Bytes, web::Query};
use minyi_gateways::wechat::push::{Answer, Event, Failure, Push, PushQuery, Pushes};
use minyi_store::{ContentReport, FailedMessage, PushAnswer, TakenPush, Template};

use crate::{
    contract::ServiceConfig,
    mine::pushes::ASKED,
    problem::Problem,
    state::{AppState, State},
};

/// WeChat hangs up after five seconds. What the database has not taken by then is refused in time, so that it comes again.
const PATIENCE: Duration = Duration::from_secs(4);

/// Registers the routes.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(verify_push_address).service(take_push);
}

fn pushes(state: &AppState) -> Result<&Pushes, Problem> {
    state.pushes.as_ref().ok_or(Problem::NotFound)
}

fn said(words: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .content_type("text/plain; charset=utf-8")
        .body(words)
}

/// WeChat asks whether this address is ours (消息推送地址校验)
#[utoipa::path(tag = "微信推送", params(
    ("signature" = String, Query), ("timestamp" = String, Query), ("nonce" = String, Query), ("echostr" = String, Query),
), responses(
    (status = 200, description = "`echostr` as it came", body = String, content_type = "text/plain", example = "4375120948345356249"),
    (status = 403, description = "`push_unbelieved`：签名不对"),
    (status = 404, description = "`not_found`：没有设置消息推送的 Token"),
))]
#[get("/wechat/push")]
async fn verify_push_address(state: State, query: Query<PushQuery>) -> Result<HttpResponse, Problem> {
    pushes(&state)?.believe(&query).map_err(|_| Problem::PushUnbelieved)?;
    Ok(said(query.into_inner().echostr.unwrap_or_default()))
}

/// WeChat tells us something (消息推送)
///
/// Plain or encrypted, as XML or JSON. Answers to the popup of subscribe messages fill the ledger of permissions; a message
/// that failed after it was taken goes on by the next channel; results of photo checks wait for the worker; what nobody
/// here waits for is acknowledged and forgotten.
#[utoipa::path(tag = "微信推送", params(
    ("signature" = Option<String>, Query), ("timestamp" = String, Query), ("nonce" = String, Query),
    ("msg_signature" = Option<String>, Query),
), request_body(content((String = "application/json"), (String = "text/xml"))), responses(
    (status = 200, description = "taken, now or before", body = String, content_type = "text/plain", example = "success"),
    (status = 403, description = "`push_unbelieved`：签名不对、没有加密或者读不出来"),
    (status = 404, description = "`not_found`：没有设置消息推送的 Token"),
))]
#[post("/wechat/push")]
async fn take_push(state: State, query: Query<PushQuery>, body: Bytes) -> Result<HttpResponse, Problem> {
    let push = pushes(&state)?.open(&query, &body).map_err(|why| {
        tracing::warn!(%why, "a push to /wechat/push is not believed");
        Problem::PushUnbelieved
    })?;
    let (answers, failed, report) = (answers(&state, &push), failed(&push), report(&push));
    let now = state.now();
    let take = move |store: &minyi_store::Store| {
        let taken = TakenPush {
            key: push.key,
            kind: &push.kind,
            openid: &push.openid,
            answers: &answers,
            failed: &failed,
            report: report.as_ref(),
        };
        store.take_push(taken, now)
    };
    // What the database takes after all is known by its key when it comes again.
    let taken = tokio::time::timeout(PATIENCE, state.ask(take)).await;
    taken.map_err(|late| Problem::Unavailable(late.into()))??;
    Ok(said("success".to_owned()))
}

fn answers(state: &AppState, push: &Push) -> Vec<(Template, PushAnswer)> {
    let Event::Permissions(said) = &push.event else {
        return Vec::new();
    };
    let of = |(id, answer): &(String, Answer)| {
        let template = ASKED.iter().find(|template| state.template_id(**template) == id)?;
        let answer = match answer {
            Answer::Accept => PushAnswer::Accepted,
            Answer::Reject => PushAnswer::Refused,
        };
        Some((*template, answer))
    };
    said.iter().filter_map(of).collect()
}

fn failed(push: &Push) -> Vec<FailedMessage> {
    let Event::Sent(failures) = &push.event else {
        return Vec::new();
    };
    let message = |failure: &Failure| FailedMessage {
        message_id: failure.message_id.clone(),
        code: failure.code,
        status: failure.status.clone(),
    };
    failures.iter().map(message).collect()
}

fn report(push: &Push) -> Option<ContentReport> {
    let Event::Media(result) = &push.event else {
        return None;
    };
    Some(ContentReport {
        trace_id: result.trace_id.clone(),
        errcode: result.errcode,
        label: result.label,
        is_pass: result.is_pass,
    })
}
