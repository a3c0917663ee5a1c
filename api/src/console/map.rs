//! Where it is: counts by place for a map.

use actix_web::{HttpResponse, get, web::Query};
use minyi_domain::{rights::Permission, submission::CoordinateSystem};
use minyi_store::{HeatCell, Map, SiteOnMap};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::numbers::NumbersQuery;
use crate::{auth::SignedIn, openapi::words, problem::Problem, state::State};

/// Counts by place.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "sites": [{"id": "019aa000-0000-7000-8000-0000000000bb", "name": "杏林社区代表联络站", "longitude": 126.64,
        "latitude": 45.75, "registered": 12, "open": 3, "overdue": 1}],
    "cells": [{"longitude": 126.642, "latitude": 45.757, "coordinate_system": "gcj02", "count": 4}]
}))]
pub struct MapResponse {
    sites: Vec<MapSite>,
    /// Squares of about 100 m, of what residents gave a position for; the fullest first, at most 3,000.
    cells: Vec<MapCell>,
}

/// A site with what was registered in its grids.
#[derive(Serialize, ToSchema)]
pub struct MapSite {
    id: Uuid,
    name: String,
    /// WGS-84.
    longitude: Option<f64>,
    latitude: Option<f64>,
    registered: i64,
    open: i64,
    /// Now.
    overdue: i64,
}

/// A square, by its middle.
#[derive(Serialize, ToSchema)]
pub struct MapCell {
    longitude: f64,
    latitude: f64,
    #[schema(schema_with = words::coordinate_system)]
    coordinate_system: CoordinateSystem,
    count: i64,
}

impl From<Map> for MapResponse {
    fn from(map: Map) -> Self {
        let site = |site: SiteOnMap| MapSite {
            id: site.id,
            name: site.name,
            longitude: site.longitude,
            latitude: site.latitude,
            registered: site.registered,
            open: site.open,
            overdue: site.overdue,
        };
        let cell = |cell: HeatCell| MapCell {
            longitude: cell.longitude,
            latitude: cell.latitude,
            coordinate_system: cell.datum,
            count: cell.count,
        };
        Self {
            sites: map.sites.into_iter().map(site).collect(),
            cells: map.cells.into_iter().map(cell).collect(),
        }
    }
}

/// Counts by place (统计地图)
///
/// The stations of the person's scope with what was registered in the period, and where residents said that it is.
/// `group_by` does not matter here.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(NumbersQuery), responses(
    (status = 200, description = "stations and squares", body = MapResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：角色不看统计"),
    (status = 422, description = "`invalid_fields`：日期不对"),
))]
#[get("/statistics/map")]
pub(super) async fn get_map(
    state: State,
    signed_in: SignedIn,
    query: Query<NumbersQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadNumbers)?;
    let scope = signed_in.actor.scope();
    let question = query.question(&scope, state.today())?;
    let now = state.now();
    let found = state
        .ask(move |store| store.map(&scope, question.from, question.to, now))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(MapResponse::from(found)))
}
