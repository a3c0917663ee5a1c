//! Sites (站点), a tree.

use actix_web::{
    HttpResponse, get, post, put,
    web::{Path, Query},
};
use chrono::NaiveDate;
use minyi_domain::places::SiteKind;
use minyi_store::{PlaceTarget as Target, SiteForm, SitePlace, SiteRef, Store};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    SavedResponse,
    check::Wrong,
    query::{PlacePage, PlaceQuery},
};
use crate::{
    auth::SignedIn, contract::ServiceConfig, extract::JsonBody, openapi::words, problem::Problem, state::State,
};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_place_sites).service(add_site).service(change_site);
}

/// A site.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aa000-0000-7000-8000-0000000000ab", "kind": "station", "kind_name": "代表联络站", "name": "杏林社区代表联络站",
    "region_code": "990102003", "region_name": "杏林镇", "parent_id": null, "parent_name": null, "address": "幸福路 1 号",
    "hotline": "0000-12345", "opening_hours": "工作日 9:00–17:00", "longitude": 116.0, "latitude": 40.0, "valid_until": null,
    "grids": 4, "deputies": 5
}))]
pub struct SiteEntry {
    id: Uuid,
    #[schema(schema_with = words::site_kind)]
    kind: String,
    kind_name: &'static str,
    name: String,
    region_code: String,
    region_name: String,
    /// The site above.
    parent_id: Option<Uuid>,
    parent_name: Option<String>,
    address: String,
    hotline: Option<String>,
    opening_hours: String,
    /// Degrees, WGS84.
    longitude: Option<f64>,
    latitude: Option<f64>,
    /// First day on which it is closed.
    valid_until: Option<NaiveDate>,
    grids: i64,
    /// Whose term has not ended.
    deputies: i64,
}

impl From<SitePlace> for SiteEntry {
    fn from((site, deputies): SitePlace) -> Self {
        Self {
            id: site.id,
            kind_name: site.kind.parse().map_or("", SiteKind::zh),
            kind: site.kind,
            name: site.name,
            region_code: site.region_code,
            region_name: site.region_name,
            parent_id: site.parent_id,
            parent_name: site.parent_name,
            address: site.address,
            hotline: site.hotline,
            opening_hours: site.opening_hours,
            longitude: site.longitude,
            latitude: site.latitude,
            valid_until: site.valid_until,
            grids: site.grids,
            deputies,
        }
    }
}

/// A site as it is filled in.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "kind": "station", "name": "杏林社区代表联络站", "region_code": "990102003", "address": "幸福路 1 号",
    "hotline": "0000-12345", "opening_hours": "工作日 9:00–17:00"
}))]
pub struct SiteBody {
    #[schema(schema_with = words::site_kind)]
    pub kind: SiteKind,
    #[schema(max_length = 60)]
    pub name: String,
    pub region_code: String,
    /// The site above.
    #[serde(default)]
    pub parent_id: Option<Uuid>,
    /// The site above as a workbook names it.
    #[serde(skip)]
    #[schema(ignore)]
    pub parent_name: String,
    #[serde(default)]
    #[schema(max_length = 100)]
    pub address: String,
    #[serde(default)]
    pub hotline: Option<String>,
    #[serde(default)]
    #[schema(max_length = 100)]
    pub opening_hours: String,
    /// Degrees, WGS84; both or none.
    #[serde(default)]
    pub longitude: Option<f64>,
    #[serde(default)]
    pub latitude: Option<f64>,
    /// First day on which it is closed.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

impl SiteBody {
    pub fn check(&self, wrong: &mut Wrong) -> SiteForm {
        let position = match (self.longitude, self.latitude) {
            (None, None) => None,
            (Some(x), Some(y)) if (-180.0..=180.0).contains(&x) && (-90.0..=90.0).contains(&y) => Some((x, y)),
            _ => {
                wrong.add(
                    "longitude",
                    "out_of_range",
                    "经度和纬度要一起填，用 WGS84 的度数，例如 116.397、39.908。",
                );
                None
            }
        };
        let by_name = (!self.parent_name.is_empty()).then(|| SiteRef::Name(self.parent_name.clone()));
        SiteForm {
            kind: self.kind,
            name: wrong.required("name", &self.name, 60),
            region_code: wrong.division("region_code", &self.region_code),
            parent: self.parent_id.map(SiteRef::Id).or(by_name),
            address: wrong.line("address", &self.address, 100),
            hotline: wrong.phone("hotline", self.hotline.as_deref()),
            opening_hours: wrong.line("opening_hours", &self.opening_hours, 100),
            position,
            valid_until: self.valid_until,
        }
    }
}

/// Sites by name (站点)
///
/// With `site` those right below one.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(PlaceQuery), responses(
    (status = 200, description = "a page", body = PlacePage<SiteEntry>),
    (status = 422, description = "`invalid_fields`：筛选条件、cursor 或 limit 不对"),
))]
#[get("/places/sites")]
async fn list_place_sites(
    state: State,
    signed_in: SignedIn,
    query: Query<PlaceQuery>,
) -> Result<HttpResponse, Problem> {
    let body: PlacePage<SiteEntry> = state.place_page(&signed_in, &query, Store::place_sites).await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Add a site (增加站点)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), request_body = SiteBody, responses(
    (status = 201, description = "added", body = SavedResponse),
    (status = 422, description = "`invalid_fields`：有内容需要修改，见 `errors`"),
))]
#[post("/places/sites")]
async fn add_site(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<SiteBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::New, |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Created().json(saved))
}

/// Change a site (修改站点)
///
/// A site that grids belong to cannot be closed.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = SiteBody,
    responses(
        (status = 200, description = "changed", body = SavedResponse),
        (status = 404, description = "`place_unknown`：没有这个站点，或者不归您管理"),
        (status = 422, description = "`invalid_fields`：有内容需要修改，见 `errors`"),
    ))]
#[put("/places/sites/{id}")]
async fn change_site(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(body): JsonBody<SiteBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::This(id.to_string()), |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Ok().json(saved))
}
