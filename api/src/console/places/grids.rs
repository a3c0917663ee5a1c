//! Grids (网格).

use actix_web::{
    HttpResponse, get, post, put,
    web::{Path, Query},
};
use chrono::NaiveDate;
use minyi_store::{GridForm, GridPlace, PlaceTarget as Target, SiteRef, Store};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    SavedResponse,
    check::Wrong,
    query::{PlacePage, PlaceQuery},
};
use crate::{auth::SignedIn, contract::ServiceConfig, extract::JsonBody, problem::Problem, state::State};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_place_grids).service(add_grid).service(change_grid);
}

/// A grid.
#[derive(Serialize, ToSchema)]
#[schema(as = PlaceGridEntry, example = json!({
    "id": "019aa000-0000-7000-8000-0000000000dd", "code": "990102003001002", "name": "杏林社区第二网格",
    "place": "杏林社区 3 号院", "region_code": "990102003001", "region_name": "杏林社区",
    "site_id": "019aa000-0000-7000-8000-0000000000ab", "site_name": "杏林社区代表联络站", "valid_until": null,
    "has_boundary": false, "lead": "李春兰"
}))]
pub struct GridEntry {
    id: Uuid,
    /// 15 digits.
    code: String,
    name: String,
    /// What a resident reads as "where this code hangs".
    place: String,
    region_code: String,
    region_name: String,
    site_id: Uuid,
    site_name: String,
    /// First day on which it no longer exists.
    valid_until: Option<NaiveDate>,
    has_boundary: bool,
    /// The responsible deputy today.
    lead: Option<String>,
}

impl From<GridPlace> for GridEntry {
    fn from((grid, lead): GridPlace) -> Self {
        Self {
            id: grid.id,
            code: grid.code,
            name: grid.name,
            place: grid.place,
            region_code: grid.region_code,
            region_name: grid.region_name,
            site_id: grid.site_id,
            site_name: grid.site_name,
            valid_until: grid.valid_until,
            has_boundary: grid.has_boundary,
            lead,
        }
    }
}

/// A grid as it is filled in.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "code": "990102003001002", "name": "杏林社区第二网格", "place": "杏林社区 3 号院", "region_code": "990102003001",
    "site_id": "019aa000-0000-7000-8000-0000000000ab"
}))]
pub struct GridBody {
    /// 15 digits that begin with the division's.
    pub code: String,
    #[schema(max_length = 60)]
    pub name: String,
    /// What a resident reads as "where this code hangs".
    #[schema(max_length = 60)]
    pub place: String,
    pub region_code: String,
    pub site_id: Uuid,
    /// The site as a workbook names it.
    #[serde(skip)]
    #[schema(ignore)]
    pub site_name: String,
    /// First day on which it no longer exists.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

impl GridBody {
    pub fn check(&self, wrong: &mut Wrong) -> GridForm {
        GridForm {
            code: self.code.trim().to_owned(),
            name: wrong.required("name", &self.name, 60),
            place: wrong.required("place", &self.place, 60),
            region_code: wrong.division("region_code", &self.region_code),
            site: if self.site_name.is_empty() {
                SiteRef::Id(self.site_id)
            } else {
                SiteRef::Name(self.site_name.clone())
            },
            valid_until: self.valid_until,
        }
    }
}

/// Grids by code (网格)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(PlaceQuery), responses(
    (status = 200, description = "a page", body = PlacePage<GridEntry>),
    (status = 422, description = "`invalid_fields`：筛选条件、cursor 或 limit 不对"),
))]
#[get("/places/grids")]
async fn list_place_grids(
    state: State,
    signed_in: SignedIn,
    query: Query<PlaceQuery>,
) -> Result<HttpResponse, Problem> {
    let body: PlacePage<GridEntry> = state.place_page(&signed_in, &query, Store::place_grids).await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Add a grid (增加网格)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), request_body = GridBody, responses(
    (status = 201, description = "added", body = SavedResponse),
    (status = 422, description = "`invalid_fields`：有内容需要修改，见 `errors`"),
))]
#[post("/places/grids")]
async fn add_grid(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<GridBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::New, |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Created().json(saved))
}

/// Change a grid (修改网格)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = GridBody,
    responses(
        (status = 200, description = "changed", body = SavedResponse),
        (status = 404, description = "`place_unknown`：没有这个网格，或者不归您管理"),
        (status = 422, description = "`invalid_fields`：有内容需要修改，见 `errors`"),
    ))]
#[put("/places/grids/{id}")]
async fn change_grid(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(body): JsonBody<GridBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::This(id.to_string()), |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Ok().json(saved))
}
