//! The message centre (消息): the same that WeChat brings, for when it does not.

use actix_web::{HttpResponse, get, put, web::Query};
use chrono::{DateTime, Utc};
use minyi_domain::rights::Permission;
use minyi_store::InboxMessage;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{NO_STORE, pushes::title};
use crate::{
    auth::SignedIn,
    extract::JsonBody,
    paging::{read_cursor, read_limit, write_cursor},
    problem::Problem,
    state::State,
    timeline::sentence,
};

/// Which part of the list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MessagesQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
}

/// A page of the list.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "items": [{
        "id": "019aa000-0000-7000-8000-0000000000ee", "kind": "registered", "title": "待办提醒", "text": "杏林社区 3 号院：已登记",
        "number": "20261121-ACDE347", "submission_id": "019aa000-0000-7000-8000-0000000000aa", "handover_id": null,
        "at": "2026-11-21T01:00:00Z", "read": false
    }],
    "unread": 3, "next_cursor": null
}))]
pub struct MessagesResponse {
    items: Vec<MessageEntry>,
    /// In all, not only on this page.
    unread: i64,
    /// `null`: this is the last page.
    next_cursor: Option<String>,
}

/// A message.
#[derive(Serialize, ToSchema)]
pub struct MessageEntry {
    id: Uuid,
    /// The event that it tells of, as in the timeline.
    kind: &'static str,
    title: &'static str,
    text: String,
    number: String,
    submission_id: Uuid,
    /// The handover, if it is about one.
    handover_id: Option<Uuid>,
    at: DateTime<Utc>,
    read: bool,
}

impl From<InboxMessage> for MessageEntry {
    fn from(message: InboxMessage) -> Self {
        Self {
            text: format!("{}：{}", message.place, sentence(&message.event)),
            kind: message.event.kind.as_str(),
            title: title(message.template),
            id: message.id,
            number: message.number,
            submission_id: message.submission_id,
            handover_id: message.handover_id,
            at: message.at,
            read: message.read,
        }
    }
}

/// Until when messages were seen.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"until": "2026-11-22T02:30:00Z"}))]
pub struct ReadRequest {
    /// The time of the newest message that was seen.
    until: DateTime<Utc>,
}

/// What I was told (我的消息)
///
/// Newest first; also what WeChat could not bring.
#[utoipa::path(tag = "我的", security(("bearer" = [])), params(MessagesQuery), responses(
    (status = 200, description = "a page", body = MessagesResponse),
    (status = 422, description = "`invalid_fields`：cursor 或 limit 不对"),
))]
#[get("/me/messages")]
pub async fn list_messages(
    state: State,
    signed_in: SignedIn,
    query: Query<MessagesQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let cursor = read_cursor(query.cursor.as_deref())?;
    let limit = read_limit(query.limit)?;
    let actor = signed_in.actor;
    let (page, unread) = state
        .ask(move |store| Ok((store.messages(&actor, cursor, limit)?, store.unread_messages(&actor)?)))
        .await?;
    let body = MessagesResponse {
        items: page.items.into_iter().map(Into::into).collect(),
        unread,
        next_cursor: page.next.map(write_cursor),
    };
    Ok(HttpResponse::Ok().insert_header(NO_STORE).json(body))
}

/// I have seen these (消息已读)
///
/// An earlier time than the last one changes nothing; a time to come counts as now.
#[utoipa::path(tag = "我的", security(("bearer" = [])), request_body = ReadRequest, responses(
    (status = 204, description = "noted"),
))]
#[put("/me/messages/read")]
pub async fn read_messages(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<ReadRequest>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::ReadCases)?;
    let (account, until) = (signed_in.actor.account_id, request.until.min(state.now()));
    state.ask(move |store| store.read_messages(account, until)).await?;
    Ok(HttpResponse::NoContent().finish())
}
