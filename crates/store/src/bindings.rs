//! How a deputy comes in for the first time: by an invitation, or by a phone that the station knows; and which WeChat
//! user the account belongs to from then on.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, JoinOnDsl, OptionalExtension, PgConnection, QueryDsl,
    RunQueryDsl,
};
use uuid::Uuid;

use crate::{
    Refusal, Result, Store,
    casework::{Ruling, Stop},
    invitations::end_open,
    schema::{accounts, invitation_uses, invitations},
};

/// A proven phone: sealed for its account, and its keyed index.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    pub sealed: Vec<u8>,
    pub index: [u8; 32],
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phone")
    }
}

/// A WeChat user who proves to be the person of an account.
#[derive(Debug, Clone)]
pub enum NewBinding {
    /// By the digest of an invitation.
    Invitation([u8; 32]),
    /// By a phone, for the account that [`Store::account_by_phone`] named.
    Phone(Uuid, Phone),
}

/// What became of a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BindOutcome {
    Bound(Uuid),
    /// No such invitation, or no account any more: unknown, used or too old.
    Unknown,
    /// The account has another WeChat user, or the WeChat user another account.
    Taken,
}

impl Store {
    /// The account that this phone belongs to, by proof or by an open invitation of the station.
    pub fn account_by_phone(&self, phone_index: [u8; 32], now: DateTime<Utc>) -> Result<Option<Uuid>> {
        let mut connection = self.connection()?;
        let proven = account_with_phone(&mut connection, phone_index)?;
        if proven.is_some() {
            return Ok(proven);
        }
        Ok(invitations::table
            .inner_join(accounts::table.on(accounts::id.eq(invitations::account_id)))
            .filter(invitations::phone_index.eq(phone_index.as_slice()))
            .filter(invitations::ended_at.is_null())
            .filter(invitations::expires_at.gt(now))
            .filter(accounts::disabled_at.is_null())
            .order((invitations::created_at.desc(), invitations::id.desc()))
            .select(accounts::id)
            .first(&mut *connection)
            .optional()?)
    }

    /// Uses up an invitation; the account that it opens. `None`: unknown, used or too old.
    pub fn use_invitation(&self, digest: [u8; 32], now: DateTime<Utc>) -> Result<Option<Uuid>> {
        self.connection()?.transaction(|connection| {
            let Some((invitation, account)) = open_invitation(connection, digest, now)? else {
                return Ok(None);
            };
            spend(connection, invitation, account, "code", now)?;
            Ok(Some(account))
        })
    }

    /// Binds a WeChat user to an account. The same once more changes nothing.
    pub fn bind_wechat(&self, new: &NewBinding, openid: &str, now: DateTime<Utc>) -> Result<BindOutcome> {
        let done = self.act(|connection| match new {
            NewBinding::Invitation(digest) => by_invitation(connection, *digest, openid, now),
            NewBinding::Phone(account, phone) => by_phone(connection, *account, phone, openid, now),
        })?;
        Ok(match done {
            Ok(account) => BindOutcome::Bound(account),
            Err(Refusal::NotFound) => BindOutcome::Unknown,
            Err(_) => BindOutcome::Taken,
        })
    }
}

/// The deputy's account with this proven phone.
pub(crate) fn account_with_phone(connection: &mut PgConnection, phone_index: [u8; 32]) -> Result<Option<Uuid>> {
    Ok(accounts::table
        .filter(accounts::phone_index.eq(phone_index.as_slice()))
        .filter(accounts::disabled_at.is_null())
        .select(accounts::id)
        .first(connection)
        .optional()?)
}

