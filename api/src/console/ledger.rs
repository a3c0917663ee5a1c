//! The ledger (台账): a list with filters, as pages of JSON and as files.

mod archive;
mod export;
mod query;
pub mod sheet;

use actix_web::{HttpResponse, get, web::Query};
use chrono::{DateTime, Utc};
use minyi_domain::{
    calendar::WorkCalendar,
    handover::ResultClass,
    lifecycle::State as Stage,
    rights::Permission,
    submission::{Channel, Kind, Satisfaction},
};
use minyi_store::LedgerRow;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub use export::{XLSX, file};
pub use query::{LedgerQuery, given, is_true, read};

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    openapi::words,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::State,
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_ledger)
        .service(export::get_ledger_xlsx)
        .service(export::get_ledger_pdf)
        .service(archive::get_archive);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of the ledger.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000aa", "number": "20261121-ACDE347", "channel": "visit",
        "kind": "problem", "state": "answered", "state_name": "已答复，待评价",
        "submitted_at": "2026-11-21T01:00:00Z", "grid_name": "杏林社区第二网格", "site_name": "杏林社区代表联络站",
        "category": "城乡建设/市政设施", "summary": "3 号院门口的路灯坏了半个多月。", "handler": "王建国", "office": null, "result": null,
        "declined_as": null, "promised_at": "2026-11-27T15:59:59Z", "first_answered_at": "2026-11-23T02:00:00Z",
        "days_used": 1, "overdue": false, "solved": true, "satisfaction": "satisfied"
    }],
    "total": 1, "next_cursor": null
}))]
pub struct LedgerResponse {
    items: Vec<LedgerEntry>,
    /// Rows on all pages.
    total: i64,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

/// A submission in the ledger; no contact data.
#[derive(Serialize, ToSchema)]
pub struct LedgerEntry {
    id: Uuid,
    number: String,
    #[schema(schema_with = words::submission_channel)]
    channel: Channel,
    #[schema(schema_with = words::kind)]
    kind: Kind,
    #[schema(schema_with = words::state)]
    state: Stage,
    state_name: &'static str,
    submitted_at: DateTime<Utc>,
    grid_name: String,
    site_name: String,
    /// Names from the first level down, joined by `/`; `null`: not yet classified.
    category: Option<String>,
    /// The beginning of the text, at most 120 characters.
    summary: String,
    /// The responsible deputy; `null`: the station's staff, or the level above.
    handler: Option<String>,
    /// The office that has it, or had it last.
    office: Option<String>,
    /// What the office said came of it: `a` 解决，`b` 正在解决，`c` 列入计划，`d` 留作参考.
    #[schema(value_type = Option<String>)]
    result: Option<ResultClass>,
    /// The kind of refusal.
    declined_as: Option<String>,
    /// The promise of the first answer.
    promised_at: DateTime<Utc>,
    first_answered_at: Option<DateTime<Utc>>,
    /// Working days to the first answer; the day of registration is not counted.
    days_used: Option<i32>,
    /// The answer is missing and the time is over.
    overdue: bool,
    /// By the last rating.
    solved: Option<bool>,
    #[schema(schema_with = words::satisfaction)]
    satisfaction: Option<Satisfaction>,
}

/// Working days from registration to the first answer.
pub fn days_used(row: &LedgerRow, calendar: &WorkCalendar) -> Option<i32> {
    row.first_answered_at
        .map(|answered_at| calendar.working_days_left(row.submitted_at, answered_at))
}

fn entry(row: LedgerRow, calendar: &WorkCalendar) -> LedgerEntry {
    LedgerEntry {
        days_used: days_used(&row, calendar),
        state_name: row.state.zh(),
        id: row.id,
        number: row.number,
        channel: row.channel,
        kind: row.kind,
        state: row.state,
        submitted_at: row.submitted_at,
        grid_name: row.grid_name,
        site_name: row.site_name,
        category: row.category,
        summary: row.summary,
        handler: row.handler,
        office: row.office,
        result: row.result,
        declined_as: row.declined_as,
        promised_at: row.promised_at,
        first_answered_at: row.first_answered_at,
        overdue: row.overdue,
        solved: row.rating.map(|(solved, _)| solved),
        satisfaction: row.rating.map(|(_, satisfaction)| satisfaction),
    }
}

/// The ledger (台账)
///
/// Newest first, within the person's scope; all filters must be met together.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(LedgerQuery, PageQuery), responses(
    (status = 200, description = "a page", body = LedgerResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：角色不看台账"),
    (status = 422, description = "`invalid_fields`：筛选条件、cursor 或 limit 不对"),
))]
#[get("/ledger")]
async fn list_ledger(
    state: State,
    signed_in: SignedIn,
    query: Query<LedgerQuery>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Ledger)?;
    let filter = query.filter()?;
    let cursor = read_cursor(page.cursor.as_deref())?;
    let limit = read_limit(page.limit)?;
    let (scope, now, rules) = (signed_in.actor.scope(), state.now(), state.rules_in_force().await?);
    let read = move |store: &minyi_store::Store| {
        let total = store.ledger_count(&scope, &filter, now)?;
        Ok((total, store.ledger(&scope, &filter, now, cursor, limit)?))
    };
    let (total, found) = state.ask(read).await?;
    let rows = found.items.into_iter();
    let body = LedgerResponse {
        items: rows.map(|row| entry(row, &rules.calendar)).collect(),
        total,
        next_cursor: found.next.map(write_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
