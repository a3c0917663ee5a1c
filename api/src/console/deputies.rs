//! Deputies' accounts (代表账号): who has come in, invitations, taking back a binding.

use actix_web::{
    HttpResponse, delete, get, post,
    web::{Path, Query},
};
use chrono::{DateTime, Utc};
use minyi_domain::{
    login::Invitation,
    people::{Actor, DeputyLevel},
    rights::Permission,
};
use minyi_store::{By, DeputyAccount, DeputyAccountCursor, NewInvitation};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::{SignedIn, read_mobile},
    contract::ServiceConfig,
    extract::JsonBody,
    openapi::words,
    pages::client::DEPUTY,
    paging::{read_limit, read_text_cursor, write_text_cursor},
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_accounts).service(invite).service(unbind);
}

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AccountsQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of the list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "deputy_id": "019aa000-0000-7000-8000-000000000002", "name": "李春兰", "level": "county",
        "level_name": "县（市、区）人大代表", "site_name": "杏林社区代表联络站", "wechat_bound": true,
        "phone_known": true, "invited_until": null
    }],
    "next_cursor": null
}))]
pub struct DeputyAccountsResponse {
    items: Vec<DeputyAccountEntry>,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

/// A deputy with the account's state.
#[derive(Serialize, ToSchema)]
pub struct DeputyAccountEntry {
    deputy_id: Uuid,
    name: String,
    #[schema(schema_with = words::deputy_level)]
    level: DeputyLevel,
    level_name: &'static str,
    site_name: Option<String>,
    wechat_bound: bool,
    phone_known: bool,
    /// An open invitation is good until then.
    invited_until: Option<DateTime<Utc>>,
}

impl From<DeputyAccount> for DeputyAccountEntry {
    fn from(account: DeputyAccount) -> Self {
        Self {
            level_name: account.level.zh(),
            deputy_id: account.deputy_id,
            name: account.name,
            level: account.level,
            site_name: account.site_name,
            wechat_bound: account.wechat_bound,
            phone_known: account.phone_known,
            invited_until: account.invited_until,
        }
    }
}

/// Whom to invite.
#[derive(Default, Deserialize, ToSchema)]
#[schema(example = json!({"phone": "13800000001"}))]
pub struct InviteRequest {
    /// A mobile number that the station knows: in WeChat it is enough to prove this number.
    #[serde(default)]
    pub phone: Option<String>,
}

/// An invitation; it is shown this once.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "invitation": "7KM3-PXWA", "expires_at": "2026-11-28T02:30:00Z",
    "url": "https://my.example.cn/deputy/#/pages/login/index?invitation=7KM3PXWA",
    "deputy_name": "李春兰", "site_name": "杏林社区代表联络站"
}))]
pub struct InvitationResponse {
    pub invitation: String,
    /// Good once until then.
    pub expires_at: DateTime<Utc>,
    /// Opens the deputies' client with the invitation filled in.
    pub url: String,
    pub deputy_name: String,
    pub site_name: Option<String>,
}

impl AppState {
    /// Invites a deputy in this person's scope.
    ///
    /// # Errors
    /// [`Problem::DeputyUnknown`], [`Problem::Invalid`]; [`Problem::Refused`] when the term is over.
    pub async fn invite_deputy(
        &self,
        by: By,
        actor: Actor,
        deputy: Uuid,
        request: &InviteRequest,
    ) -> Result<InvitationResponse, Problem> {
        let typed = request
            .phone
            .as_deref()
            .map(str::trim)
            .filter(|typed| !typed.is_empty());
        let phone = typed.map(read_mobile).transpose()?;
        let (invitation, now) = (Invitation::random(&mut self.rng()), self.now());
        let new = NewInvitation {
            digest: self.invitation_digest(&invitation),
            phone_index: phone.map(|phone| self.keys.index.phone(phone.as_str())),
            now,
            expires_at: now + Invitation::LIFE,
        };
        let expires_at = new.expires_at;
        let invited = self
            .act(move |store| store.invite_deputy(&by, &actor, deputy, &new))
            .await
            .map_err(|problem| problem.unknown_as(Problem::DeputyUnknown))?;
        Ok(InvitationResponse {
            // Behind the #, so that it stands in no server's log.
            url: self.url(&format!(
                "{}#/pages/login/index?invitation={}",
                DEPUTY.address,
                invitation.as_str()
            )),
            invitation: invitation.grouped(),
            expires_at,
            deputy_name: invited.deputy_name,
            site_name: invited.site_name,
        })
    }

