//! Sessions: one row for one login, by a browser's cookie or by a client's refresh tokens. Only digests (SHA-256) of
//! secrets are kept. A session that still needs something (a second factor, a new password) is there, and opens nothing
//! but what it needs.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, JoinOnDsl as _, NullableExpressionMethods,
    OptionalExtension, PgConnection, QueryDsl, RunQueryDsl, SelectableHelper, dsl::sql, sql_types::Bool,
};
use minyi_domain::{
    access::{Login, LoginPolicy, Need, Way},
    audit::{Action, ObjectKind},
    people::Actor,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Act, By, Result, Store,
    accounts::{ActorRecord, forget_failures},
    audit, ids,
    login_policy::{self, PolicyRow},
    schema::{accounts, login_policy as policies, refresh_tokens, second_factors, sessions},
    word::Word,
};

mod manage;

pub use manage::SessionRow;

/// A session's `last_seen_at` is written at most this often.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What became of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RotateOutcome {
    /// The new token holds.
    Rotated { account_id: Uuid, session_id: Uuid },
    /// It was used before, so somebody has a copy: its session is revoked.
    Reused,
    /// No such token.
    Unknown,
    /// Its session is over: by time, logout, or because the account is disabled.
    Expired,
}

/// Why a session ends before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeReason {
    Logout,
    TokenReused,
    /// The station took the way back by which it was opened.
    Unbound,
    /// By the person in another session, or by the security administrator.
    Revoked,
    /// The account was disabled, or changed.
    Disabled,
    PasswordChanged,
}

impl RevokeReason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::TokenReused => "token_reused",
            Self::Unbound => "unbound",
            Self::Revoked => "revoked",
            Self::Disabled => "disabled",
            Self::PasswordChanged => "password_changed",
        }
    }
}

/// A login that succeeded, as far as it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSession {
    pub account_id: Uuid,
    pub way: Way,
    pub address: IpAddr,
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// A session that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    pub id: Uuid,
    pub actor: Actor,
    /// Empty: it is whole.
    pub needs: Vec<Need>,
}

/// What [`Login`] is made of, besides the role.
type Facts = (
    Word<Way>,
    Option<DateTime<Utc>>,
    bool,
    Option<DateTime<Utc>>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
);

fn login(actor: &Actor, (way, second_step_at, has_password, set_at, created_at, enrolled_at): Facts) -> Login {
    Login {
        role: actor.role,
        way: way.0,
        has_password,
        password_set_at: set_at.unwrap_or(created_at),
        enrolled: enrolled_at.is_some(),
        second_step_done: second_step_at.is_some(),
    }
}

/// A session with its account, what it has brought, and the policy, in one question.
macro_rules! live {
    ($now:expr) => {
        sessions::table
            .inner_join(accounts::table.left_join(second_factors::table))
            .inner_join(policies::table.on(policies::only_one))
            .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt($now)))
            .filter(accounts::disabled_at.is_null())
            .select((
                (sessions::id, sessions::last_seen_at),
                ActorRecord::as_select(),
                (
                    sessions::way,
                    sessions::second_step_at,
                    sql::<Bool>("accounts.password_hash IS NOT NULL"),
                    accounts::password_set_at,
                    accounts::created_at,
                    second_factors::confirmed_at.nullable(),
                ),
                login_policy::COLUMNS,
            ))
    };
}

type Live = ((Uuid, DateTime<Utc>), ActorRecord, Facts, PolicyRow);

fn session(((id, _), record, facts, _): Live, policy: &LoginPolicy, now: DateTime<Utc>) -> LiveSession {
    let actor = Actor::from(record);
    let needs = login(&actor, facts).needs(policy, now);
    LiveSession { id, actor, needs }
}

impl Store {
    /// Begins a session that lives by refresh tokens; returns its id.
    pub fn open_token_session(&self, new: &NewSession, refresh_digest: [u8; 32]) -> Result<Uuid> {
        self.connection()?.transaction(|connection| {
            let session_id = ids::new(new.now);
            insert(connection, session_id, new, None)?;
            issue(connection, session_id, refresh_digest, new.now)?;
            welcome(connection, new)?;
            Ok(session_id)
        })
    }

    /// Exchanges a refresh token for a new one.
    pub fn rotate_refresh(&self, digest: [u8; 32], new_digest: [u8; 32], now: DateTime<Utc>) -> Result<RotateOutcome> {
        self.connection()?.transaction(|connection| {
            let token: Option<(Uuid, Option<DateTime<Utc>>)> = refresh_tokens::table
                .find(digest.as_slice())
                .select((refresh_tokens::session_id, refresh_tokens::used_at))
                .for_update()
                .first(connection)
                .optional()?;
            let Some((session_id, used_at)) = token else {
                return Ok(RotateOutcome::Unknown);
            };
            if used_at.is_some() {
                revoke(connection, session_id, RevokeReason::TokenReused, now)?;
                return Ok(RotateOutcome::Reused);
            }
            let Some(account_id) = living_account(connection, session_id, now)? else {
                return Ok(RotateOutcome::Expired);
            };
            diesel::update(refresh_tokens::table.find(digest.as_slice()))
                .set(refresh_tokens::used_at.eq(now))
                .execute(connection)?;
            issue(connection, session_id, new_digest, now)?;
            diesel::update(sessions::table.find(session_id))
                .set(sessions::last_seen_at.eq(now))
                .execute(connection)?;
            Ok(RotateOutcome::Rotated { account_id, session_id })
        })
    }

