//! What a cluster is about: the words that its newest submissions have in common, and those that have most of them.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl, SelectableHelper,
    sql_types::{Array, Text, Uuid as SqlUuid},
};
use minyi_domain::people::Scope;
use uuid::Uuid;

use super::{ClusterCase, ClusterFilter, query};
use crate::{
    Result,
    prepared::Prepared,
    schema::{grids, submissions},
    scope::submissions_in,
};

/// The words and the typical ones of a cluster.
type Telling = (Vec<String>, Vec<ClusterCase>);

const HEAD: &str = "WITH chosen (cluster_id, submission_id, nth) AS (";

/// Fifty tell what a cluster is about as well as a thousand. A word's weight in the cluster is the sum over those; a
/// submission is typical by the words that it shares.
const TAIL: &str = "), said AS (
        SELECT chosen.cluster_id, chosen.submission_id, term, weight
        FROM chosen JOIN submission_terms ON submission_terms.submission_id = chosen.submission_id WHERE nth <= 50
    ), words AS (
        SELECT cluster_id, term, sum(weight) AS weight FROM said GROUP BY cluster_id, term HAVING count(*) > 1
    ), typical AS (
        SELECT chosen.cluster_id, chosen.submission_id, nth, coalesce(sum(said.weight * words.weight), 0) AS likeness
        FROM chosen LEFT JOIN said ON said.submission_id = chosen.submission_id
        LEFT JOIN words ON words.cluster_id = said.cluster_id AND words.term = said.term
        WHERE nth <= 50 GROUP BY chosen.cluster_id, chosen.submission_id, nth
    )
    SELECT cluster_id,
        ARRAY(SELECT term FROM words WHERE words.cluster_id = typical.cluster_id ORDER BY weight DESC, term LIMIT 5),
        (array_agg(submission_id ORDER BY likeness DESC, nth))[1:3]
    FROM typical GROUP BY cluster_id";

/// Of each cluster that has something in the period.
pub fn telling(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &ClusterFilter,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Telling>> {
    let newest = query::newest(scope, filter, ids);
    type Columns = (SqlUuid, Array<Text>, Array<SqlUuid>);
    let rows: Vec<(Uuid, Vec<String>, Vec<Uuid>)> = Prepared::<Columns, _>::new(HEAD, newest, TAIL).load(connection)?;
    let ids: Vec<Uuid> = rows.iter().flat_map(|(_, _, typical)| typical).copied().collect();
    let cases: Vec<ClusterCase> = submissions::table
        .inner_join(grids::table)
        .filter(submissions::id.eq_any(ids))
        .filter(submissions_in(scope))
        .select(ClusterCase::as_select())
        .load(connection)?;
    let mut cases: HashMap<Uuid, ClusterCase> = cases.into_iter().map(|case| (case.id, case)).collect();
    let telling = |(id, words, typical): (Uuid, Vec<String>, Vec<Uuid>)| {
        let typical = typical.iter().filter_map(|id| cases.remove(id)).collect();
        (id, (words, typical))
    };
    Ok(rows.into_iter().map(telling).collect())
}
