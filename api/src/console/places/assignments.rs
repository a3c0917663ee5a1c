//! Deputies in grids (代表进网格).

use actix_web::{
    HttpResponse, get, post, put,
    web::{Path, Query},
};
use chrono::NaiveDate;
use minyi_domain::{places::GridRole, rights::Permission};
use minyi_store::{AssignmentForm, AssignmentPlace, DeputyRef, PlaceTarget as Target};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{SavedResponse, check::Wrong};
use crate::{
    auth::SignedIn, contract::ServiceConfig, extract::JsonBody, openapi::words, problem::Problem, state::State,
};

pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_assignments)
        .service(add_assignment)
        .service(change_assignment);
}

/// Whose: one of the two.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AssignmentsQuery {
    grid: Option<Uuid>,
    deputy: Option<Uuid>,
}

/// The assignments of one grid or of one deputy.
#[derive(Serialize, ToSchema)]
pub struct AssignmentsResponse {
    /// The latest first; at most 300.
    items: Vec<AssignmentEntry>,
}

/// An assignment.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aa000-0000-7000-8000-0000000000ee", "grid_id": "019aa000-0000-7000-8000-0000000000dd",
    "grid_code": "990102003001002", "grid_name": "杏林社区第二网格", "deputy_id": "019aa000-0000-7000-8000-000000000002",
    "deputy_name": "李春兰", "role": "lead", "valid_from": "2026-01-01", "valid_until": null
}))]
struct AssignmentEntry {
    id: Uuid,
    grid_id: Uuid,
    grid_code: String,
    grid_name: String,
    deputy_id: Uuid,
    deputy_name: String,
    #[schema(schema_with = words::grid_role)]
    role: String,
    valid_from: NaiveDate,
    /// First day on which it no longer holds.
    valid_until: Option<NaiveDate>,
}

impl From<AssignmentPlace> for AssignmentEntry {
    fn from((row, grid_code, grid_name, deputy_name): AssignmentPlace) -> Self {
        Self {
            id: row.id,
            grid_id: row.grid_id,
            grid_code,
            grid_name,
            deputy_id: row.deputy_id,
            deputy_name,
            role: row.role,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
        }
    }
}

/// An assignment as it is filled in.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "grid_code": "990102003001002", "deputy_id": "019aa000-0000-7000-8000-000000000002", "role": "lead",
    "valid_from": "2026-12-01"
}))]
pub struct AssignmentBody {
    /// 15 digits.
    pub grid_code: String,
    pub deputy_id: Uuid,
    /// The deputy as a workbook names it.
    #[serde(skip)]
    #[schema(ignore)]
    pub deputy_number: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub deputy_name: String,
    #[schema(schema_with = words::grid_role)]
    pub role: GridRole,
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
}

impl AssignmentBody {
    pub fn check(&self, wrong: &mut Wrong) -> AssignmentForm {
        wrong.ordered("valid_until", Some(self.valid_from), self.valid_until);
        let deputy = if !self.deputy_number.is_empty() {
            DeputyRef::Number(self.deputy_number.clone())
        } else if !self.deputy_name.is_empty() {
            DeputyRef::Name(self.deputy_name.clone())
        } else {
            DeputyRef::Id(self.deputy_id)
        };
        AssignmentForm {
            grid: self.grid_code.trim().to_owned(),
            deputy,
            role: self.role,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        }
    }
}

/// Who is in a grid, or in which grids a deputy is (代表进网格)
///
/// Of all times, the latest first.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(AssignmentsQuery), responses(
    (status = 200, description = "the assignments", body = AssignmentsResponse),
    (status = 422, description = "`invalid_fields`：要给 grid 或者 deputy"),
))]
#[get("/places/assignments")]
async fn list_assignments(
    state: State,
    signed_in: SignedIn,
    query: Query<AssignmentsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Places)?;
    let (grid, deputy) = (query.grid, query.deputy);
    if grid.is_none() && deputy.is_none() {
        return Err(Problem::field("grid", "required", "要给 grid 或者 deputy。"));
    }
    let scope = signed_in.actor.place_scope();
    let found = state.ask(move |store| store.assignments(&scope, grid, deputy)).await?;
    Ok(HttpResponse::Ok().json(AssignmentsResponse {
        items: found.into_iter().map(Into::into).collect(),
    }))
}

/// Assign a deputy to a grid (安排代表进网格)
///
/// At any day at most one deputy leads a grid.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), request_body = AssignmentBody, responses(
    (status = 201, description = "assigned", body = SavedResponse),
    (status = 422, description = "`invalid_fields`：有内容需要修改（例如和别的安排重叠），见 `errors`"),
))]
#[post("/places/assignments")]
async fn add_assignment(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<AssignmentBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::New, |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Created().json(saved))
}

/// Change an assignment (修改代表进网格的安排)
///
/// It ends by a last day; the grid stays the same.
#[utoipa::path(tag = "站点网格代表", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = AssignmentBody,
    responses(
        (status = 200, description = "changed", body = SavedResponse),
        (status = 404, description = "`place_unknown`：没有这个安排，或者不归您管理"),
        (status = 422, description = "`invalid_fields`：有内容需要修改（例如和别的安排重叠），见 `errors`"),
    ))]
#[put("/places/assignments/{id}")]
async fn change_assignment(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
    JsonBody(body): JsonBody<AssignmentBody>,
) -> Result<HttpResponse, Problem> {
    let saved = state
        .save_place(signed_in, Target::This(id.to_string()), |wrong| body.check(wrong))
        .await?;
    Ok(HttpResponse::Ok().json(saved))
}
