//! Which user of the service account a person is (绑定服务号): begun in a login, answered by WeChat, confirmed by the person.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, Connection as _, ExpressionMethods, JoinOnDsl as _, OptionalExtension, PgConnection,
    PgExpressionMethods as _, QueryDsl, RunQueryDsl,
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    delivery::Channel,
    people::Role,
};
use uuid::Uuid;

use crate::{
    Act, By, Result, Store, audit, ids,
    notifications::write_address,
    schema::{account_channels, accounts, service_bindings, sessions},
    word::Word,
};

/// How long the address may be opened, and the answer confirmed.
const LIFE: TimeDelta = TimeDelta::minutes(10);

/// Who opened the address, as WeChat said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePerson {
    /// SHA-256 of WeChat's code.
    pub code_digest: [u8; 32],
    /// The openid, sealed as the account's address on the channel.
    pub openid_sealed: Vec<u8>,
    /// Keyed index of the unionid, if one was told.
    pub union_index: Option<[u8; 32]>,
    /// Whether the person follows the account; `None`: WeChat did not say.
    pub follows: Option<bool>,
}

/// A binding that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceBinding {
    pub id: Uuid,
    pub account_id: Uuid,
    pub display_name: String,
    pub role: Role,
    /// `None`: nobody has opened the address yet.
    pub code_digest: Option<Vec<u8>>,
    pub follows: Option<bool>,
    /// It is another WeChat than the one that the account signs in with.
    pub is_other_wechat: bool,
}

