//! When messages go out to residents, and to whoever wishes nothing else (消息发送时间).

use actix_web::{HttpResponse, get, put};
use minyi_domain::rights::Permission;
use minyi_store::DeliveryPolicy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    auth::SignedIn,
    contract::ServiceConfig,
    extract::JsonBody,
    mine::notification_preferences::{HoursBody, clock_time, read_time},
    problem::{FieldProblem, Problem},
    state::State,
};

/// A day: whoever waits longer for the next channel does not wait for it.
const MOST_MINUTES: u16 = 1440;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_delivery_policy).service(put_delivery_policy);
}

/// When messages go out to residents, and to whoever wishes nothing else.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "quiet_hours": {"from": "22:00", "until": "07:00"}, "digest_at": "09:00", "unknown_minutes": 2
}))]
pub struct DeliveryPolicyBody {
    /// Nothing but emergencies goes out then, in China; `null`: at any hour.
    quiet_hours: Option<HoursBody>,
    /// When what waits for the morning's digest goes out, in China; not in the quiet hours.
    #[schema(example = "09:00")]
    digest_at: String,
    /// Minutes after which an unknown outcome lets the next channel be tried.
    #[schema(minimum = 1, maximum = 1440)]
    unknown_minutes: u16,
}

impl DeliveryPolicyBody {
    fn read(&self) -> Result<DeliveryPolicy, Problem> {
        let mut wrong = Vec::new();
        let quiet = self.quiet_hours.as_ref().and_then(|hours| hours.read(&mut wrong));
        let digest_at = read_time(&self.digest_at, "/digest_at", &mut wrong);
        if let Some((quiet, digest_at)) = quiet.zip(digest_at)
            && quiet.cover(digest_at)
        {
            let until = clock_time(quiet.until());
            let detail = format!("早间汇总落在静默时段里，会拖到 {until} 才发。请改到静默时段以外。");
            wrong.push(FieldProblem::new("/digest_at", "in_quiet_hours", detail));
        }
        if !(1..=MOST_MINUTES).contains(&self.unknown_minutes) {
            let detail = format!("等待时间是 1 到 {MOST_MINUTES} 分钟。");
            wrong.push(FieldProblem::new("/unknown_minutes", "out_of_range", detail));
        }
        match digest_at {
            Some(digest_at) if wrong.is_empty() => Ok(DeliveryPolicy {
                quiet,
                digest_at,
                unknown_minutes: self.unknown_minutes,
            }),
            _ => Err(Problem::Invalid(wrong)),
        }
    }
}

impl From<DeliveryPolicy> for DeliveryPolicyBody {
    fn from(policy: DeliveryPolicy) -> Self {
        Self {
            quiet_hours: policy.quiet.map(Into::into),
            digest_at: clock_time(policy.digest_at),
            unknown_minutes: policy.unknown_minutes,
        }
    }
}

/// When messages go out (消息发送时间)
#[utoipa::path(tag = "管理", security(("bearer" = [])), responses(
    (status = 200, description = "the policy in force", body = DeliveryPolicyBody),
))]
#[get("/delivery-policy")]
async fn get_delivery_policy(state: State, signed_in: SignedIn) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let policy = state.ask(minyi_store::Store::delivery_policy).await?;
    Ok(HttpResponse::Ok().json(DeliveryPolicyBody::from(policy)))
}

/// Change when messages go out (设置消息发送时间)
///
/// For the whole installation and for every message whose turn comes from now on. Whoever has set quiet hours of one's own
/// keeps them; the time of the digest is everybody's.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = DeliveryPolicyBody, responses(
    (status = 204, description = "changed"),
    (status = 422, description = "`invalid_fields`：时刻不对、汇总落在静默时段里，或者等待时间超出范围"),
))]
#[put("/delivery-policy")]
async fn put_delivery_policy(
    state: State,
    signed_in: SignedIn,
    JsonBody(body): JsonBody<DeliveryPolicyBody>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Configure)?;
    let (policy, by, now) = (body.read()?, signed_in.by(), state.now());
    state
        .ask(move |store| store.set_delivery_policy(&by, policy, now))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
