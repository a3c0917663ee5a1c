//! Sessions over HTTP.

use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use minyi_domain::{
    access::{Need, Way},
    people::{Actor, Role},
    rights::Permission,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{PartlySignedIn, SignedIn, csrf::same_origin, sessions::Tokens};
use crate::{
    address::ClientAddress, contract::ServiceConfig, extract::JsonBody, openapi::words, problem::Problem, state::State,
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(create_session)
        .service(create_browser_session)
        .service(create_wechat_session)
        .service(refresh_session)
        .service(delete_session)
        .service(get_me)
        .configure(super::own::configure)
        .configure(super::deputies::configure);
}

/// A name and a password.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"username": "zhandian01", "password": "一个够长的密码"}))]
pub struct PasswordLoginRequest {
    username: String,
    #[schema(format = Password)]
    password: String,
}

/// The code of WeChat's `wx.login`.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"js_code": "0a3Xk2000abcdefghijklmnopqrstuv1"}))]
pub struct CodeLoginRequest {
    pub js_code: String,
}

/// The refresh token of the answer before.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"refresh_token": "pq1Vw0mJ5o2n8m3kz4s6t7u9v1w2x3y4z5a6b7c8d9e"}))]
pub struct RefreshRequest {
    refresh_token: String,
}

/// Two tokens: one to ask with, one to get the next two with.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "access_token": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl",
    "refresh_token": "pq1Vw0mJ5o2n8m3kz4s6t7u9v1w2x3y4z5a6b7c8d9e",
    "expires_in": 900
}))]
pub struct TokensResponse {
    /// Goes into the header `Authorization: Bearer …`.
    access_token: String,
    /// Good for one use.
    refresh_token: String,
    /// Seconds until the access token ends.
    expires_in: i64,
}

impl From<Tokens> for TokensResponse {
    fn from(tokens: Tokens) -> Self {
        let Tokens {
            access_token,
            refresh_token,
            expires_in,
        } = tokens;
        Self {
            access_token,
            refresh_token,
            expires_in,
        }
    }
}

/// The signed-in person.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "account_id": "019aa000-0000-7000-8000-000000000001", "role": "deputy", "role_name": "人大代表",
    "display_name": "李春兰", "deputy_id": "019aa000-0000-7000-8000-000000000002",
    "site_id": null, "office_id": null, "region_code": null, "phone": "138****0001", "wechat_bound": true,
    "needs": [], "place_name": null, "permissions": ["read_cases", "handle"], "csrf_token": null
}))]
pub struct MeResponse {
    account_id: Uuid,
    #[schema(schema_with = words::role)]
    role: Role,
    /// The role in Chinese.
    role_name: &'static str,
    display_name: String,
    deputy_id: Option<Uuid>,
    site_id: Option<Uuid>,
    office_id: Option<Uuid>,
    /// Division code without trailing zeros.
    region_code: Option<String>,
    /// The phone to which a code to sign in is sent, its middle hidden.
    phone: Option<String>,
    /// A WeChat user belongs to the account.
    wechat_bound: bool,
    /// What the login still needs, in this order; until then every other operation answers 403 `…_needed`.
    #[schema(schema_with = words::needs)]
    needs: Vec<Need>,
    /// The station, office or division that the account belongs to.
    place_name: Option<String>,
    /// What the role may do.
    #[schema(schema_with = words::permissions)]
    permissions: Vec<Permission>,
    /// Goes into the header `X-CSRF-Token` of every request that changes something and comes with the cookie; `null`
    /// for a Bearer token, which needs none.
    csrf_token: Option<String>,
}

impl MeResponse {
    fn new(signed_in: SignedIn, phone: Option<String>, wechat_bound: bool, place_name: Option<String>) -> Self {
        let csrf_token = Some(signed_in.csrf_token()).filter(|token| !token.is_empty());
        let needs = signed_in.needs().to_vec();
        let Actor {
            account_id,
            role,
            display_name,
            deputy_id,
            site_id,
            office_id,
            region_code,
        } = signed_in.actor;
        let permissions = Permission::ALL.iter().copied().filter(|right| role.may(*right));
        Self {
            account_id,
            role,
            phone,
            wechat_bound,
            needs,
            place_name,
            permissions: permissions.collect(),
            csrf_token,
            role_name: role.zh(),
            display_name,
            deputy_id,
            site_id,
            office_id,
            region_code,
        }
    }
}

