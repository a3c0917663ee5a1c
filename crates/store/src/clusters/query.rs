//! Counting clusters. Which ones there are is read from an index over `cluster_members` alone; submissions are looked at
//! only for the clusters of one page, and of the period.

use std::{collections::HashMap, hash::Hash};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{Array, BigInt, Bool, Text, Timestamptz, Uuid as SqlUuid},
};
use minyi_domain::{people::Scope, rates::Measure};
use uuid::Uuid;

use super::{Cluster, ClusterCursor, ClusterFilter, ClusterOrder, ClusterPlace, WEEKS, position, telling};
use crate::{
    Cursor, Result,
    ledger::condition,
    schema::{cluster_members, grids, sites, submissions},
    scope::{Condition, members_in},
};

/// Id, those of the period, those of the period before.
type Ranked = (Uuid, i64, i64);

/// Who sees what, and what was asked for, apart from the period.
pub fn limits<From: 'static>(scope: &Scope, filter: &ClusterFilter) -> Vec<Condition<From>> {
    let mut all = vec![members_in(scope)];
    if let Some(code) = &filter.region {
        all.push(Box::new(
            sql::<Bool>("cluster_members.region_code LIKE ").bind::<Text, _>(format!("{code}%")),
        ));
    }
    if let Some(site) = filter.site {
        all.push(Box::new(
            sql::<Bool>("cluster_members.site_id = ").bind::<SqlUuid, _>(site),
        ));
    }
    if let Some(category) = &filter.category {
        all.push(Box::new(
            sql::<Bool>("cluster_members.category = ").bind::<Text, _>(category.clone()),
        ));
    }
    all
}

/// What comes after the cursor, newest first.
pub fn after<From: 'static>(Cursor { at, id }: Cursor) -> Condition<From> {
    Box::new(
        sql::<Bool>("(cluster_members.submitted_at, cluster_members.submission_id) < (")
            .bind::<Timestamptz, _>(at)
            .sql(", ")
            .bind::<SqlUuid, _>(id)
            .sql(")"),
    )
}

/// [`limits`], and from one time until another.
fn within<From: 'static>(
    scope: &Scope,
    filter: &ClusterFilter,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Vec<Condition<From>> {
    let mut all = limits(scope, filter);
    all.push(Box::new(
        sql::<Bool>("cluster_members.submitted_at >= ").bind::<Timestamptz, _>(from),
    ));
    all.push(Box::new(
        sql::<Bool>("cluster_members.submitted_at < ").bind::<Timestamptz, _>(until),
    ));
    all
}

/// How many came before or since the beginning of the period, within what is looked at.
fn recent_and_before(filter: &ClusterFilter) -> (String, String) {
    let start = filter.starts_at().to_rfc3339();
    let count =
        |operator| format!("count(*) FILTER (WHERE cluster_members.submitted_at {operator} timestamptz '{start}')");
    (count(">="), count("<"))
}

/// The clusters of the period by their rank.
pub fn ranked(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &ClusterFilter,
    cursor: Option<ClusterCursor>,
    limit: i64,
) -> Result<Vec<Ranked>> {
    let (recent, before) = recent_and_before(filter);
    let rank = match filter.order {
        ClusterOrder::Size => recent.clone(),
        ClusterOrder::Growth => format!("{recent} - {before}"),
    };
    let mut query = cluster_members::table
        .group_by(cluster_members::cluster_id)
        .select((
            cluster_members::cluster_id,
            sql::<BigInt>(&recent),
            sql::<BigInt>(&before),
        ))
        .having(sql::<Bool>(&wanted(&recent, &rank, filter.least, cursor)))
        .order(sql::<BigInt>(&format!("{rank} DESC, cluster_members.cluster_id DESC")))
        .limit(limit)
        .into_boxed();
    for condition in within(scope, filter, before_starts(filter), filter.ends_at()) {
        query = query.filter(condition);
    }
    Ok(query.load(connection)?)
}

