//! Joining a released case (附议): once a browser, without any personal data.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    post,
    web::Path,
};
use chrono::{DateTime, TimeDelta};
use minyi_gateways::clock::random_bytes;
use serde::Serialize;
use utoipa::ToSchema;

use super::read_token;
use crate::{
    address::ClientAddress,
    auth::csrf::same_origin,
    problem::Problem,
    state::{AppState, State},
};

/// A random mark of a browser, signed: `mark.expires.signature`.
const COOKIE: &str = "supporter";
const KEPT_DAYS: i64 = 365;

/// How many have joined.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"support_count": 4, "counted": true}))]
pub struct SupportResponse {
    support_count: i64,
    /// `false`: this browser had joined before.
    counted: bool,
}

/// What came of joining.
pub struct Joined {
    pub count: i64,
    pub new: bool,
    /// The browser's mark, if it had none.
    pub cookie: Option<Cookie<'static>>,
}

/// Joins a released case.
///
/// # Errors
/// [`Problem::OpenUnknown`], [`Problem::CrossSite`], [`Problem::RateLimited`].
pub async fn join(
    state: &AppState,
    request: &HttpRequest,
    token: &str,
    address: ClientAddress,
) -> Result<Joined, Problem> {
    same_origin(request.headers(), &state.settings.public_url)?;
    let token = read_token(token)?;
    state.limit_support(address, token.as_str()).await?;
    let known = request
        .cookie(COOKIE)
        .and_then(|cookie| read_mark(state, cookie.value()));
    let (mark, cookie) = match known {
        Some(mark) => (mark, None),
        None => new_mark(state),
    };
    // Of one browser two cases know nothing of each other.
    let supporter = state.keys.index.digest("support", &format!("{token}.{mark}"));
    let now = state.now();
    let joined = state.ask(move |store| store.support(&token, &supporter, now)).await?;
    let (count, new) = joined.ok_or(Problem::OpenUnknown)?;
    Ok(Joined { count, new, cookie })
}

fn path(mark: &str) -> String {
    format!("/open/supporter/{mark}")
}

fn new_mark(state: &AppState) -> (String, Option<Cookie<'static>>) {
    let mark = format!("{:032x}", u128::from_be_bytes(random_bytes()));
    let expires = state.now() + TimeDelta::days(KEPT_DAYS);
    let signature = state.keys.links.sign(&path(&mark), expires);
    let value = format!("{mark}.{}.{signature}", expires.timestamp());
    let cookie = Cookie::build(COOKIE, value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(state.settings.is_https())
        .max_age(Duration::days(KEPT_DAYS))
        .finish();
    (mark, Some(cookie))
}

/// The mark of a cookie that we have signed and whose time is not over.
fn read_mark(state: &AppState, value: &str) -> Option<String> {
    let mut parts = value.splitn(3, '.');
    let (mark, expires, signature) = (parts.next()?, parts.next()?, parts.next()?);
    let expires = DateTime::from_timestamp(expires.parse().ok()?, 0)?.timestamp();
    let signed = state.keys.links.verify(&path(mark), expires, signature, state.now());
    signed.is_ok().then(|| mark.to_owned())
}

/// Join a released case (附议)
///
/// Once a browser: a random mark in a signed cookie tells it again. No personal data are asked or kept.
#[utoipa::path(tag = "公开", params(("token" = String, Path)), responses(
    (status = 200, description = "counted, now or before", body = SupportResponse),
    (status = 403, description = "`csrf_failed`：不是从我们自己的页面来的"),
    (status = 404, description = "`open_unknown`：没有公开过，或者已经停止公开"),
))]
#[post("/open/cases/{token}/support")]
pub(super) async fn create_support(
    state: State,
    request: HttpRequest,
    token: Path<String>,
    address: ClientAddress,
) -> Result<HttpResponse, Problem> {
    let joined = join(&state, &request, &token, address).await?;
    let mut answer = HttpResponse::Ok();
    if let Some(cookie) = joined.cookie {
        answer.cookie(cookie);
    }
    Ok(answer
        .insert_header(("cache-control", "no-store"))
        .json(SupportResponse {
            support_count: joined.count,
            counted: joined.new,
        }))
}
