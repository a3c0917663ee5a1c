//! Messages that did not arrive.

use actix_web::{HttpResponse, get, web::Query};
use chrono::{DateTime, Utc};
use minyi_domain::rights::Permission;
use minyi_store::DeadNotification;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    auth::SignedIn,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::State,
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct NotificationsQuery {
    /// Only `dead` is listed: given up after the last retry.
    state: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of messages.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000cc", "submission_id": "019aa000-0000-7000-8000-0000000000aa",
        "number": "20261121-ACDE347", "template": "deputy_new", "recipient_name": "李春兰", "attempts": 1,
        "error_code": 43101, "error": "user refuses the message", "created_at": "2026-11-21T01:00:00Z",
        "finished_at": "2026-11-21T01:00:01Z"
    }],
    "next_cursor": null
}))]
pub struct NotificationsResponse {
    items: Vec<NotificationEntry>,
    next_cursor: Option<String>,
}

/// A message that will not be sent any more: somebody has to tell the person.
#[derive(Serialize, ToSchema)]
pub struct NotificationEntry {
    id: Uuid,
    submission_id: Uuid,
    number: String,
    /// `deputy_new`, `deputy_deadline` or `resident_progress`.
    template: &'static str,
    /// `null`: a resident.
    recipient_name: Option<String>,
    attempts: i16,
    /// The provider's code of the last failure.
    error_code: Option<i32>,
    error: Option<String>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

impl From<DeadNotification> for NotificationEntry {
    fn from(dead: DeadNotification) -> Self {
        Self {
            id: dead.id,
            submission_id: dead.submission_id,
            number: dead.number,
            template: dead.template.as_str(),
            recipient_name: dead.recipient_name,
            attempts: dead.attempts,
            error_code: dead.error_code,
            error: dead.error,
            created_at: dead.created_at,
            finished_at: dead.finished_at,
        }
    }
}

/// Messages that did not arrive (未送达的通知)
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(NotificationsQuery), responses(
    (status = 200, description = "a page, the last to fail first", body = NotificationsResponse),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：代表看不到这一页"),
    (status = 422, description = "`invalid_fields`：state、cursor 或 limit 不对"),
))]
#[get("/notifications")]
pub(super) async fn list_notifications(
    state: State,
    signed_in: SignedIn,
    query: Query<NotificationsQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Upkeep)?;
    if query.state.as_deref().is_some_and(|state| state != "dead") {
        return Err(Problem::field("state", "unknown_state", "state 只能是 dead。"));
    }
    let cursor = read_cursor(query.cursor.as_deref())?;
    let limit = read_limit(query.limit)?;
    let scope = signed_in.actor.scope();
    let page = state
        .ask(move |store| store.dead_notifications(&scope, cursor, limit))
        .await?;
    let items = page.items.into_iter().map(Into::into).collect();
    let body = NotificationsResponse {
        items,
        next_cursor: page.next.map(write_cursor),
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
