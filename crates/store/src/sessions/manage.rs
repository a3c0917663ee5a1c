//! Seeing and ending sessions: the own ones, and for the security administrator those of others.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{BoolExpressionMethods, Connection as _, ExpressionMethods, QueryDsl, RunQueryDsl};
use minyi_domain::{
    access::Way,
    audit::{Action, ObjectKind},
};
use serde_json::json;
use uuid::Uuid;

use super::{RevokeReason, revoke};
use crate::{
    Act, By, Result, Store, audit,
    schema::{login_policy, sessions},
    word::Word,
};

/// A session that is not over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub id: Uuid,
    pub way: Way,
    /// `None`: it began before addresses were kept.
    pub address: Option<String>,
    /// A browser's; otherwise a client's on a phone.
    pub in_browser: bool,
    pub created_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub second_step_at: Option<DateTime<Utc>>,
}

type Row = (
    Uuid,
    Word<Way>,
    Option<String>,
    Option<Vec<u8>>,
    DateTime<Utc>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
);

/// More than anybody has.
const MOST: i64 = 200;

impl Store {
    /// The sessions of an account that are not over, the last used first.
    pub fn sessions_of(&self, account_id: Uuid, now: DateTime<Utc>) -> Result<Vec<SessionRow>> {
        let mut connection = self.connection()?;
        let idle: i16 = login_policy::table
            .select(login_policy::idle_minutes)
            .first(&mut *connection)?;
        let idle = TimeDelta::minutes(i64::from(idle));
        let rows: Vec<Row> = sessions::table
            .filter(sessions::account_id.eq(account_id))
            .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
            .filter(
                sessions::cookie_digest
                    .is_null()
                    .or(sessions::last_seen_at.gt(now - idle)),
            )
            .order((sessions::last_seen_at.desc(), sessions::id))
            .limit(MOST)
            .select((
                sessions::id,
                sessions::way,
                sessions::address,
                sessions::cookie_digest,
                sessions::created_at,
                sessions::last_seen_at,
                sessions::second_step_at,
            ))
            .load(&mut *connection)?;
        let row = |(id, way, address, cookie, created_at, last_seen_at, second_step_at): Row| SessionRow {
            id,
            way: way.0,
            address,
            in_browser: cookie.is_some(),
            created_at,
            last_seen_at,
            second_step_at,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Ends a session of this account; `false`: it has no such session.
    pub fn revoke_session_of(&self, by: &By, account_id: Uuid, session_id: Uuid, now: DateTime<Utc>) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let found: i64 = sessions::table
                .filter(sessions::id.eq(session_id).and(sessions::account_id.eq(account_id)))
                .count()
                .get_result(connection)?;
            if found == 0 {
                return Ok(false);
            }
            revoke(connection, session_id, RevokeReason::Revoked, now)?;
            let act = Act::done(Action::SessionRevoked, ObjectKind::Session, session_id);
            let region_code = crate::accounts::place_of(connection, account_id)?;
            let act = act.with(json!({"account": account_id})).in_region(region_code);
            audit::record(connection, by, &act, now)?;
            Ok(true)
        })
    }

    /// Signs out.
    pub fn sign_out(&self, by: &By, session_id: Uuid, now: DateTime<Utc>) -> Result<()> {
        self.connection()?.transaction(|connection| {
            revoke(connection, session_id, RevokeReason::Logout, now)?;
            audit::record(
                connection,
                by,
                &Act::done(Action::SignedOut, ObjectKind::Session, session_id),
                now,
            )
        })
    }
}
