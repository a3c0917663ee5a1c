//! Who looked at contact data.

use actix_web::{HttpResponse, get, web::Query};
use chrono::{DateTime, Utc};
use minyi_domain::{people::Role, rights::Permission};
use minyi_store::ContactView;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    openapi::words,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::State,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ContactViewsQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of the record.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000ee", "number": "20261121-ACDE347", "viewer_name": "李春兰",
        "viewer_role": "deputy", "occurred_at": "2026-11-21T01:00:00Z"
    }],
    "next_cursor": null
}))]
pub struct ContactViewsResponse {
    items: Vec<ContactViewEntry>,
    next_cursor: Option<String>,
}

/// One look at contact data.
#[derive(Serialize, ToSchema)]
pub struct ContactViewEntry {
    id: Uuid,
    /// Of the submission.
    number: String,
    viewer_name: String,
    #[schema(schema_with = words::role)]
    viewer_role: Role,
    occurred_at: DateTime<Utc>,
}

impl From<ContactView> for ContactViewEntry {
    fn from(view: ContactView) -> Self {
        Self {
            id: view.id,
            number: view.number,
            viewer_name: view.viewer_name,
            viewer_role: view.viewer_role,
            occurred_at: view.occurred_at,
        }
    }
}

/// Who looked at contact data (联系方式查看记录)
///
/// For the auditor of the division; newest first.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(ContactViewsQuery), responses(
    (status = 200, description = "a page", body = ContactViewsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：只有审计员能看"),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/audit/contact-views")]
pub(super) async fn list_contact_views(
    state: State,
    signed_in: SignedIn,
    query: Query<ContactViewsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Audit)?;
    let cursor = read_cursor(query.cursor.as_deref())?;
    let limit = read_limit(query.limit)?;
    let scope = signed_in.actor.scope();
    let page = state
        .ask(move |store| store.contact_views(&scope, cursor, limit))
        .await?;
    let body = ContactViewsResponse {
        items: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page.next.map(write_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
