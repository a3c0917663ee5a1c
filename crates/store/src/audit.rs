//! The audit log (审计日志): who did what to accounts, settings, directories and files, when, from where, with which result.
//!
//! An act is recorded in the transaction that does it, **as its last statement**: the entry takes the lock of the account's
//! chain, and whoever holds it must not wait for anything else.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, RunQueryDsl,
    sql_types::{Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::audit::{Action, ObjectKind, Outcome};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{Result, Store, ids};

mod search;

pub use search::{AuditEntry, AuditFilter};

/// Who acts, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    account_id: Option<Uuid>,
    /// For whom there is no account.
    name: &'static str,
    address: Option<IpAddr>,
}

impl By {
    /// A signed-in person. Name, role and place are read from the account as it is now.
    #[must_use]
    pub const fn account(account_id: Uuid, address: IpAddr) -> Self {
        Self {
            account_id: Some(account_id),
            name: "",
            address: Some(address),
        }
    }

    /// A signed-in person who asked for this some time ago.
    pub(crate) const fn remembered(account_id: Uuid, address: Option<IpAddr>) -> Self {
        Self {
            account_id: Some(account_id),
            name: "",
            address,
        }
    }

    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The account, if there is one.
    pub(crate) fn account_id(&self) -> Option<Uuid> {
        self.account_id
    }

    /// Whether it is this account.
    pub(crate) fn is_account(&self, account_id: Uuid) -> bool {
        self.account_id == Some(account_id)
    }

    /// Somebody who is not signed in.
    #[must_use]
    pub const fn nobody(address: IpAddr) -> Self {
        Self {
            account_id: None,
            name: "未登录",
            address: Some(address),
        }
    }

    /// Whoever runs commands on the machine.
    #[must_use]
    pub const fn command_line() -> Self {
        Self {
            account_id: None,
            name: "命令行",
            address: None,
        }
    }

    /// The worker, by itself.
    #[must_use]
    pub const fn worker() -> Self {
        Self {
            account_id: None,
            name: "后台程序",
            address: None,
        }
    }
}

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    action: Action,
    object_kind: ObjectKind,
    object_id: String,
    outcome: Outcome,
    region_code: Option<String>,
    detail: Value,
}

impl Act {
    /// An act that was done to the thing of this id (a code or a number where it has no id).
    pub fn done(action: Action, object_kind: ObjectKind, object_id: impl ToString) -> Self {
        Self {
            action,
            object_kind,
            object_id: object_id.to_string(),
            outcome: Outcome::Done,
            region_code: None,
            detail: Value::Object(Map::new()),
        }
    }

    /// The same, refused.
    #[must_use]
    pub fn refused(self) -> Self {
        Self {
            outcome: Outcome::Refused,
            ..self
        }
    }

    /// The division that it concerns, where that is not the actor's own.
    #[must_use]
    pub fn in_region(self, region_code: Option<String>) -> Self {
        Self { region_code, ..self }
    }

    /// What else is worth knowing: a small object **without personal data and secrets**.
    #[must_use]
    pub fn with(self, detail: Value) -> Self {
        Self { detail, ..self }
    }
}

/// `$2`: null for whom there is no account. Its place is the division of the role, the site, the office or the deputy's site.
const RECORD: &str = "
INSERT INTO audit_log (id, chain, seq, account_id, account_name, account_role, region_code, action, object_kind, object_id,
    result, address, detail, occurred_at, previous, digest)
SELECT $1, coalesce($2, '00000000-0000-0000-0000-000000000000'), 1, $2, coalesce(accounts.display_name, $3), accounts.role,
    coalesce($4, accounts.region_code, sites.region_code, offices.region_code, homes.region_code, ''),
    $5, $6, $7, $8, $9, $10, $11, '', sha256('')
FROM (SELECT) AS once
LEFT JOIN accounts ON accounts.id = $2
LEFT JOIN sites ON sites.id = accounts.site_id
LEFT JOIN offices ON offices.id = accounts.office_id
LEFT JOIN deputies ON deputies.id = accounts.deputy_id
LEFT JOIN sites AS homes ON homes.id = deputies.site_id";

/// Records an act in the caller's transaction, as its last statement.
pub(crate) fn record(connection: &mut PgConnection, by: &By, act: &Act, now: DateTime<Utc>) -> Result<()> {
    diesel::sql_query(RECORD)
        .bind::<SqlUuid, _>(ids::new(now))
        .bind::<Nullable<SqlUuid>, _>(by.account_id)
        .bind::<Text, _>(by.name)
        .bind::<Nullable<Text>, _>(act.region_code.as_deref())
        .bind::<Text, _>(act.action.as_str())
        .bind::<Text, _>(act.object_kind.as_str())
        .bind::<Text, _>(&act.object_id)
        .bind::<Text, _>(act.outcome.as_str())
        .bind::<Nullable<Text>, _>(by.address.map(|address| address.to_canonical().to_string()))
        .bind::<Jsonb, _>(&act.detail)
        .bind::<Timestamptz, _>(now)
        .execute(connection)?;
    Ok(())
}

impl Store {
    /// Records an act that changes nothing in the database by itself: what was handed out, what was refused.
    pub fn record_act(&self, by: &By, act: &Act, now: DateTime<Utc>) -> Result<()> {
        record(&mut *self.connection()?, by, act, now)
    }
}