fn by_invitation(connection: &mut PgConnection, digest: [u8; 32], openid: &str, now: DateTime<Utc>) -> Ruling<Uuid> {
    if let Some((invitation, account)) = open_invitation(connection, digest, now)? {
        take(connection, account, openid)?;
        spend(connection, invitation, account, "wechat", now)?;
        return Ok(account);
    }
    // The answer to the first call may have been lost on its way.
    let again: Option<Uuid> = invitation_uses::table
        .inner_join(invitations::table)
        .inner_join(accounts::table.on(accounts::id.eq(invitations::account_id)))
        .filter(invitations::digest.eq(digest.as_slice()))
        .filter(invitation_uses::way.eq("wechat"))
        .filter(accounts::wechat_openid.eq(openid))
        .filter(accounts::disabled_at.is_null())
        .select(accounts::id)
        .first(connection)
        .optional()?;
    again.ok_or(Stop::Refused(Refusal::NotFound))
}

fn by_phone(
    connection: &mut PgConnection,
    account: Uuid,
    phone: &Phone,
    openid: &str,
    now: DateTime<Utc>,
) -> Ruling<Uuid> {
    take(connection, account, openid)?;
    let invitation: Option<Uuid> = invitations::table
        .filter(invitations::account_id.eq(account))
        .filter(invitations::phone_index.eq(phone.index.as_slice()))
        .filter(invitations::ended_at.is_null())
        .select(invitations::id)
        .first(connection)
        .optional()?;
    if let Some(invitation) = invitation {
        spend(connection, invitation, account, "phone", now)?;
    }
    keep_phone(connection, account, phone)?;
    Ok(account)
}

/// Gives the account this phone. [`Refusal::Once`]: another account has it.
pub(crate) fn keep_phone(connection: &mut PgConnection, account: Uuid, phone: &Phone) -> Ruling<()> {
    let holder: Option<Uuid> = accounts::table
        .filter(accounts::phone_index.eq(phone.index.as_slice()))
        .select(accounts::id)
        .first(connection)
        .optional()?;
    match holder {
        Some(holder) if holder != account => Err(Refusal::Once.into()),
        Some(_) => Ok(()),
        None => {
            diesel::update(accounts::table.find(account))
                .set((
                    accounts::phone_sealed.eq(phone.sealed.as_slice()),
                    accounts::phone_index.eq(phone.index.as_slice()),
                ))
                .execute(connection)?;
            Ok(())
        }
    }
}

fn open_invitation(
    connection: &mut PgConnection,
    digest: [u8; 32],
    now: DateTime<Utc>,
) -> Result<Option<(Uuid, Uuid)>> {
    Ok(invitations::table
        .inner_join(accounts::table.on(accounts::id.eq(invitations::account_id)))
        .filter(invitations::digest.eq(digest.as_slice()))
        .filter(invitations::ended_at.is_null())
        .filter(invitations::expires_at.gt(now))
        .filter(accounts::disabled_at.is_null())
        .select((invitations::id, accounts::id))
        .for_update()
        .first(connection)
        .optional()?)
}

fn spend(connection: &mut PgConnection, invitation: Uuid, account: Uuid, way: &str, now: DateTime<Utc>) -> Result<()> {
    diesel::insert_into(invitation_uses::table)
        .values((
            invitation_uses::invitation_id.eq(invitation),
            invitation_uses::way.eq(way),
            invitation_uses::used_at.eq(now),
        ))
        .execute(connection)?;
    end_open(connection, account, now)
}

/// Makes the WeChat user the account's, both under lock.
fn take(connection: &mut PgConnection, account: Uuid, openid: &str) -> Ruling<()> {
    let bound: Vec<(Uuid, Option<String>)> = accounts::table
        .filter(accounts::id.eq(account).or(accounts::wechat_openid.eq(openid)))
        .filter(accounts::disabled_at.is_null().or(accounts::wechat_openid.eq(openid)))
        .order(accounts::id)
        .select((accounts::id, accounts::wechat_openid))
        .for_update()
        .load(connection)?;
    if bound.iter().any(|(id, _)| *id != account) {
        return Err(Refusal::Once.into());
    }
    match bound.into_iter().next() {
        None => Err(Refusal::NotFound.into()),
        Some((_, Some(other))) if other != openid => Err(Refusal::Once.into()),
        Some(_) => {
            diesel::update(accounts::table.find(account))
                .set(accounts::wechat_openid.eq(openid))
                .execute(connection)?;
            Ok(())
        }
    }
}
