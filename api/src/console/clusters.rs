//! What many people say (热点): clusters of like submissions, with counts, trend, places and typical ones.

mod query;
mod views;

use actix_web::{
    HttpResponse, get,
    web::{Path, Query},
};
use minyi_domain::{people::Scope, rights::Permission};
use minyi_store::{Cluster, ClusterCase, ClusterCursor, ClusterFilter, Cursor, Page, Position};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

pub use query::ClusterQuery;
use views::{ClusterResponse, ClustersResponse};

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    paging::{read_cluster_cursor, read_cursor, read_limit},
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_clusters).service(get_cluster);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// One cluster, a part of what belongs to it, and where the sites around stand.
pub struct Found {
    pub cluster: Cluster,
    pub cases: Page<ClusterCase>,
    pub ground: Vec<Position>,
}

impl AppState {
    /// The clusters in a scope.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn clusters(
        &self,
        scope: Scope,
        filter: ClusterFilter,
        cursor: Option<ClusterCursor>,
        limit: i64,
    ) -> Result<Page<Cluster, ClusterCursor>, Problem> {
        let now = self.now();
        self.ask(move |store| store.clusters(&scope, &filter, now, cursor, limit))
            .await
    }

    /// One cluster, as far as it lies in a scope.
    ///
    /// # Errors
    /// [`Problem::ClusterUnknown`], also when nothing of it lies in the scope.
    pub async fn cluster(
        &self,
        scope: Scope,
        filter: ClusterFilter,
        id: Uuid,
        cursor: Option<Cursor>,
        limit: i64,
    ) -> Result<Found, Problem> {
        let now = self.now();
        let found = self.ask(move |store| {
            let Some(cluster) = store.cluster(&scope, &filter, id, now)? else {
                return Ok(None);
            };
            Ok(Some(Found {
                cases: store.cluster_cases(&scope, &filter, id, cursor, limit)?,
                ground: store.site_positions(&counties(std::slice::from_ref(&cluster)))?,
                cluster,
            }))
        });
        found.await?.ok_or(Problem::ClusterUnknown)
    }
}

/// The counties (six digits) from which clusters come.
pub fn counties(clusters: &[Cluster]) -> Vec<String> {
    let codes = clusters.iter().flat_map(|cluster| &cluster.places);
    let mut counties: Vec<String> = codes.map(|place| place.region_code.chars().take(6).collect()).collect();
    counties.sort_unstable();
    counties.dedup();
    counties
}

/// What many people say (热点)
///
/// Clusters of like submissions by how many came in during the period, or by how many more these are than in the period
/// before. Everything is counted within what you see; reports on officials are in no cluster.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(ClusterQuery, PageQuery), responses(
    (status = 200, description = "a page of clusters", body = ClustersResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：角色不看热点"),
    (status = 422, description = "`invalid_fields`：日期、范围、排序、cursor 或 limit 不对"),
))]
#[get("/clusters")]
async fn list_clusters(
    state: State,
    signed_in: SignedIn,
    query: Query<ClusterQuery>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadNumbers)?;
    let filter = query.filter(state.today())?;
    let (cursor, limit) = (read_cluster_cursor(page.cursor.as_deref())?, read_limit(page.limit)?);
    let found = state
        .clusters(signed_in.actor.scope(), filter.clone(), cursor, limit)
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(ClustersResponse::new(&filter, found)))
}

/// One cluster (一个热点)
///
/// With its places for a map, and all that belongs to it, newest first, of whatever time. `min_size` and `sort` do not
/// matter here.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("id" = Uuid, Path), ClusterQuery, PageQuery), responses(
    (status = 200, description = "the cluster", body = ClusterResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：角色不看热点"),
    (status = 404, description = "`cluster_unknown`：没有这个热点，或者里面没有您能看的民意"),
    (status = 422, description = "`invalid_fields`：日期、范围、cursor 或 limit 不对"),
))]
#[get("/clusters/{id}")]
async fn get_cluster(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    query: Query<ClusterQuery>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadNumbers)?;
    let filter = query.filter(state.today())?;
    let (cursor, limit) = (read_cursor(page.cursor.as_deref())?, read_limit(page.limit)?);
    let found = state
        .cluster(signed_in.actor.scope(), filter.clone(), id.into_inner(), cursor, limit)
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(ClusterResponse::new(&filter, found)))
}
