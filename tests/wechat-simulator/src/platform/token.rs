//! Where access tokens come from.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Aim, SharedData, check_account, parse, perform, service};
use crate::reply::Refusal;
use crate::state::{Shared, State};
use crate::tokens::{Grant, TokenBook};

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct TokenRequest {
    grant_type: String,
    appid: String,
    secret: String,
    force_refresh: bool,
}

pub async fn stable_token(request: HttpRequest, body: web::Bytes, shared: SharedData) -> HttpResponse {
    perform(&shared, &request, Aim::default(), |state, now| {
        let wanted: TokenRequest = parse(&body)?;
        check_grant_type(&wanted)?;
        let book = book(&shared, state, &wanted)?;
        Ok(granted(book.stable(wanted.force_refresh, now)))
    })
    .await
}

pub async fn token(request: HttpRequest, wanted: web::Query<TokenRequest>, shared: SharedData) -> HttpResponse {
    perform(&shared, &request, Aim::default(), |state, now| {
        check_grant_type(&wanted)?;
        book(&shared, state, &wanted)?;
        let limit = state.limits.plain_tokens_a_day;
        state.plain_tokens_today.take(limit, now)?;
        Ok(granted(book(&shared, state, &wanted)?.plain(now)))
    })
    .await
}

/// The tokens of the account that asks: the mini-program, or the service account.
fn book<'a>(shared: &Shared, state: &'a mut State, wanted: &TokenRequest) -> Result<&'a mut TokenBook, Refusal> {
    match wanted.appid == service::APPID {
        true if wanted.secret == service::SECRET => Ok(&mut state.service_tokens),
        true => Err(Refusal::of(40125)),
        false => check_account(shared, &wanted.appid, &wanted.secret).map(|()| &mut state.tokens),
    }
}

fn check_grant_type(wanted: &TokenRequest) -> Result<(), Refusal> {
    if wanted.grant_type == "client_credential" {
        Ok(())
    } else {
        Err(Refusal::of(40002))
    }
}

fn granted(grant: Grant) -> Value {
    json!({"access_token": grant.access_token, "expires_in": grant.expires_in})
}
