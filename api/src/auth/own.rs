//! What a person does with the own account: second step, second factor, password, sessions, former logins.

use actix_web::{
    HttpRequest, HttpResponse, delete, get, post, put,
    web::{Path, Query},
};
use chrono::{DateTime, Utc};
use minyi_domain::{
    access::Way,
    audit::{Action, ObjectKind, Outcome},
    people::Scope,
};
use minyi_store::{AuditEntry, AuditFilter, SessionRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{PartlySignedIn, SignedIn, csrf::same_origin, routes::NO_STORE, sessions::digest};
use crate::{
    address::ClientAddress,
    contract::ServiceConfig,
    extract::JsonBody,
    limits::Guess,
    openapi::words,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::State,
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(use_setup_link)
        .service(take_second_step)
        .service(begin_second_factor)
        .service(bind_second_factor)
        .service(put_password)
        .service(list_own_sessions)
        .service(delete_own_session)
        .service(list_own_logins);
}

/// The secret of a link to set a password.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"token": "pq1Vw0mJ5o2n8m3kz4s6t7u9v1w2x3y4z5a6b7c8d9e"}))]
pub struct SetupLinkRequest {
    token: String,
}

/// A code of the app on the phone, or a recovery code.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"code": "482913"}))]
pub struct SecondStepRequest {
    code: String,
}

/// What the app on the phone scans.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
    "uri": "otpauth://totp/%E6%B0%91%E6%84%8F%E7%A0%81:admin?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E6%B0%91%E6%84%8F%E7%A0%81",
    "qr_svg": "<svg/>"
}))]
pub struct EnrolmentResponse {
    /// Base32, for typing.
    secret: String,
    /// `otpauth://totp/…` (SHA-1, 30 seconds, 6 digits).
    uri: String,
    /// The address as a QR code (SVG).
    qr_svg: String,
}

/// Codes on paper for who loses the phone: shown this once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"recovery_codes": ["XKPM-3H7W-Q4TN", "7RVA-KD2C-MZ9E"]}))]
pub struct RecoveryCodesResponse {
    /// Each is good once.
    recovery_codes: Vec<String>,
}

/// A new password.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"present": "杏林路3号的Deng", "password": "杏林路5号的Deng"}))]
pub struct PasswordRequest {
    /// Not needed where there is none: after a link.
    #[schema(format = Password)]
    present: Option<String>,
    #[schema(format = Password)]
    password: String,
}

/// The sessions of an account that are not over.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "019aa000-0000-7000-8000-0000000000f1", "way": "password", "way_name": "密码", "address": "203.0.113.9",
    "in_browser": true, "created_at": "2026-11-21T01:00:00Z", "last_seen_at": "2026-11-21T01:20:00Z",
    "second_step_at": "2026-11-21T01:00:20Z", "current": true
}]}))]
pub struct SessionsResponse {
    pub items: Vec<SessionEntry>,
}

/// One login that is not over.
#[derive(Serialize, ToSchema)]
pub struct SessionEntry {
    id: Uuid,
    #[schema(schema_with = words::way_in)]
    way: Way,
    /// In Chinese.
    way_name: &'static str,
    /// `null`: it began before addresses were kept.
    address: Option<String>,
    /// A browser's; otherwise a client's on a phone.
    in_browser: bool,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    second_step_at: Option<DateTime<Utc>>,
    /// The one of this request.
    current: bool,
}

impl SessionEntry {
    /// A row, seen from the session `current`.
    pub fn new(row: SessionRow, current: Uuid) -> Self {
        Self {
            id: row.id,
            way: row.way,
            way_name: row.way.zh(),
            address: row.address,
            in_browser: row.in_browser,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            second_step_at: row.second_step_at,
            current: row.id == current,
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LoginsQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of the own logins.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{"occurred_at": "2026-11-21T01:00:00Z", "address": "203.0.113.9", "result": "done"}],
    "next_cursor": null
}))]
pub struct LoginsResponse {
    items: Vec<LoginEntry>,
    next_cursor: Option<String>,
}

/// One login, or a try.
#[derive(Serialize, ToSchema)]
pub struct LoginEntry {
    occurred_at: DateTime<Utc>,
    address: Option<String>,
    #[schema(schema_with = words::audit_result)]
    result: Outcome,
}

impl From<AuditEntry> for LoginEntry {
    fn from(entry: AuditEntry) -> Self {
        Self {
            occurred_at: entry.occurred_at,
            address: entry.address,
            result: entry.result,
        }
    }
}

/// Use a link to set a password (使用设置密码的链接)
///
/// Once. Sets the browser's cookie; the session needs a new password, and where the role requires it a second factor.
#[utoipa::path(tag = "登录", request_body = SetupLinkRequest, responses(
    (status = 204, description = "signed in as far as that: see `needs` of `GET /me`"),
    (status = 403, description = "`setup_link_invalid`：链接不对、用过或者过期；`csrf_failed`：请求来自别的网站"),
))]
#[post("/sessions/setup-link")]
async fn use_setup_link(
    state: State,
    http: HttpRequest,
    address: ClientAddress,
    JsonBody(request): JsonBody<SetupLinkRequest>,
) -> Result<HttpResponse, Problem> {
    same_origin(http.headers(), &state.settings.public_url)?;
    state.may_guess(Guess::SetupLink, address)?;
    let (digest, now) = (digest(request.token.trim()), state.now());
    let Some(account) = state.ask(move |store| store.use_setup_link(digest, now)).await? else {
        return Err(state
            .wrong_guess(Guess::SetupLink, address, Problem::SetupLinkInvalid)
            .await);
    };
    let cookie = state.open_cookie(account, Way::SetupLink, address).await?;
    Ok(HttpResponse::NoContent()
        .insert_header(NO_STORE)
        .cookie(cookie)
        .finish())
}

