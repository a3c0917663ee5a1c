//! Divisions (行政区划) to choose from.

use diesel::{QueryDsl, RunQueryDsl, dsl::sql, sql_types::Integer};
use minyi_domain::people::Scope;

use crate::{Result, Store, places::matching, schema::regions, scope::regions_in};

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
        query = query.filter(matching::<regions::table>(words, "name", "code"));
        Ok(query.load(&mut *self.connection()?)?)
    }
}
