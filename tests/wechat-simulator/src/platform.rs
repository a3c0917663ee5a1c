//! WeChat's own calls, and what all platforms share: every call goes through [`answer`] (WeChat's, WeCom's and
//! DingTalk's through [`perform`], which words the outcome as they do): faults first, then the work, then the answer.

pub mod content;
mod login;
mod message;
pub mod oauth;
pub mod service;
mod token;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use serde_json::Value;

use crate::connection;
use crate::faults::Effect;
use crate::reply::{Outcome, Refusal};
use crate::state::{Shared, State};

pub type SharedData = web::Data<Arc<Shared>>;

pub fn routes(config: &mut web::ServiceConfig) {
    let post_only = || web::to(require_post);
    let get_only = || web::to(require_get);
    config
        .service(
            web::resource("/cgi-bin/stable_token")
                .route(web::post().to(token::stable_token))
                .default_service(post_only()),
        )
        .service(
            web::resource("/cgi-bin/token")
                .route(web::get().to(token::token))
                .default_service(get_only()),
        )
        .service(
            web::resource("/sns/jscode2session")
                .route(web::get().to(login::code_to_session))
                .default_service(get_only()),
        )
        .service(
            web::resource("/sns/oauth2/access_token")
                .route(web::get().to(oauth::exchange))
                .default_service(get_only()),
        )
        .service(
            web::resource("/cgi-bin/user/info")
                .route(web::get().to(oauth::user_info))
                .default_service(get_only()),
        )
        .route("/connect/oauth2/authorize", web::get().to(oauth::authorize))
        .service(
            web::resource("/wxa/business/getuserphonenumber")
                .route(web::post().to(login::phone_number))
                .default_service(post_only()),
        )
        .service(
            web::resource("/cgi-bin/message/subscribe/send")
                .route(web::post().to(message::send))
                .default_service(post_only()),
        )
        .service(
            web::resource("/cgi-bin/message/template/send")
                .route(web::post().to(service::send_template))
                .default_service(post_only()),
        )
        .service(
            web::resource("/cgi-bin/message/subscribe/bizsend")
                .route(web::post().to(service::send_notice))
                .default_service(post_only()),
        )
        .service(
            web::resource("/wxa/msg_sec_check")
                .route(web::post().to(content::check_text))
                .default_service(post_only()),
        )
        .service(
            web::resource("/wxa/media_check_async")
                .route(web::post().to(content::check_media))
                .default_service(post_only()),
        )
        .service(
            web::resource("/wxaapi/newtmpl/gettemplate")
                .route(web::get().to(message::templates))
                .default_service(get_only()),
        );
}

/// The query of a business call.
#[derive(Deserialize)]
pub struct TokenQuery {
    #[serde(default)]
    pub access_token: String,
}

/// Whom and whose token a call concerns, so that faults can be aimed.
#[derive(Default)]
pub struct Aim<'a> {
    pub openid: Option<&'a str>,
    pub token: Option<&'a str>,
}

/// An outcome in a platform's words: HTTP status, body, and the word under which the call is counted.
pub type Words = (StatusCode, Value, String);

enum Answer {
    Json(StatusCode, Value),
    Status(StatusCode),
    Closed,
}

/// Answers as WeChat, WeCom and DingTalk do.
pub async fn perform(
    shared: &Shared,
    request: &HttpRequest,
    aim: Aim<'_>,
    work: impl FnOnce(&mut State, DateTime<Utc>) -> Outcome,
) -> HttpResponse {
    let words = |outcome: Outcome, now| {
        let errcode = outcome.as_ref().err().map_or(0, |no| no.errcode);
        let body = outcome.unwrap_or_else(|no| no.body(now));
        (StatusCode::OK, body, errcode.to_string())
    };
    answer(shared, request, aim, work, words).await
}

/// Meets the faults, does the work under the lock, and answers in the platform's `words`.
pub async fn answer(
    shared: &Shared,
    request: &HttpRequest,
    aim: Aim<'_>,
    work: impl FnOnce(&mut State, DateTime<Utc>) -> Outcome,
    words: impl FnOnce(Outcome, DateTime<Utc>) -> Words,
) -> HttpResponse {
    let now = shared.clock.now();
    let (answer, effect) = {
        let mut state = shared.lock();
        let effect = state.faults.strike(request.path(), aim.openid, aim.token);
        if effect.token_revoked {
            state.revoke(aim.token.unwrap_or_default(), now);
        }
        let say = |state: &mut State| {
            let outcome = effect.errcode.map(Refusal::of).map_or_else(|| work(state, now), Err);
            words(outcome, now)
        };
        let (answer, result) = decide(&mut state, &effect, say);
        state.count_call(request.path(), result);
        (answer, effect)
    };
    // The answer is late, not the work: a caller who gives up has an unknown outcome.
    if effect.latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(effect.latency_ms)).await;
    }
    match answer {
        Answer::Json(status, body) => {
            let mut response = HttpResponse::build(status);
            response.content_type("application/json; encoding=utf-8");
            match effect.slow_body_ms {
                0 => response.body(body.to_string()),
                slow => response.streaming(drip(body.to_string(), Duration::from_millis(slow))),
            }
        }
        Answer::Status(status) => HttpResponse::build(status)
            .content_type("text/html")
            .body(format!("<html><body><h1>{status}</h1></body></html>")),
        Answer::Closed => {
            connection::close(request);
            HttpResponse::ServiceUnavailable().force_close().finish()
        }
    }
}

/// The body byte by byte, the whole of it after `all`.
fn drip(body: String, all: Duration) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    let pause = all / u32::try_from(body.len().max(1)).unwrap_or(u32::MAX);
    stream::iter(body.into_bytes()).then(move |byte| async move {
        tokio::time::sleep(pause).await;
        Ok(Bytes::copy_from_slice(&[byte]))
    })
}

// The answer, and the word under which the call is counted.
fn decide(state: &mut State, effect: &Effect, say: impl FnOnce(&mut State) -> Words) -> (Answer, String) {
    if effect.outage {
        return (Answer::Closed, "closed".to_owned());
    }
    if let Some(status) = effect.http_status {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        return (Answer::Status(status), format!("http_{}", status.as_u16()));
    }
    let (status, body, word) = say(state);
    if effect.reset_after_processing {
        return (Answer::Closed, format!("{word}_closed"));
    }
    (Answer::Json(status, body), word)
}

async fn require_post(request: HttpRequest, shared: SharedData) -> HttpResponse {
    refuse(&shared, &request, 43002).await
}

async fn require_get(request: HttpRequest, shared: SharedData) -> HttpResponse {
    refuse(&shared, &request, 43001).await
}

async fn refuse(shared: &Shared, request: &HttpRequest, errcode: i32) -> HttpResponse {
    perform(shared, request, Aim::default(), |_, _| Err(Refusal::of(errcode))).await
}

/// The body as JSON of the expected shape: 44002 when empty, 47001 when it is not.
pub fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    if body.is_empty() {
        return Err(Refusal::of(44002));
    }
    serde_json::from_slice(body).map_err(|_| Refusal::of(47001))
}

/// Checks appid and secret of the mini-program.
fn check_account(shared: &Shared, appid: &str, secret: &str) -> Result<(), Refusal> {
    let errcode = match (appid, secret) {
        ("", _) => 41002,
        (_, "") => 41004,
        (appid, _) if appid != shared.appid => 40013,
        (_, secret) if secret != shared.secret => 40125,
        _ => return Ok(()),
    };
    Err(Refusal::of(errcode))
}
