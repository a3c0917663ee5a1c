use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::people::{Role, Scope};
use uuid::Uuid;

use crate::{Result, word::Word};

/// An account as the security administrator sees it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct AccountRow {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text, deserialize_as = Word<Role>)]
    pub role: Role,
    #[diesel(sql_type = Text)]
    pub display_name: String,
    /// `None`: no login by password.
    #[diesel(sql_type = Nullable<Text>)]
    pub username: Option<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub site_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub office_id: Option<Uuid>,
    /// The division in which it has its place; `None`: the whole installation, or a deputy without a site.
    #[diesel(sql_type = Nullable<Text>)]
    pub place: Option<String>,
    /// Of the site, the office or the division.
    #[diesel(sql_type = Nullable<Text>)]
    pub place_name: Option<String>,
    /// False: a link is on its way, or the password was taken away.
    #[diesel(sql_type = Bool)]
    pub has_password: bool,
    /// A second factor is bound.
    #[diesel(sql_type = Bool)]
    pub enrolled: bool,
    #[diesel(sql_type = Bool)]
    pub wechat_bound: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub locked_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub disabled_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_seen_at: Option<DateTime<Utc>>,
}

/// `$1`: what the division must be like; null: nothing is let through.
pub(super) const SELECT: &str = "
SELECT accounts.id, accounts.role, accounts.display_name, accounts.username, accounts.site_id, accounts.office_id,
    place.code AS place, coalesce(sites.name, offices.name, regions.name) AS place_name,
    accounts.password_hash IS NOT NULL AS has_password, second_factors.confirmed_at IS NOT NULL AS enrolled,
    accounts.wechat_openid IS NOT NULL AS wechat_bound, accounts.locked_until, accounts.disabled_at,
    accounts.created_at,
    (SELECT max(last_seen_at) FROM sessions WHERE sessions.account_id = accounts.id) AS last_seen_at
FROM accounts
LEFT JOIN sites ON sites.id = accounts.site_id
LEFT JOIN offices ON offices.id = accounts.office_id
LEFT JOIN deputies ON deputies.id = accounts.deputy_id
LEFT JOIN sites AS homes ON homes.id = deputies.site_id
CROSS JOIN LATERAL (SELECT
    coalesce(accounts.region_code, sites.region_code, offices.region_code, homes.region_code) AS code) AS place
LEFT JOIN regions ON regions.code = place.code
LEFT JOIN second_factors ON second_factors.account_id = accounts.id
WHERE coalesce(place.code, '') LIKE $1";

/// For [`SELECT`].
pub(in crate::accounts) fn within(scope: &Scope) -> Option<String> {
    match scope {
        Scope::Region(code) => Some(format!("{code}%")),
        _ => None,
    }
}

/// The account of this id in a scope; `lock` ends the statement.
pub(super) fn find(
    connection: &mut PgConnection,
    scope: &Scope,
    id: Uuid,
    lock: &'static str,
) -> Result<Option<AccountRow>> {
    Ok(sql_query(format!("{SELECT} AND accounts.id = $2{lock}"))
        .bind::<Nullable<Text>, _>(within(scope))
        .bind::<SqlUuid, _>(id)
        .get_result(connection)
        .optional()?)
}
