//! Clusters as JSON.

use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::lifecycle::State as Stage;
use minyi_store::{Cluster, ClusterCase, ClusterCursor, ClusterFilter, ClusterPlace, Page};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Found;
use crate::{
    openapi::words,
    paging::{write_cluster_cursor, write_cursor},
};

/// A page of clusters.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "from": "2026-10-24", "to": "2026-11-20", "before_from": "2026-09-26",
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000d1", "words": ["路灯", "门口", "晚上"], "total": 9, "count": 6, "before": 2,
        "weeks": [0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 2, 3], "open": 4, "answered": 2, "overdue": 1,
        "categories": [{"category": "城乡建设", "count": 6}],
        "places": [{"grid_id": "019aa000-0000-7000-8000-0000000000e1", "grid_name": "杏林社区第二网格",
            "site_id": "019aa000-0000-7000-8000-0000000000f1", "site_name": "杏林社区代表联络站", "count": 6,
            "longitude": 120.31, "latitude": 36.07}],
        "first_at": "2026-09-30T01:00:00Z", "last_at": "2026-11-19T01:00:00Z",
        "typical": [{"id": "019aa000-0000-7000-8000-0000000000aa", "number": "20261119-ACDE347", "state": "registered",
            "state_name": "已登记，待办理", "summary": "3 号院门口的路灯坏了半个多月。", "place": "杏林社区 3 号院",
            "submitted_at": "2026-11-19T01:00:00Z"}]
    }],
    "next_cursor": null
}))]
pub struct ClustersResponse {
    /// First day of the period, in China.
    from: NaiveDate,
    /// Last day of the period.
    to: NaiveDate,
    /// First day of the period before, which is as long and ends where this one begins.
    before_from: NaiveDate,
    items: Vec<ClusterEntry>,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

impl ClustersResponse {
    pub fn new(filter: &ClusterFilter, found: Page<Cluster, ClusterCursor>) -> Self {
        Self {
            from: filter.from,
            to: filter.to,
            before_from: filter.before(),
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor: found.next.map(write_cluster_cursor),
        }
    }
}

/// A cluster with what belongs to it.
#[derive(Serialize, ToSchema)]
pub struct ClusterResponse {
    /// First day of the period, in China.
    from: NaiveDate,
    /// Last day of the period.
    to: NaiveDate,
    /// First day of the period before.
    before_from: NaiveDate,
    cluster: ClusterEntry,
    /// The corners between which all sites of its counties stand; `null`: no site has a position.
    extent: Option<Extent>,
    /// All that belong to it and that you see, newest first.
    items: Vec<CaseEntry>,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

impl ClusterResponse {
    pub fn new(filter: &ClusterFilter, found: Found) -> Self {
        Self {
            from: filter.from,
            to: filter.to,
            before_from: filter.before(),
            extent: Extent::of(&found),
            cluster: found.cluster.into(),
            items: found.cases.items.into_iter().map(Into::into).collect(),
            next_cursor: found.cases.next.map(write_cursor),
        }
    }
}

/// Degrees.
#[derive(Serialize, ToSchema)]
struct Extent {
    west: f64,
    south: f64,
    east: f64,
    north: f64,
}

impl Extent {
    fn of(found: &Found) -> Option<Self> {
        let mut positions = found.ground.iter();
        let first = positions.next()?;
        let start = Self {
            west: first.longitude,
            south: first.latitude,
            east: first.longitude,
            north: first.latitude,
        };
        Some(positions.fold(start, |extent, position| Self {
            west: extent.west.min(position.longitude),
            south: extent.south.min(position.latitude),
            east: extent.east.max(position.longitude),
            north: extent.north.max(position.latitude),
        }))
    }
}

/// Like submissions, as far as you see them.
#[derive(Serialize, ToSchema)]
struct ClusterEntry {
    id: Uuid,
    /// What they have in common, the most telling word first; empty when they are older than 180 days.
    words: Vec<String>,
    /// Ever.
    total: i64,
    /// In the period.
    count: i64,
    /// In the period before.
    before: i64,
    /// How many came in each of the last twelve weeks until the period's end, the oldest first.
    weeks: Vec<i64>,
    /// Of those of the period: still being worked on.
    open: i64,
    /// Of those of the period.
    answered: i64,
    /// Of those of the period: the answer is missing and the time is over.
    overdue: i64,
    /// Of those of the period, the most frequent first.
    categories: Vec<CategoryCount>,
    /// Of those of the period, the most frequent first.
    places: Vec<PlaceEntry>,
    /// The first one ever.
    first_at: DateTime<Utc>,
    last_at: DateTime<Utc>,
    /// At most three of the period that have most in common with the others.
    typical: Vec<CaseEntry>,
}

/// How many of a category.
#[derive(Serialize, ToSchema)]
struct CategoryCount {
    /// Of the first level: what a person chose, else what is suggested; `null`: not known.
    category: Option<String>,
    count: i64,
}

/// A grid from which they come.
#[derive(Serialize, ToSchema)]
struct PlaceEntry {
    grid_id: Uuid,
    grid_name: String,
    site_id: Uuid,
    site_name: String,
    count: i64,
    /// Of the site, in degrees; `null`: nobody entered it.
    longitude: Option<f64>,
    latitude: Option<f64>,
}

/// One of a cluster.
#[derive(Serialize, ToSchema)]
struct CaseEntry {
    id: Uuid,
    number: String,
    #[schema(schema_with = words::state)]
    state: Stage,
    state_name: &'static str,
    /// The beginning of the text, at most 120 characters.
    summary: String,
    place: String,
    submitted_at: DateTime<Utc>,
}

impl From<Cluster> for ClusterEntry {
    fn from(cluster: Cluster) -> Self {
        let category = |(category, count)| CategoryCount { category, count };
        Self {
            id: cluster.id,
            words: cluster.words,
            total: cluster.total,
            count: cluster.count,
            before: cluster.before,
            weeks: cluster.weeks,
            open: cluster.open,
            answered: cluster.answered,
            overdue: cluster.overdue,
            categories: cluster.categories.into_iter().map(category).collect(),
            places: cluster.places.into_iter().map(Into::into).collect(),
            first_at: cluster.first_at,
            last_at: cluster.last_at,
            typical: cluster.typical.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<ClusterPlace> for PlaceEntry {
    fn from(place: ClusterPlace) -> Self {
        Self {
            grid_id: place.grid_id,
            grid_name: place.grid_name,
            site_id: place.site_id,
            site_name: place.site_name,
            count: place.count,
            longitude: place.position.map(|position| position.longitude),
            latitude: place.position.map(|position| position.latitude),
        }
    }
}

impl From<ClusterCase> for CaseEntry {
    fn from(case: ClusterCase) -> Self {
        Self {
            id: case.id,
            number: case.number,
            state_name: case.state.zh(),
            state: case.state,
            summary: case.summary,
            place: case.place,
            submitted_at: case.submitted_at,
        }
    }
}