/// Sign in with a name and a password (用户名登录)
///
/// `needs` of `GET /me` says what is still missing, such as the code of the second factor.
#[utoipa::path(tag = "登录", request_body = PasswordLoginRequest, responses(
    (status = 201, description = "signed in", body = TokensResponse),
    (status = 401, description = "`login_failed`: wrong name, wrong password or locked after five failures"),
))]
#[post("/sessions")]
async fn create_session(
    state: State,
    address: ClientAddress,
    JsonBody(request): JsonBody<PasswordLoginRequest>,
) -> Result<HttpResponse, Problem> {
    let account = state
        .sign_in_by_password(&request.username, request.password, address)
        .await?;
    let tokens = state.open_tokens(account.id, Way::Password, address).await?;
    Ok(HttpResponse::Created()
        .insert_header(NO_STORE)
        .json(TokensResponse::from(tokens)))
}

/// Sign in at a browser (浏览器登录)
///
/// Sets the cookie of the desk and the console; `GET /api/v1/me` then gives the token for the header `X-CSRF-Token`.
#[utoipa::path(tag = "登录", request_body = PasswordLoginRequest, responses(
    (status = 204, description = "signed in; the cookie is good for 12 hours, and for 15 minutes without a request"),
    (status = 401, description = "`login_failed`: wrong name, wrong password or locked after five failures"),
    (status = 403, description = "`csrf_failed`: the request comes from another site"),
))]
#[post("/sessions/browser")]
async fn create_browser_session(
    state: State,
    http: HttpRequest,
    address: ClientAddress,
    JsonBody(request): JsonBody<PasswordLoginRequest>,
) -> Result<HttpResponse, Problem> {
    same_origin(http.headers(), &state.settings.public_url)?;
    let account = state
        .sign_in_by_password(&request.username, request.password, address)
        .await?;
    let cookie = state.open_cookie(account.id, Way::Password, address).await?;
    Ok(HttpResponse::NoContent()
        .insert_header(NO_STORE)
        .cookie(cookie)
        .finish())
}

/// Sign in with WeChat (微信登录)
#[utoipa::path(tag = "登录", request_body = CodeLoginRequest, responses(
    (status = 201, description = "signed in", body = TokensResponse),
    (status = 401, description = "`wechat_code_refused`: the code is used, expired or unknown"),
    (status = 403, description = "`wechat_not_bound`: no account belongs to this WeChat user"),
))]
#[post("/sessions/wechat")]
async fn create_wechat_session(
    state: State,
    address: ClientAddress,
    JsonBody(request): JsonBody<CodeLoginRequest>,
) -> Result<HttpResponse, Problem> {
    let account = state.sign_in_by_wechat(&request.js_code, address).await?;
    let tokens = state.open_tokens(account.id, Way::Wechat, address).await?;
    Ok(HttpResponse::Created()
        .insert_header(NO_STORE)
        .json(TokensResponse::from(tokens)))
}

/// Exchange the refresh token for two new tokens (刷新令牌)
///
/// A refresh token is good once. A second use means that somebody has a copy: the whole session ends.
#[utoipa::path(tag = "登录", request_body = RefreshRequest, responses(
    (status = 200, description = "two new tokens", body = TokensResponse),
    (status = 401, description = "`refresh_token_invalid` or `refresh_token_reused`: sign in again"),
))]
#[post("/sessions/refresh")]
async fn refresh_session(
    state: State,
    address: ClientAddress,
    JsonBody(request): JsonBody<RefreshRequest>,
) -> Result<HttpResponse, Problem> {
    let tokens = state.refresh_tokens(&request.refresh_token, address).await?;
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(TokensResponse::from(tokens)))
}

/// Sign out (退出登录)
#[utoipa::path(tag = "登录", security(("bearer" = [])), responses(
    (status = 204, description = "the session has ended; its refresh token is worth nothing"),
))]
#[delete("/sessions/current")]
async fn delete_session(state: State, PartlySignedIn(signed_in): PartlySignedIn) -> Result<HttpResponse, Problem> {
    state.end_session(&signed_in).await?;
    Ok(HttpResponse::NoContent().cookie(state.removal_cookie()).finish())
}

/// Who is signed in (我是谁)
#[utoipa::path(tag = "登录", security(("bearer" = [])), responses(
    (status = 200, description = "the account as it stands now", body = MeResponse),
))]
#[get("/me")]
async fn get_me(state: State, PartlySignedIn(signed_in): PartlySignedIn) -> Result<HttpResponse, Problem> {
    let account = signed_in.actor.account_id;
    let about = move |store: &minyi_store::Store| Ok((store.ways_in(account)?, store.place_name(account)?));
    let (ways, place) = state.ask(about).await?;
    let phone = state.masked_phone(account, &ways)?;
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(MeResponse::new(signed_in, phone, ways.wechat_bound, place)))
}

pub(super) const NO_STORE: (&str, &str) = ("cache-control", "no-store");
