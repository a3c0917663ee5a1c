use actix_web::{HttpResponse, get, web::Query};
use minyi_domain::rights::Permission;
use minyi_store::{CodePlace, CodePlaceKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{auth::SignedIn, problem::Problem, state::State};

/// Which of the two.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Scale {
    /// 站点
    #[default]
    Site,
    /// 网格
    Grid,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PlacesQuery {
    #[param(inline)]
    #[serde(default)]
    kind: Scale,
    /// A part of the name (of a grid also of its place, or how its code begins), or an id.
    q: Option<String>,
}

/// Sites or grids.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "019aa000-0000-7000-8000-0000000000dd", "name": "杏林社区第二网格", "hint": "990102001001002 杏林社区代表联络站"
}]}))]
pub struct CodePlacesResponse {
    /// At most 20.
    items: Vec<CodePlaceOption>,
}

/// A site or a grid to choose.
#[derive(Serialize, ToSchema)]
pub struct CodePlaceOption {
    id: Uuid,
    name: String,
    /// What tells it from others of the same name: of a grid its code and site, of a site its division.
    hint: String,
}

/// Sites and grids to choose from for codes (制码和印刷的范围)
///
/// Those that the person sees and that have not ended.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(PlacesQuery), responses(
    (status = 200, description = "what was found", body = CodePlacesResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：没有制码和印刷的权限"),
))]
#[get("/code-places")]
pub(super) async fn list_code_places(
    state: State,
    signed_in: SignedIn,
    query: Query<PlacesQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let (scope, today, PlacesQuery { kind, q }) = (signed_in.actor.scope(), state.today(), query.into_inner());
    let kind = match kind {
        Scale::Site => CodePlaceKind::Site,
        Scale::Grid => CodePlaceKind::Grid,
    };
    let found = state
        .ask(move |store| store.code_places(&scope, kind, q.as_deref().unwrap_or_default().trim(), today))
        .await?;
    let option = |CodePlace { id, name, hint }| CodePlaceOption { id, name, hint };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(CodePlacesResponse {
            items: found.into_iter().map(option).collect(),
        }))
}
