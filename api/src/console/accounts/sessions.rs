//! Sessions of others, and the login policy.

use actix_web::{HttpResponse, delete, get, put, web::Path};
use minyi_domain::{
    access::{LoginPolicy, Obliged},
    people::Scope,
    rights::Permission,
};
use minyi_store::AccountRefusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    auth::{SessionEntry, SessionsResponse, SignedIn},
    contract::ServiceConfig,
    extract::JsonBody,
    openapi::words,
    problem::{FieldProblem, Problem},
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_account_sessions)
        .service(delete_account_session)
        .service(get_login_policy)
        .service(put_login_policy);
}

/// The login policy of the whole installation.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "min_length": 8, "max_age_days": 90, "remembered": 5, "idle_minutes": 15, "second_factor": "administrators"
}))]
pub struct LoginPolicyBody {
    /// Characters of a password.
    #[schema(minimum = 8, maximum = 64)]
    min_length: u8,
    /// After so many days a new password is due; 0: never.
    #[schema(minimum = 0, maximum = 400)]
    max_age_days: u16,
    /// Former passwords that are not taken again.
    #[schema(minimum = 0, maximum = 24)]
    remembered: u8,
    /// A browser's session ends after so long without a request.
    #[schema(minimum = 1, maximum = 240)]
    idle_minutes: u16,
    /// Who must have one.
    #[schema(schema_with = words::obliged)]
    second_factor: Obliged,
}

impl LoginPolicyBody {
    fn read(&self) -> Result<LoginPolicy, Problem> {
        let limits = [
            ("/min_length", u16::from(self.min_length), 8, 64, "密码长度"),
            ("/max_age_days", self.max_age_days, 0, 400, "密码有效天数"),
            ("/remembered", u16::from(self.remembered), 0, 24, "不能重复的次数"),
            ("/idle_minutes", self.idle_minutes, 1, 240, "无操作分钟数"),
        ];
        let wrong: Vec<FieldProblem> = limits
            .iter()
            .filter(|(_, value, least, most, _)| !(least..=most).contains(&value))
            .map(|(pointer, _, least, most, name)| {
                FieldProblem::new(*pointer, "out_of_range", format!("{name}是 {least} 到 {most}。"))
            })
            .collect();
        if !wrong.is_empty() {
            return Err(Problem::Invalid(wrong));
        }
        Ok(LoginPolicy {
            min_length: self.min_length,
            max_age_days: self.max_age_days,
            remembered: self.remembered,
            idle_minutes: self.idle_minutes,
            second_factor: self.second_factor,
        })
    }
}

impl AppState {
    /// Refuses accounts that the scope does not let through.
    async fn must_manage(&self, signed_in: &SignedIn, account: Uuid) -> Result<(), Problem> {
        signed_in.must(Permission::Accounts)?;
        let scope = signed_in.actor.scope();
        let found = self.ask(move |store| store.account(&scope, account)).await?;
        found.map(drop).ok_or(Problem::AccountRefused(AccountRefusal::NotFound))
    }
}

/// The sessions of an account (账号的会话)
#[utoipa::path(tag = "账号", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the last used first", body = SessionsResponse),
    (status = 404, description = "`account_unknown`：没有这个账号，或者不归您管理"),
))]
#[get("/accounts/{id}/sessions")]
async fn list_account_sessions(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    let (id, now) = (id.into_inner(), state.now());
    state.must_manage(&signed_in, id).await?;
    let rows = state.ask(move |store| store.sessions_of(id, now)).await?;
    let entry = |row| SessionEntry::new(row, signed_in.session);
    let items = rows.into_iter().map(entry).collect();
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(SessionsResponse { items }))
}

/// End a session of an account (终止会话)
#[utoipa::path(tag = "账号", security(("bearer" = [])), params(("id" = Uuid, Path), ("session" = Uuid, Path)), responses(
    (status = 204, description = "ended"),
    (status = 404, description = "`account_unknown`：没有这个账号，或者不归您管理；`session_unknown`：没有这个会话"),
))]
#[delete("/accounts/{id}/sessions/{session}")]
async fn delete_account_session(
    state: State,
    signed_in: SignedIn,
    path: Path<(Uuid, Uuid)>,
) -> Result<HttpResponse, Problem> {
    let ((id, session), by, now) = (path.into_inner(), signed_in.by(), state.now());
    state.must_manage(&signed_in, id).await?;
    let ended = state
        .ask(move |store| store.revoke_session_of(&by, id, session, now))
        .await?;
    if !ended {
        return Err(Problem::SessionUnknown);
    }
    Ok(HttpResponse::NoContent().finish())
}

/// The login policy (登录策略)
#[utoipa::path(tag = "账号", security(("bearer" = [])), responses(
    (status = 200, description = "the policy in force", body = LoginPolicyBody),
))]
#[get("/login-policy")]
async fn get_login_policy(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Accounts)?;
    let policy = state.ask(minyi_store::Store::login_policy).await?;
    Ok(HttpResponse::Ok().json(LoginPolicyBody {
        min_length: policy.min_length,
        max_age_days: policy.max_age_days,
        remembered: policy.remembered,
        idle_minutes: policy.idle_minutes,
        second_factor: policy.second_factor,
    }))
}

/// Change the login policy (修改登录策略)
///
/// For everybody, at once. Only the security administrator of the whole installation.
#[utoipa::path(tag = "账号", security(("bearer" = [])), request_body = LoginPolicyBody, responses(
    (status = 204, description = "changed"),
    (status = 409, description = "`whole_installation`：只有全系统的安全管理员能改"),
    (status = 422, description = "`invalid_fields`：数值超出范围"),
))]
#[put("/login-policy")]
async fn put_login_policy(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<LoginPolicyBody>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Accounts)?;
    let (policy, by, now) = (body.read()?, signed_in.by(), state.now());
    if signed_in.actor.scope() != Scope::Region(String::new()) {
        return Err(Problem::WholeInstallation);
    }
    state
        .ask(move |store| store.set_login_policy(&by, &policy, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
