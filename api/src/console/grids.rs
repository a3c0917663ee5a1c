//! Grids that nobody leads.

use actix_web::{HttpResponse, get, web::Query};
use minyi_domain::rights::Permission;
use minyi_store::GridRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    paging::{read_limit, read_text_cursor, write_text_cursor},
    problem::Problem,
    state::State,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct GridsQuery {
    /// Only `true` is listed: grids without a responsible deputy today.
    unassigned: Option<bool>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of grids.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000dd", "code": "990102001001002", "name": "杏林社区第二网格",
        "place": "杏林社区 3 号院", "region_code": "990102001001", "site_name": "杏林社区代表联络站"
    }],
    "next_cursor": null
}))]
pub struct GridsResponse {
    items: Vec<GridEntry>,
    next_cursor: Option<String>,
}

/// A grid.
#[derive(Serialize, ToSchema)]
pub struct GridEntry {
    id: Uuid,
    /// 15 digits.
    code: String,
    name: String,
    place: String,
    /// Division code without trailing zeros.
    region_code: String,
    site_name: String,
}

impl From<GridRow> for GridEntry {
    fn from(grid: GridRow) -> Self {
        let GridRow {
            id,
            code,
            name,
            place,
            region_code,
            site_name,
        } = grid;
        Self {
            id,
            code,
            name,
            place,
            region_code,
            site_name,
        }
    }
}

/// Grids that nobody leads (没有责任代表的网格)
///
/// What comes in there goes to an assistant or to the station's staff until somebody is assigned.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(GridsQuery), responses(
    (status = 200, description = "a page by grid code", body = GridsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：代表看不到这一页"),
    (status = 422, description = "`invalid_fields`：unassigned、cursor 或 limit 不对"),
))]
#[get("/grids")]
pub(super) async fn list_grids(
    state: State,
    signed_in: SignedIn,
    query: Query<GridsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    if query.unassigned == Some(false) {
        return Err(Problem::field(
            "unassigned",
            "unknown_value",
            "unassigned 只能是 true。",
        ));
    }
    let cursor = read_text_cursor(query.cursor.as_deref())?;
    let limit = read_limit(query.limit)?;
    let (scope, today) = (signed_in.actor.scope(), state.today());
    let list = move |store: &minyi_store::Store| store.grids_without_lead(&scope, today, cursor.as_deref(), limit);
    let page = state.ask(list).await?;
    let body = GridsResponse {
        items: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page.next.as_deref().map(write_text_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
