//! Sites and grids to choose from when codes are made or printed.

use chrono::NaiveDate;
use diesel::{
    ExpressionMethods, QueryDsl, RunQueryDsl, TextExpressionMethods,
    dsl::sql,
    sql_types::{Bool, Text},
};
use minyi_domain::people::Scope;
use uuid::Uuid;

use crate::{
    Result, Store,
    schema::{grids, sites},
    scope::{grids_in, not_ended, sites_in},
};

/// More than anybody reads in a list that opens below a field.
const MOST: i64 = 20;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePlaceKind {
    Site,
    Grid,
}

/// A site or a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePlace {
    pub id: Uuid,
    pub name: String,
    /// What tells it from others of the same name: of a grid its code and site, of a site its division.
    pub hint: String,
}

impl Store {
    /// Those of a scope that have not ended on this day and have `words` in their names (of a grid also in its place or as
    /// the beginning of its code), or are the one with this id; at most 20.
    pub fn code_places(
        &self,
        scope: &Scope,
        kind: CodePlaceKind,
        words: &str,
        on: NaiveDate,
    ) -> Result<Vec<CodePlace>> {
        match kind {
            CodePlaceKind::Site => self.code_sites(scope, words, on),
            CodePlaceKind::Grid => self.code_grids(scope, words, on),
        }
    }

    fn code_sites(&self, scope: &Scope, words: &str, on: NaiveDate) -> Result<Vec<CodePlace>> {
        let division = sql::<Text>("coalesce((SELECT name FROM regions WHERE code = sites.region_code), '')");
        let mut query = sites::table
            .filter(sites_in(scope))
            .filter(not_ended("sites.valid_until", on))
            .order((sites::region_code, sites::name, sites::id))
            .limit(MOST)
            .select((sites::id, sites::name, division))
            .into_boxed();
        query = match words.parse::<Uuid>() {
            Ok(id) => query.filter(sites::id.eq(id)),
            Err(_) => query.filter(
                sql::<Bool>("strpos(sites.name, ")
                    .bind::<Text, _>(words.to_owned())
                    .sql(") > 0"),
            ),
        };
        let rows: Vec<(Uuid, String, String)> = query.load(&mut *self.connection()?)?;
        let place = |(id, name, hint)| CodePlace { id, name, hint };
        Ok(rows.into_iter().map(place).collect())
    }

    fn code_grids(&self, scope: &Scope, words: &str, on: NaiveDate) -> Result<Vec<CodePlace>> {
        let mut query = grids::table
            .inner_join(sites::table)
            .filter(grids_in(scope))
            .filter(not_ended("grids.valid_until", on))
            .order(grids::code)
            .limit(MOST)
            .select((grids::id, grids::name, grids::code, sites::name))
            .into_boxed();
        let is_code = words.bytes().all(|byte| byte.is_ascii_digit());
        query = match words.parse::<Uuid>() {
            Ok(id) => query.filter(grids::id.eq(id)),
            Err(_) if is_code => query.filter(grids::code.like(format!("{words}%"))),
            Err(_) => query.filter(
                sql::<Bool>("strpos(concat_ws(' ', grids.name, grids.place, sites.name), ")
                    .bind::<Text, _>(words.to_owned())
                    .sql(") > 0"),
            ),
        };
        let rows: Vec<(Uuid, String, String, String)> = query.load(&mut *self.connection()?)?;
        let place = |(id, name, code, site): (Uuid, String, String, String)| CodePlace {
            id,
            name,
            hint: format!("{code} {site}"),
        };
        Ok(rows.into_iter().map(place).collect())
    }
}
