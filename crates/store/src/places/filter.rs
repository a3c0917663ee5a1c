//! What lists of places let through: the scope, and what somebody types into a search box.

use diesel::{
    BoolExpressionMethods, BoxableExpression,
    dsl::sql,
    pg::Pg,
    sql_types::{Array, Bool, Text, Uuid as SqlUuid},
};
use minyi_domain::{people::DeputyLevel, people::PlaceScope, places::SiteKind};
use uuid::Uuid;

use crate::scope::Condition;

/// What a list shows; all must be met together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlaceFilter {
    /// A part of a name (or of a place, or a workplace), or the beginning of a code or number.
    pub q: Option<String>,
    /// What lies in this division.
    pub region: Option<String>,
    /// Only sites of this kind.
    pub kind: Option<SiteKind>,
    /// Only deputies of this level.
    pub level: Option<DeputyLevel>,
    /// Sites right below this one, or grids and deputies of it.
    pub site: Option<Uuid>,
    /// Only divisions right below this one; empty: the topmost of the scope.
    pub below: Option<String>,
    /// Only grids without a responsible deputy, deputies without a site, stations with fewer than three deputies.
    pub holes: bool,
    /// With what has ended.
    pub ended: bool,
}

/// Where the next page begins: after the one of this name or code; among several of one name, after this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceCursor {
    pub name: String,
    pub id: Uuid,
}

/// What lies in the scope; `column` holds a division's code.
pub fn within<From: 'static>(scope: &PlaceScope, column: &str) -> Condition<From> {
    match scope.prefix() {
        None => Box::new(sql::<Bool>("false")),
        Some("") => Box::new(sql::<Bool>("true")),
        Some(prefix) => begins(column, prefix),
    }
}

/// What begins with these digits.
pub fn begins<From: 'static>(column: &str, prefix: &str) -> Condition<From> {
    Box::new(
        sql::<Bool>(&format!("{column} LIKE "))
            .bind::<Text, _>(format!("{prefix}%"))
            .sql(""),
    )
}

/// What has this in `words`, the very expression of the table's index, or begins with it in `code`.
pub fn matching<From: 'static>(typed: &str, words: &str, code: &str) -> Condition<From> {
    if typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return begins(code, typed);
    }
    containing(typed, words)
}

/// What has this in `words`, the very expression of an index.
pub fn containing<From: 'static>(typed: &str, words: &str) -> Condition<From> {
    let typed = typed.to_lowercase();
    let indexed = sql::<Bool>(&format!("search_grams({words}) @> ")).bind::<Array<Text>, _>(grams(&typed));
    let has = sql::<Bool>("position(")
        .bind::<Text, _>(typed)
        .sql(&format!(" IN lower({words})) > 0"));
    let both: Box<dyn BoxableExpression<From, Pg, SqlType = Bool>> = Box::new(indexed.and(has));
    both
}

/// The pairs of neighbouring characters of what was typed, or the one character: as `search_grams` in the database.
pub fn grams(typed: &str) -> Vec<String> {
    let letters: Vec<char> = typed.chars().collect();
    if letters.len() < 2 {
        return vec![typed.to_owned()];
    }
    letters.windows(2).map(|pair| pair.iter().collect()).collect()
}

/// Only what belongs to this one.
pub fn belongs<From: 'static>(column: &str, id: Uuid) -> Condition<From> {
    Box::new(sql::<Bool>(&format!("{column} = ")).bind::<SqlUuid, _>(id).sql(""))
}

/// What has one of these in the column. Thousands of values in a list are compared with each row, one by one, when the
/// planner does not know yet that the table has grown; a set is looked up either way.
pub fn one_of<'a, From: 'static>(column: &str, values: impl IntoIterator<Item = &'a str>) -> Condition<From> {
    let values: Vec<String> = values.into_iter().map(str::to_owned).collect();
    Box::new(
        sql::<Bool>(&format!("{column} IN (SELECT unnest("))
            .bind::<Array<Text>, _>(values)
            .sql("))"),
    )
}

/// The same for ids.
pub fn one_of_ids<From: 'static>(column: &str, ids: Vec<Uuid>) -> Condition<From> {
    Box::new(
        sql::<Bool>(&format!("{column} IN (SELECT unnest("))
            .bind::<Array<SqlUuid>, _>(ids)
            .sql("))"),
    )
}
