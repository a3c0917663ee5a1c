//! Changing a password, and those before it.

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl,
    sql_types::{Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::audit::{Action, ObjectKind};
use uuid::Uuid;

use super::forget_failures;
use crate::{
    Act, By, Result, RevokeReason, Store, audit,
    schema::{accounts, password_history},
    sessions,
};

/// What a change of password needs to know.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnPassword {
    pub username: String,
    /// `None`: there is none; a link is used.
    pub hash: Option<String>,
    /// Former ones, the last first.
    pub former: Vec<String>,
}

impl Store {
    /// The password of an account and the last `remembered` former ones; `None`: the account logs in another way.
    pub fn own_password(&self, account_id: Uuid, remembered: u8) -> Result<Option<OwnPassword>> {
        let mut connection = self.connection()?;
        let (username, hash): (Option<String>, Option<String>) = accounts::table
            .find(account_id)
            .select((accounts::username, accounts::password_hash))
            .first(&mut *connection)?;
        let Some(username) = username else { return Ok(None) };
        let former = password_history::table
            .filter(password_history::account_id.eq(account_id))
            .order(password_history::set_aside_at.desc())
            .limit(i64::from(remembered))
            .select(password_history::password_hash)
            .load(&mut *connection)?;
        Ok(Some(OwnPassword { username, hash, former }))
    }

    /// Changes the own password; every other session of the account ends.
    pub fn change_password(
        &self,
        by: &By,
        account_id: Uuid,
        session_id: Uuid,
        hash: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.connection()?.transaction(|connection| {
            set_aside(connection, account_id, now)?;
            diesel::update(accounts::table.find(account_id))
                .set((accounts::password_hash.eq(hash), accounts::password_set_at.eq(now)))
                .execute(connection)?;
            forget_failures(connection, account_id)?;
            sessions::revoke_others(connection, account_id, session_id, RevokeReason::PasswordChanged, now)?;
            audit::record(
                connection,
                by,
                &Act::done(Action::PasswordChanged, ObjectKind::Account, account_id),
                now,
            )
        })
    }
}

/// Puts the present password to the former ones.
pub(super) fn set_aside(connection: &mut PgConnection, account_id: Uuid, now: DateTime<Utc>) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO password_history (account_id, set_aside_at, password_hash)
        SELECT id, $2, password_hash FROM accounts WHERE id = $1 AND password_hash IS NOT NULL
        ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(account_id)
    .bind::<Timestamptz, _>(now)
    .execute(connection)?;
    Ok(())
}
