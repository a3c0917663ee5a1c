//! The audit log: search and export, for the auditor.

use actix_web::{HttpResponse, get, web::Query};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use minyi_domain::{
    audit::{Action, ObjectKind, Outcome},
    calendar::{CHINA, at_local_time, local_date},
    people::Role,
    rights::Permission,
};
use minyi_print::{
    book::Book,
    table::{Cell, Column},
};
use minyi_store::{Act, AuditEntry, AuditFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::ledger::{XLSX, file, given, read};
use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    openapi::words,
    paging::{read_cursor, read_limit, write_cursor},
    problem::{FieldProblem, Problem},
    state::State,
};

/// Rows of a workbook.
const MOST_ROWS: i64 = 100_000;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_audit_log).service(get_audit_log_xlsx);
}

/// Which acts; an empty parameter lets all through.
#[derive(Debug, Default, Deserialize, Serialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// First day, in China.
    #[param(example = "2026-11-01")]
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// Last day, in China.
    #[param(example = "2026-11-30")]
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// A part of the name of who acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    /// Id of the account that acted.
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    /// Such as `signed_in`.
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<String>,
    /// Such as `account`.
    #[serde(skip_serializing_if = "Option::is_none")]
    object_kind: Option<String>,
    /// Id of the thing to which it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    object_id: Option<String>,
    /// `done` or `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct AuditPageQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

impl AuditQuery {
    fn filter(&self) -> Result<AuditFilter, Problem> {
        const DAY: &str = "日期要写成 2026-01-31 这样。";
        const WORD: &str = "没有这个选项。";
        let mut wrong: Vec<FieldProblem> = Vec::new();
        let from: Option<NaiveDate> = read(self.from.as_ref(), "from", DAY, &mut wrong);
        let to: Option<NaiveDate> = read(self.to.as_ref(), "to", DAY, &mut wrong);
        let midnight = |day| at_local_time(day, NaiveTime::MIN);
        let text = |parameter: &Option<String>| given(parameter.as_ref()).map(str::to_owned);
        let filter = AuditFilter {
            from: from.map(midnight),
            until: to.and_then(|day| day.checked_add_days(Days::new(1))).map(midnight),
            person: text(&self.person),
            account_id: read(self.account.as_ref(), "account", WORD, &mut wrong),
            action: read(self.action.as_ref(), "action", WORD, &mut wrong),
            object_kind: read(self.object_kind.as_ref(), "object_kind", WORD, &mut wrong),
            object_id: text(&self.object_id),
            result: read(self.result.as_ref(), "result", WORD, &mut wrong),
        };
        if wrong.is_empty() {
            Ok(filter)
        } else {
            Err(Problem::Invalid(wrong))
        }
    }
}

/// A page of the audit log.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000ee", "occurred_at": "2026-11-21T01:00:00Z",
        "account_id": "019aa000-0000-7000-8000-000000000001", "account_name": "李春兰", "account_role": "county_admin",
        "region_code": "990102", "action": "signed_in", "action_name": "登录", "object_kind": "account",
        "object_name": "账号", "object_id": "019aa000-0000-7000-8000-000000000001", "result": "done",
        "address": "203.0.113.9", "detail": {"way": "password"}
    }],
    "next_cursor": null
}))]
pub struct AuditLogResponse {
    items: Vec<AuditLogEntry>,
    next_cursor: Option<String>,
}

/// Who did what, when, from where, with which result.
#[derive(Serialize, ToSchema)]
pub struct AuditLogEntry {
    id: Uuid,
    occurred_at: DateTime<Utc>,
    /// `null`: nobody was signed in.
    account_id: Option<Uuid>,
    /// As it was at the time.
    account_name: String,
    #[schema(value_type = Option<String>)]
    account_role: Option<Role>,
    /// The division that it concerns; empty: the whole installation.
    region_code: String,
    #[schema(schema_with = words::audit_action)]
    action: Action,
    /// In Chinese.
    action_name: &'static str,
    #[schema(schema_with = words::audit_object)]
    object_kind: ObjectKind,
    /// In Chinese.
    object_name: &'static str,
    object_id: String,
    #[schema(schema_with = words::audit_result)]
    result: Outcome,
    /// `null`: on the machine itself.
    address: Option<String>,
    /// What else is worth knowing; no personal data.
    #[schema(value_type = Object)]
    detail: Value,
}

