//! How delivery goes (送达情况), whom no channel reaches, and sending a dead letter again.

use actix_web::{
    HttpResponse, get, post,
    web::{Path, Query},
};
use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::{
    calendar::local_date,
    delivery::Channel,
    people::{Actor, Role, Scope},
    rights::Permission,
};
use minyi_store::{ChannelNumbers, Correction, DeliveryHealth, DeliveryStage, LATENCY_BOUNDS, Unreachable};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn, contract::ServiceConfig, extract::JsonBody, paging::read_limit, problem::Problem, state::State,
};

/// A day; a longer time shows whether it gets better.
const USUAL_HOURS: i64 = 24;
const MOST_HOURS: i64 = 24 * 31;

/// Registers the routes under `/api/v1`.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.service(get_delivery_health)
        .service(list_unreachable)
        .service(resend_notification);
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct HealthQuery {
    /// Of the messages written in the last so many hours.
    #[param(minimum = 1, maximum = 744, default = 24)]
    hours: Option<i64>,
}

/// How delivery goes.
#[derive(Serialize, ToSchema)]
#[schema(as = DeliveryHealth, example = json!({
    "measured_at": "2026-11-21T01:00:00Z", "since": "2026-11-20T01:00:00Z",
    "stages": [{"stage": "outbox", "name": "等待发出", "count": 2, "oldest_seconds": 1, "alarm": false}],
    "channels": [{"channel": "wechat", "name": "微信小程序", "sent": 97, "passed": 2, "dead": 1, "open": 0, "rate": 0.97}],
    "errors": [{"channel": "wechat", "name": "微信小程序", "code": 43101, "error": "NotSubscribed", "count": 3}],
    "latency": {"count": 97, "p50": 0.12, "p95": 0.4, "p99": 0.8, "within": [{"seconds": 1.0, "count": 96}]}
}))]
pub struct HealthResponse {
    measured_at: DateTime<Utc>,
    since: DateTime<Utc>,
    /// What waits now, in the order of the way.
    stages: Vec<StageEntry>,
    channels: Vec<ChannelRateEntry>,
    /// The most frequent first.
    errors: Vec<ErrorEntry>,
    latency: LatencyBody,
}

/// Messages that are somewhere on their way.
#[derive(Serialize, ToSchema)]
pub struct StageEntry {
    /// `outbox`, `later`, `stream`, `sending`, `retry`, `unknown` or `dead`.
    stage: String,
    name: &'static str,
    count: i64,
    /// For how long the oldest has been there; `null`: none is there.
    oldest_seconds: Option<i64>,
    /// Somebody should look at it, by the thresholds of docs/operations.md.
    alarm: bool,
}

/// What a channel did.
#[derive(Serialize, ToSchema)]
pub struct ChannelRateEntry {
    channel: &'static str,
    name: &'static str,
    sent: i64,
    /// Refused here, and another channel took over.
    passed: i64,
    dead: i64,
    open: i64,
    /// Sent of all that is finished; `null`: nothing is.
    rate: Option<f64>,
}

/// What a channel said.
#[derive(Serialize, ToSchema)]
pub struct ErrorEntry {
    channel: &'static str,
    name: &'static str,
    /// The provider's code.
    code: Option<i32>,
    error: String,
    count: i64,
}

/// From the commit to the provider's yes, in seconds.
#[derive(Serialize, ToSchema)]
pub struct LatencyBody {
    count: i64,
    p50: Option<f64>,
    p95: Option<f64>,
    p99: Option<f64>,
    /// How many took no longer.
    within: Vec<WithinEntry>,
}

/// A class of the histogram, with all below it.
#[derive(Serialize, ToSchema)]
pub struct WithinEntry {
    seconds: f64,
    count: i64,
}

fn stage_words(stage: &str) -> (&'static str, i64) {
    // Name, and the age in seconds from which it is an alarm: docs/operations.md, Watching.
    match stage {
        "outbox" => ("等待发出", 60),
        "later" => ("等静默时段结束或早间汇总", i64::MAX),
        "stream" => ("在队列里", 120),
        "sending" => ("正在发送", 120),
        "retry" => ("稍后重试", 3_600),
        "unknown" => ("不知道送到没有", 900),
        _ => ("没有送到", i64::MAX),
    }
}

