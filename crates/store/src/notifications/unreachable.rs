//! People whom no channel reaches (联系不上的人), for those who can tell them otherwise.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::people::{Role, Scope};
use uuid::Uuid;

use crate::{Result, Store, scope::accounts_in, word::Word};

/// Somebody who has to be told and cannot be.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Unreachable {
    #[diesel(sql_type = SqlUuid)]
    pub account_id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    #[diesel(deserialize_as = Word<Role>)]
    pub role: Role,
    /// The deputy behind the account, for a new invitation.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub deputy_id: Option<Uuid>,
    /// Station, office or division.
    #[diesel(sql_type = Nullable<Text>)]
    pub place: Option<String>,
    /// Since when the last message to this person is dead; `None`: no address is known at all.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub refused_at: Option<DateTime<Utc>>,
    /// The provider's code for that.
    #[diesel(sql_type = Nullable<Integer>)]
    pub error_code: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    pub error: Option<String>,
}

impl Store {
    /// The people in a scope whom no channel reaches: without any address, or whose last message died. By name, those from
    /// `after` on.
    pub fn unreachable_people(
        &self,
        scope: &Scope,
        today: NaiveDate,
        after: Option<(&str, Uuid)>,
        limit: i64,
    ) -> Result<Vec<Unreachable>> {
        let (condition, place) = accounts_in(scope);
        let query = format!(
            "SELECT accounts.id AS account_id, display_name AS name, role, deputy_id,
                coalesce(sites.name, offices.name, regions.name) AS place,
                CASE WHEN account_is_reached(accounts) THEN last.finished_at END AS refused_at,
                last.error_code, last.error
            FROM accounts
            LEFT JOIN deputies ON deputies.id = accounts.deputy_id
            LEFT JOIN sites ON sites.id = coalesce(accounts.site_id, deputies.site_id)
            LEFT JOIN offices ON offices.id = accounts.office_id
            LEFT JOIN regions ON regions.code = accounts.region_code
            LEFT JOIN LATERAL (
                SELECT state, finished_at, error_code, error FROM notifications
                WHERE account_id = accounts.id AND state IN ('sent', 'dead')
                ORDER BY notifications.created_at DESC, notifications.id DESC LIMIT 1
            ) AS last ON last.state = 'dead'
            WHERE accounts.disabled_at IS NULL AND role NOT IN ('auditor', 'system_admin')
                AND (NOT account_is_reached(accounts) OR last.state IS NOT NULL)
                AND ($3 IS NULL OR (display_name, accounts.id) > ($3, $4))
                AND {condition}
            ORDER BY display_name, accounts.id LIMIT $5"
        );
        Ok(sql_query(query)
            .bind::<Text, _>(place)
            .bind::<Date, _>(today)
            .bind::<Nullable<Text>, _>(after.map(|(name, _)| name))
            .bind::<Nullable<SqlUuid>, _>(after.map(|(_, id)| id))
            .bind::<BigInt, _>(limit)
            .load(&mut *self.connection()?)?)
    }
}
