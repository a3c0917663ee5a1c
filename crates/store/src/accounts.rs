//! Accounts (账号): who may log in.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    Connection as _, ExpressionMethods, IntoSql, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
    dsl::sql,
    pg::Pg,
    sql_types::{Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Actor, Role},
};
use serde_json::json;
use uuid::Uuid;

use crate::{Act, By, Result, Store, audit, prepared::Prepared, schema::accounts, word::Word};

mod links;
mod manage;
mod passwords;
mod places;

pub use links::NewSetupLink;
pub(crate) use manage::place_of;
pub use manage::{AccountChange, AccountFilter, AccountRefusal, AccountRow, PlaceOf};
pub use passwords::OwnPassword;
pub use places::{AccountPlace, AccountPlaceKind};

/// Failed logins in a row after which an account is locked.
const FAILURES_TO_LOCK: i16 = 5;
const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);

/// What a login needs to know.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(Pg))]
pub struct Account {
    pub id: Uuid,
    #[diesel(deserialize_as = Word<Role>)]
    pub role: Role,
    pub display_name: String,
    /// None: no login by password.
    pub password_hash: Option<String>,
    pub locked_until: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("role", &self.role)
            .finish_non_exhaustive()
    }
}

impl Account {
    /// Too many failures; not even the right password opens.
    pub fn is_locked(&self, now: DateTime<Utc>) -> bool {
        self.locked_until.is_some_and(|until| until > now)
    }

    /// Switched off by an administrator.
    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }
}

/// Where an account stands after a failed login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoginFailure {
    pub locked_until: Option<DateTime<Utc>>,
}

/// By what a person gets in, for the person's own eyes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaysIn {
    /// Sealed by the program.
    pub phone_sealed: Option<Vec<u8>>,
    pub wechat_bound: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(Pg))]
pub(crate) struct ActorRecord {
    id: Uuid,
    #[diesel(deserialize_as = Word<Role>)]
    role: Role,
    display_name: String,
    deputy_id: Option<Uuid>,
    site_id: Option<Uuid>,
    office_id: Option<Uuid>,
    region_code: Option<String>,
}

impl From<ActorRecord> for Actor {
    fn from(record: ActorRecord) -> Self {
        Self {
            account_id: record.id,
            role: record.role,
            display_name: record.display_name,
            deputy_id: record.deputy_id,
            site_id: record.site_id,
            office_id: record.office_id,
            region_code: record.region_code,
        }
    }
}

impl Store {
    /// The account with this user name, disabled and locked ones too.
    pub fn account_by_username(&self, username: &str) -> Result<Option<Account>> {
        Ok(accounts::table
            .filter(accounts::username.eq(username))
            .select(Account::as_select())
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// The account that is bound to this WeChat user, disabled ones too.
    pub fn account_by_openid(&self, openid: &str) -> Result<Option<Account>> {
        Ok(accounts::table
            .filter(accounts::wechat_openid.eq(openid))
            .select(Account::as_select())
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// The person behind an account; `None` when the account is disabled.
    pub fn actor(&self, account_id: Uuid) -> Result<Option<Actor>> {
        let record = accounts::table
            .find(account_id)
            .filter(accounts::disabled_at.is_null())
            .select(ActorRecord::as_select())
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(record.map(Actor::from))
    }

    /// Whether too many failures keep even the right answer out.
    pub fn is_locked(&self, account_id: Uuid, now: DateTime<Utc>) -> Result<bool> {
        let until: Option<DateTime<Utc>> = accounts::table
            .find(account_id)
            .select(accounts::locked_until)
            .first(&mut *self.connection()?)?;
        Ok(until.is_some_and(|until| until > now))
    }

    /// By what this account gets in.
    pub fn ways_in(&self, account_id: Uuid) -> Result<WaysIn> {
        let (phone_sealed, openid): (Option<Vec<u8>>, Option<String>) = accounts::table
            .find(account_id)
            .select((accounts::phone_sealed, accounts::wechat_openid))
            .first(&mut *self.connection()?)?;
        Ok(WaysIn {
            phone_sealed,
            wechat_bound: openid.is_some(),
        })
    }

    /// What people call the place of an account: its station, its office, or its division.
    pub fn place_name(&self, account_id: Uuid) -> Result<Option<String>> {
        let name = "coalesce((SELECT name FROM sites WHERE id = accounts.site_id),
            (SELECT name FROM offices WHERE id = accounts.office_id),
            (SELECT name FROM regions WHERE code = accounts.region_code))";
        Ok(accounts::table
            .find(account_id)
            .select(sql::<Nullable<Text>>(name))
            .first(&mut *self.connection()?)?)
    }

    /// Counts a failed login (of which step, `step` says); the fifth in a row locks the account for 15 minutes.
    pub fn record_login_failure(
        &self,
        by: &By,
        account_id: Uuid,
        step: &'static str,
        now: DateTime<Utc>,
    ) -> Result<LoginFailure> {
        self.connection()?.transaction(|connection| {
            let locked_until = count_failure(connection, account_id, now)?;
            let act = Act::done(Action::SignedIn, ObjectKind::Account, account_id).refused();
            let detail = json!({"step": step, "locked": locked_until.is_some()});
            let region_code = place_of(connection, account_id)?;
            audit::record(connection, by, &act.with(detail).in_region(region_code), now)?;
            Ok(LoginFailure { locked_until })
        })
    }
}

fn count_failure(connection: &mut PgConnection, account_id: Uuid, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>> {
    let binds = (
        account_id.into_sql::<SqlUuid>(),
        now.into_sql::<Timestamptz>(),
        (now + LOCKED_FOR).into_sql::<Timestamptz>(),
        FAILURES_TO_LOCK.into_sql::<SmallInt>(),
    );
    // One statement, so that tries at the same time are all counted. A lock that is over begins a new count.
    let locked_until: Option<Option<DateTime<Utc>>> = Prepared::<Nullable<Timestamptz>, _>::new(
        "WITH input (id, now, until, most) AS (VALUES (",
        binds,
        ")),
        counted AS (
            SELECT accounts.id, until, most,
                CASE WHEN locked_until <= now THEN 1 ELSE failed_logins + 1 END AS failures
            FROM accounts JOIN input USING (id) FOR UPDATE OF accounts
        )
        UPDATE accounts SET
            failed_logins = least(failures, most),
            locked_until = CASE WHEN failures >= most THEN until END
        FROM counted WHERE accounts.id = counted.id
        RETURNING locked_until",
    )
    .get_result(connection)
    .optional()?;
    Ok(locked_until.flatten())
}

/// Forgets the failed logins: somebody is in.
pub(crate) fn forget_failures(connection: &mut PgConnection, account_id: Uuid) -> Result<()> {
    let failed = accounts::table.find(account_id).filter(accounts::failed_logins.gt(0));
    diesel::update(failed)
        .set((
            accounts::failed_logins.eq(0),
            accounts::locked_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(connection)?;
    Ok(())
}
