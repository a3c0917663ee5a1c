//! Accounts in the hands of the security administrator: who may log in, with which role, for which place.

mod body;
mod places;
mod sessions;

use actix_web::{
    HttpResponse, delete, get, post, put,
    web::{Path, Query},
};
use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::rights::Permission;
use minyi_store::{AccountRefusal, NewSetupLink};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use body::is_username;
use body::{AccountEntry, AccountRequest, AccountsResponse, NewAccountRequest};

use super::ledger::{given, is_true, read};
use crate::{
    auth::{SignedIn, sessions::new_secret},
    contract::ServiceConfig,
    extract::JsonBody,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::{AppState, State},
};

/// How long a link to set a password is good.
pub const LINK_LIFE: TimeDelta = TimeDelta::hours(24);
/// The console's page that a link leads to. The secret stands behind the `#`, which no server and no log sees.
const LINK_PAGE: &str = "/console/setup#";

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_accounts)
        .service(create_account)
        .service(get_account)
        .service(put_account)
        .service(disable_account)
        .service(enable_account)
        .service(create_setup_link)
        .service(delete_second_factor)
        .service(places::list_account_places)
        .configure(sessions::configure);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountsQuery {
    /// A part of the name or the user name.
    q: Option<String>,
    /// Such as `county_admin`.
    role: Option<String>,
    /// A division's code without trailing zeros; what lies below it is included.
    region: Option<String>,
    /// `true`: only disabled ones; `false`: only the others.
    disabled: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

impl AccountsQuery {
    fn filter(&self) -> Result<minyi_store::AccountFilter, Problem> {
        let mut wrong = Vec::new();
        let filter = minyi_store::AccountFilter {
            text: given(self.q.as_ref()).map(str::to_owned),
            role: read(self.role.as_ref(), "role", "没有这个角色。", &mut wrong),
            region: given(self.region.as_ref()).map(str::to_owned),
            disabled: given(self.disabled.as_ref()).map(|_| is_true(self.disabled.as_ref())),
        };
        if wrong.is_empty() {
            Ok(filter)
        } else {
            Err(Problem::Invalid(wrong))
        }
    }
}

/// A link by which the holder sets the password, once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "account_id": "019aa000-0000-7000-8000-000000000001",
    "url": "https://my.example.gov.cn/console/setup#pq1Vw0mJ5o2n8m3kz4s6t7u9v1w2x3y4z5a6b7c8d9e",
    "expires_at": "2026-11-22T01:00:00Z"
}))]
pub struct SetupLinkResponse {
    account_id: Uuid,
    /// Shown this once: hand it over in person or over another way than the user name.
    url: String,
    expires_at: DateTime<Utc>,
}

impl AppState {
    /// A new link: its address, and what is kept of it.
    fn new_setup_link(&self) -> (String, NewSetupLink) {
        let (secret, digest) = new_secret();
        let now = self.now();
        let link = NewSetupLink {
            digest,
            now,
            expires_at: now + LINK_LIFE,
        };
        (self.url(&format!("{LINK_PAGE}{secret}")), link)
    }
}

fn created(account_id: Uuid, url: String, link: &NewSetupLink) -> HttpResponse {
    HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(SetupLinkResponse {
            account_id,
            url,
            expires_at: link.expires_at,
        })
}

/// The address of a new link for the command line.
pub fn setup_url(public_url: &str, secret: &str) -> String {
    format!("{}{LINK_PAGE}{secret}", public_url.trim_end_matches('/'))
}

/// Accounts (账号)
///
/// For the security administrator: those whose place lies in the own division, the newest first.
#[utoipa::path(tag = "账号", security(("bearer" = [])), params(AccountsQuery), responses(
    (status = 200, description = "a page", body = AccountsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 422, description = "`invalid_fields`：筛选条件、cursor 或 limit 不对"),
))]
#[get("/accounts")]
async fn list_accounts(
    state: State,
    signed_in: SignedIn,
    query: Query<AccountsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Accounts)?;
    let (cursor, limit) = (read_cursor(query.cursor.as_deref())?, read_limit(query.limit)?);
    let (scope, filter) = (signed_in.actor.scope(), query.filter()?);
    let page = state
        .ask(move |store| store.accounts(&scope, &filter, cursor, limit))
        .await?;
    let now = state.now();
    let body = AccountsResponse {
        items: page.items.into_iter().map(|row| AccountEntry::new(row, now)).collect(),
        next_cursor: page.next.map(write_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// Create an account (新建账号)
///
/// It has no password: the link in the answer lets its holder set one. Deputies come in by invitation instead.
#[utoipa::path(tag = "账号", security(("bearer" = [])), request_body = NewAccountRequest, responses(
    (status = 201, description = "created, with the link", body = SetupLinkResponse),
    (status = 409, description = "`username_taken`：用户名已经有人用"),
    (status = 422, description = "`invalid_fields`：字段不对；`place_unknown`：没有找到所选的单位；`place_unfit`：角色和单位不符"),
))]
#[post("/accounts")]
async fn create_account(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<NewAccountRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Accounts)?;
    let (username, new) = request.read()?;
    let (scope, by, (url, link)) = (signed_in.actor.scope(), signed_in.by(), state.new_setup_link());
    let id = state
        .manage(move |store| store.create_account(&by, &scope, &username, &new, &link))
        .await?;
    Ok(created(id, url, &link))
}

