//! Deadline policies: set from a day on, seen before, applied to what runs on purpose.

use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{
    deadlines::{LegalLimit, Policy, Unit, legal_limit},
    handover::Channel,
    people::Role,
    rights::Permission,
    submission::{Kind, Urgency},
};
use minyi_store::{ClockTask, DeadlinePolicy, ListedPolicy, MovedClock, Narrowed, PolicyRefusal, Recomputed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::clock_jobs::ClockJobResponse;
use crate::{
    auth::SignedIn, contract::ServiceConfig, extract::JsonBody, openapi::words, problem::Problem, state::State,
};

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_deadline_policies)
        .service(create_deadline_policy)
        .service(preview_deadline_policies)
        .service(recompute_deadlines);
}

/// A length of time that is promised or kept, for all matters or for some. For each matter the one holds that names the
/// urgency, then the deeper category, then the kind, then the smaller division.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "applies_to": "submission", "step": "answer", "amount": 3, "unit": "working_days", "effective_from": "2027-01-01",
    "kind": "problem", "category_id": "019aa000-0000-7000-8000-0000000000c1", "urgency": "urgent",
    "region_code": "990102"
}))]
pub struct DeadlinePolicyBody {
    /// `submission`, `office`, `intersession` or `proposal`.
    applies_to: String,
    /// Such as `answer`, `remind`, `escalate`, `auto_close`.
    step: String,
    /// 0 only for `escalate_head`: at once. Left out, only where it is narrowed: from that day on what covers more holds
    /// again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 400)]
    amount: Option<u16>,
    /// Stands with the amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::unit, required = false)]
    unit: Option<Unit>,
    /// In China; not in the past.
    effective_from: NaiveDate,
    /// Only matters of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::kind, required = false)]
    kind: Option<Kind>,
    /// Only matters of this category and those below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    category_id: Option<Uuid>,
    /// Only matters of this urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = words::urgency, required = false)]
    urgency: Option<Urgency>,
    /// Only matters in this division and those below it; who administers a division must name it or one below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region_code: Option<String>,
}

impl DeadlinePolicyBody {
    fn read(self) -> Result<DeadlinePolicy, Problem> {
        // The station's head may be told at the moment at which the answer was due.
        let least = u16::from(self.step != "escalate_head");
        let policy = match (self.amount, self.unit) {
            (None, None) => None,
            (Some(amount), Some(unit)) if (least..=400).contains(&amount) => Some(Policy { amount, unit }),
            _ => {
                let detail = format!("长度是 {least} 到 400，要有单位。");
                return Err(Problem::field("/amount", "out_of_range", detail));
            }
        };
        Ok(DeadlinePolicy {
            applies_to: self.applies_to,
            step: self.step,
            policy,
            effective_from: self.effective_from,
            narrowed: Narrowed {
                kind: self.kind,
                category_id: self.category_id,
                urgency: self.urgency,
                region_code: self.region_code.filter(|code| !code.is_empty()),
            },
        })
    }
}

impl From<DeadlinePolicy> for DeadlinePolicyBody {
    fn from(policy: DeadlinePolicy) -> Self {
        Self {
            applies_to: policy.applies_to,
            step: policy.step,
            amount: policy.policy.map(|policy| policy.amount),
            unit: policy.policy.map(|policy| policy.unit),
            effective_from: policy.effective_from,
            kind: policy.narrowed.kind,
            category_id: policy.narrowed.category_id,
            urgency: policy.narrowed.urgency,
            region_code: policy.narrowed.region_code,
        }
    }
}

/// A policy with the names of what it is narrowed to.
#[derive(Serialize, ToSchema)]
pub struct DeadlinePolicyEntry {
    #[serde(flatten)]
    policy: DeadlinePolicyBody,
    /// Path of the category, from level 1 down.
    category: Option<String>,
    /// Name of the division.
    region: Option<String>,
}

/// The longest that the law allows.
#[derive(Serialize, ToSchema)]
pub struct LegalLimitEntry {
    applies_to: &'static str,
    step: &'static str,
    amount: u16,
    #[schema(schema_with = words::unit)]
    unit: Unit,
    /// The law or regulation.
    source: &'static str,
}

fn limits() -> Vec<LegalLimitEntry> {
    const STEPS: [&str; 6] = ["accept", "answer", "extend", "partner", "redo", "judge"];
    let ways = Channel::ALL
        .iter()
        .flat_map(|way| STEPS.map(|step| (way.as_str(), step)));
    ways.filter_map(|(applies_to, step)| {
        let limit = legal_limit(applies_to, step)?;
        Some(LegalLimitEntry {
            applies_to,
            step,
            amount: limit.longest.amount,
            unit: limit.longest.unit,
            source: limit.source,
        })
    })
    .collect()
}

