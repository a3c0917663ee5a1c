//! Divisions to choose from.

use actix_web::{HttpResponse, get, web::Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{auth::SignedIn, problem::Problem, state::State};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OptionsQuery {
    /// A part of the name, or how the code begins; without it the highest ones.
    q: Option<String>,
}

/// Divisions.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{"code": "990102003", "name": "杏林街道"}]}))]
pub struct RegionOptionsResponse {
    /// The higher ones first; at most 30.
    items: Vec<RegionOption>,
}

/// A division to choose.
#[derive(Serialize, ToSchema)]
pub struct RegionOption {
    /// Without trailing zeros.
    code: String,
    name: String,
}

/// Divisions to choose from (查找区划)
///
/// Those in which the person sees something: an administrator's own and what lies below, a station's own.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(OptionsQuery), responses(
    (status = 200, description = "what was found", body = RegionOptionsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
))]
#[get("/region-options")]
pub(super) async fn list_region_options(
    state: State,
    signed_in: SignedIn,
    query: Query<OptionsQuery>,
) -> Result<HttpResponse, Problem> {
    let scope = signed_in.actor.scope();
    let found = state
        .ask(move |store| store.region_options(&scope, query.q.as_deref().unwrap_or_default().trim()))
        .await?;
    let items = found.into_iter().map(|(code, name)| RegionOption { code, name });
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(RegionOptionsResponse { items: items.collect() }))
}