/// One account (账号详情)
#[utoipa::path(tag = "账号", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "as it stands now", body = AccountEntry),
    (status = 404, description = "`account_unknown`：没有这个账号，或者不归您管理"),
))]
#[get("/accounts/{id}")]
async fn get_account(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Accounts)?;
    let (scope, id) = (signed_in.actor.scope(), id.into_inner());
    let row = state.ask(move |store| store.account(&scope, id)).await?;
    let row = row.ok_or(Problem::AccountRefused(AccountRefusal::NotFound))?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(AccountEntry::new(row, state.now())))
}

/// Change an account (修改账号)
///
/// Role, name and place. Nobody changes the own one, and none of the three duties becomes or was another role.
#[utoipa::path(tag = "账号", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = AccountRequest, responses(
    (status = 204, description = "changed"),
    (status = 404, description = "`account_unknown`：没有这个账号，或者不归您管理"),
    (status = 409, description = "`own_account`：不能改自己的账号；`separate_duty`：三员和代表的角色不能互换"),
    (status = 422, description = "`invalid_fields`：字段不对；`place_unknown`：没有找到所选的单位；`place_unfit`：角色和单位不符"),
))]
#[put("/accounts/{id}")]
async fn put_account(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<AccountRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Accounts)?;
    let (change, id, now) = (request.read()?, id.into_inner(), state.now());
    let (scope, by) = (signed_in.actor.scope(), signed_in.by());
    state
        .manage(move |store| store.change_account(&by, &scope, id, &change, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn set_disabled(
    state: &AppState,
    signed_in: &SignedIn,
    id: Uuid,
    disabled: bool,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Accounts)?;
    let (scope, by, now) = (signed_in.actor.scope(), signed_in.by(), state.now());
    state
        .manage(move |store| store.set_account_disabled(&by, &scope, id, disabled, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Disable an account (停用账号)
///
/// Its sessions and its links end at once.
#[utoipa::path(tag = "账号", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "disabled"),
    (status = 404, description = "`account_unknown`：没有这个账号，或者不归您管理"),
    (status = 409, description = "`own_account`：不能停用自己的账号"),
))]
#[post("/accounts/{id}/disable")]
async fn disable_account(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    set_disabled(&state, &signed_in, id.into_inner(), true).await
}

/// Enable an account again (启用账号)
#[utoipa::path(tag = "账号", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "enabled"),
    (status = 404, description = "`account_unknown`：没有这个账号，或者不归您管理"),
    (status = 409, description = "`own_account`：不能改自己的账号"),
))]
#[post("/accounts/{id}/enable")]
async fn enable_account(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    set_disabled(&state, &signed_in, id.into_inner(), false).await
}

/// Reset a password (重设密码)
///
/// The present one is worth nothing at once, sessions end and a lock is lifted; the link lets the holder set a new one.
#[utoipa::path(tag = "账号", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 201, description = "the link", body = SetupLinkResponse),
    (status = 404, description = "`account_unknown`：没有这个账号，或者不归您管理"),
    (status = 409, description = "`own_account`：不能重设自己的密码；`no_password`：这个账号不用密码"),
))]
#[post("/accounts/{id}/setup-link")]
async fn create_setup_link(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Accounts)?;
    let (scope, by, id, (url, link)) = (
        signed_in.actor.scope(),
        signed_in.by(),
        id.into_inner(),
        state.new_setup_link(),
    );
    state
        .manage(move |store| store.make_setup_link(&by, &scope, id, &link))
        .await?;
    Ok(created(id, url, &link))
}

/// Take a second factor away (解除动态验证码)
///
/// For who has lost the phone and the recovery codes; sessions end.
#[utoipa::path(tag = "账号", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "gone"),
    (status = 404, description = "`account_unknown`：没有这个账号，或者不归您管理"),
    (status = 409, description = "`own_account`：不能解除自己的"),
))]
#[delete("/accounts/{id}/second-factor")]
async fn delete_second_factor(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Accounts)?;
    let (scope, by, id, now) = (signed_in.actor.scope(), signed_in.by(), id.into_inner(), state.now());
    state
        .manage(move |store| store.remove_second_factor(&by, &scope, id, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

impl AppState {
    /// Asks the store for work on accounts.
    ///
    /// # Errors
    /// [`Problem::AccountRefused`] with the rule that refuses.
    async fn manage<T: Send + 'static>(
        &self,
        work: impl FnOnce(&minyi_store::Store) -> minyi_store::Result<Result<T, AccountRefusal>> + Send + 'static,
    ) -> Result<T, Problem> {
        self.ask(work).await?.map_err(Problem::AccountRefused)
    }
}
