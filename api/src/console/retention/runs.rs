use actix_web::{
    HttpResponse, delete, get, post,
    web::{Path, Query},
};
use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::{retention::DataClass, rights::Permission};
use minyi_store::{AskedRun, RetentionItem, RetentionRefusal, RetentionRun, RetentionState};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{json, read_class};
use crate::{
    auth::SignedIn,
    extract::JsonBody,
    openapi::words,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::{AppState, State},
};

/// A preview is believed so long.
const PREVIEW_HOLDS: TimeDelta = TimeDelta::hours(1);

/// What is to be removed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"classes": ["contact", "photos"], "previewed_at": "2026-11-21T01:00:00Z"}))]
pub struct RetentionRunRequest {
    /// At least one.
    classes: Vec<String>,
    /// `previewed_at` of the preview, at most an hour ago: what became due later stays.
    previewed_at: DateTime<Utc>,
}

/// A run.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aa000-0000-7000-8000-0000000000ee", "asked_by": "赵国栋", "state": "done",
    "created_at": "2026-11-21T01:00:00Z", "started_at": "2026-11-21T01:00:02Z", "finished_at": "2026-11-21T01:00:03Z",
    "error": null, "found": 12, "forgotten": 12, "items": [{
        "class": "contact", "name": "办结民意的姓名和电话", "before": "2024-11-21T01:00:00Z", "found": 12, "forgotten": 12,
        "finished": true
    }]
}))]
pub struct RetentionRunResponse {
    id: Uuid,
    /// `null`: the day's own run.
    asked_by: Option<String>,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    state: RetentionState,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    /// What went wrong, in Chinese.
    error: Option<String>,
    /// Rows that were due when it began.
    found: i64,
    /// Rows that were removed.
    forgotten: i64,
    items: Vec<RetentionRunItem>,
}

/// A class of a run.
#[derive(Serialize, ToSchema)]
pub struct RetentionRunItem {
    #[schema(schema_with = words::data_class)]
    class: DataClass,
    /// In Chinese.
    name: &'static str,
    /// What was older than this was due.
    before: DateTime<Utc>,
    found: i64,
    forgotten: i64,
    finished: bool,
}

impl From<RetentionItem> for RetentionRunItem {
    fn from(item: RetentionItem) -> Self {
        Self {
            class: item.class,
            name: item.class.zh(),
            before: item.due_before,
            found: item.found,
            forgotten: item.forgotten,
            finished: item.finished_at.is_some(),
        }
    }
}

impl From<RetentionRun> for RetentionRunResponse {
    fn from(run: RetentionRun) -> Self {
        Self {
            id: run.id,
            asked_by: run.asked_by,
            state: run.state,
            created_at: run.created_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            error: run.error,
            found: run.items.iter().map(|item| item.found).sum(),
            forgotten: run.items.iter().map(|item| item.forgotten).sum(),
            items: run.items.into_iter().map(Into::into).collect(),
        }
    }
}

impl AppState {
    async fn retention_run(&self, id: Uuid) -> Result<RetentionRunResponse, Problem> {
        let run = self.ask(move |store| store.retention_run(id)).await?;
        run.map(Into::into)
            .ok_or(Problem::RetentionRefused(RetentionRefusal::NotFound))
    }
}

/// Remove what is due (开始到期清理)
///
/// Of the chosen classes, and only what stood in the preview; a worker does it. What is removed cannot be brought back.
/// Stands in the audit log.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), request_body = RetentionRunRequest, responses(
    (status = 201, description = "waiting for a worker", body = RetentionRunResponse),
    (status = 403, description = "`forbidden`：只有系统管理员能清理"),
    (status = 409, description = "`retention_running`：上一次还没有结束；`preview_outdated`：预览以后期限改过"),
    (status = 422, description = "`invalid_fields`：没有选，没有这一类，或者预览太久"),
))]
#[post("/retention/runs")]
pub(super) async fn start_retention_run(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<RetentionRunRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Retention)?;
    let now = state.now();
    let classes = request.classes.iter().map(|word| read_class(word, "/classes"));
    let classes = classes.collect::<Result<Vec<_>, _>>()?;
    if classes.is_empty() {
        return Err(Problem::field("/classes", "required", "请至少选一类。"));
    }
    if request.previewed_at > now || request.previewed_at < now - PREVIEW_HOLDS {
        let detail = "预览是一小时以前的，请重新预览。";
        return Err(Problem::field("/previewed_at", "out_of_range", detail));
    }
    let asked = AskedRun {
        account_id: signed_in.actor.account_id,
        classes,
        previewed_at: request.previewed_at,
    };
    let by = signed_in.by();
    let started = state
        .ask(move |store| store.start_retention_run(&by, &asked, now))
        .await?;
    let id = started.map_err(Problem::RetentionRefused)?;
    Ok(HttpResponse::Created()
        .insert_header(("cache-control", "no-store"))
        .json(state.retention_run(id).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RetentionRunsQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of runs.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [], "next_cursor": null}))]
pub struct RetentionRunsResponse {
    items: Vec<RetentionRunResponse>,
    next_cursor: Option<String>,
}

/// What was removed (到期清理记录)
///
/// The runs that somebody asked for, and each day's own; the latest first.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), params(RetentionRunsQuery), responses(
    (status = 200, description = "a page", body = RetentionRunsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：只有系统管理员能看"),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/retention/runs")]
pub(super) async fn list_retention_runs(
    state: State,
    signed_in: SignedIn,
    query: Query<RetentionRunsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Retention)?;
    let (cursor, limit) = (read_cursor(query.cursor.as_deref())?, read_limit(query.limit)?);
    let page = state.ask(move |store| store.retention_runs(cursor, limit)).await?;
    Ok(json(RetentionRunsResponse {
        items: page.items.into_iter().map(Into::into).collect(),
        next_cursor: page.next.map(write_cursor),
    }))
}

/// How far a run is (到期清理进度)
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "as it stands", body = RetentionRunResponse),
    (status = 403, description = "`forbidden`：只有系统管理员能看"),
    (status = 404, description = "`retention_run_unknown`：没有这次清理"),
))]
#[get("/retention/runs/{id}")]
pub(super) async fn get_retention_run(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Retention)?;
    Ok(json(state.retention_run(id.into_inner()).await?))
}

/// Stop a run (取消到期清理)
///
/// What was removed stays removed; one that came to its end stays as it is.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "as it is now", body = RetentionRunResponse),
    (status = 403, description = "`forbidden`：只有系统管理员能取消"),
    (status = 404, description = "`retention_run_unknown`：没有这次清理"),
))]
#[delete("/retention/runs/{id}")]
pub(super) async fn cancel_retention_run(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Retention)?;
    let (by, id, now) = (signed_in.by(), id.into_inner(), state.now());
    let run = state.ask(move |store| store.cancel_retention_run(&by, id, now)).await?;
    let run = run.ok_or(Problem::RetentionRefused(RetentionRefusal::NotFound))?;
    Ok(json(RetentionRunResponse::from(run)))
}
