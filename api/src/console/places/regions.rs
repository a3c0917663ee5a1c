//! Divisions (行政区划).

use actix_web::{
    HttpResponse, get, post, put,
    web::{Path, Query},
};
use chrono::NaiveDate;
use minyi_domain::rights::Permission;
use minyi_store::{PlaceTarget as Target, RegionForm, RegionPlace, Store};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    SavedResponse,
    check::Wrong,
    query::{PlacePage, PlaceQuery},
};
use crate::{auth::SignedIn, contract::ServiceConfig, extract::JsonBody, problem::Problem, state::State};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_place_regions)
        .service(add_region)
        .service(change_region);
}

/// A division.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "code": "990102003", "name": "杏林镇", "valid_from": null, "valid_until": null, "has_boundary": true, "has_below": true
}))]
pub struct RegionEntry {
    /// Without trailing zeros.
    code: String,
    name: String,
    valid_from: Option<NaiveDate>,
    /// First day on which it no longer exists.
    valid_until: Option<NaiveDate>,
    has_boundary: bool,
    /// Something lies below it.
    has_below: bool,
}

impl From<RegionPlace> for RegionEntry {
    fn from(region: RegionPlace) -> Self {
        Self {
            code: region.code,
            name: region.name,
            valid_from: region.valid_from,
            valid_until: region.valid_until,
            has_boundary: region.has_boundary,
            has_below: region.has_below,
        }
    }
}

/// A division as it is filled in.
#[derive(Default, Deserialize, ToSchema)]
#[schema(example = json!({"code": "990102003", "name": "杏林镇"}))]
pub struct RegionBody {
    /// 2, 4, 6, 9 or 12 digits; trailing zeros may stand there.
    pub code: String,
    #[schema(max_length = 60)]
    pub name: String,
    #[serde(default)]
    pub valid_from: Option<NaiveDate>,
    /// First day on which it no longer exists.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

impl RegionBody {
    pub fn check(&self, wrong: &mut Wrong) -> RegionForm {
        wrong.ordered("valid_until", self.valid_from, self.valid_until);
        RegionForm {
            code: wrong.division("code", &self.code),
            name: wrong.required("name", &self.name, 60),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        }
    }
}

/// Divisions by code (行政区划)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(PlaceQuery), responses(
    (status = 200, description = "a page", body = PlacePage<RegionEntry>),
    (status = 422, description = "`invalid_fields`：筛选条件、cursor 或 limit 不对"),
))]
#[get("/places/regions")]
async fn list_place_regions(
    state: State,
    signed_in: SignedIn,
    query: Query<PlaceQuery>,
) -> Result<HttpResponse, Problem> {
    let body: PlacePage<RegionEntry> = state.place_page(&signed_in, &query, Store::place_regions).await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Add a division (增加区划)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), request_body = RegionBody, responses(
    (status = 201, description = "added", body = SavedResponse),
    (status = 422, description = "`invalid_fields`：有内容需要修改，见 `errors`"),
))]
#[post("/places/regions")]
async fn add_region(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<RegionBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::New, |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Created().json(saved))
}

/// Change a division (修改区划)
///
/// Its name and its days; the code names it.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("code" = String, Path)), request_body = RegionBody,
    responses(
        (status = 200, description = "changed", body = SavedResponse),
        (status = 404, description = "`place_unknown`：没有这个区划，或者不归您管理"),
        (status = 422, description = "`invalid_fields`：有内容需要修改，见 `errors`"),
    ))]
#[put("/places/regions/{code}")]
async fn change_region(
    state: State,
    signed_in: SignedIn,
    code: Path<String>,
    JsonBody(body): JsonBody<RegionBody>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let code = code.into_inner();
    if !signed_in.actor.place_scope().covers(&code) {
        return Err(Problem::PlaceUnknown);
    }
    let saved = state
        .save_place(signed_in, Target::This(code.clone()), |wrong| RegionForm {
            code: wrong.division("code", &code),
            ..body.check(wrong)
        })
        .await?;
    Ok(HttpResponse::Ok().json(saved))
}
