//! Accounts in the hands of the security administrator (安全管理员).

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl, sql_query,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Role, Scope},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NewSetupLink, forget_failures, links, passwords};
use crate::{
    Act, By, Cursor, Page, Result, RevokeReason, Store, audit, ids,
    page::one_more,
    places::grams,
    schema::{accounts, offices, regions, second_factors, setup_links, sites},
    sessions::revoke_all,
};

mod row;

pub use row::AccountRow;
pub(super) use row::within;

/// Where an account belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceOf {
    /// The whole installation.
    Everywhere,
    /// A division's code without trailing zeros.
    Region(String),
    Site(Uuid),
    Office(Uuid),
}

/// Role, name and place of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChange {
    pub role: Role,
    pub display_name: String,
    pub place: PlaceOf,
}

/// Which accounts; everything that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// A part of the name or of the user name.
    pub text: Option<String>,
    pub role: Option<Role>,
    /// A division's code; what lies below it is included.
    pub region: Option<String>,
    pub disabled: Option<bool>,
}

/// Why an account is not created or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountRefusal {
    /// No account of this id in the scope.
    NotFound,
    UsernameTaken,
    /// No such division, site or office in the scope.
    PlaceUnknown,
    /// The role belongs to another kind of place.
    PlaceUnfit,
    /// Nobody changes the own account (三员分立).
    Own,
    /// One of the three duties is nobody's former or later role (三员分立).
    SeparateDuty,
    /// Deputies come in by invitation and have no password.
    NoPassword,
}

type Done<T> = Result<std::result::Result<T, AccountRefusal>>;

