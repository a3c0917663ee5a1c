//! Divisions (行政区划) to choose from.

use diesel::{
    QueryDsl, RunQueryDsl, TextExpressionMethods,
    dsl::sql,
    sql_types::{Bool, Integer, Text},
};
use minyi_domain::people::Scope;

use crate::{Result, Store, schema::regions, scope::regions_in};

/// More than anybody reads in a list that opens below a field.
const MOST: i64 = 30;

impl Store {
    /// Code and name of the divisions in a scope whose name has `words` in it or whose code begins so; the higher first.
    pub fn region_options(&self, scope: &Scope, words: &str) -> Result<Vec<(String, String)>> {
        let mut query = regions::table
            .filter(regions_in(scope))
            .select((regions::code, regions::name))
            .order((sql::<Integer>("length(code)"), regions::code))
            .limit(MOST)
            .into_boxed();
        if words.bytes().all(|byte| byte.is_ascii_digit()) {
            query = query.filter(regions::code.like(format!("{words}%")));
        } else {
            query = query.filter(
                sql::<Bool>("strpos(name, ")
                    .bind::<Text, _>(words.to_owned())
                    .sql(") > 0"),
            );
        }
        Ok(query.load(&mut *self.connection()?)?)
    }
}
