//! What many people say (热点): clusters of like submissions, counted over a period beside the one before it.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use diesel::{
    ExpressionMethods, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper, TextExpressionMethods,
    dsl::sql,
    expression::SqlLiteral,
    pg::Pg,
    sql_types::{Integer, Text},
};
use minyi_domain::{calendar::at_local_time, lifecycle::State, people::Scope};
use uuid::Uuid;

use crate::{
    Cursor, Page, Result, Store,
    numbers::level_below,
    page::one_more,
    schema::{cluster_members, grids, regions, sites, submissions},
    scope::submissions_in,
    word::{Word, words},
};

mod query;
mod telling;

/// Weeks of a trend; the last one ends with the period.
const WEEKS: usize = 12;
/// What a list shows of a text, in characters.
const SUMMARY: &str = "left(submissions.text, 120)";

words! {
    /// What comes first.
    ClusterOrder {
        /// Those of the period.
        Size = "size",
        /// By how many more they are than in the period before.
        Growth = "growth",
    }
}

/// What is counted. Apart from period, `least` and order it also limits what is shown of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterFilter {
    /// First day of registration, in China.
    pub from: NaiveDate,
    /// Last day of registration, in China.
    pub to: NaiveDate,
    /// A division's code without trailing zeros, with all that lies below.
    pub region: Option<String>,
    pub site: Option<Uuid>,
    /// Name of a category of the first level: what a person chose, else what is suggested.
    pub category: Option<String>,
    /// In the period at least so many.
    pub least: i64,
    pub order: ClusterOrder,
}

impl ClusterFilter {
    fn starts_at(&self) -> DateTime<Utc> {
        at_local_time(self.from, NaiveTime::MIN)
    }

    fn ends_at(&self) -> DateTime<Utc> {
        at_local_time(self.to.succ_opt().unwrap_or(self.to), NaiveTime::MIN)
    }

    /// First day of the period before, which is as long.
    #[must_use]
    pub fn before(&self) -> NaiveDate {
        let days = (self.to - self.from).num_days().unsigned_abs() + 1;
        self.from.checked_sub_days(Days::new(days)).unwrap_or(self.from)
    }
}

/// Where the next page begins: after the cluster with this size or growth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterCursor {
    pub rank: i64,
    pub id: Uuid,
}

/// Like submissions, as far as the person sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    pub id: Uuid,
    /// What they have in common, the most telling word first; empty when they are too old.
    pub words: Vec<String>,
    /// Ever.
    pub total: i64,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    /// In the period.
    pub count: i64,
    /// In the period before.
    pub before: i64,
    /// How many came in each of the last twelve weeks of the period, the oldest first.
    pub weeks: Vec<i64>,
    /// Of those of the period: still being worked on.
    pub open: i64,
    pub answered: i64,
    pub overdue: i64,
    /// Of those of the period, the most frequent first; `None`: not known.
    pub categories: Vec<(Option<String>, i64)>,
    /// Of those of the period, the most frequent first.
    pub places: Vec<ClusterPlace>,
    /// Those of the period that have most in common with the others.
    pub typical: Vec<ClusterCase>,
}

/// A grid from which they come.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterPlace {
    pub grid_id: Uuid,
    pub grid_name: String,
    pub site_id: Uuid,
    pub site_name: String,
    pub region_code: String,
    pub count: i64,
    /// Of the site.
    pub position: Option<Position>,
}

/// Degrees, as they were entered for the site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Position {
    pub longitude: f64,
    pub latitude: f64,
}

/// One of a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
pub struct ClusterCase {
    pub id: Uuid,
    pub number: String,
    #[diesel(deserialize_as = Word<State>)]
    pub state: State,
    /// The beginning of the text.
    #[diesel(select_expression = sql::<Text>(SUMMARY), select_expression_type = SqlLiteral<Text>)]
    pub summary: String,
    #[diesel(select_expression = grids::place)]
    pub place: String,
    pub submitted_at: DateTime<Utc>,
}

