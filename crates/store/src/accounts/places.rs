//! Sites and offices to choose from for an account.

use chrono::NaiveDate;
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{Array, Date, Nullable, Text, Uuid as SqlUuid},
};
use minyi_domain::people::Scope;
use uuid::Uuid;

use super::manage::within;
use crate::{Result, Store, places::grams};

/// Which of the two an account belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountPlaceKind {
    Site,
    Office,
}

/// A site or an office.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct AccountPlace {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Of the division in which it lies; `None`: nobody has brought that division in.
    #[diesel(sql_type = Nullable<Text>)]
    pub region_name: Option<String>,
}

impl Store {
    /// Those of a scope whose name has `words` in it and that are not closed on this day; the higher first, at most 20.
    pub fn account_places(
        &self,
        scope: &Scope,
        kind: AccountPlaceKind,
        words: &str,
        on: NaiveDate,
    ) -> Result<Vec<AccountPlace>> {
        let table = match kind {
            AccountPlaceKind::Site => "sites",
            AccountPlaceKind::Office => "offices",
        };
        let query = format!(
            "SELECT place.id, place.name, regions.name AS region_name
            FROM {table} AS place LEFT JOIN regions ON regions.code = place.region_code
            WHERE place.region_code LIKE $1
                AND ($2 = '' OR search_grams(place.name) @> $4 AND position($2 IN lower(place.name)) > 0)
                AND (place.valid_until IS NULL OR place.valid_until > $3)
            ORDER BY length(place.region_code), place.region_code, place.name, place.id LIMIT 20"
        );
        let words = words.to_lowercase();
        Ok(sql_query(query)
            .bind::<Nullable<Text>, _>(within(scope))
            .bind::<Text, _>(&words)
            .bind::<Date, _>(on)
            .bind::<Array<Text>, _>(grams(&words))
            .load(&mut *self.connection()?)?)
    }
}
