//! The list of what came in.

use actix_web::{HttpResponse, get, web::Query};
use chrono::{DateTime, Utc};
use minyi_domain::{
    calendar::{WorkCalendar, week_ends},
    lifecycle::State as Stage,
    rights::Permission,
    submission::{Kind, Urgency},
    time_left::{TimeLeft, time_left},
};
use minyi_store::{InboxFilter, InboxItem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

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
    cfg.service(list_inbox);
}

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct InboxQuery {
    /// States, comma separated (`registered,reopened`), or `open`: all that await an answer, the most urgent first.
    state: Option<String>,
    /// Only what owes an answer, by when it is due: `overdue`, `today`, `this_week` (after today, until Sunday) or
    /// `later`, the most urgent first; `state` does not count then.
    due: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of the list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000aa", "number": "20261121-ACDE347", "kind": "problem",
        "state": "registered", "state_name": "已登记，待答复", "text": "3 号院门口的路灯坏了半个多月。",
        "place": "杏林社区 3 号院", "grid_name": "杏林社区第二网格", "submitted_at": "2026-11-21T01:00:00Z",
        "answer_due_at": "2026-11-27T15:59:59Z", "answer_due_provisional": false, "overdue": false, "photo_count": 2,
        "urgency": "normal", "confidential": false, "handled_above": false,
        "time_left": {"working_days": 2, "words": "还有 2 个工作日", "provisional": false, "paused": false}
    }],
    "next_cursor": null
}))]
pub struct InboxResponse {
    items: Vec<InboxEntry>,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

/// A submission in the list.
#[derive(Serialize, ToSchema)]
pub struct InboxEntry {
    id: Uuid,
    number: String,
    #[schema(schema_with = words::kind)]
    kind: Kind,
    #[schema(schema_with = words::state)]
    state: Stage,
    state_name: &'static str,
    /// The whole text.
    text: String,
    place: String,
    grid_name: String,
    submitted_at: DateTime<Utc>,
    answer_due_at: DateTime<Utc>,
    answer_due_provisional: bool,
    /// The answer is missing and the time is over.
    overdue: bool,
    photo_count: i64,
    #[schema(schema_with = words::urgency)]
    urgency: Urgency,
    /// A report on an official: only administrators above see it.
    confidential: bool,
    /// The level above answers.
    handled_above: bool,
    /// `null`: nothing runs.
    time_left: Option<TimeLeftResponse>,
}

/// How long until the answer is due.
#[derive(Serialize, ToSchema)]
pub struct TimeLeftResponse {
    /// 0 on the last day and while the clock stands still; negative when the time is over.
    working_days: i32,
    words: String,
    /// A year on the way is not announced yet.
    provisional: bool,
    /// The clock stands still until the resident has replied.
    paused: bool,
}

impl From<TimeLeft> for TimeLeftResponse {
    fn from(left: TimeLeft) -> Self {
        Self {
            working_days: left.working_days,
            words: left.words,
            provisional: left.provisional,
            paused: left.paused,
        }
    }
}

impl InboxEntry {
    fn new(item: InboxItem, calendar: &WorkCalendar, now: DateTime<Utc>) -> Self {
        let provisional = item.answer_due_provisional;
        let left = time_left(item.state, item.answer_due_at, provisional, now, calendar);
        Self {
            time_left: left.map(Into::into),
            state_name: item.state.zh(),
            id: item.id,
            number: item.number,
            kind: item.kind,
            state: item.state,
            text: item.text,
            place: item.place,
            grid_name: item.grid_name,
            submitted_at: item.submitted_at,
            answer_due_at: item.answer_due_at,
            answer_due_provisional: item.answer_due_provisional,
            overdue: item.overdue,
            photo_count: item.photo_count,
            urgency: item.urgency,
            confidential: item.confidential,
            handled_above: item.handled_above,
        }
    }
}

/// Reads the parameter `state`.
///
/// # Errors
/// [`Problem::Invalid`].
pub fn read_filter(words: Option<&str>) -> Result<InboxFilter, Problem> {
    let words = words.unwrap_or_default().trim();
    if words == "open" {
        return Ok(InboxFilter {
            open_only: true,
            ..InboxFilter::default()
        });
    }
    let states: Result<Vec<Stage>, _> = words
        .split(',')
        .filter(|word| !word.is_empty())
        .map(str::parse)
        .collect();
    let states = states.map_err(|_| {
        let known: Vec<&str> = Stage::ALL.iter().map(|state| state.as_str()).collect();
        Problem::field(
            "state",
            "unknown_state",
            format!("state 只能是 {} 或 open。", known.join("、")),
        )
    })?;
    Ok(InboxFilter {
        states,
        ..InboxFilter::default()
    })
}

/// Reads the parameter `due`; the parts are those of [`minyi_store::Waiting`].
fn read_due(word: &str, now: DateTime<Utc>) -> Result<InboxFilter, Problem> {
    let (tonight, sunday) = week_ends(now);
    let (due_after, due_until) = match word {
        "overdue" => (None, Some(now)),
        "today" => (Some(now), Some(tonight)),
        "this_week" => (Some(tonight), Some(sunday)),
        "later" => (Some(sunday), None),
        _ => {
            let detail = "due 只能是 overdue、today、this_week 或 later。";
            return Err(Problem::field("due", "unknown_value", detail));
        }
    };
    Ok(InboxFilter {
        open_only: true,
        due_after,
        due_until,
        ..InboxFilter::default()
    })
}

/// What came in (收件箱)
///
/// Newest first. A deputy sees what she is responsible for, station staff their station, administrators their
/// division.
#[utoipa::path(tag = "办理", security(("bearer" = [])), params(InboxQuery), responses(
    (status = 200, description = "a page", body = InboxResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：您的角色不看民意"),
    (status = 422, description = "`invalid_fields`：state、due、cursor 或 limit 不对"),
))]
#[get("/inbox")]
async fn list_inbox(state: State, signed_in: SignedIn, query: Query<InboxQuery>) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let filter = match query.due.as_deref() {
        Some(word) if !word.is_empty() => read_due(word, state.now())?,
        _ => read_filter(query.state.as_deref())?,
    };
    let cursor = read_cursor(query.cursor.as_deref())?;
    let limit = read_limit(query.limit)?;
    let scope = signed_in.actor.scope();
    let page = state
        .ask(move |store| store.inbox(&scope, &filter, cursor, limit))
        .await?;
    let (rules, now) = (state.rules_in_force().await?, state.now());
    let entry = |item| InboxEntry::new(item, &rules.calendar, now);
    let body = InboxResponse {
        items: page.items.into_iter().map(entry).collect(),
        next_cursor: page.next.map(write_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