fn stage(stage: DeliveryStage, now: DateTime<Utc>) -> StageEntry {
    let (name, limit) = stage_words(&stage.stage);
    let oldest_seconds = stage.since.map(|since| (now - since).num_seconds().max(0));
    StageEntry {
        name,
        count: stage.count,
        oldest_seconds,
        alarm: oldest_seconds.is_some_and(|age| age >= limit),
        stage: stage.stage,
    }
}

fn channel(numbers: &ChannelNumbers) -> ChannelRateEntry {
    let finished = numbers.sent + numbers.passed + numbers.dead;
    ChannelRateEntry {
        channel: numbers.channel.as_str(),
        name: numbers.channel.zh(),
        sent: numbers.sent,
        passed: numbers.passed,
        dead: numbers.dead,
        open: numbers.open,
        rate: (finished > 0).then(|| numbers.sent as f64 / finished as f64),
    }
}

fn health(health: DeliveryHealth, since: DateTime<Utc>, now: DateTime<Utc>) -> HealthResponse {
    let percentile = |index: usize| health.latency.percentiles.get(index).copied();
    let within = LATENCY_BOUNDS.iter().zip(&health.latency.within);
    HealthResponse {
        measured_at: now,
        since,
        channels: health.channels.iter().map(channel).collect(),
        errors: health
            .errors
            .iter()
            .map(|error| ErrorEntry {
                channel: error.channel.as_str(),
                name: error.channel.zh(),
                code: error.code,
                error: error.error.clone(),
                count: error.count,
            })
            .collect(),
        latency: LatencyBody {
            count: health.latency.count,
            p50: percentile(0),
            p95: percentile(1),
            p99: percentile(2),
            within: within
                .map(|(seconds, count)| WithinEntry {
                    seconds: *seconds,
                    count: *count,
                })
                .collect(),
        },
        stages: health.stages.into_iter().map(|found| stage(found, now)).collect(),
    }
}

/// Numbers tell nothing of a case, so who keeps the machine sees those of all places.
fn scope_of_numbers(actor: &Actor) -> Scope {
    match actor.role {
        Role::SystemAdmin => Scope::Region(String::new()),
        _ => actor.scope(),
    }
}

/// How delivery goes (送达情况)
#[utoipa::path(tag = "运行", security(("bearer" = [])), params(HealthQuery), responses(
    (status = 200, description = "what waits, what was refused, how long it takes", body = HealthResponse),
    (status = 422, description = "`invalid_fields`：hours 不对"),
))]
#[get("/health/delivery")]
async fn get_delivery_health(
    state: State,
    signed_in: SignedIn,
    query: Query<HealthQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    let hours = query.hours.unwrap_or(USUAL_HOURS);
    if !(1..=MOST_HOURS).contains(&hours) {
        return Err(Problem::field(
            "hours",
            "out_of_range",
            format!("hours 是 1 到 {MOST_HOURS}。"),
        ));
    }
    let (scope, now) = (scope_of_numbers(&signed_in.actor), state.now());
    let since = now - TimeDelta::hours(hours);
    let found = state
        .ask(move |store| store.delivery_health(&scope, since, now))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(health(found, since, now)))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UnreachableQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of people whom no channel reaches.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"items": [{
    "account_id": "019aa000-0000-7000-8000-0000000000dd", "name": "李春兰", "role": "deputy",
    "deputy_id": "019aa000-0000-7000-8000-0000000000de", "place": "幸福路联络站", "reason": "refused",
    "refused_at": "2026-11-21T01:00:00Z", "error_code": 43101, "error": "NotSubscribed"
}], "next_cursor": null}))]
pub struct UnreachableResponse {
    /// By name.
    items: Vec<UnreachableEntry>,
    next_cursor: Option<String>,
}

/// Somebody who has to be told otherwise.
#[derive(Serialize, ToSchema)]
pub struct UnreachableEntry {
    account_id: Uuid,
    name: String,
    role: &'static str,
    /// For a new invitation; `null`: not a deputy.
    deputy_id: Option<Uuid>,
    place: Option<String>,
    /// `no_address`, or `refused`: the last message died.
    reason: &'static str,
    refused_at: Option<DateTime<Utc>>,
    error_code: Option<i32>,
    error: Option<String>,
}