impl Store {
    /// Begins a binding for the account of a login; the one before it is worth nothing any more. Returns its end.
    pub fn begin_service_binding(
        &self,
        account_id: Uuid,
        session_id: Uuid,
        state_digest: [u8; 32],
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>> {
        self.connection()?.transaction(|connection| {
            // Under the account's lock, so that of two at once the later one stands.
            accounts::table
                .find(account_id)
                .select(accounts::id)
                .for_update()
                .first::<Uuid>(connection)?;
            let open = service_bindings::table
                .filter(service_bindings::account_id.eq(account_id))
                .filter(service_bindings::ended_at.is_null());
            diesel::update(open)
                .set(service_bindings::ended_at.eq(now))
                .execute(connection)?;
            diesel::insert_into(service_bindings::table)
                .values((
                    service_bindings::id.eq(ids::new(now)),
                    service_bindings::state_digest.eq(state_digest.as_slice()),
                    service_bindings::account_id.eq(account_id),
                    service_bindings::session_id.eq(session_id),
                    service_bindings::made_at.eq(now),
                    service_bindings::expires_at.eq(now + LIFE),
                ))
                .execute(connection)?;
            Ok(now + LIFE)
        })
    }

    /// The binding of this state; `None`: unknown, used, too old, or the login in which it was begun is over.
    pub fn service_binding(&self, state_digest: [u8; 32], now: DateTime<Utc>) -> Result<Option<ServiceBinding>> {
        find(&mut *self.connection()?, state_digest, now)
    }

    /// Keeps who opened the address. The first stays.
    pub fn keep_service_person(&self, id: Uuid, person: &ServicePerson) -> Result<()> {
        let open = service_bindings::table
            .find(id)
            .filter(service_bindings::code_digest.is_null());
        diesel::update(open)
            .set((
                service_bindings::code_digest.eq(person.code_digest.as_slice()),
                service_bindings::openid_sealed.eq(&person.openid_sealed),
                service_bindings::union_index.eq(person.union_index.as_ref().map(<[u8; 32]>::as_slice)),
                service_bindings::follows.eq(person.follows),
            ))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// The person has said yes: from now on the account is told through the service account. Once; `None` as in
    /// [`Store::service_binding`], or nobody has opened the address.
    pub fn bind_service_account(
        &self,
        state_digest: [u8; 32],
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<Option<ServiceBinding>> {
        self.connection()?.transaction(|connection| {
            let Some(binding) = find(connection, state_digest, now)? else {
                return Ok(None);
            };
            let open = service_bindings::table
                .find(binding.id)
                .filter(service_bindings::ended_at.is_null())
                .filter(service_bindings::openid_sealed.is_not_null());
            let sealed: Option<Option<Vec<u8>>> = diesel::update(open)
                .set(service_bindings::ended_at.eq(now))
                .returning(service_bindings::openid_sealed)
                .get_result(connection)
                .optional()?;
            let Some(sealed) = sealed.flatten() else {
                return Ok(None);
            };
            let account = binding.account_id;
            write_address(connection, account, Channel::WechatService, &sealed, account, now)?;
            let act = Act::done(Action::ServiceAccountBound, ObjectKind::Account, account);
            audit::record(connection, &By::account(account, address), &act, now)?;
            Ok(Some(binding))
        })
    }

    /// The account is told through the service account no more.
    pub fn unbind_service_account(&self, by: &By, account: Uuid, now: DateTime<Utc>) -> Result<()> {
        self.connection()?.transaction(|connection| {
            let own = account_channels::table.find((account, Channel::WechatService.as_str()));
            if diesel::delete(own).execute(connection)? > 0 {
                let act = Act::done(Action::ServiceAccountUnbound, ObjectKind::Account, account);
                audit::record(connection, by, &act, now)?;
            }
            Ok(())
        })
    }

    /// The account's openid of the service account, sealed as its address on the channel; `None`: not bound.
    pub fn own_service_openid(&self, account: Uuid) -> Result<Option<Vec<u8>>> {
        Ok(account_channels::table
            .find((account, Channel::WechatService.as_str()))
            .select(account_channels::address_sealed)
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// Keeps the keyed index of the unionid that WeChat told when this account signed in by the mini-program.
    pub fn keep_wechat_union(&self, account: Uuid, union_index: [u8; 32]) -> Result<()> {
        let other = accounts::table
            .find(account)
            .filter(accounts::wechat_union_index.is_distinct_from(union_index.as_slice()));
        diesel::update(other)
            .set(accounts::wechat_union_index.eq(union_index.as_slice()))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// Forgets bindings whose time is over; returns how many.
    pub fn forget_service_bindings(&self, now: DateTime<Utc>) -> Result<usize> {
        let old = service_bindings::table.filter(service_bindings::expires_at.lt(now));
        Ok(diesel::delete(old).execute(&mut *self.connection()?)?)
    }
}

type Row = (
    (Uuid, Option<Vec<u8>>, Option<Vec<u8>>, Option<bool>),
    (Uuid, String, Word<Role>, Option<Vec<u8>>),
);

fn find(connection: &mut PgConnection, state_digest: [u8; 32], now: DateTime<Utc>) -> Result<Option<ServiceBinding>> {
    let row: Option<Row> = service_bindings::table
        .inner_join(accounts::table.on(accounts::id.eq(service_bindings::account_id)))
        .inner_join(sessions::table.on(sessions::id.eq(service_bindings::session_id)))
        .filter(service_bindings::state_digest.eq(state_digest.as_slice()))
        .filter(service_bindings::ended_at.is_null())
        .filter(service_bindings::expires_at.gt(now))
        .filter(sessions::revoked_at.is_null().and(sessions::expires_at.gt(now)))
        .filter(accounts::disabled_at.is_null())
        .select((
            (
                service_bindings::id,
                service_bindings::code_digest,
                service_bindings::union_index,
                service_bindings::follows,
            ),
            (
                accounts::id,
                accounts::display_name,
                accounts::role,
                accounts::wechat_union_index,
            ),
        ))
        .first(connection)
        .optional()?;
    let binding =
        |((id, code_digest, told, follows), (account_id, display_name, Word(role), known)): Row| ServiceBinding {
            id,
            account_id,
            display_name,
            role,
            code_digest,
            follows,
            is_other_wechat: told.zip(known).is_some_and(|(told, known)| told != known),
        };
    Ok(row.map(binding))
}
