//! Where access tokens come from.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Aim, SharedData, check_account, parse, perform};
use crate::reply::Refusal;
use crate::tokens::Grant;

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
        check_account(&shared, &wanted.appid, &wanted.secret)?;
        Ok(granted(state.tokens.stable(wanted.force_refresh, now)))
    })
    .await
}

pub async fn token(request: HttpRequest, wanted: web::Query<TokenRequest>, shared: SharedData) -> HttpResponse {
    perform(&shared, &request, Aim::default(), |state, now| {
        check_grant_type(&wanted)?;
        check_account(&shared, &wanted.appid, &wanted.secret)?;
        let limit = state.limits.plain_tokens_a_day;
        state.plain_tokens_today.take(limit, now)?;
        Ok(granted(state.tokens.plain(now)))
    })
    .await
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