/// Which groups: large enough, and after the cursor. Numbers and ids stand in the text.
fn wanted(recent: &str, rank: &str, least: i64, cursor: Option<ClusterCursor>) -> String {
    let least = format!("{recent} >= {}", least.max(1));
    cursor.map_or_else(
        || least.clone(),
        |ClusterCursor { rank: last, id }| {
            format!("{least} AND ({rank}, cluster_members.cluster_id) < ({last}, uuid '{id}')")
        },
    )
}

fn before_starts(filter: &ClusterFilter) -> DateTime<Utc> {
    let period = filter.ends_at() - filter.starts_at();
    filter.starts_at() - period
}

/// The counts of one cluster in the period and in the period before.
pub fn counts(connection: &mut PgConnection, scope: &Scope, filter: &ClusterFilter, id: Uuid) -> Result<(i64, i64)> {
    let (recent, before) = recent_and_before(filter);
    let mut query = cluster_members::table
        .filter(cluster_members::cluster_id.eq(id))
        .select((sql::<BigInt>(&recent), sql::<BigInt>(&before)))
        .into_boxed();
    for condition in within(scope, filter, before_starts(filter), filter.ends_at()) {
        query = query.filter(condition);
    }
    Ok(query.first(connection)?)
}

/// Everything about some clusters; those of which the person sees nothing are left out.
pub fn told(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &ClusterFilter,
    now: DateTime<Utc>,
    ranked: Vec<Ranked>,
) -> Result<Vec<Cluster>> {
    let ids: Vec<Uuid> = ranked.iter().map(|(id, ..)| *id).collect();
    let mut histories = histories(connection, scope, filter, &ids)?;
    let groups = groups(connection, scope, filter, &ids, now)?;
    let places = places(connection, &groups)?;
    let mut telling = telling::telling(connection, scope, filter, &ids)?;
    let told = ranked.into_iter().filter_map(|(id, count, before)| {
        let (total, first_at, last_at, weeks) = histories.remove(&id)?;
        let own: Vec<&Group> = groups.iter().filter(|group| group.0 == id).collect();
        let sum = |measure: fn(&Group) -> i64| own.iter().map(|group| measure(group)).sum();
        let (words, typical) = telling.remove(&id).unwrap_or_default();
        Some(Cluster {
            id,
            words,
            total,
            first_at,
            last_at,
            count,
            before,
            weeks,
            open: sum(|group| group.4),
            answered: sum(|group| group.5),
            overdue: sum(|group| group.6),
            categories: tally(own.iter().map(|group| (group.2.clone(), group.3))),
            places: tally(own.iter().map(|group| (group.1, group.3)))
                .into_iter()
                .filter_map(|(grid, count)| {
                    Some(ClusterPlace {
                        count,
                        ..places.get(&grid)?.clone()
                    })
                })
                .collect(),
            typical,
        })
    });
    Ok(told.collect())
}

/// Adds up by key, the largest first.
fn tally<K: Eq + Hash + Ord + Clone>(counts: impl Iterator<Item = (K, i64)>) -> Vec<(K, i64)> {
    let mut sums: HashMap<K, i64> = HashMap::new();
    for (key, count) in counts {
        *sums.entry(key).or_default() += count;
    }
    let mut sums: Vec<(K, i64)> = sums.into_iter().collect();
    sums.sort_by(|(a_key, a), (b_key, b)| b.cmp(a).then_with(|| a_key.cmp(b_key)));
    sums
}

/// Of all times: how many, the first, the last; and how many a week.
type History = (i64, DateTime<Utc>, DateTime<Utc>, Vec<i64>);

