//! What is like a submission (相似民意), and which cluster (热点) it joins. Both read only the index over the telling words.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::sql,
    pg::Pg,
    sql_types::{Array, Double, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{lifecycle::State, people::Scope};
use uuid::Uuid;

use crate::{
    Result, Store, ids,
    prepared::Prepared,
    schema::{cluster_members, clusters, grids, submissions},
    scope::submissions_in,
    word::Word,
};

/// How far back likes are looked for.
pub const WINDOW: TimeDelta = TimeDelta::days(180);
/// From this on, three of four pairs speak of the same kind of matter; at 0.15 it was half of them
/// (docs/decisions/0011-likeness.md).
const LIKE: f64 = 0.20;
/// From this on, six of seven pairs of one county speak of the same thing; at 0.35 three of five.
const SAME: f64 = 0.40;
/// What the search brings back before rights are asked; a few of them are shown.
const FOUND: i32 = 100;
/// Likes that are shown.
const SHOWN: usize = 5;
/// The best of those found, which are read first: who sees most of the county needs no more.
const FIRST: usize = 2 * SHOWN;

/// For each own term the latest rows of the county with it: at most twelve times two thousand entries of one index,
/// however many submissions there are.
const SEARCH: &str = "WITH input (id, county, since, least, most) AS (VALUES (";
const SEARCH_ON: &str = ")), own AS MATERIALIZED (
        SELECT term, weight FROM submission_terms, input WHERE submission_id = input.id
    ), found AS MATERIALIZED (
        SELECT latest.submission_id, sum(own.weight * latest.weight) AS likeness
        FROM input, own, LATERAL (
            SELECT other.submission_id, other.weight FROM submission_terms AS other
            WHERE other.county = input.county AND other.term = own.term AND other.submitted_at > input.since
            ORDER BY other.submitted_at DESC LIMIT 2000
        ) AS latest
        GROUP BY latest.submission_id
    )
    SELECT found.submission_id, likeness FROM found, input
    WHERE likeness >= input.least AND found.submission_id <> input.id
    ORDER BY likeness DESC, found.submission_id LIMIT (SELECT most FROM input)";

/// The words that a submission shares with the one whose id follows, the most telling first.
const SHARED: &str = "coalesce((SELECT array_agg(own.term ORDER BY own.weight DESC, own.term)
    FROM submission_terms AS own JOIN submission_terms AS theirs ON theirs.term = own.term
    WHERE theirs.submission_id = submissions.id AND own.submission_id = ";
const SHARED_END: &str = "), '{}')";

/// The search with its input as text, for whoever wants to see its plan.
#[cfg(feature = "test-fixtures")]
#[must_use]
pub fn likes_sql(input: &str) -> String {
    format!("{SEARCH}{input}{SEARCH_ON}")
}

/// A submission that is like another.
#[derive(Debug, Clone, PartialEq)]
pub struct Like {
    pub id: Uuid,
    pub number: String,
    pub state: State,
    pub text: String,
    pub place: String,
    pub submitted_at: DateTime<Utc>,
    /// From 0 (nothing in common) to 1 (the same words).
    pub likeness: f64,
    /// The words that both have, the most telling first.
    pub shared: Vec<String>,
    /// They speak of the same thing: merging may be right.
    pub same: bool,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = submissions, check_for_backend(Pg))]
struct Record {
    id: Uuid,
    number: String,
    #[diesel(deserialize_as = Word<State>)]
    state: State,
    text: String,
    #[diesel(select_expression = grids::place)]
    place: String,
    submitted_at: DateTime<Utc>,
}

impl Store {
    /// The most similar ones of the last 180 days in the county, those that the person sees; `None`: the submission is
    /// not in the scope.
    pub fn like(&self, scope: &Scope, id: Uuid, now: DateTime<Utc>) -> Result<Option<Vec<Like>>> {
        let mut connection = self.connection()?;
        let region: Option<String> = submissions::table
            .find(id)
            .filter(submissions_in(scope))
            .select(submissions::region_code)
            .first(&mut *connection)
            .optional()?;
        let Some(region) = region else { return Ok(None) };
        let found = search(&mut connection, id, &county(&region), now, LIKE, FOUND)?;
        let (first, others) = found.split_at(found.len().min(FIRST));
        let mut shown = seen(&mut connection, scope, id, first)?;
        if shown.len() < SHOWN && !others.is_empty() {
            shown.extend(seen(&mut connection, scope, id, others)?);
        }
        shown.truncate(SHOWN);
        Ok(Some(shown))
    }
}

