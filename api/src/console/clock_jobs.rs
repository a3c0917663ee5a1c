//! Clocks that are computed again (重新计算期限), or looked at as if they were: how far it is, what came of it, stopping it.

use actix_web::{HttpResponse, delete, get, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{people::Role, rights::Permission};
use minyi_store::{ClockEffect, ClockJob, ClockJobState, ClockTask, new_id};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    calendar::CalendarEffectResponse,
    policies::{RecomputedResponse, refused},
};
use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    problem::Problem,
    state::{AppState, State},
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_clock_job).service(cancel_clock_job);
}

/// Clocks that are computed, or looked at as if they were.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "id": "019aa000-0000-7000-8000-0000000000ce", "task": "recompute", "state": "running", "total": 12000, "done": 4500,
    "error": null, "created_at": "2026-11-21T01:00:00Z", "started_at": "2026-11-21T01:00:01Z", "finished_at": null,
    "year": null, "policies": null
}))]
pub struct ClockJobResponse {
    id: Uuid,
    /// `preview_year`, `take_year`, `preview_policies` or `recompute`; a preview changes nothing.
    task: &'static str,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    #[schema(value_type = String)]
    state: ClockJobState,
    /// Clocks; 0 until the work has begun.
    total: i32,
    /// Of these, looked at by now.
    done: i32,
    /// What went wrong, in Chinese; then nothing has changed.
    error: Option<String>,
    created_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    finished_at: Option<DateTime<Utc>>,
    /// What came of a year's notice, when it is done.
    year: Option<CalendarEffectResponse>,
    /// What came of the policies, when it is done.
    policies: Option<RecomputedResponse>,
}

impl ClockJobResponse {
    fn new(job: ClockJob, role: Role) -> Self {
        let (year, policies) = match (job.effect, job.task.year()) {
            (Some(ClockEffect::Year(effect)), Some(year)) => (Some(CalendarEffectResponse::new(year, effect)), None),
            (Some(ClockEffect::Policies(done)), _) => (None, Some(RecomputedResponse::new(done, role))),
            _ => (None, None),
        };
        Self {
            id: job.id,
            task: job.task.as_str(),
            state: job.state,
            total: job.total,
            done: job.done,
            error: job.error,
            created_at: job.created_at,
            started_at: job.started_at,
            finished_at: job.finished_at,
            year,
            policies,
        }
    }
}

impl AppState {
    /// Asks for clocks to be computed; the job that waits for a worker.
    ///
    /// # Errors
    /// [`Problem::Invalid`]: a policy that is tried could not be set.
    pub(super) async fn ask_clock_job(&self, signed_in: SignedIn, task: ClockTask) -> Result<HttpResponse, Problem> {
        signed_in.must(Permission::Configure)?;
        let now = self.now();
        let (id, by, actor) = (new_id(now), signed_in.by(), signed_in.actor);
        let role = actor.role;
        let asked = self
            .ask(move |store| match store.ask_clock_job(&by, &actor, (id, &task), now)? {
                Ok(()) => Ok(Ok(store.clock_job(&actor.place_scope(), id)?)),
                Err(refusal) => Ok(Err(refusal)),
            })
            .await?;
        let job = asked.map_err(refused)?.ok_or(Problem::ClockJobUnknown)?;
        Ok(HttpResponse::Created()
            .insert_header(("cache-control", "no-store"))
            .json(ClockJobResponse::new(job, role)))
    }
}

fn json(job: Option<ClockJob>, role: Role) -> Result<HttpResponse, Problem> {
    let job = job.ok_or(Problem::ClockJobUnknown)?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(ClockJobResponse::new(job, role)))
}

/// How far it is (期限计算进度)
///
/// And what came of it, when it is done. What somebody asked for earlier is forgotten when they ask again.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "the job", body = ClockJobResponse),
    (status = 403, description = "`forbidden`：角色不设置规则"),
    (status = 404, description = "`clock_job_unknown`：没有这个任务，或者已经有了新的"),
))]
#[get("/clock-jobs/{id}")]
async fn get_clock_job(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let (scope, id) = (signed_in.actor.place_scope(), id.into_inner());
    let job = state.ask(move |store| store.clock_job(&scope, id)).await?;
    json(job, signed_in.actor.role)
}

/// Stop it (取消期限计算)
///
/// Nothing of it stays; one that came to its end stays as it is.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(("id" = Uuid, Path)), responses(
    (status = 200, description = "as it is now", body = ClockJobResponse),
    (status = 403, description = "`forbidden`：角色不设置规则"),
    (status = 404, description = "`clock_job_unknown`：没有这个任务，或者已经有了新的"),
))]
#[delete("/clock-jobs/{id}")]
async fn cancel_clock_job(state: State, signed_in: SignedIn, id: Path<Uuid>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let (scope, id, now) = (signed_in.actor.place_scope(), id.into_inner(), state.now());
    let job = state.ask(move |store| store.cancel_clock_job(&scope, id, now)).await?;
    json(job, signed_in.actor.role)
}
