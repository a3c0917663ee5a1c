//! Where it is (民意热力图、站点地图): counts by place, for a map.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    ExpressionMethods, QueryDsl, RunQueryDsl,
    sql_types::{BigInt, Double, Text},
};
use minyi_domain::{
    people::Scope,
    rates::{Counts, Grouping, Measure},
    submission::CoordinateSystem,
};
use uuid::Uuid;

use crate::{
    Result, Store,
    ledger::within_period,
    prepared::Prepared,
    schema::{sites, submissions},
    scope::{sites_in, submissions_in},
    word::Word,
};

/// More than a screen can show apart.
const MOST_SITES: i64 = 5_000;

/// A site and what was registered in its grids.
#[derive(Debug, Clone, PartialEq)]
pub struct SiteOnMap {
    pub id: Uuid,
    pub name: String,
    /// WGS-84.
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
    pub registered: i64,
    pub open: i64,
    /// Now.
    pub overdue: i64,
}

/// A square of a thousandth of a degree (about 100 m), by its middle.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatCell {
    pub longitude: f64,
    pub latitude: f64,
    pub datum: CoordinateSystem,
    pub count: i64,
}

/// Both.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// By name.
    pub sites: Vec<SiteOnMap>,
    /// The fullest first, of what residents gave a position for.
    pub cells: Vec<HeatCell>,
}

impl Store {
    /// Counts by place what was registered from `from` to `to`, days in China, both included.
    pub fn map(&self, scope: &Scope, from: NaiveDate, to: NaiveDate, now: DateTime<Utc>) -> Result<Map> {
        let counts: HashMap<String, Counts> = self
            .statistics(scope, Grouping::Site, from, to, now)?
            .groups
            .into_iter()
            .map(|group| (group.key, group.counts))
            .collect();
        let mut connection = self.connection()?;
        let connection = &mut *connection;
        let mut placed = submissions::table
            .filter(submissions_in(scope))
            .filter(submissions::longitude.is_not_null())
            .select((
                submissions::longitude,
                submissions::latitude,
                submissions::coordinate_system,
            ))
            .into_boxed();
        for condition in within_period(Some(from), Some(to)) {
            placed = placed.filter(condition);
        }
        let heat = Prepared::<(Double, Double, Text, BigInt), _>::new(
            "WITH chosen (longitude, latitude, datum) AS (",
            placed,
            ") SELECT round(longitude::numeric, 3)::float8, round(latitude::numeric, 3)::float8, datum, count(*)
            FROM chosen GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2 LIMIT 3000",
        );
        let cells: Vec<(f64, f64, Word<CoordinateSystem>, i64)> = heat.load(connection)?;
        let found: Vec<(Uuid, String, Option<f64>, Option<f64>)> = sites::table
            .filter(sites_in(scope))
            .order((sites::name, sites::id))
            .limit(MOST_SITES)
            .select((sites::id, sites::name, sites::longitude, sites::latitude))
            .load(connection)?;
        let site = |(id, name, longitude, latitude): (Uuid, String, Option<f64>, Option<f64>)| {
            let counts = counts.get(&id.to_string()).copied().unwrap_or_default();
            SiteOnMap {
                id,
                name,
                longitude,
                latitude,
                registered: counts.of(Measure::Registered),
                open: counts.of(Measure::Open),
                overdue: counts.of(Measure::Overdue),
            }
        };
        let cell = |(longitude, latitude, datum, count): (f64, f64, Word<CoordinateSystem>, i64)| HeatCell {
            longitude,
            latitude,
            datum: datum.0,
            count,
        };
        Ok(Map {
            sites: found.into_iter().map(site).collect(),
            cells: cells.into_iter().map(cell).collect(),
        })
    }
}