impl Store {
    /// The accounts in a scope, the newest first.
    pub fn accounts(
        &self,
        scope: &Scope,
        filter: &AccountFilter,
        cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<AccountRow>> {
        const TAIL: &str = "
            AND ($2 IS NULL OR search_grams(accounts.display_name || ' ' || coalesce(accounts.username, '')) @> $9
                AND position($2 IN lower(accounts.display_name || ' ' || coalesce(accounts.username, ''))) > 0)
            AND ($3 IS NULL OR accounts.role = $3) AND ($4 IS NULL OR place.code LIKE $4)
            AND ($5 IS NULL OR (accounts.disabled_at IS NOT NULL) = $5)
            AND ($6 IS NULL OR (accounts.created_at, accounts.id) < ($6, $7))
            ORDER BY accounts.created_at DESC, accounts.id DESC LIMIT $8";
        let text = filter.text.as_ref().map(|text| text.to_lowercase());
        let items = sql_query(format!("{}{TAIL}", row::SELECT))
            .bind::<Nullable<Text>, _>(row::within(scope))
            .bind::<Nullable<Text>, _>(&text)
            .bind::<Nullable<Text>, _>(filter.role.map(Role::as_str))
            .bind::<Nullable<Text>, _>(filter.region.as_ref().map(|code| format!("{code}%")))
            .bind::<Nullable<Bool>, _>(filter.disabled)
            .bind::<Nullable<Timestamptz>, _>(cursor.map(|cursor| cursor.at))
            .bind::<Nullable<SqlUuid>, _>(cursor.map(|cursor| cursor.id))
            .bind::<BigInt, _>(one_more(limit))
            .bind::<Nullable<Array<Text>>, _>(text.as_deref().map(grams))
            .load(&mut *self.connection()?)?;
        Ok(Page::cut(items, limit, |item: &AccountRow| Cursor {
            at: item.created_at,
            id: item.id,
        }))
    }

    /// One account of a scope.
    pub fn account(&self, scope: &Scope, id: Uuid) -> Result<Option<AccountRow>> {
        row::find(&mut *self.connection()?, scope, id, "")
    }

    /// Creates an account that has no password until the link is used; returns its id.
    pub fn create_account(
        &self,
        by: &By,
        scope: &Scope,
        username: &str,
        new: &AccountChange,
        link: &NewSetupLink,
    ) -> Done<Uuid> {
        self.connection()?.transaction(|connection| {
            let region_code = match judge_place(connection, scope, new)? {
                Ok(region_code) => region_code,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let Some(id) = insert(connection, username, new, link.now)? else {
                return Ok(Err(AccountRefusal::UsernameTaken));
            };
            links::make(connection, id, link)?;
            let act = Act::done(Action::AccountCreated, ObjectKind::Account, id).with(described(new));
            audit::record(connection, by, &act.in_region(region_code), link.now)?;
            Ok(Ok(id))
        })
    }

    /// Creates one of the three administrators of the whole installation from the command line, or gives an existing one
    /// of this user name and role a new link.
    pub fn create_administrator(
        &self,
        username: &str,
        role: Role,
        display_name: &str,
        link: &NewSetupLink,
    ) -> Done<Uuid> {
        let (by, everywhere) = (By::command_line(), Scope::Region(String::new()));
        let existing: Option<(Uuid, String)> = accounts::table
            .filter(accounts::username.eq(username))
            .select((accounts::id, accounts::role))
            .first(&mut *self.connection()?)
            .optional()?;
        match existing {
            Some((id, has)) if has == role.as_str() => {
                let made = self.make_setup_link(&by, &everywhere, id, link)?;
                Ok(made.map(|_| id))
            }
            Some(_) => Ok(Err(AccountRefusal::UsernameTaken)),
            None => {
                let new = AccountChange {
                    role,
                    display_name: display_name.to_owned(),
                    place: PlaceOf::Everywhere,
                };
                self.create_account(&by, &everywhere, username, &new, link)
            }
        }
    }

    /// Changes role, name and place.
    pub fn change_account(
        &self,
        by: &By,
        scope: &Scope,
        id: Uuid,
        change: &AccountChange,
        now: DateTime<Utc>,
    ) -> Done<()> {
        self.managed(by, scope, id, |connection, account| {
            let other_duty =
                account.role != change.role && (account.role.is_separate_duty() || change.role.is_separate_duty());
            if other_duty || account.role == Role::Deputy {
                return Ok(Err(AccountRefusal::SeparateDuty));
            }
            let region_code = match judge_place(connection, scope, change)? {
                Ok(region_code) => region_code,
                Err(refusal) => return Ok(Err(refusal)),
            };
            let (region, site, office) = columns(&change.place);
            diesel::update(accounts::table.find(id))
                .set((
                    accounts::role.eq(change.role.as_str()),
                    accounts::display_name.eq(&change.display_name),
                    accounts::region_code.eq(region),
                    accounts::site_id.eq(site),
                    accounts::office_id.eq(office),
                ))
                .execute(connection)?;
            let mut detail = described(change);
            if let Value::Object(fields) = &mut detail {
                fields.insert("former_role".to_owned(), account.role.as_str().into());
                fields.insert("former_place".to_owned(), account.place.as_deref().into());
            }
            let act = Act::done(Action::AccountChanged, ObjectKind::Account, id).with(detail);
            audit::record(connection, by, &act.in_region(region_code), now)?;
            Ok(Ok(()))
        })
    }

    /// Switches an account off, with all its sessions, or on again.
    pub fn set_account_disabled(
        &self,
        by: &By,
        scope: &Scope,
        id: Uuid,
        disabled: bool,
        now: DateTime<Utc>,
    ) -> Done<()> {
        self.managed(by, scope, id, |connection, account| {
            if account.disabled_at.is_some() == disabled {
                return Ok(Ok(()));
            }
            diesel::update(accounts::table.find(id))
                .set(accounts::disabled_at.eq(disabled.then_some(now)))
                .execute(connection)?;
            let action = if disabled {
                revoke_all(connection, id, RevokeReason::Disabled, now)?;
                let open = setup_links::table
                    .filter(setup_links::account_id.eq(id))
                    .filter(setup_links::ended_at.is_null());
                diesel::update(open)
                    .set(setup_links::ended_at.eq(now))
                    .execute(connection)?;
                Action::AccountDisabled
            } else {
                Action::AccountEnabled
            };
            let act = Act::done(action, ObjectKind::Account, id).in_region(account.place);
            audit::record(connection, by, &act, now)?;
            Ok(Ok(()))
        })
    }

    /// Takes the password away and hands out a link to set a new one; a lock is lifted, sessions end.
    pub fn make_setup_link(&self, by: &By, scope: &Scope, id: Uuid, link: &NewSetupLink) -> Done<()> {
        self.managed(by, scope, id, |connection, account| {
            if account.username.is_none() {
                return Ok(Err(AccountRefusal::NoPassword));
            }
            passwords::set_aside(connection, id, link.now)?;
            diesel::update(accounts::table.find(id))
                .set(accounts::password_hash.eq(None::<String>))
                .execute(connection)?;
            forget_failures(connection, id)?;
            revoke_all(connection, id, RevokeReason::PasswordChanged, link.now)?;
            links::make(connection, id, link)?;
            let act = Act::done(Action::SetupLinkMade, ObjectKind::Account, id).in_region(account.place);
            audit::record(connection, by, &act, link.now)?;
            Ok(Ok(()))
        })
    }

    /// Takes the second factor away from somebody who has lost it; sessions end.
    pub fn remove_second_factor(&self, by: &By, scope: &Scope, id: Uuid, now: DateTime<Utc>) -> Done<()> {
        self.managed(by, scope, id, |connection, account| {
            diesel::delete(second_factors::table.find(id)).execute(connection)?;
            revoke_all(connection, id, RevokeReason::Revoked, now)?;
            let act = Act::done(Action::SecondFactorRemoved, ObjectKind::Account, id).in_region(account.place);
            audit::record(connection, by, &act, now)?;
            Ok(Ok(()))
        })
    }

    /// Work on an account of the scope that is not the own one, in one transaction.
    fn managed<T>(
        &self,
        by: &By,
        scope: &Scope,
        id: Uuid,
        work: impl FnOnce(&mut PgConnection, AccountRow) -> Done<T>,
    ) -> Done<T> {
        if by.is_account(id) {
            return Ok(Err(AccountRefusal::Own));
        }
        self.connection()?.transaction(|connection| {
            match row::find(connection, scope, id, " FOR NO KEY UPDATE OF accounts")? {
                Some(account) => work(connection, account),
                None => Ok(Err(AccountRefusal::NotFound)),
            }
        })
    }
}

/// The division in which an account has its place.
pub(crate) fn place_of(connection: &mut PgConnection, id: Uuid) -> Result<Option<String>> {
    let everywhere = Scope::Region(String::new());
    Ok(row::find(connection, &everywhere, id, "")?.and_then(|account| account.place))
}

fn described(change: &AccountChange) -> Value {
    let place = match &change.place {
        PlaceOf::Everywhere => Value::Null,
        PlaceOf::Region(code) => code.as_str().into(),
        PlaceOf::Site(id) | PlaceOf::Office(id) => id.to_string().into(),
    };
    json!({"role": change.role.as_str(), "place": place})
}

fn columns(place: &PlaceOf) -> (Option<&str>, Option<Uuid>, Option<Uuid>) {
    match place {
        PlaceOf::Everywhere => (None, None, None),
        PlaceOf::Region(code) => (Some(code), None, None),
        PlaceOf::Site(id) => (None, Some(*id), None),
        PlaceOf::Office(id) => (None, None, Some(*id)),
    }
}

fn insert(
    connection: &mut PgConnection,
    username: &str,
    new: &AccountChange,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>> {
    let (id, (region, site, office)) = (ids::new(now), columns(&new.place));
    let inserted = diesel::insert_into(accounts::table)
        .values((
            accounts::id.eq(id),
            accounts::role.eq(new.role.as_str()),
            accounts::display_name.eq(&new.display_name),
            accounts::username.eq(username),
            accounts::region_code.eq(region),
            accounts::site_id.eq(site),
            accounts::office_id.eq(office),
            accounts::created_at.eq(now),
        ))
        .on_conflict(accounts::username)
        .do_nothing()
        .execute(connection)?;
    Ok((inserted == 1).then_some(id))
}

/// Whether the place exists in the scope and fits the role; the division in which it lies.
fn judge_place(connection: &mut PgConnection, scope: &Scope, change: &AccountChange) -> Done<Option<String>> {
    let Scope::Region(own) = scope else {
        return Ok(Err(AccountRefusal::PlaceUnknown));
    };
    let fits = match (&change.place, change.role) {
        (PlaceOf::Everywhere, role) => role.is_separate_duty(),
        (PlaceOf::Region(_), Role::Auditor | Role::SecurityAdmin) => true,
        (PlaceOf::Region(code), Role::CityAdmin) => matches!(code.len(), 2 | 4),
        (PlaceOf::Region(code), Role::CountyAdmin) => code.len() == 6,
        (PlaceOf::Region(code), Role::StreetAdmin) => code.len() == 9,
        (PlaceOf::Site(_), role) => matches!(role, Role::StationStaff | Role::StationHead),
        (PlaceOf::Office(_), role) => role == Role::OfficeHandler,
        (PlaceOf::Region(_), _) => false,
    };
    if !fits {
        return Ok(Err(AccountRefusal::PlaceUnfit));
    }
    let code: Option<String> = match &change.place {
        PlaceOf::Everywhere if own.is_empty() => return Ok(Ok(None)),
        PlaceOf::Everywhere => None,
        PlaceOf::Region(code) => regions::table
            .find(code)
            .select(regions::code)
            .first(connection)
            .optional()?,
        PlaceOf::Site(id) => sites::table
            .find(id)
            .select(sites::region_code)
            .first(connection)
            .optional()?,
        PlaceOf::Office(id) => offices::table
            .find(id)
            .select(offices::region_code)
            .first(connection)
            .optional()?,
    };
    let code = code.filter(|code| code.starts_with(own.as_str()));
    Ok(code.map(Some).ok_or(AccountRefusal::PlaceUnknown))
}
