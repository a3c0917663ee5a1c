//! Boundaries on a map, in and out as GeoJSON (RFC 7946, WGS84).

use actix_web::{
    HttpResponse, get, post,
    web::{self, Query},
};
use futures_util::TryStreamExt as _;
use minyi_domain::rights::Permission;
use minyi_store::{Boundary, NewBoundary};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::imports::{ImportReport, Mistake};
use crate::{auth::SignedIn, contract::ServiceConfig, problem::Problem, state::State};

/// The largest collection that is taken.
const MOST_BYTES: usize = 20 << 20;

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_boundaries).service(post_boundaries);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BoundariesQuery {
    /// The division: its code without trailing zeros; without it: all that the person keeps.
    #[serde(default)]
    region: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DrawQuery {
    /// `false`: only tell what is wrong and what would change.
    #[serde(default)]
    commit: bool,
}

/// Boundaries as a GeoJSON FeatureCollection.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "type": "FeatureCollection",
    "features": [{
        "type": "Feature", "properties": {"code": "990102003001002", "name": "杏林社区第二网格"},
        "geometry": {"type": "Polygon",
            "coordinates": [[[116.0, 40.0], [116.01, 40.0], [116.01, 40.01], [116.0, 40.01], [116.0, 40.0]]]}
    }]
}))]
pub struct FeatureCollection {
    #[serde(rename = "type")]
    kind: &'static str,
    /// Each with `properties.code` (15 digits: a grid; fewer: a division) and `properties.name`.
    #[schema(value_type = Vec<Object>)]
    features: Vec<Value>,
}

fn feature(boundary: Boundary) -> Value {
    json!({
        "type": "Feature",
        "properties": {"code": boundary.code, "name": boundary.name},
        "geometry": boundary.geometry,
    })
}

/// The boundaries in a division (边界)
///
/// Its own, those of the divisions in it and those of its grids, up to 3,000 of each.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(BoundariesQuery), responses(
    (status = 200, description = "a FeatureCollection", body = FeatureCollection, content_type = "application/geo+json"),
    (status = 403, description = "`forbidden`：这个区划不归您管理"),
))]
#[get("/places/boundaries")]
async fn get_boundaries(
    state: State,
    signed_in: SignedIn,
    query: Query<BoundariesQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let (scope, region) = (signed_in.actor.place_scope(), query.into_inner().region);
    let found = state.ask(move |store| store.boundaries(&scope, &region)).await?;
    let body = FeatureCollection {
        kind: "FeatureCollection",
        features: found.into_iter().map(feature).collect(),
    };
    let text = serde_json::to_string(&body).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok().content_type("application/geo+json").body(text))
}

/// Draw boundaries (导入边界)
///
/// A FeatureCollection whose features name an existing grid or division in `properties.code`; a feature without geometry
/// takes the boundary away. Everything or nothing. A grid's boundary is one closed polygon that does not cross itself and
/// lies in its division, if that has one.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(DrawQuery),
    request_body(content = Object, content_type = "application/json"), responses(
        (status = 200, description = "what was done, or what is wrong: then nothing was written", body = ImportReport),
        (status = 422, description = "`invalid_fields`：不是 FeatureCollection"),
    ))]
#[post("/places/boundaries")]
async fn post_boundaries(
    state: State,
    signed_in: SignedIn,
    query: Query<DrawQuery>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let new = read(payload).await?;
    let (by, actor, commit, now) = (signed_in.by(), signed_in.actor, query.commit, state.now());
    let total = new.len();
    let saved = state
        .act(move |store| store.set_boundaries(&by, &actor, &new, commit, now))
        .await?;
    let name = |field: &str| if field == "code" { "编码" } else { "边界" };
    let mistakes = saved
        .problems
        .iter()
        .map(|problem| Mistake::new(problem.row, name(problem.field), &problem.detail));
    let mistakes = mistakes.collect();
    Ok(HttpResponse::Ok().json(ImportReport::new(total, &saved, mistakes, commit)))
}

async fn read(mut payload: web::Payload) -> Result<Vec<NewBoundary>, Problem> {
    let mut body = web::BytesMut::new();
    while let Some(part) = payload.try_next().await.map_err(|error| Problem::Malformed {
        detail: format!("上传的内容读不出来：{error}"),
    })? {
        if body.len() + part.len() > MOST_BYTES {
            return Err(Problem::PayloadTooLarge {
                limit_bytes: MOST_BYTES,
            });
        }
        body.extend_from_slice(&part);
    }
    let collection: Value = serde_json::from_slice(&body).map_err(|error| Problem::Malformed {
        detail: format!("JSON 格式不对：{error}"),
    })?;
    let features = collection.get("features").and_then(Value::as_array);
    let features =
        features.ok_or_else(|| Problem::field("/features", "required", "要一个 GeoJSON 的 FeatureCollection。"))?;
    let read = (1..).zip(features).map(|(row, feature)| NewBoundary {
        row,
        code: code(feature),
        geometry: feature.get("geometry").filter(|geometry| !geometry.is_null()).cloned(),
    });
    Ok(read.collect())
}

/// Programs for maps write codes as texts or as numbers.
fn code(feature: &Value) -> String {
    match feature.pointer("/properties/code") {
        Some(Value::String(code)) => code.trim().to_owned(),
        Some(Value::Number(code)) => code.to_string(),
        _ => String::new(),
    }
}
