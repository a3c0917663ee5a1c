//! Deputies (人大代表), with what each lets everybody read.

use actix_web::{
    HttpResponse, get, post, put,
    web::{Path, Query},
};
use chrono::NaiveDate;
use minyi_domain::people::DeputyLevel;
use minyi_store::{DeputyForm, DeputyPlace, PlaceTarget as Target, SiteRef, Store};
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
    cfg.service(list_place_deputies)
        .service(add_deputy)
        .service(change_deputy);
}

/// A deputy.
#[derive(Serialize, ToSchema)]
#[schema(as = PlaceDeputyEntry, example = json!({
    "id": "019aa000-0000-7000-8000-000000000002", "public_token": "deputy1", "number": "1801023", "name": "李春兰",
    "level": "county", "level_name": "县（市、区）人大代表", "region_code": "990102003",
    "site_id": "019aa000-0000-7000-8000-0000000000ab", "site_name": "杏林社区代表联络站", "workplace": "杏林社区",
    "title": "书记", "introduction": "", "office_phone": null, "has_photo": false, "publishes_name": true,
    "publishes_workplace": true, "publishes_phone": false, "publishes_photo": false, "term_name": "第十八届",
    "term_from": "2022-01-01", "term_until": null, "grids": 2
}))]
pub struct DeputyEntry {
    id: Uuid,
    /// Stands in the address of the public page.
    public_token: String,
    /// 代表证号.
    number: Option<String>,
    name: String,
    #[schema(schema_with = words::deputy_level)]
    level: DeputyLevel,
    level_name: &'static str,
    /// The division that looks after the deputy.
    region_code: Option<String>,
    site_id: Option<Uuid>,
    site_name: Option<String>,
    workplace: String,
    title: String,
    introduction: String,
    office_phone: Option<String>,
    has_photo: bool,
    publishes_name: bool,
    publishes_workplace: bool,
    publishes_phone: bool,
    publishes_photo: bool,
    term_name: Option<String>,
    term_from: NaiveDate,
    /// First day on which the term no longer runs.
    term_until: Option<NaiveDate>,
    /// The deputy is in so many grids today.
    grids: i64,
}

impl From<DeputyPlace> for DeputyEntry {
    fn from((deputy, grids): DeputyPlace) -> Self {
        Self {
            level_name: deputy.level.zh(),
            id: deputy.id,
            public_token: deputy.public_token,
            number: deputy.number,
            name: deputy.name,
            level: deputy.level,
            region_code: deputy.region_code,
            site_id: deputy.site_id,
            site_name: deputy.site_name,
            workplace: deputy.workplace,
            title: deputy.title,
            introduction: deputy.introduction,
            office_phone: deputy.office_phone,
            has_photo: deputy.photo_key.is_some(),
            publishes_name: deputy.publishes_name,
            publishes_workplace: deputy.publishes_workplace,
            publishes_phone: deputy.publishes_phone,
            publishes_photo: deputy.publishes_photo,
            term_name: deputy.term_name,
            term_from: deputy.term_from,
            term_until: deputy.term_until,
            grids,
        }
    }
}

/// A deputy as it is filled in.
#[derive(Deserialize, ToSchema)]
#[schema(as = PlaceDeputyBody, example = json!({
    "number": "1801023", "name": "李春兰", "level": "county", "region_code": "990102003", "workplace": "杏林社区",
    "title": "书记", "publishes_name": true, "publishes_workplace": true, "term_name": "第十八届", "term_from": "2022-01-01"
}))]
pub struct DeputyBody {
    /// 代表证号.
    #[serde(default)]
    pub number: Option<String>,
    #[schema(max_length = 30)]
    pub name: String,
    #[schema(schema_with = words::deputy_level)]
    pub level: DeputyLevel,
    /// The division that looks after the deputy.
    pub region_code: String,
    #[serde(default)]
    pub site_id: Option<Uuid>,
    /// The site as a workbook names it.
    #[serde(skip)]
    #[schema(ignore)]
    pub site_name: String,
    #[serde(default)]
    #[schema(max_length = 60)]
    pub workplace: String,
    #[serde(default)]
    #[schema(max_length = 60)]
    pub title: String,
    #[serde(default)]
    #[schema(max_length = 500)]
    pub introduction: String,
    #[serde(default)]
    pub office_phone: Option<String>,
    /// Each of these by the deputy's own choice.
    #[serde(default)]
    pub publishes_name: bool,
    #[serde(default)]
    pub publishes_workplace: bool,
    #[serde(default)]
    pub publishes_phone: bool,
    #[serde(default)]
    pub publishes_photo: bool,
    /// Such as 第十八届; left empty, what was written down stays.
    #[serde(default)]
    #[schema(max_length = 20)]
    pub term_name: String,
    pub term_from: NaiveDate,
    /// First day on which the term no longer runs.
    #[serde(default)]
    pub term_until: Option<NaiveDate>,
}

impl DeputyBody {
    pub fn check(&self, wrong: &mut Wrong) -> DeputyForm {
        wrong.ordered("term_until", Some(self.term_from), self.term_until);
        let by_name = (!self.site_name.is_empty()).then(|| SiteRef::Name(self.site_name.clone()));
        DeputyForm {
            number: wrong.optional("number", self.number.as_deref(), 30),
            name: wrong.required("name", &self.name, 30),
            level: self.level,
            region_code: wrong.division("region_code", &self.region_code),
            site: self.site_id.map(SiteRef::Id).or(by_name),
            workplace: wrong.line("workplace", &self.workplace, 60),
            title: wrong.line("title", &self.title, 60),
            introduction: wrong.text("introduction", &self.introduction, 500),
            office_phone: wrong.phone("office_phone", self.office_phone.as_deref()),
            publishes_name: self.publishes_name,
            publishes_workplace: self.publishes_workplace,
            publishes_phone: self.publishes_phone,
            publishes_photo: self.publishes_photo,
            term_name: wrong.line("term_name", &self.term_name, 20),
            term_from: self.term_from,
            term_until: self.term_until,
        }
    }
}

/// Deputies by name (人大代表)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(PlaceQuery), responses(
    (status = 200, description = "a page", body = PlacePage<DeputyEntry>),
    (status = 422, description = "`invalid_fields`：筛选条件、cursor 或 limit 不对"),
))]
#[get("/places/deputies")]
async fn list_place_deputies(
    state: State,
    signed_in: SignedIn,
    query: Query<PlaceQuery>,
) -> Result<HttpResponse, Problem> {
    let body: PlacePage<DeputyEntry> = state.place_page(&signed_in, &query, Store::place_deputies).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

/// Add a deputy (增加代表)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), request_body = DeputyBody, responses(
    (status = 201, description = "added", body = SavedResponse),
    (status = 422, description = "`invalid_fields`：有内容需要修改，见 `errors`"),
))]
#[post("/places/deputies")]
async fn add_deputy(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<DeputyBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::New, |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Created().json(saved))
}

/// Change a deputy (修改代表)
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = DeputyBody,
    responses(
        (status = 200, description = "changed", body = SavedResponse),
        (status = 404, description = "`place_unknown`：没有这位代表，或者不归您管理"),
        (status = 422, description = "`invalid_fields`：有内容需要修改，见 `errors`"),
    ))]
#[put("/places/deputies/{id}")]
async fn change_deputy(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(body): JsonBody<DeputyBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::This(id.to_string()), |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Ok().json(saved))
}
