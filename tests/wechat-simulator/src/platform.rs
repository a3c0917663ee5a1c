//! The platform's own calls. Every one goes through [`perform`]: faults first, then the work, then the answer.

mod content;
mod login;
mod message;
mod token;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
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
            web::resource("/wxa/business/getuserphonenumber")
                .route(web::post().to(login::phone_number))
                .default_service(post_only()),
        )
        .service(web::resource(crate::sms::PATH).route(web::post().to(crate::sms::send_sms)))
        .service(
            web::resource("/cgi-bin/message/subscribe/send")
                .route(web::post().to(message::send))
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
struct TokenQuery {
    #[serde(default)]
    access_token: String,
}

/// Whom and whose token a call concerns, so that faults can be aimed.
#[derive(Default)]
struct Aim<'a> {
    openid: Option<&'a str>,
    token: Option<&'a str>,
}

enum Answer {
    Json(Value),
    Status(StatusCode),
    Closed,
}

async fn perform(
    shared: &Shared,
    request: &HttpRequest,
    aim: Aim<'_>,
    work: impl FnOnce(&mut State, DateTime<Utc>) -> Outcome,
) -> HttpResponse {
    let now = shared.clock.now();
    let (answer, latency_ms) = {
        let mut state = shared.lock();
        let effect = state.faults.strike(request.path(), aim.openid, aim.token);
        if effect.token_revoked {
            state.tokens.revoke(aim.token.unwrap_or_default(), now);
        }
        let (answer, result) = decide(&mut state, &effect, now, work);
        state.count_call(request.path(), result);
        (answer, effect.latency_ms)
    };
    // The answer is late, not the work: a caller who gives up has an unknown outcome.
    if latency_ms > 0 {
        tokio::time::sleep(Duration::from_millis(latency_ms)).await;
    }
    match answer {
        Answer::Json(body) => HttpResponse::Ok()
            .content_type("application/json; encoding=utf-8")
            .body(body.to_string()),
        Answer::Status(status) => HttpResponse::build(status)
            .content_type("text/html")
            .body(format!("<html><body><h1>{status}</h1></body></html>")),
        Answer::Closed => {
            connection::close(request);
            HttpResponse::ServiceUnavailable().force_close().finish()
        }
    }
}

// The answer, and the word under which the call is counted.
fn decide(
    state: &mut State,
    effect: &Effect,
    now: DateTime<Utc>,
    work: impl FnOnce(&mut State, DateTime<Utc>) -> Outcome,
) -> (Answer, String) {
    if effect.outage {
        return (Answer::Closed, "closed".to_owned());
    }
    if let Some(status) = effect.http_status {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
        return (Answer::Status(status), format!("http_{}", status.as_u16()));
    }
    let outcome = match effect.errcode {
        Some(errcode) => Err(Refusal::of(errcode)),
        None => work(state, now),
    };
    let errcode = outcome.as_ref().err().map_or(0, |no| no.errcode);
    if effect.reset_after_processing {
        return (Answer::Closed, format!("{errcode}_closed"));
    }
    let body = outcome.unwrap_or_else(|no| no.body(now));
    (Answer::Json(body), errcode.to_string())
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
fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Refusal> {
    if body.is_empty() {
        return Err(Refusal::of(44002));
    }
    serde_json::from_slice(body).map_err(|_| Refusal::of(47001))
}

/// Checks appid and secret.
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
