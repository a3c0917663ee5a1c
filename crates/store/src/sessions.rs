//! Sessions: one row for one login, by a browser's cookie or by a client's refresh tokens. Only digests (SHA-256) of
//! secrets are kept.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    SelectableHelper,
};
use minyi_domain::people::Actor;
use uuid::Uuid;

use crate::{
    Result, Store,
    accounts::ActorRecord,
    ids,
    schema::{accounts, refresh_tokens, sessions},
};

/// A session's `last_seen_at` is written at most this often.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);
/// How long ended sessions are kept, so that a stolen old token is still recognised.
const ENDED_KEPT_FOR: TimeDelta = TimeDelta::days(7);

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
}

impl RevokeReason {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Logout => "logout",
            Self::TokenReused => "token_reused",
            Self::Unbound => "unbound",
        }
    }
}

impl Store {
    /// Begins a session that lives by refresh tokens; returns its id.
    pub fn open_token_session(
        &self,
        account_id: Uuid,
        refresh_digest: [u8; 32],
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<Uuid> {
        self.connection()?.transaction(|connection| {
            let session_id = open(connection, account_id, None, now, expires_at)?;
            issue(connection, session_id, refresh_digest, now)?;
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

    /// The person of a session that an access token names; `None` when the session is over or the account disabled.
    pub fn token_session(&self, session_id: Uuid, now: DateTime<Utc>) -> Result<Option<Actor>> {
        let record = sessions::table
            .inner_join(accounts::table)
            .filter(sessions::id.eq(session_id))
            .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
            .filter(accounts::disabled_at.is_null())
            .select(ActorRecord::as_select())
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(record.map(Actor::from))
    }

    /// Begins a session that lives by a browser's cookie; returns its id.
    pub fn open_cookie_session(
        &self,
        account_id: Uuid,
        cookie_digest: [u8; 32],
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<Uuid> {
        open(
            &mut *self.connection()?,
            account_id,
            Some(cookie_digest),
            now,
            expires_at,
        )
    }

    /// The session of a cookie and its person; `None` when it is over, was not used for `idle_limit`, or the account
    /// is disabled. Remembers that it was used.
    pub fn cookie_session(
        &self,
        cookie_digest: [u8; 32],
        now: DateTime<Utc>,
        idle_limit: TimeDelta,
    ) -> Result<Option<(Uuid, Actor)>> {
        let mut connection = self.connection()?;
        let found: Option<(Uuid, DateTime<Utc>, ActorRecord)> = sessions::table
            .inner_join(accounts::table)
            .filter(sessions::cookie_digest.eq(cookie_digest.as_slice()))
            .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
            .filter(sessions::last_seen_at.gt(now - idle_limit))
            .filter(accounts::disabled_at.is_null())
            .select((sessions::id, sessions::last_seen_at, ActorRecord::as_select()))
            .first(&mut *connection)
            .optional()?;
        let Some((id, last_seen_at, record)) = found else {
            return Ok(None);
        };
        if now - last_seen_at >= SEEN_EVERY {
            diesel::update(sessions::table.find(id))
                .set(sessions::last_seen_at.eq(now))
                .execute(&mut *connection)?;
        }
        Ok(Some((id, record.into())))
    }

    /// Ends a session; one that is over stays as it is.
    pub fn revoke_session(&self, session_id: Uuid, reason: RevokeReason, now: DateTime<Utc>) -> Result<()> {
        revoke(&mut *self.connection()?, session_id, reason, now)
    }

    /// Forgets sessions that ended more than a week ago, and their tokens; returns how many.
    pub fn forget_ended_sessions(&self, now: DateTime<Utc>) -> Result<usize> {
        let ended = sessions::table.filter(sessions::expires_at.lt(now - ENDED_KEPT_FOR));
        Ok(diesel::delete(ended).execute(&mut *self.connection()?)?)
    }
}

fn open(
    connection: &mut PgConnection,
    account_id: Uuid,
    cookie_digest: Option<[u8; 32]>,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<Uuid> {
    let id = ids::new(now);
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::account_id.eq(account_id),
            sessions::cookie_digest.eq(cookie_digest.as_ref().map(<[u8; 32]>::as_slice)),
            sessions::created_at.eq(now),
            sessions::last_seen_at.eq(now),
            sessions::expires_at.eq(expires_at),
        ))
        .execute(connection)?;
    Ok(id)
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
