//! Who changed which place or person (变更记录).

use actix_web::{HttpResponse, get, web::Query};
use chrono::{DateTime, Utc};
use minyi_domain::{people::PlaceScope, rights::Permission};
use minyi_store::PlaceChange;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::State,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ChangesQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of changes.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000ff", "changed_at": "2026-11-20T04:00:00Z", "account_name": "王建国",
        "kind": "site", "action": "changed", "thing": "019aa000-0000-7000-8000-0000000000ab",
        "name": "杏林社区代表联络站", "region_code": "990102003", "fields": ["hotline"]
    }],
    "next_cursor": null
}))]
pub struct PlaceChangesResponse {
    items: Vec<PlaceChangeEntry>,
    next_cursor: Option<String>,
}

/// A change: which fields, not what stood in them.
#[derive(Serialize, ToSchema)]
pub struct PlaceChangeEntry {
    id: Uuid,
    changed_at: DateTime<Utc>,
    account_name: String,
    /// `region`, `site`, `office`, `grid`, `deputy` or `assignment`.
    kind: String,
    /// `added`, `changed` or `advanced`.
    action: String,
    /// The id, or a division's code.
    thing: String,
    name: String,
    region_code: String,
    #[schema(value_type = Vec<String>)]
    fields: Value,
}

impl From<PlaceChange> for PlaceChangeEntry {
    fn from(change: PlaceChange) -> Self {
        Self {
            id: change.id,
            changed_at: change.changed_at,
            account_name: change.account_name,
            kind: change.kind,
            action: change.action,
            thing: change.thing,
            name: change.name,
            region_code: change.region_code,
            fields: change.fields,
        }
    }
}

/// Who changed which place or person (站点网格代表的变更记录)
///
/// For the auditor of the division; newest first.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(ChangesQuery), responses(
    (status = 200, description = "a page", body = PlaceChangesResponse),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/audit/place-changes")]
pub(super) async fn list_place_changes(
    state: State,
    signed_in: SignedIn,
    query: Query<ChangesQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Audit)?;
    let cursor = read_cursor(query.cursor.as_deref())?;
    let limit = read_limit(query.limit)?;
    // An auditor keeps no places, but reads of those in the own division.
    let scope = signed_in
        .actor
        .region_code
        .map_or(PlaceScope::Nothing, PlaceScope::Region);
    let page = state
        .ask(move |store| store.place_changes(&scope, cursor, limit))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(PlaceChangesResponse {
            items: page.items.into_iter().map(Into::into).collect(),
            next_cursor: page.next.map(write_cursor),
        }))
}