/// Those of what was `found` like `id` that the scope lets through, in their order.
fn seen(connection: &mut PgConnection, scope: &Scope, id: Uuid, found: &[(Uuid, f64)]) -> Result<Vec<Like>> {
    let ids: Vec<Uuid> = found.iter().map(|(id, _)| *id).collect();
    let records: Vec<(Record, Vec<String>)> = submissions::table
        .inner_join(grids::table)
        .filter(submissions::id.eq_any(ids))
        .filter(submissions_in(scope))
        .select((
            Record::as_select(),
            sql::<Array<Text>>(SHARED).bind::<SqlUuid, _>(id).sql(SHARED_END),
        ))
        .load(connection)?;
    let mut records: HashMap<Uuid, _> = records.into_iter().map(|read| (read.0.id, read)).collect();
    let like = |(id, likeness): &(Uuid, f64)| {
        let (record, shared) = records.remove(id)?;
        Some(like(record, *likeness, shared))
    };
    Ok(found.iter().filter_map(like).collect())
}

fn like(record: Record, likeness: f64, shared: Vec<String>) -> Like {
    Like {
        id: record.id,
        number: record.number,
        state: record.state,
        text: record.text,
        place: record.place,
        submitted_at: record.submitted_at,
        likeness: likeness.min(1.0),
        shared,
        same: likeness >= SAME,
    }
}

/// The county of a place: its first six digits.
pub fn county(region_code: &str) -> String {
    region_code.chars().take(6).collect()
}

/// The likes of a submission by their likeness, rights not asked.
fn search(
    connection: &mut PgConnection,
    id: Uuid,
    county: &str,
    now: DateTime<Utc>,
    least: f64,
    most: i32,
) -> Result<Vec<(Uuid, f64)>> {
    use diesel::IntoSql as _;
    let binds = (
        id.into_sql::<SqlUuid>(),
        county.into_sql::<Text>(),
        (now - WINDOW).into_sql::<Timestamptz>(),
        least.into_sql::<Double>(),
        most.into_sql::<Integer>(),
    );
    Ok(Prepared::<(SqlUuid, Double), _>::new(SEARCH, binds, SEARCH_ON).load(connection)?)
}

/// Puts a submission into the cluster of what is most like it; the first two found one.
pub fn join_cluster(connection: &mut PgConnection, id: Uuid, county: &str, now: DateTime<Utc>) -> Result<()> {
    let Some((best, _)) = search(connection, id, county, now, SAME, 1)?.pop() else {
        return Ok(());
    };
    // Locked, so that two that are most like this one find one cluster, and that it cannot become confidential meanwhile.
    let best: Uuid = submissions::table
        .find(best)
        .select(submissions::id)
        .for_no_key_update()
        .first(connection)?;
    let cluster: Option<Uuid> = cluster_members::table
        .find(best)
        .select(cluster_members::cluster_id)
        .first(connection)
        .optional()?;
    let cluster = match cluster {
        Some(cluster) => cluster,
        None => found_cluster(connection, county, now)?,
    };
    let member = |id: Uuid| {
        (
            cluster_members::submission_id.eq(id),
            cluster_members::cluster_id.eq(cluster),
        )
    };
    diesel::insert_into(cluster_members::table)
        .values([member(id), member(best)])
        .on_conflict_do_nothing()
        .execute(connection)?;
    Ok(())
}

fn found_cluster(connection: &mut PgConnection, county: &str, now: DateTime<Utc>) -> Result<Uuid> {
    let id = ids::new(now);
    diesel::insert_into(clusters::table)
        .values((
            clusters::id.eq(id),
            clusters::county.eq(county),
            clusters::founded_at.eq(now),
        ))
        .execute(connection)?;
    Ok(id)
}