fn histories(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &ClusterFilter,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, History>> {
    let weeks: Vec<String> = (1..=WEEKS)
        .rev()
        .filter_map(|week| i64::try_from(week).ok())
        .map(|week| {
            let [start, end] = [week, week - 1].map(|weeks| (filter.ends_at() - TimeDelta::weeks(weeks)).to_rfc3339());
            format!(
                "count(*) FILTER (WHERE cluster_members.submitted_at >= timestamptz '{start}'
                AND cluster_members.submitted_at < timestamptz '{end}')"
            )
        })
        .collect();
    let mut query = cluster_members::table
        .group_by(cluster_members::cluster_id)
        .filter(cluster_members::cluster_id.eq_any(ids.to_vec()))
        .select((
            cluster_members::cluster_id,
            sql::<BigInt>("count(*)"),
            sql::<Timestamptz>("min(cluster_members.submitted_at)"),
            sql::<Timestamptz>("max(cluster_members.submitted_at)"),
            sql::<Array<BigInt>>(&format!("ARRAY[{}]", weeks.join(", "))),
        ))
        .into_boxed();
    for condition in limits(scope, filter) {
        query = query.filter(condition);
    }
    type Row = (Uuid, i64, DateTime<Utc>, DateTime<Utc>, Vec<i64>);
    let rows: Vec<Row> = query.load(connection)?;
    let history = |(id, total, first, last, weeks): Row| (id, (total, first, last, weeks));
    Ok(rows.into_iter().map(history).collect())
}

/// Of the period: cluster, grid, category; how many, and how many of them are open, answered, overdue.
type Group = (Uuid, Uuid, Option<String>, i64, i64, i64, i64);

fn groups(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &ClusterFilter,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<Group>> {
    let count = |measure| sql::<BigInt>(&format!("count(*) FILTER (WHERE {})", condition(measure, now)));
    let mut query = cluster_members::table
        .inner_join(submissions::table)
        .group_by((
            cluster_members::cluster_id,
            cluster_members::grid_id,
            cluster_members::category,
        ))
        .filter(cluster_members::cluster_id.eq_any(ids.to_vec()))
        .select((
            cluster_members::cluster_id,
            cluster_members::grid_id,
            cluster_members::category,
            sql::<BigInt>("count(*)"),
            count(Measure::Open),
            count(Measure::Answered),
            count(Measure::Overdue),
        ))
        .into_boxed();
    for condition in within(scope, filter, filter.starts_at(), filter.ends_at()) {
        query = query.filter(condition);
    }
    Ok(query.load(connection)?)
}

/// The grids of the groups, nothing counted yet.
fn places(connection: &mut PgConnection, groups: &[Group]) -> Result<HashMap<Uuid, ClusterPlace>> {
    let ids: Vec<Uuid> = groups.iter().map(|group| group.1).collect();
    type Row = (Uuid, String, Uuid, String, String, Option<f64>, Option<f64>);
    let rows: Vec<Row> = grids::table
        .inner_join(sites::table)
        .filter(grids::id.eq_any(ids))
        .select((
            grids::id,
            grids::name,
            sites::id,
            sites::name,
            grids::region_code,
            sites::longitude,
            sites::latitude,
        ))
        .load(connection)?;
    let place = |(grid_id, grid_name, site_id, site_name, region_code, longitude, latitude): Row| ClusterPlace {
        grid_id,
        grid_name,
        site_id,
        site_name,
        region_code,
        count: 0,
        position: position(longitude, latitude),
    };
    Ok(rows
        .into_iter()
        .map(place)
        .map(|place| (place.grid_id, place))
        .collect())
}

/// The newest of the period in each cluster, the newest being number 1; for [`telling`].
pub fn newest(
    scope: &Scope,
    filter: &ClusterFilter,
    ids: &[Uuid],
) -> cluster_members::BoxedQuery<'static, diesel::pg::Pg, (SqlUuid, SqlUuid, BigInt)> {
    const NTH: &str = "row_number() OVER (PARTITION BY cluster_members.cluster_id
        ORDER BY cluster_members.submitted_at DESC, cluster_members.submission_id)";
    let mut query = cluster_members::table
        .filter(cluster_members::cluster_id.eq_any(ids.to_vec()))
        .select((
            cluster_members::cluster_id,
            cluster_members::submission_id,
            sql::<BigInt>(NTH),
        ))
        .into_boxed();
    for condition in within(scope, filter, filter.starts_at(), filter.ends_at()) {
        query = query.filter(condition);
    }
    query
}
