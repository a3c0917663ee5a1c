//! What the console has to know of the installation before it shows anything.

use actix_web::{HttpResponse, get};
use minyi_domain::submission::CoordinateSystem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{auth::PartlySignedIn, config::MapTiles, openapi::words, problem::Problem, state::State};

/// Settings of the installation that matter in a browser.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"idle_seconds": 900, "map_tiles": {
    "url": "https://tiles.example/{z}/{x}/{y}.png", "attribution": "某地图 审图号：GS(2024)0001号", "coordinates": "wgs84"
}}))]
pub struct ConsoleSettingsResponse {
    /// A browser's session ends after so many seconds without a request.
    idle_seconds: i64,
    /// `null`: maps have no ground.
    map_tiles: Option<MapTilesResponse>,
}

/// Where the pictures of a map come from.
#[derive(Serialize, ToSchema)]
pub struct MapTilesResponse {
    /// With `{z}`, `{x}` and `{y}`.
    url: String,
    /// Whose map it is.
    attribution: String,
    #[schema(schema_with = words::coordinate_system)]
    coordinates: CoordinateSystem,
}

impl From<&MapTiles> for MapTilesResponse {
    fn from(tiles: &MapTiles) -> Self {
        Self {
            url: tiles.url.clone(),
            attribution: tiles.attribution.clone(),
            coordinates: tiles.coordinates,
        }
    }
}

/// What a console has to know (工作台设置)
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "the settings", body = ConsoleSettingsResponse),
))]
#[get("/console-settings")]
pub(super) async fn get_console_settings(state: State, _signed_in: PartlySignedIn) -> Result<HttpResponse, Problem> {
    let policy = state.ask(minyi_store::Store::login_policy).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(ConsoleSettingsResponse {
            idle_seconds: i64::from(policy.idle_minutes) * 60,
            map_tiles: state.settings.map_tiles.as_ref().map(Into::into),
        }))
}
