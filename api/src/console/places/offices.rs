//! Offices that handle matters (承办单位).

use actix_web::{
    HttpResponse, get, post, put,
    web::{Path, Query},
};
use chrono::NaiveDate;
use minyi_store::{OfficeForm, OfficePlace, PlaceTarget as Target, Store};
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
    cfg.service(list_place_offices)
        .service(add_office)
        .service(change_office);
}

/// An office.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aa000-0000-7000-8000-0000000000aa", "name": "县住建局", "region_code": "990102", "region_name": "某县",
    "valid_until": null
}))]
pub struct OfficePlaceEntry {
    id: Uuid,
    name: String,
    region_code: String,
    region_name: String,
    /// First day on which it no longer handles matters.
    valid_until: Option<NaiveDate>,
}

impl From<OfficePlace> for OfficePlaceEntry {
    fn from(office: OfficePlace) -> Self {
        Self {
            id: office.id,
            name: office.name,
            region_code: office.region_code,
            region_name: office.region_name,
            valid_until: office.valid_until,
        }
    }
}

/// An office as it is filled in.
#[derive(Default, Deserialize, ToSchema)]
#[schema(example = json!({"name": "县住建局", "region_code": "990102"}))]
pub struct OfficeBody {
    #[schema(max_length = 60)]
    pub name: String,
    /// The division whose office it is.
    pub region_code: String,
    /// First day on which it no longer handles matters.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

impl OfficeBody {
    pub fn check(&self, wrong: &mut Wrong) -> OfficeForm {
        OfficeForm {
            name: wrong.required("name", &self.name, 60),
            region_code: wrong.division("region_code", &self.region_code),
            valid_until: self.valid_until,
        }
    }
}

/// Offices by name (承办单位)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(PlaceQuery), responses(
    (status = 200, description = "a page", body = PlacePage<OfficePlaceEntry>),
    (status = 422, description = "`invalid_fields`：筛选条件、cursor 或 limit 不对"),
))]
#[get("/places/offices")]
async fn list_place_offices(
    state: State,
    signed_in: SignedIn,
    query: Query<PlaceQuery>,
) -> Result<HttpResponse, Problem> {
    let body: PlacePage<OfficePlaceEntry> = state.place_page(&signed_in, &query, Store::place_offices).await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Add an office (增加承办单位)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), request_body = OfficeBody, responses(
    (status = 201, description = "added", body = SavedResponse),
    (status = 422, description = "`invalid_fields`：有内容需要修改，见 `errors`"),
))]
#[post("/places/offices")]
async fn add_office(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<OfficeBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::New, |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Created().json(saved))
}

/// Change an office (修改承办单位)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = OfficeBody,
    responses(
        (status = 200, description = "changed", body = SavedResponse),
        (status = 404, description = "`place_unknown`：没有这个单位，或者不归您管理"),
        (status = 422, description = "`invalid_fields`：有内容需要修改，见 `errors`"),
    ))]
#[put("/places/offices/{id}")]
async fn change_office(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(body): JsonBody<OfficeBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::This(id.to_string()), |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Ok().json(saved))
}
