//! What is there and what is missing, for the guide of the first days and the board of holes.

use chrono::{DateTime, Datelike as _, Utc};
use diesel::{
    IntoSql, QueryDsl, RunQueryDsl,
    sql_types::{Array, BigInt, Date, Integer, Text, Uuid as SqlUuid},
};
use minyi_domain::{calendar::local_date, people::Actor};
use uuid::Uuid;

use super::lists::FEWEST_DEPUTIES;
use crate::{Result, Store, prepared::Prepared, schema::accounts};

/// Counts of what is in force in a scope today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overview {
    pub regions: i64,
    pub sites: i64,
    pub offices: i64,
    pub grids: i64,
    pub deputies: i64,
    /// Codes that can be scanned.
    pub codes: i64,
    pub grids_without_lead: i64,
    pub grids_without_boundary: i64,
    pub deputies_without_site: i64,
    pub sites_with_few_deputies: i64,
    /// The holidays of this year are known.
    pub calendar_known: bool,
    /// The person's own account has a user of the mini-program or of the service account.
    pub wechat_bound: bool,
}

impl Store {
    /// WeChat's id of the person whom an account belongs to.
    pub fn own_wechat(&self, account: Uuid) -> Result<Option<String>> {
        Ok(accounts::table
            .find(account)
            .select(accounts::wechat_openid)
            .first(&mut *self.connection()?)?)
    }

    /// What is there and what is missing in the person's scope.
    pub fn places_overview(&self, actor: &Actor, now: DateTime<Utc>) -> Result<Overview> {
        let scope = actor.place_scope();
        let Some(prefix) = scope.prefix() else {
            return Ok(Overview::default());
        };
        let today = local_date(now);
        let binds = (
            format!("{prefix}%").into_sql::<Text>(),
            today.into_sql::<Date>(),
            today.year().into_sql::<Integer>(),
            FEWEST_DEPUTIES.into_sql::<BigInt>(),
            actor.account_id.into_sql::<SqlUuid>(),
        );
        let counted: Vec<i64> = Prepared::<Array<BigInt>, _>::new(
            "WITH input (own, today, this_year, fewest, account) AS (VALUES (",
            binds,
            ")),
            my_sites AS (
                SELECT sites.id, kind, (SELECT count(*) FROM deputies
                    WHERE site_id = sites.id AND coalesce(term_until > today, true)) AS people
                FROM sites JOIN input ON region_code LIKE own WHERE coalesce(valid_until > today, true)
            ),
            my_grids AS (
                SELECT grids.id, boundary IS NULL AS unbounded, NOT EXISTS (
                    SELECT FROM grid_assignments JOIN deputies ON deputies.id = deputy_id
                    WHERE grid_id = grids.id AND role = 'lead' AND valid_from <= today
                        AND coalesce(grid_assignments.valid_until > today, true)
                        AND coalesce(term_until > today, true)) AS bare
                FROM grids JOIN input ON region_code LIKE own WHERE coalesce(valid_until > today, true)
            ),
            my_deputies AS (
                SELECT site_id FROM deputies JOIN input
                    ON coalesce(region_code, (SELECT region_code FROM sites WHERE id = site_id)) LIKE own
                WHERE coalesce(term_until > today, true)
            )
            SELECT ARRAY[
                (SELECT count(*) FROM regions WHERE code LIKE own AND coalesce(valid_until > today, true)),
                (SELECT count(*) FROM my_sites),
                (SELECT count(*) FROM offices WHERE region_code LIKE own AND coalesce(valid_until > today, true)),
                (SELECT count(*) FROM my_grids),
                (SELECT count(*) FROM my_deputies),
                (SELECT count(*) FROM codes JOIN grids ON grids.id = grid_id WHERE region_code LIKE own AND state = 'active'),
                (SELECT count(*) FROM my_grids WHERE bare),
                (SELECT count(*) FROM my_grids WHERE unbounded),
                (SELECT count(*) FROM my_deputies WHERE site_id IS NULL),
                (SELECT count(*) FROM my_sites WHERE kind IN ('center', 'home', 'station') AND people < fewest),
                (SELECT count(*) FROM calendar_years WHERE year = this_year),
                (SELECT count(*) FROM accounts WHERE id = account AND (wechat_openid IS NOT NULL OR EXISTS (
                    SELECT FROM account_channels WHERE account_id = accounts.id AND channel = 'wechat_service')))]
            FROM input",
        )
        .get_result(&mut *self.connection()?)?;
        let count = |index: usize| counted.get(index).copied().unwrap_or(0);
        Ok(Overview {
            regions: count(0),
            sites: count(1),
            offices: count(2),
            grids: count(3),
            deputies: count(4),
            codes: count(5),
            grids_without_lead: count(6),
            grids_without_boundary: count(7),
            deputies_without_site: count(8),
            sites_with_few_deputies: count(9),
            calendar_known: count(10) > 0,
            wechat_bound: count(11) > 0,
        })
    }
}
