//! Who took which list out of the product.

use actix_web::{HttpResponse, get, web::Query};
use chrono::{DateTime, Utc};
use minyi_domain::{people::Role, rights::Permission};
use minyi_store::{ExportKind, ExportRow};
use serde::{Deserialize, Serialize};
use serde_json::Value;
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
struct ExportsQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of the record.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000ee", "account_name": "李春兰", "account_role": "station_staff",
        "kind": "ledger_xlsx", "filter": {"from": "2026-01-01"}, "row_count": 120,
        "exported_at": "2026-11-21T01:00:00Z"
    }],
    "next_cursor": null
}))]
pub struct ExportsResponse {
    items: Vec<ExportEntry>,
    next_cursor: Option<String>,
}

/// One file that was handed out.
#[derive(Serialize, ToSchema)]
pub struct ExportEntry {
    id: Uuid,
    account_name: String,
    #[schema(schema_with = words::role)]
    account_role: Role,
    /// `ledger_xlsx`, `ledger_pdf` or `archive`.
    #[schema(value_type = String)]
    kind: ExportKind,
    /// The filter as it was asked for.
    #[schema(value_type = Object)]
    filter: Value,
    row_count: i64,
    exported_at: DateTime<Utc>,
}

impl From<ExportRow> for ExportEntry {
    fn from(row: ExportRow) -> Self {
        Self {
            id: row.id,
            account_name: row.account_name,
            account_role: row.account_role,
            kind: row.kind,
            filter: row.filter,
            row_count: row.row_count,
            exported_at: row.exported_at,
        }
    }
}

/// Who took which list out (导出记录)
///
/// For the auditor of the division; newest first.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(ExportsQuery), responses(
    (status = 200, description = "a page", body = ExportsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：只有审计员能看"),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/audit/exports")]
pub(super) async fn list_exports(
    state: State,
    signed_in: SignedIn,
    query: Query<ExportsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Audit)?;
    let cursor = read_cursor(query.cursor.as_deref())?;
    let limit = read_limit(query.limit)?;
    let scope = signed_in.actor.scope();
    let page = state.ask(move |store| store.exports(&scope, cursor, limit)).await?;
    let body = ExportsResponse {
        items: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page.next.map(write_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