impl From<AuditEntry> for AuditLogEntry {
    fn from(entry: AuditEntry) -> Self {
        Self {
            id: entry.id,
            occurred_at: entry.occurred_at,
            account_id: entry.account_id,
            account_name: entry.account_name,
            account_role: entry.account_role,
            region_code: entry.region_code,
            action: entry.action,
            action_name: entry.action.zh(),
            object_kind: entry.object_kind,
            object_name: entry.object_kind.zh(),
            object_id: entry.object_id,
            result: entry.result,
            address: entry.address,
            detail: entry.detail,
        }
    }
}

/// The audit log (审计日志)
///
/// For the auditor: what concerns the own division, newest first.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(AuditQuery, AuditPageQuery), responses(
    (status = 200, description = "a page", body = AuditLogResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：只有审计员能看"),
    (status = 422, description = "`invalid_fields`：筛选条件、cursor 或 limit 不对"),
))]
#[get("/audit/log")]
async fn list_audit_log(
    state: State,
    signed_in: SignedIn,
    query: Query<AuditQuery>,
    page: Query<AuditPageQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Audit)?;
    let (cursor, limit) = (read_cursor(page.cursor.as_deref())?, read_limit(page.limit)?);
    let (scope, filter) = (signed_in.actor.scope(), query.filter()?);
    let page = state
        .ask(move |store| store.audit_log(&scope, &filter, cursor, limit))
        .await?;
    let body = AuditLogResponse {
        items: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page.next.map(write_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}

const COLUMNS: [Column; 10] = [
    Column::new("时间", 32.0),
    Column::new("人员", 24.0),
    Column::new("角色", 20.0),
    Column::new("区划", 18.0),
    Column::new("操作", 28.0),
    Column::new("对象", 20.0),
    Column::new("对象编号", 60.0),
    Column::new("结果", 12.0),
    Column::new("来源地址", 30.0),
    Column::new("说明", 60.0),
];

fn cells(entry: AuditEntry) -> [Cell; 10] {
    let local = local_time(entry.occurred_at);
    let detail = match &entry.detail {
        Value::Object(fields) if fields.is_empty() => None,
        detail => Some(detail.to_string()),
    };
    [
        Cell::Text(local),
        Cell::Text(entry.account_name),
        Cell::maybe(entry.account_role.map(Role::zh)),
        Cell::Text(entry.region_code),
        Cell::Text(entry.action.zh().to_owned()),
        Cell::Text(entry.object_kind.zh().to_owned()),
        Cell::Text(entry.object_id),
        Cell::Text(entry.result.zh().to_owned()),
        Cell::Text(entry.address.unwrap_or_else(|| "本机".to_owned())),
        Cell::maybe(detail),
    ]
}

/// To the second, in China.
fn local_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&CHINA).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// The audit log as a workbook (导出审计日志)
///
/// The same filters as the list; up to 100,000 rows. The export stands in the log itself.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(AuditQuery), responses(
    (status = 200, description = "a workbook", body = crate::openapi::File,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：只有审计员能看"),
    (status = 422, description = "`invalid_fields`：筛选条件不对；`too_many_rows`：超过 100000 行，请缩小范围"),
))]
#[get("/audit/log.xlsx")]
async fn get_audit_log_xlsx(
    state: State,
    signed_in: SignedIn,
    query: Query<AuditQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Audit)?;
    let (scope, filter, now) = (signed_in.actor.scope(), query.filter()?, state.now());
    let asked = serde_json::to_value(query.into_inner()).map_err(Problem::internal)?;
    let (by, store) = (signed_in.by(), state.store.clone());
    let write = move || -> Result<Vec<u8>, Problem> {
        let found = store.audit_count(&scope, &filter)?;
        if found > MOST_ROWS {
            return Err(Problem::TooManyRows { found, most: MOST_ROWS });
        }
        let mut book = Book::new("审计日志", local_date(now))?;
        let sheet = book.sheet("审计日志", &COLUMNS)?;
        let rows = store.audit_in_batches::<Problem>(&scope, &filter, |entries| {
            for entry in entries {
                book.row(sheet, &cells(entry))?;
            }
            Ok(())
        })?;
        let bytes = book.finish()?;
        let act = Act::done(Action::AuditExported, ObjectKind::AuditLog, local_date(now));
        store.record_act(&by, &act.with(json!({"filter": asked, "rows": rows})), now)?;
        Ok(bytes)
    };
    let bytes = state.draw(write).await??;
    Ok(file(bytes, XLSX, &format!("shenji-{}.xlsx", state.today())))
}