impl Store {
    /// The clusters of a period, as far as the person sees them.
    pub fn clusters(
        &self,
        scope: &Scope,
        filter: &ClusterFilter,
        now: DateTime<Utc>,
        cursor: Option<ClusterCursor>,
        limit: i64,
    ) -> Result<Page<Cluster, ClusterCursor>> {
        let mut connection = self.connection()?;
        let ranked = query::ranked(&mut connection, scope, filter, cursor, one_more(limit))?;
        let rank = |(id, count, before): &(Uuid, i64, i64)| ClusterCursor {
            id: *id,
            rank: match filter.order {
                ClusterOrder::Size => *count,
                ClusterOrder::Growth => count - before,
            },
        };
        let Page { items, next } = Page::cut(ranked, limit, rank);
        let items = query::told(&mut connection, scope, filter, now, items)?;
        Ok(Page { items, next })
    }

    /// One cluster; `None`: the person sees none of it.
    pub fn cluster(
        &self,
        scope: &Scope,
        filter: &ClusterFilter,
        id: Uuid,
        now: DateTime<Utc>,
    ) -> Result<Option<Cluster>> {
        let mut connection = self.connection()?;
        let (count, before) = query::counts(&mut connection, scope, filter, id)?;
        Ok(query::told(&mut connection, scope, filter, now, vec![(id, count, before)])?.pop())
    }

    /// What belongs to a cluster, of whatever time, newest first.
    pub fn cluster_cases(
        &self,
        scope: &Scope,
        filter: &ClusterFilter,
        id: Uuid,
        cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<ClusterCase>> {
        let mut cases = cluster_members::table
            .inner_join(submissions::table.inner_join(grids::table))
            .filter(cluster_members::cluster_id.eq(id))
            .filter(submissions_in(scope))
            .order((
                cluster_members::submitted_at.desc(),
                cluster_members::submission_id.desc(),
            ))
            .limit(one_more(limit))
            .select(ClusterCase::as_select())
            .into_boxed();
        for condition in query::limits(scope, filter) {
            cases = cases.filter(condition);
        }
        if let Some(cursor) = cursor {
            cases = cases.filter(query::after(cursor));
        }
        let cases = cases.load(&mut *self.connection()?)?;
        Ok(Page::cut(cases, limit, |case: &ClusterCase| Cursor {
            at: case.submitted_at,
            id: case.id,
        }))
    }

    /// Code and name of the divisions one level below the person's own, to choose from; none for whoever has no division.
    pub fn divisions_below(&self, scope: &Scope) -> Result<Vec<(String, String)>> {
        let Scope::Region(code) = scope else {
            return Ok(Vec::new());
        };
        let level = i32::try_from(level_below(scope)).unwrap_or(i32::MAX);
        Ok(regions::table
            .filter(regions::code.like(format!("{code}%")))
            .filter(sql::<Integer>("length(regions.code)").eq(level))
            .filter(regions::code.ne(code))
            .order(regions::code)
            .select((regions::code, regions::name))
            .load(&mut *self.connection()?)?)
    }

    /// Where the sites of some counties (six digits) stand; everybody may know. The ground of a map.
    pub fn site_positions(&self, counties: &[String]) -> Result<Vec<Position>> {
        let rows: Vec<(Option<f64>, Option<f64>)> = sites::table
            .filter(sql::<Text>("left(sites.region_code, 6)").eq_any(counties))
            .select((sites::longitude, sites::latitude))
            .load(&mut *self.connection()?)?;
        Ok(rows
            .into_iter()
            .filter_map(|(longitude, latitude)| position(longitude, latitude))
            .collect())
    }
}

fn position(longitude: Option<f64>, latitude: Option<f64>) -> Option<Position> {
    let (longitude, latitude) = longitude.zip(latitude)?;
    Some(Position { longitude, latitude })
}
