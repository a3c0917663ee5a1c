use actix_web::{
    HttpResponse, delete, get, post,
    web::{Path, Query},
};
use chrono::{DateTime, Utc};
use minyi_domain::{people::Actor, rights::Permission, sheet::Template};
use minyi_store::{JobOutcome, MOST_PRINTED, NewPrintJob, PrintJob, PrintJobState, PrintLook, new_id};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::look::DesignBody;
use crate::{
    auth::SignedIn,
    console::codes::SelectionRequest,
    extract::JsonBody,
    openapi::words,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::{AppState, State},
};

/// What is to be printed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "selection": {"region_code": "990102"}, "template": "a4", "crop_marks": false, "design": null
}))]
pub struct PrintJobRequest {
    /// The codes in use of a grid, a station or a division, or single ones.
    selection: SelectionRequest,
    #[schema(schema_with = words::template)]
    template: Template,
    /// Marks for the printing shop.
    #[serde(default)]
    crop_marks: bool,
    /// Words and colours of this batch; without them the division's own.
    design: Option<DesignBody>,
}

/// A batch.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aa000-0000-7000-8000-0000000000ee", "account_name": "李春兰", "subject": "某县", "template": "a4",
    "state": "running", "total": 10000, "done": 2400, "size_bytes": null, "error": null,
    "created_at": "2026-11-20T04:00:00Z", "started_at": "2026-11-20T04:00:01Z", "finished_at": null,
    "expires_at": "2026-12-04T04:00:00Z"
}))]
pub struct PrintJobResponse {
    id: Uuid,
    account_name: String,
    /// What is printed, in words.
    subject: String,
    #[schema(schema_with = words::template)]
    template: Template,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    state: PrintJobState,
    /// Codes.
    total: i32,
    /// Of these, drawn by now.
    done: i32,
    size_bytes: Option<i64>,
    /// What went wrong, in Chinese.
    error: Option<String>,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    /// When the file is thrown away.
    expires_at: DateTime<Utc>,
}

impl From<PrintJob> for PrintJobResponse {
    fn from(job: PrintJob) -> Self {
        Self {
            id: job.id,
            account_name: job.account_name,
            subject: job.subject,
            template: job.template,
            state: job.state,
            total: job.total,
            done: job.done,
            size_bytes: job.size_bytes,
            error: job.error,
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            expires_at: job.expires_at,
        }
    }
}

impl AppState {
    /// The look of the division in which a person is at home.
    pub(super) async fn own_look(&self, actor: &Actor) -> Result<PrintLook, Problem> {
        let actor = actor.clone();
        self.ask(move |store| {
            let Some(region) = store.home_region(&actor)? else {
                return Ok(PrintLook::default());
            };
            let design = store.print_design(&actor.scope(), &region)?;
            Ok(design.map(|design| design.look).unwrap_or_default())
        })
        .await
    }
}

/// Print a batch (印刷)
///
/// A worker draws it; ask for its state, then for its file. Only codes in use are printed, at most 20,000.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = PrintJobRequest, responses(
    (status = 201, description = "waiting for a worker", body = PrintJobResponse),
    (status = 403, description = "`forbidden`：没有印刷的权限"),
    (status = 404, description = "`nothing_selected`：范围里没有使用中的民意码"),
    (status = 422, description = "`invalid_fields`：内容不对；`too_many_rows`：一次最多 20,000 个"),
))]
#[post("/print-jobs")]
pub(super) async fn create_print_job(
    state: State,
    signed_in: SignedIn,
    body: JsonBody<PrintJobRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let PrintJobRequest {
        selection,
        template,
        crop_marks,
        design,
    } = body.0;
    let (selection, design) = (selection.read("/selection")?, design.map(DesignBody::read).transpose()?);
    let mut look = state.own_look(&signed_in.actor).await?;
    if let Some(design) = design {
        look.design = design;
    }
    let now = state.now();
    let new = NewPrintJob {
        id: new_id(now),
        selection,
        template,
        crop_marks,
        look,
        public_url: state.settings.public_url.clone(),
    };
    let (by, actor, id) = (signed_in.by(), signed_in.actor, new.id);
    let (outcome, job) = state
        .ask(move |store| {
            let outcome = store.create_print_job(&by, &actor, &new, now)?;
            Ok((outcome, store.print_job(&actor.scope(), id)?))
        })
        .await?;
    match (outcome, job) {
        (JobOutcome::Created, Some(job)) => Ok(HttpResponse::Created().json(PrintJobResponse::from(job))),
        (JobOutcome::TooMany { found }, _) => Err(Problem::too_many_rows(found, MOST_PRINTED)),
        (JobOutcome::NoCodes | JobOutcome::Created, _) => Err(Problem::NothingSelected),
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct JobsQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of batches.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [], "next_cursor": null}))]
pub struct PrintJobsResponse {
    items: Vec<PrintJobResponse>,
    next_cursor: Option<String>,
}

/// The batches of a place (印刷任务)
///
/// Those that people of this place asked for and whose files are still kept.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(JobsQuery), responses(
    (status = 200, description = "a page, the latest first", body = PrintJobsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：没有印刷的权限"),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/print-jobs")]
pub(super) async fn list_print_jobs(
    state: State,
    signed_in: SignedIn,
    query: Query<JobsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let (cursor, limit) = (read_cursor(query.cursor.as_deref())?, read_limit(query.limit)?);
    let scope = signed_in.actor.scope();
    let page = state.ask(move |store| store.print_jobs(&scope, cursor, limit)).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(PrintJobsResponse {
            items: page.items.into_iter().map(Into::into).collect(),
            next_cursor: page.next.map(write_cursor),
        }))
}

/// How far a batch is (印刷进度)
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the batch", body = PrintJobResponse),
    (status = 403, description = "`forbidden`：没有印刷的权限"),
    (status = 404, description = "`print_job_unknown`：没有这个任务，或者已经过期"),
))]
#[get("/print-jobs/{id}")]
pub(super) async fn get_print_job(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let job = state.print_job(&signed_in, id.into_inner()).await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(PrintJobResponse::from(job)))
}

impl AppState {
    pub(super) async fn print_job(&self, signed_in: &SignedIn, id: Uuid) -> Result<PrintJob, Problem> {
        let scope = signed_in.actor.scope();
        let job = self.ask(move |store| store.print_job(&scope, id)).await?;
        job.ok_or(Problem::PrintJobUnknown)
    }
}

/// Stop a batch (取消印刷)
///
/// One that came to its end stays as it is.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "as it is now", body = PrintJobResponse),
    (status = 403, description = "`forbidden`：没有印刷的权限"),
    (status = 404, description = "`print_job_unknown`：没有这个任务，或者已经过期"),
))]
#[delete("/print-jobs/{id}")]
pub(super) async fn cancel_print_job(
    state: State,
    signed_in: SignedIn,
    id: Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Print)?;
    let (by, scope, id, now) = (signed_in.by(), signed_in.actor.scope(), id.into_inner(), state.now());
    let job = state
        .ask(move |store| store.cancel_print_job(&by, &scope, id, now))
        .await?;
    let job = job.ok_or(Problem::PrintJobUnknown)?;
    Ok(HttpResponse::Ok().json(PrintJobResponse::from(job)))
}