    /// The session that an access token names; `None` when it is over or the account disabled.
    pub fn token_session(&self, session_id: Uuid, now: DateTime<Utc>) -> Result<Option<LiveSession>> {
        let found: Option<Live> = live!(now)
            .filter(sessions::id.eq(session_id))
            .first(&mut *self.connection()?)
            .optional()?;
        let Some(found) = found else { return Ok(None) };
        let policy = login_policy::read(&found.3);
        Ok(Some(session(found, &policy, now)))
    }

    /// Begins a browser's session; returns its id.
    pub fn open_cookie_session(&self, new: &NewSession, cookie_digest: [u8; 32]) -> Result<Uuid> {
        self.connection()?.transaction(|connection| {
            let session_id = ids::new(new.now);
            insert(connection, session_id, new, Some(cookie_digest))?;
            welcome(connection, new)?;
            Ok(session_id)
        })
    }

    /// The session of a cookie; `None` when it is over, was not used for as long as the policy allows, or the account is
    /// disabled. Remembers that it was used, if it was `attended`: what a page asks by itself keeps no session alive.
    pub fn cookie_session(
        &self,
        cookie_digest: [u8; 32],
        attended: bool,
        now: DateTime<Utc>,
    ) -> Result<Option<LiveSession>> {
        let mut connection = self.connection()?;
        let found: Option<Live> = live!(now)
            .filter(sessions::cookie_digest.eq(cookie_digest.as_slice()))
            .first(&mut *connection)
            .optional()?;
        let Some(found) = found else { return Ok(None) };
        let policy = login_policy::read(&found.3);
        let (id, last_seen_at) = found.0;
        if now - last_seen_at >= TimeDelta::minutes(i64::from(policy.idle_minutes)) {
            return Ok(None);
        }
        if attended && now - last_seen_at >= SEEN_EVERY {
            diesel::update(sessions::table.find(id))
                .set(sessions::last_seen_at.eq(now))
                .execute(&mut *connection)?;
        }
        Ok(Some(session(found, &policy, now)))
    }

    /// Ends a session; one that is over stays as it is.
    pub fn revoke_session(&self, session_id: Uuid, reason: RevokeReason, now: DateTime<Utc>) -> Result<()> {
        revoke(&mut *self.connection()?, session_id, reason, now)
    }
}

fn insert(connection: &mut PgConnection, id: Uuid, new: &NewSession, cookie_digest: Option<[u8; 32]>) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::account_id.eq(new.account_id),
            sessions::cookie_digest.eq(cookie_digest.as_ref().map(<[u8; 32]>::as_slice)),
            sessions::created_at.eq(new.now),
            sessions::last_seen_at.eq(new.now),
            sessions::expires_at.eq(new.expires_at),
            sessions::way.eq(new.way.as_str()),
            sessions::address.eq(new.address.to_canonical().to_string()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Failures are forgotten, unless the second factor is still to come: whoever knows the password could go on guessing
/// codes otherwise.
fn welcome(connection: &mut PgConnection, new: &NewSession) -> Result<()> {
    let bound: Option<Uuid> = second_factors::table
        .find(new.account_id)
        .filter(second_factors::confirmed_at.is_not_null())
        .select(second_factors::account_id)
        .first(connection)
        .optional()?;
    if bound.is_none() {
        forget_failures(connection, new.account_id)?;
    }
    let act = Act::done(Action::SignedIn, ObjectKind::Account, new.account_id);
    let act = act.with(json!({"way": new.way.as_str()}));
    audit::record(connection, &By::account(new.account_id, new.address), &act, new.now)
}

fn issue(connection: &mut PgConnection, session_id: Uuid, digest: [u8; 32], now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::digest.eq(digest.as_slice()),
            refresh_tokens::session_id.eq(session_id),
            refresh_tokens::issued_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

/// Ends all sessions of an account.
pub(crate) fn revoke_all(
    connection: &mut PgConnection,
    account_id: Uuid,
    reason: RevokeReason,
    now: DateTime<Utc>,
) -> Result<()> {
    let living = sessions::table
        .filter(sessions::account_id.eq(account_id))
        .filter(sessions::revoked_at.is_null());
    diesel::update(living)
        .set((
            sessions::revoked_at.eq(now),
            sessions::revoked_reason.eq(reason.as_str()),
        ))
        .execute(connection)?;
    Ok(())
}

fn living_account(connection: &mut PgConnection, session_id: Uuid, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    Ok(sessions::table
        .inner_join(accounts::table)
        .filter(sessions::id.eq(session_id))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
        .filter(accounts::disabled_at.is_null())
        .select(accounts::id)
        .first(connection)
        .optional()?)
}

/// Ends all sessions of an account but one.
pub(crate) fn revoke_others(
    connection: &mut PgConnection,
    account_id: Uuid,
    kept: Uuid,
    reason: RevokeReason,
    now: DateTime<Utc>,
) -> Result<()> {
    let others = sessions::table
        .filter(sessions::account_id.eq(account_id).and(sessions::id.ne(kept)))
        .filter(sessions::revoked_at.is_null());
    diesel::update(others)
        .set((
            sessions::revoked_at.eq(now),
            sessions::revoked_reason.eq(reason.as_str()),
        ))
        .execute(connection)?;
    Ok(())
}

fn revoke(connection: &mut PgConnection, session_id: Uuid, reason: RevokeReason, now: DateTime<Utc>) -> Result<()> {
    let living = sessions::table.find(session_id).filter(sessions::revoked_at.is_null());
    diesel::update(living)
        .set((
            sessions::revoked_at.eq(now),
            sessions::revoked_reason.eq(reason.as_str()),
        ))
        .execute(connection)?;
    Ok(())
}