/// The policies that hold in my division, and the limits of the law.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "applies_to": "submission", "step": "answer", "amount": 5, "unit": "working_days", "effective_from": "2000-01-01",
    "category": null, "region": null
}], "limits": [{"applies_to": "proposal", "step": "answer", "amount": 3, "unit": "months",
    "source": "《代表法》第五十一条：三个月内答复，疑难的六个月"}]}))]
pub struct DeadlinePoliciesResponse {
    /// Of each step the general ones first, and of each the latest first.
    items: Vec<DeadlinePolicyEntry>,
    limits: Vec<LegalLimitEntry>,
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
    /// The first 200 of those that move; none for who may not read cases.
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

impl RecomputedResponse {
    /// What came of it, as somebody of this role sees it.
    pub fn new(done: Recomputed, role: Role) -> Self {
        let entry = |moved: MovedClock| MovedClockEntry {
            submission_id: moved.submission_id,
            number: moved.number,
            from: moved.from,
            to: moved.to,
        };
        let items = if role.may(Permission::ReadCases) {
            done.first
        } else {
            Vec::new()
        };
        Self {
            examined: done.examined,
            moved: done.moved,
            items: items.into_iter().map(entry).collect(),
        }
    }
}

/// Which field is wrong.
pub fn refused(refusal: PolicyRefusal) -> Problem {
    match refusal {
        PolicyRefusal::NoStep => Problem::field("/step", "unknown_value", "没有这个环节，或者它不用这个单位。"),
        PolicyRefusal::NoLength => Problem::field("/amount", "required", "没有限定范围的时限只能换成新的，不能取消。"),
        PolicyRefusal::Region => Problem::field(
            "/region_code",
            "not_yours",
            "请选您管理的区域，或者它下面的区域；全部区域的时限由系统管理员设置。",
        ),
        PolicyRefusal::Category => Problem::field("/category_id", "unknown_value", "没有这个分类。"),
        PolicyRefusal::Law(LegalLimit { longest, source }) => Problem::field(
            "/amount",
            "over_legal_limit",
            format!("不能长于法定的 {}{}（{source}）。", longest.amount, longest.unit.zh()),
        ),
    }
}

/// Deadline policies (办理时限)
///
/// Those for all divisions, and those of my division, of what lies in it, and of what it lies in.
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "those of the past and the future too", body = DeadlinePoliciesResponse),
))]
#[get("/deadline-policies")]
async fn list_deadline_policies(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let scope = signed_in.actor.place_scope();
    let policies = state.ask(move |store| store.deadline_policies(&scope)).await?;
    let entry = |listed: ListedPolicy| DeadlinePolicyEntry {
        policy: listed.policy.into(),
        category: listed.category,
        region: listed.region,
    };
    Ok(HttpResponse::Ok().json(DeadlinePoliciesResponse {
        items: policies.into_iter().map(entry).collect(),
        limits: limits(),
    }))
}

/// Set a deadline policy from a day on (设置办理时限)
///
/// Clocks that run keep theirs, unless they are computed again on purpose. Who administers a division sets them for it, or
/// for one below it.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = DeadlinePolicyBody, responses(
    (status = 201, description = "set", body = DeadlinePolicyBody),
    (status = 422, description = "`invalid_fields`：没有这个环节或分类、长度不对或超过法定期限、区域不归您管理，或者日期已经过去"),
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
    let scope = signed_in.actor.place_scope();
    state
        .ask(move |store| store.set_deadline_policy(&by, &scope, &new, now))
        .await?
        .map_err(refused)?;
    Ok(HttpResponse::Created().json(body))
}

/// What computing the running clocks again would change (预览)
///
/// With the policies in force today, and with one to try. Nothing is changed. A worker computes it; ask for the job.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = PolicyPreviewRequest, responses(
    (status = 201, description = "waiting for a worker", body = ClockJobResponse),
    (status = 422, description = "`invalid_fields`：如设置时"),
))]
#[post("/deadline-policies/preview")]
async fn preview_deadline_policies(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<PolicyPreviewRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let tried = request.policy.map(DeadlinePolicyBody::read).transpose()?;
    state.ask_clock_job(signed_in, ClockTask::PreviewPolicies(tried)).await
}

/// Compute the running clocks again (按现行时限重新计算)
///
/// With the policies in force today. What was promised moves. A worker does it, whole or not at all; it stands in the audit log.
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 201, description = "waiting for a worker", body = ClockJobResponse),
))]
#[post("/deadline-policies/recompute")]
async fn recompute_deadlines(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    state.ask_clock_job(signed_in, ClockTask::Recompute).await
}
