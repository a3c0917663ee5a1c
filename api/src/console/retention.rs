//! How long which data is kept, what is due, and the runs that remove it. The periods and the runs are the whole
//! installation's and belong to the system administrator; what is due of submissions is seen by those who answer
//! personal-information requests too, each in the own division.

mod runs;

use actix_web::{
    HttpResponse, get, put,
    web::{Path, Query},
};
use chrono::{DateTime, Utc};
use minyi_domain::{deadlines::Unit, retention::DataClass, rights::Permission};
use minyi_store::{DueData, DueSubmission, RetentionPeriod};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    openapi::words,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::State,
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_retention_periods)
        .service(put_retention_period)
        .service(list_retention_due)
        .service(list_retention_submissions)
        .service(runs::start_retention_run)
        .service(runs::list_retention_runs)
        .service(runs::get_retention_run)
        .service(runs::cancel_retention_run);
}

fn must_see(signed_in: &SignedIn) -> Result<(), Problem> {
    signed_in
        .must(Permission::Retention)
        .or_else(|_| signed_in.must(Permission::PersonalData))
}

fn read_class(word: &str, pointer: &str) -> Result<DataClass, Problem> {
    word.parse()
        .map_err(|_| Problem::field(pointer, "not_an_option", "没有这一类数据。"))
}

fn json(body: impl Serialize) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body)
}

/// How long everything is kept.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "class": "contact", "name": "办结民意的姓名和电话", "unit": "months", "unit_name": "个月", "amount": 24, "least": 3,
    "most": 120, "usual": 24, "basis": "办结后还要回访和答复追问，之后不再需要", "daily": false, "always_daily": false,
    "changed_by": null, "changed_at": null
}]}))]
pub struct RetentionPeriodsResponse {
    items: Vec<RetentionPeriodEntry>,
}

/// How long a class of data is kept.
#[derive(Serialize, ToSchema)]
pub struct RetentionPeriodEntry {
    #[schema(schema_with = words::data_class)]
    class: DataClass,
    /// In Chinese.
    name: &'static str,
    #[schema(schema_with = words::unit)]
    unit: Unit,
    /// In Chinese.
    unit_name: &'static str,
    amount: i16,
    least: u16,
    most: u16,
    /// What holds until somebody sets another period.
    usual: u16,
    /// Why these bounds, in Chinese.
    basis: &'static str,
    /// Cleared every day.
    daily: bool,
    /// That cannot be switched off.
    always_daily: bool,
    changed_by: Option<String>,
    /// `null`: as the program brought it.
    changed_at: Option<DateTime<Utc>>,
}

impl From<RetentionPeriod> for RetentionPeriodEntry {
    fn from(period: RetentionPeriod) -> Self {
        let bounds = period.class.bounds();
        Self {
            class: period.class,
            name: period.class.zh(),
            unit: bounds.unit,
            unit_name: bounds.unit.zh(),
            amount: period.amount,
            least: bounds.least,
            most: bounds.most,
            usual: bounds.usual,
            basis: bounds.basis,
            daily: period.daily,
            always_daily: period.class.is_always_daily(),
            changed_by: period.changed_by,
            changed_at: period.changed_at,
        }
    }
}

/// Retention periods (保存期限)
///
/// Of each class of data, with the bounds that the law and the work set.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), responses(
    (status = 200, description = "all classes", body = RetentionPeriodsResponse),
    (status = 403, description = "`forbidden`：没有保存期限或者个人信息请求的权限"),
))]
#[get("/retention/periods")]
async fn list_retention_periods(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    must_see(&signed_in)?;
    let periods = state.ask(|store| store.retention_periods()).await?;
    Ok(json(RetentionPeriodsResponse {
        items: periods.into_iter().map(Into::into).collect(),
    }))
}

/// How long a class is to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"amount": 24, "daily": true}))]
pub struct RetentionPeriodRequest {
    /// In the unit of the class.
    amount: u16,
    /// Clear it every day.
    daily: bool,
}

