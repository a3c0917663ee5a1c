//! Deadline policies: set from a day on, seen before, applied to what runs on purpose.

use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{
    deadlines::{Policy, Unit},
    rights::Permission,
};
use minyi_store::{DeadlinePolicy, Recomputed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{auth::SignedIn, extract::JsonBody, openapi::words, problem::Problem, state::State};

/// Shown one by one; the rest is counted.
const MOST: usize = 200;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_deadline_policies)
        .service(create_deadline_policy)
        .service(preview_deadline_policies)
        .service(recompute_deadlines);
}

/// A length of time that is promised or kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "applies_to": "submission", "step": "answer", "amount": 5, "unit": "working_days", "effective_from": "2027-01-01"
}))]
pub struct DeadlinePolicyBody {
    /// `submission`, `office`, `intersession` or `proposal`.
    applies_to: String,
    /// Such as `answer`, `urgent_answer`, `remind`, `escalate`, `auto_close`.
    step: String,
    /// 0 only for `escalate_head`: at once.
    #[schema(minimum = 0, maximum = 400)]
    amount: u16,
    #[schema(schema_with = words::unit)]
    unit: Unit,
    /// In China; not in the past.
    effective_from: NaiveDate,
}

impl DeadlinePolicyBody {
    fn read(self) -> Result<DeadlinePolicy, Problem> {
        // The station's head may be told at the moment at which the answer was due.
        let least = u16::from(self.step != "escalate_head");
        if !(least..=400).contains(&self.amount) {
            return Err(Problem::field(
                "/amount",
                "out_of_range",
                format!("长度是 {least} 到 400。"),
            ));
        }
        Ok(DeadlinePolicy {
            applies_to: self.applies_to,
            step: self.step,
            policy: Policy {
                amount: self.amount,
                unit: self.unit,
            },
            effective_from: self.effective_from,
        })
    }
}

impl From<DeadlinePolicy> for DeadlinePolicyBody {
    fn from(policy: DeadlinePolicy) -> Self {
        Self {
            applies_to: policy.applies_to,
            step: policy.step,
            amount: policy.policy.amount,
            unit: policy.policy.unit,
            effective_from: policy.effective_from,
        }
    }
}

/// All policies.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "applies_to": "submission", "step": "answer", "amount": 5, "unit": "working_days", "effective_from": "2000-01-01"
}]}))]
pub struct DeadlinePoliciesResponse {
    /// Of each step the latest first.
    items: Vec<DeadlinePolicyBody>,
}

/// A policy to try, as if it held from today on.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"policy": null}))]
pub struct PolicyPreviewRequest {
    /// `null`: only those in force.
    policy: Option<DeadlinePolicyBody>,
}

/// What computing again changes.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"examined": 40, "moved": 1, "items": [{
    "submission_id": "019aa000-0000-7000-8000-0000000000aa", "number": "20261121-ACDE347",
    "from": "2026-11-27T15:59:59Z", "to": "2026-11-30T15:59:59Z"
}]}))]
pub struct RecomputedResponse {
    /// Clocks that run by a policy and whose date has not passed.
    examined: usize,
    moved: usize,
    /// The first 200 of those that move.
    items: Vec<MovedClockEntry>,
}

/// A date that becomes another one.
#[derive(Serialize, ToSchema)]
pub struct MovedClockEntry {
    submission_id: Uuid,
    number: String,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl From<Recomputed> for RecomputedResponse {
    fn from(done: Recomputed) -> Self {
        Self {
            examined: done.examined,
            moved: done.moved.len(),
            items: done
                .moved
                .into_iter()
                .take(MOST)
                .map(|moved| MovedClockEntry {
                    submission_id: moved.submission_id,
                    number: moved.number,
                    from: moved.from,
                    to: moved.to,
                })
                .collect(),
        }
    }
}

fn unknown_step() -> Problem {
    Problem::field("/step", "unknown_value", "没有这个环节，或者它不用这个单位。")
}

/// Deadline policies (办理时限)
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "those of the past and the future too", body = DeadlinePoliciesResponse),
))]
#[get("/deadline-policies")]
async fn list_deadline_policies(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let policies = state.ask(minyi_store::Store::deadline_policies).await?;
    let items = policies.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(DeadlinePoliciesResponse { items }))
}

/// Set a deadline policy from a day on (设置办理时限)
///
/// Clocks that run keep theirs, unless they are computed again on purpose.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = DeadlinePolicyBody, responses(
    (status = 201, description = "set", body = DeadlinePolicyBody),
    (status = 422, description = "`invalid_fields`：没有这个环节、长度不对，或者日期已经过去"),
))]
#[post("/deadline-policies")]
async fn create_deadline_policy(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<DeadlinePolicyBody>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    if body.effective_from < state.today() {
        return Err(Problem::field(
            "/effective_from",
            "in_the_past",
            "生效日期不能早于今天。",
        ));
    }
    let (new, by, now) = (body.clone().read()?, signed_in.by(), state.now());
    let set = state
        .ask(move |store| store.set_deadline_policy(&by, &new, now))
        .await?;
    if !set {
        return Err(unknown_step());
    }
    Ok(HttpResponse::Created().json(body))
}

/// What computing the running clocks again would change (预览)
///
/// With the policies in force today, and with one to try. Nothing is changed.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = PolicyPreviewRequest, responses(
    (status = 200, description = "which submissions, from which date to which", body = RecomputedResponse),
    (status = 422, description = "`invalid_fields`：没有这个环节，或者长度不对"),
))]
#[post("/deadline-policies/preview")]
async fn preview_deadline_policies(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<PolicyPreviewRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let tried = request.policy.map(DeadlinePolicyBody::read).transpose()?;
    let (scope, now) = (signed_in.actor.scope(), state.now());
    let seen = state
        .ask(move |store| store.preview_policies(&scope, tried.as_ref(), now))
        .await?;
    Ok(HttpResponse::Ok().json(RecomputedResponse::from(seen.ok_or_else(unknown_step)?)))
}

/// Compute the running clocks again (按现行时限重新计算)
///
/// With the policies in force today. What was promised moves; it stands in the audit log.
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "what moved", body = RecomputedResponse),
))]
#[post("/deadline-policies/recompute")]
async fn recompute_deadlines(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let (by, scope, now) = (signed_in.by(), signed_in.actor.scope(), state.now());
    let done = state
        .ask(move |store| store.recompute_policies(&by, &scope, now))
        .await?;
    Ok(HttpResponse::Ok().json(RecomputedResponse::from(done)))
}
