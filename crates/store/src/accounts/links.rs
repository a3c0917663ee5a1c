//! Links by which somebody sets a password: for a new account, and for one whose password is lost.

use chrono::{DateTime, Utc};
use diesel::{Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use uuid::Uuid;

use crate::{
    Result, Store,
    schema::{accounts, setup_links},
};

/// A link that is handed out; whoever holds its secret sets the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewSetupLink {
    /// SHA-256 of the secret.
    pub digest: [u8; 32],
    pub now: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Writes a link; the one before it is worth nothing any more.
pub(super) fn make(connection: &mut PgConnection, account_id: Uuid, link: &NewSetupLink) -> Result<()> {
    let open = setup_links::table
        .filter(setup_links::account_id.eq(account_id))
        .filter(setup_links::ended_at.is_null());
    diesel::update(open)
        .set(setup_links::ended_at.eq(link.now))
        .execute(connection)?;
    diesel::insert_into(setup_links::table)
        .values((
            setup_links::digest.eq(link.digest.as_slice()),
            setup_links::account_id.eq(account_id),
            setup_links::created_at.eq(link.now),
            setup_links::expires_at.eq(link.expires_at),
        ))
        .execute(connection)?;
    Ok(())
}

impl Store {
    /// Takes a link, once; the account that it opens. `None`: unknown, used, too old, or the account is disabled.
    pub fn use_setup_link(&self, digest: [u8; 32], now: DateTime<Utc>) -> Result<Option<Uuid>> {
        self.connection()?.transaction(|connection| {
            let open = setup_links::table
                .find(digest.as_slice())
                .filter(setup_links::ended_at.is_null())
                .filter(setup_links::expires_at.gt(now));
            let account: Option<Uuid> = diesel::update(open)
                .set(setup_links::ended_at.eq(now))
                .returning(setup_links::account_id)
                .get_result(connection)
                .optional()?;
            let Some(account) = account else { return Ok(None) };
            Ok(accounts::table
                .find(account)
                .filter(accounts::disabled_at.is_null())
                .select(accounts::id)
                .first(connection)
                .optional()?)
        })
    }
}