/// Set a retention period (设置保存期限)
///
/// Within the bounds of the class; for the whole installation, from the next run on. Stands in the audit log.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), params(
    ("class" = String, Path, description = "the class of data", example = "contact")
), request_body = RetentionPeriodRequest, responses(
    (status = 204, description = "set"),
    (status = 403, description = "`forbidden`：只有系统管理员能设置"),
    (status = 422, description = "`invalid_fields`：没有这一类，期限超出范围，或者这一类必须每天清理"),
))]
#[put("/retention/periods/{class}")]
async fn put_retention_period(
    state: State,
    signed_in: SignedIn,
    class: Path<String>,
    JsonBody(request): JsonBody<RetentionPeriodRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Retention)?;
    let class = read_class(&class, "class")?;
    let bounds = class.bounds();
    if !(bounds.least..=bounds.most).contains(&request.amount) {
        let detail = format!(
            "这一类要保存 {} 到 {} {}。",
            bounds.least,
            bounds.most,
            bounds.unit.zh()
        );
        return Err(Problem::field("/amount", "out_of_range", detail));
    }
    if class.is_always_daily() && !request.daily {
        return Err(Problem::field("/daily", "always_daily", "这一类每天都要清理，不能关。"));
    }
    let (by, account, now) = (signed_in.by(), signed_in.actor.account_id, state.now());
    let set = (class, request.amount, request.daily);
    state
        .ask(move |store| store.set_retention_period(&by, account, set, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is due.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"previewed_at": "2026-11-21T01:00:00Z", "items": [{
    "class": "contact", "name": "办结民意的姓名和电话", "before": "2024-11-21T01:00:00Z", "found": 12,
    "oldest": "2024-03-02T08:00:00Z", "has_submissions": true
}]}))]
pub struct RetentionDueResponse {
    /// A run that is asked for with this time removes nothing that does not stand here.
    previewed_at: DateTime<Utc>,
    items: Vec<RetentionDueEntry>,
}

/// What is due of a class.
#[derive(Serialize, ToSchema)]
pub struct RetentionDueEntry {
    #[schema(schema_with = words::data_class)]
    class: DataClass,
    /// In Chinese.
    name: &'static str,
    /// What is older than this.
    before: DateTime<Utc>,
    found: i64,
    /// When the period of the oldest row began.
    oldest: Option<DateTime<Utc>>,
    /// The rows belong to submissions, which can be listed.
    has_submissions: bool,
}

impl From<DueData> for RetentionDueEntry {
    fn from(due: DueData) -> Self {
        Self {
            class: due.class,
            name: due.class.zh(),
            before: due.before,
            found: due.found,
            oldest: due.oldest,
            has_submissions: due.class.is_of_submissions(),
        }
    }
}

/// What is due now (到期清理预览)
///
/// For the system administrator everything; in a division what belongs to its submissions. Open and frozen submissions are
/// never due.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), responses(
    (status = 200, description = "by class", body = RetentionDueResponse),
    (status = 403, description = "`forbidden`：没有保存期限或者个人信息请求的权限"),
))]
#[get("/retention/due")]
async fn list_retention_due(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    must_see(&signed_in)?;
    let (scope, now) = (signed_in.actor.place_scope(), state.now());
    let due = state.ask(move |store| store.retention_preview(&scope, now)).await?;
    Ok(json(RetentionDueResponse {
        previewed_at: now,
        items: due.into_iter().map(Into::into).collect(),
    }))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DueSubmissionsQuery {
    /// `contact`, `photos` or `messages`.
    #[param(example = "contact")]
    #[serde(default)]
    class: String,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of submissions of which something is due.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "id": "019aa000-0000-7000-8000-0000000000aa", "number": "20240221-ACDE347", "region_name": "杏林镇",
    "closed_at": "2024-03-02T08:00:00Z"
}], "next_cursor": null}))]
pub struct DueSubmissionsResponse {
    items: Vec<DueSubmissionEntry>,
    next_cursor: Option<String>,
}

/// A submission of which something is due; nothing of what it says.
#[derive(Serialize, ToSchema)]
pub struct DueSubmissionEntry {
    id: Uuid,
    number: String,
    region_name: String,
    closed_at: DateTime<Utc>,
}

impl From<DueSubmission> for DueSubmissionEntry {
    fn from(due: DueSubmission) -> Self {
        Self {
            id: due.id,
            number: due.number,
            region_name: due.region_name,
            closed_at: due.closed_at,
        }
    }
}

/// Submissions of which something is due (到期的民意)
///
/// Those closed first come first.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), params(DueSubmissionsQuery), responses(
    (status = 200, description = "a page", body = DueSubmissionsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：没有保存期限或者个人信息请求的权限"),
    (status = 422, description = "`invalid_fields`：class、cursor 或 limit 不对"),
))]
#[get("/retention/due/submissions")]
async fn list_retention_submissions(
    state: State,
    signed_in: SignedIn,
    query: Query<DueSubmissionsQuery>,
) -> Result<HttpResponse, Problem> {
    must_see(&signed_in)?;
    let class = read_class(&query.class, "class")?;
    let (cursor, limit) = (read_cursor(query.cursor.as_deref())?, read_limit(query.limit)?);
    let (scope, now) = (signed_in.actor.place_scope(), state.now());
    let page = state
        .ask(move |store| store.retention_submissions(&scope, class, now, cursor, limit))
        .await?;
    Ok(json(DueSubmissionsResponse {
        items: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page.next.map(write_cursor),
    }))
}
