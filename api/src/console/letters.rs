//! What a message that did not arrive would say, for whoever decides whether it goes out again.

use actix_web::{
    HttpResponse, get,
    web::{Path, Query},
};
use minyi_domain::{delivery::Channel, rights::Permission};
use minyi_gateways::channels::{Notice, NoticeKind, Preview, Wording, preview};
use minyi_store::{Letter, Recipient, Template};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::wordings::TemplateValue;
use crate::{
    auth::SignedIn,
    problem::Problem,
    state::{AppState, State},
};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LetterQuery {
    /// As it would read on another channel to the same person; without it the one on which it died.
    #[param(value_type = Option<String>)]
    channel: Option<Channel>,
}

/// What a message would say if it were sent again now. No address stands in it.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "recipient": "account", "correctable": true, "over": false, "channel": "wechat", "channel_name": "微信小程序",
    "kind": "deputy_new", "kind_name": "待办提醒", "values": [
        {"name": "thing2", "label": "地点", "value": "幸福社区三网格"},
        {"name": "thing3", "label": "内容摘要", "value": "小区门口的路灯坏了三天"}
    ], "text": null
}))]
pub struct LetterContent {
    /// `account`, `resident` or `group`.
    recipient: &'static str,
    /// Channel and address can be put right; a resident has chosen WeChat, and a group has its robot.
    correctable: bool,
    /// What it tells of is over, or the resident wants no more messages: sent again, it goes nowhere.
    over: bool,
    channel: &'static str,
    channel_name: &'static str,
    /// `deputy_new`, `deputy_deadline` or `resident_progress`.
    kind: &'static str,
    kind_name: &'static str,
    /// What fills the platform's template; empty where the platform takes free text.
    values: Vec<TemplateValue>,
    /// The free text; `null` where a template of the platform has the words.
    text: Option<String>,
}

fn kind_of(letter: &Letter) -> NoticeKind {
    match letter.template {
        _ if letter.is_digest => NoticeKind::Digest,
        Template::DeputyNew => NoticeKind::DeputyNew,
        Template::DeputyDeadline => NoticeKind::DeputyDeadline,
        Template::ResidentProgress => NoticeKind::ResidentProgress,
    }
}

impl AppState {
    fn notice(&self, id: Uuid, letter: Letter, wording: Option<Wording>) -> Notice {
        Notice {
            id,
            kind: kind_of(&letter),
            link: Some(self.url(&letter.path)),
            number: letter.number,
            place: letter.place,
            state: letter.state.to_owned(),
            summary: letter.summary,
            at: letter.at,
            page: None,
            written_at: self.now(),
            wording,
        }
    }
}

/// What a message that did not arrive would say (未送达通知的内容)
#[utoipa::path(tag = "运行", security(("bearer" = [])), params(("id" = Uuid, Path), LetterQuery), responses(
    (status = 200, description = "in the words of the channel, without any address", body = LetterContent),
    (status = 400, description = "`malformed_request`：没有这个渠道"),
    (status = 404, description = "`notification_unknown`：没有这条没送到的消息，或者不归您管"),
    (status = 422, description = "`invalid_fields`：这条消息不能改用这个渠道"),
))]
#[get("/notifications/{id}")]
pub(super) async fn get_notification(
    state: State,
    signed_in: SignedIn,
    path: Path<Uuid>,
    query: Query<LetterQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Invite)?;
    let (id, actor) = (path.into_inner(), signed_in.actor);
    let found = state.act(move |store| store.dead_letter(&actor, id)).await;
    let found = found.map_err(|problem| problem.unknown_as(Problem::NotificationUnknown))?;
    let correctable = matches!(found.recipient, Recipient::Account(_));
    let channel = query.channel.unwrap_or(found.channel);
    if channel != found.channel && !(correctable && Channel::PERSONAL.contains(&channel)) {
        let detail = "这条消息不能改用这个渠道。";
        return Err(Problem::field("channel", "unknown_value", detail));
    }
    let kind = kind_of(&found.letter);
    let own = if Wording::is_free(channel) {
        let read = move |store: &minyi_store::Store| store.message_wording(channel, kind.as_str());
        state.ask(read).await?
    } else {
        None
    };
    let wording = own.and_then(|words| Wording::parse(&words, channel).ok());
    let (values, text) = match preview(channel, &state.notice(id, found.letter, wording)) {
        Preview::Text(text) => (Vec::new(), Some(text)),
        Preview::Values(values) => (values.into_iter().map(Into::into).collect(), None),
    };
    let body = LetterContent {
        recipient: match found.recipient {
            Recipient::Account(_) => "account",
            Recipient::Resident(_) => "resident",
            Recipient::Group(_) => "group",
        },
        correctable,
        over: found.is_over,
        channel: channel.as_str(),
        channel_name: channel.zh(),
        kind: kind.as_str(),
        kind_name: kind.title(),
        values,
        text,
    };
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .json(body))
}
