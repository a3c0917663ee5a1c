//! Signing in on duty (值班签到) by scanning a code of the station.

use actix_web::{HttpResponse, http::StatusCode, post};
use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{rights::Permission, token::CodeToken};
use minyi_store::SignInOutcome;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::NO_STORE;
use crate::{
    auth::SignedIn,
    extract::JsonBody,
    problem::{Problem, position_of},
    state::State,
};

/// What was scanned.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"code": "https://my.example.cn/c/34679ACDEFGH"}))]
pub struct SignInRequest {
    /// The characters of the code, or its whole address.
    #[schema(max_length = 500)]
    code: String,
}

/// Signed in.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "date": "2026-11-22", "site_id": "019aa000-0000-7000-8000-000000000004", "site_name": "杏林社区代表联络站",
    "signed_in_at": "2026-11-22T01:05:00Z"
}))]
pub struct SignInResponse {
    date: NaiveDate,
    site_id: Uuid,
    site_name: String,
    signed_in_at: DateTime<Utc>,
}

/// The characters of a code in what was scanned.
fn token_in(scanned: &str) -> &str {
    let path = scanned.split(['?', '#']).next().unwrap_or_default();
    path.rsplit_once("/c/")
        .map_or(path, |(_, token)| token)
        .trim_matches('/')
}

/// Sign in on duty (值班签到)
///
/// For today, if today stands on the roster of the code's station.
#[utoipa::path(tag = "我的", security(("bearer" = [])), request_body = SignInRequest, responses(
    (status = 201, description = "signed in", body = SignInResponse),
    (status = 200, description = "was signed in before", body = SignInResponse),
    (status = 400, description = "`code_mistyped`：这不是民意码；`malformed_request`：请求体读不出来"),
    (status = 404, description = "`code_unknown`：没有这个民意码，或者已经停用"),
    (status = 422, description = "`not_on_duty`：今天没有排班；`code_of_another_station`：今天在别的站值班；`invalid_fields`：字段不对"),
))]
#[post("/me/sign-ins")]
pub async fn sign_in(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<SignInRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Serve)?;
    let deputy = signed_in.actor.deputy_id.ok_or(Problem::Forbidden)?;
    let code = CodeToken::parse(token_in(request.code.trim())).map_err(|error| Problem::CodeMistyped {
        position: position_of(error),
    })?;
    let now = state.now();
    let done = match state
        .ask(move |store| store.sign_in_on_duty(deputy, &code, now))
        .await?
    {
        SignInOutcome::SignedIn(done) => done,
        SignInOutcome::CodeUnknown => return Err(Problem::CodeUnknown),
        SignInOutcome::NotOnDuty => return Err(Problem::NotOnDuty),
        SignInOutcome::OtherStation => return Err(Problem::CodeOfAnotherStation),
    };
    let status = if done.repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    Ok(HttpResponse::build(status)
        .insert_header(NO_STORE)
        .json(SignInResponse {
            date: done.date,
            site_id: done.site_id,
            site_name: done.site_name,
            signed_in_at: done.signed_in_at,
        }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_its_address() {
        for scanned in [
            "34679ACDEFGH",
            "https://my.example.cn/c/34679ACDEFGH",
            "https://my.example.cn/c/34679ACDEFGH/?from=wall#top",
        ] {
            assert_eq!(token_in(scanned), "34679ACDEFGH", "{scanned}");
        }
    }
}