impl From<Unreachable> for UnreachableEntry {
    fn from(person: Unreachable) -> Self {
        let refused = person.refused_at.is_some();
        Self {
            account_id: person.account_id,
            name: person.name,
            role: person.role.as_str(),
            deputy_id: person.deputy_id,
            place: person.place,
            reason: if refused { "refused" } else { "no_address" },
            refused_at: person.refused_at,
            error_code: person.error_code.filter(|_| refused),
            error: person.error.filter(|_| refused),
        }
    }
}

/// A place in the list: the id and the name, which may hold anything.
fn write_place(entry: &UnreachableEntry) -> String {
    format!("{}.{}", entry.account_id.simple(), entry.name)
}

fn read_place(cursor: &str) -> Result<(String, Uuid), Problem> {
    let wrong = || Problem::field("cursor", "wrong_cursor", "cursor 不对，请从第一页开始。");
    let (id, name) = cursor.split_once('.').ok_or_else(wrong)?;
    let id = Uuid::parse_str(id).map_err(|_| wrong())?;
    Ok((name.to_owned(), id))
}

/// People whom no channel reaches (联系不上的人)
///
/// In my station or region: without any address, or whose last message died.
#[utoipa::path(tag = "运行", security(("bearer" = [])), params(UnreachableQuery), responses(
    (status = 200, description = "a page, by name", body = UnreachableResponse),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/health/unreachable")]
async fn list_unreachable(
    state: State,
    signed_in: SignedIn,
    query: Query<UnreachableQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    let after = query.cursor.as_deref().map(read_place).transpose()?;
    let limit = read_limit(query.limit)?;
    let (scope, today) = (signed_in.actor.scope(), local_date(state.now()));
    let find = move |store: &minyi_store::Store| {
        let after = after.as_ref().map(|(name, id)| (name.as_str(), *id));
        store.unreachable_people(&scope, today, after, limit + 1)
    };
    let people = state.ask(find).await?;
    let mut items: Vec<UnreachableEntry> = people.into_iter().map(Into::into).collect();
    let keep = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = items.len() > keep;
    items.truncate(keep);
    let next_cursor = items.last().filter(|_| more).map(write_place);
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(UnreachableResponse { items, next_cursor }))
}

/// What is put right before the message is sent again; empty: nothing.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"channel": "sms", "address": "13800000001"}))]
pub struct ResendRequest {
    /// Another channel; without it the one on which it died.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    channel: Option<Channel>,
    /// A new address on that channel, kept for later messages too.
    #[serde(default)]
    address: Option<String>,
}

/// Send a message again that did not arrive (重发)
///
/// It stands in the timeline who had it sent. If what it tells of is over meanwhile, nothing is sent.
#[utoipa::path(tag = "运行", security(("bearer" = [])), params(("id" = Uuid, Path)), request_body = ResendRequest,
    responses(
        (status = 202, description = "on its way"),
        (status = 404, description = "`notification_unknown`：没有这条没送到的消息，或者不归您管"),
        (status = 409, description = "`target_unfit`：这个渠道没有登记地址"),
        (status = 422, description = "`invalid_fields`：channel 或 address 不对"),
    ))]
#[post("/notifications/{id}/resend")]
async fn resend_notification(
    state: State,
    signed_in: SignedIn,
    path: Path<Uuid>,
    JsonBody(request): JsonBody<ResendRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Invite)?;
    let (id, actor, now) = (path.into_inner(), signed_in.actor, state.now());
    let asker = actor.clone();
    let recipient = state.act(move |store| store.dead_recipient(&asker, id)).await;
    let recipient = recipient.map_err(|problem| problem.unknown_as(Problem::NotificationUnknown))?;
    let address = match (request.channel, request.address.as_deref(), recipient) {
        (_, None, _) => None,
        (Some(channel), Some(typed), Some(account)) => state.seal_address(account, channel, Some(typed), "/address")?.1,
        (None, Some(_), _) | (_, Some(_), None) => {
            return Err(Problem::field(
                "/channel",
                "required",
                "写明地址是哪个渠道的；群众的消息不能改渠道。",
            ));
        }
    };
    let correction = Correction {
        channel: request.channel,
        address,
    };
    let sent = state.act(move |store| store.resend(&actor, id, &correction, now)).await;
    sent.map_err(|problem| problem.unknown_as(Problem::NotificationUnknown))?;
    Ok(HttpResponse::Accepted().finish())
}