    /// Takes the WeChat user off a deputy's account.
    ///
    /// # Errors
    /// [`Problem::DeputyUnknown`].
    pub async fn unbind_deputy(&self, by: By, actor: Actor, deputy: Uuid) -> Result<(), Problem> {
        let now = self.now();
        self.act(move |store| store.unbind_deputy(&by, &actor, deputy, now))
            .await
            .map_err(|problem| problem.unknown_as(Problem::DeputyUnknown))
    }
}

/// Reads where a page of accounts begins.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_account_cursor(text: Option<&str>) -> Result<Option<DeputyAccountCursor>, Problem> {
    let invalid = || {
        Problem::field(
            "cursor",
            "cursor_invalid",
            "cursor 不对，请用上一页返回的 next_cursor。",
        )
    };
    let Some(text) = read_text_cursor(text)? else {
        return Ok(None);
    };
    let (id, name) = text.split_once(' ').ok_or_else(invalid)?;
    Ok(Some(DeputyAccountCursor {
        name: name.to_owned(),
        deputy_id: id.parse().map_err(|_| invalid())?,
    }))
}

/// A cursor for the next request.
pub fn write_account_cursor(cursor: &DeputyAccountCursor) -> String {
    write_text_cursor(&format!("{} {}", cursor.deputy_id, cursor.name))
}

/// Deputies and whether they can come in (代表账号)
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(AccountsQuery), responses(
    (status = 200, description = "a page, by name", body = DeputyAccountsResponse),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/deputies/accounts")]
async fn list_accounts(
    state: State,
    signed_in: SignedIn,
    query: Query<AccountsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Invite)?;
    let cursor = read_account_cursor(query.cursor.as_deref())?;
    let limit = read_limit(query.limit)?;
    let (scope, now) = (signed_in.actor.scope(), state.now());
    let (items, next) = state
        .ask(move |store| store.deputy_accounts(&scope, cursor, limit, now))
        .await?;
    let body = DeputyAccountsResponse {
        items: items.into_iter().map(Into::into).collect(),
        next_cursor: next.as_ref().map(write_account_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// Invite a deputy to sign in (邀请代表登录)
///
/// Good once, for seven days; an earlier one of the same deputy is worth nothing from then on. The account is made if
/// there is none yet.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = InviteRequest,
    responses(
        (status = 201, description = "the invitation, shown this once", body = InvitationResponse),
        (status = 404, description = "`deputy_unknown`：没有这位代表，或者不归您管理"),
        (status = 409, description = "`target_unfit`：任期已满或者账号已停用"),
    ))]
#[post("/deputies/{id}/invitations")]
async fn invite(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(request): JsonBody<InviteRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Invite)?;
    let body = state
        .invite_deputy(signed_in.by(), signed_in.actor, id.into_inner(), &request)
        .await?;
    Ok(HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// Take the WeChat user off a deputy's account (解除微信绑定)
///
/// For a new phone or a lost one. The kept phone and the open invitation are taken off too, and all sessions of the
/// account end.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 204, description = "nothing is bound any more"),
    (status = 404, description = "`deputy_unknown`：没有这位代表，或者不归您管理"),
))]
#[delete("/deputies/{id}/binding")]
async fn unbind(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Invite)?;
    state
        .unbind_deputy(signed_in.by(), signed_in.actor, id.into_inner())
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