/// The second step of a login (输入动态验证码)
///
/// A code is good once, a recovery code too.
#[utoipa::path(tag = "登录", security(("bearer" = [])), request_body = SecondStepRequest, responses(
    (status = 204, description = "passed"),
    (status = 422, description = "`second_factor_invalid`：验证码不对、用过，或者账号锁定了"),
))]
#[post("/me/second-step")]
async fn take_second_step(
    state: State,
    PartlySignedIn(signed_in): PartlySignedIn,
    JsonBody(request): JsonBody<SecondStepRequest>,
) -> Result<HttpResponse, Problem> {
    state.take_second_step(&signed_in, &request.code).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whether the login may bind a second factor: not instead of giving the code of the one that is bound.
fn may_bind(signed_in: &SignedIn) -> Result<(), Problem> {
    use minyi_domain::access::Need;
    if signed_in.needs().contains(&Need::SecondFactor) {
        return Err(Problem::StepNeeded(Need::SecondFactor));
    }
    Ok(())
}

/// Begin to bind a second factor (绑定动态验证码)
///
/// One that is bound stays until the new one is proved with `PUT`.
#[utoipa::path(tag = "登录", security(("bearer" = [])), responses(
    (status = 201, description = "a secret for the app on the phone", body = EnrolmentResponse),
    (status = 403, description = "`second_factor_needed`：先输入现在的动态验证码"),
))]
#[post("/me/second-factor")]
async fn begin_second_factor(state: State, PartlySignedIn(signed_in): PartlySignedIn) -> Result<HttpResponse, Problem> {
    may_bind(&signed_in)?;
    let enrolment = state.begin_enrolment(&signed_in).await?;
    Ok(HttpResponse::Created().insert_header(NO_STORE).json(EnrolmentResponse {
        secret: enrolment.secret,
        uri: enrolment.uri,
        qr_svg: enrolment.qr_svg,
    }))
}

/// Prove the new second factor (确认动态验证码)
#[utoipa::path(tag = "登录", security(("bearer" = [])), request_body = SecondStepRequest, responses(
    (status = 200, description = "bound; the recovery codes are shown this once", body = RecoveryCodesResponse),
    (status = 422, description = "`second_factor_invalid`：验证码不对"),
    (status = 409, description = "`enrolment_missing`：还没有开始绑定，或者在别处又开始了一次"),
))]
#[put("/me/second-factor")]
async fn bind_second_factor(
    state: State,
    PartlySignedIn(signed_in): PartlySignedIn,
    JsonBody(request): JsonBody<SecondStepRequest>,
) -> Result<HttpResponse, Problem> {
    may_bind(&signed_in)?;
    let recovery_codes = state.bind_second_factor(&signed_in, &request.code).await?;
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(RecoveryCodesResponse { recovery_codes }))
}

/// Change the own password (修改密码)
///
/// Every other session of the account ends.
#[utoipa::path(tag = "登录", security(("bearer" = [])), request_body = PasswordRequest, responses(
    (status = 204, description = "changed"),
    (status = 409, description = "`no_password`：这个账号不用密码"),
    (status = 422, description = "`password_wrong`：现在的密码不对；`invalid_fields`：新密码太短、太简单、太常见、含用户名，或者最近用过"),
))]
#[put("/me/password")]
async fn put_password(
    state: State,
    PartlySignedIn(signed_in): PartlySignedIn,
    JsonBody(request): JsonBody<PasswordRequest>,
) -> Result<HttpResponse, Problem> {
    may_bind(&signed_in)?;
    state
        .change_password(&signed_in, request.present, request.password)
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// My sessions (我的会话)
#[utoipa::path(tag = "登录", security(("bearer" = [])), responses(
    (status = 200, description = "the last used first", body = SessionsResponse),
))]
#[get("/me/sessions")]
async fn list_own_sessions(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    let (account, now) = (signed_in.actor.account_id, state.now());
    let rows = state.ask(move |store| store.sessions_of(account, now)).await?;
    let entry = |row| SessionEntry::new(row, signed_in.session);
    let items = rows.into_iter().map(entry).collect();
    Ok(HttpResponse::Ok()
        .insert_header(NO_STORE)
        .json(SessionsResponse { items }))
}

/// End one of my sessions (终止我的会话)
#[utoipa::path(tag = "登录", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "it is over; nothing happens to a session of somebody else"),
))]
#[delete("/me/sessions/{id}")]
async fn delete_own_session(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let (account, by, id, now) = (signed_in.actor.account_id, signed_in.by(), id.into_inner(), state.now());
    state
        .ask(move |store| store.revoke_session_of(&by, account, id, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// My logins (我的登录记录)
///
/// Those that were refused too; newest first.
#[utoipa::path(tag = "登录", security(("bearer" = [])), params(LoginsQuery), responses(
    (status = 200, description = "a page", body = LoginsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/me/logins")]
async fn list_own_logins(
    state: State,
    signed_in: SignedIn,
    query: Query<LoginsQuery>,
) -> Result<HttpResponse, Problem> {
    let (cursor, limit) = (read_cursor(query.cursor.as_deref())?, read_limit(query.limit)?);
    let filter = AuditFilter {
        action: Some(Action::SignedIn),
        object_kind: Some(ObjectKind::Account),
        object_id: Some(signed_in.actor.account_id.to_string()),
        ..AuditFilter::default()
    };
    // The own logins only, wherever they were recorded.
    let everywhere = Scope::Region(String::new());
    let page = state
        .ask(move |store| store.audit_log(&everywhere, &filter, cursor, limit))
        .await?;
    Ok(HttpResponse::Ok().insert_header(NO_STORE).json(LoginsResponse {
        items: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page.next.map(write_cursor),
    }))
}
