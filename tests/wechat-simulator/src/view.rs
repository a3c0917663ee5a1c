//! A message as people and tests see it.

use chrono::{DateTime, FixedOffset, Utc};
use serde::Serialize;
use serde_json::Value;

use crate::people::{Message, User};
use crate::state::State;

/// A received message with its template's words.
#[derive(Serialize)]
pub struct MessageView {
    pub msgid: i64,
    pub template_id: String,
    pub title: String,
    pub page: Option<String>,
    pub data: Value,
    pub lines: Vec<Line>,
    pub received_at: DateTime<Utc>,
}

/// One keyword as it stands on the card.
#[derive(Serialize)]
pub struct Line {
    pub label: String,
    pub value: String,
}

impl MessageView {
    fn new(state: &State, message: &Message) -> Option<Self> {
        let template = state.templates.get(usize::from(message.template))?;
        let data: Value = serde_json::from_str(&message.data).ok()?;
        let value_of = |key: &str| data.get(key)?.get("value")?.as_str().map(str::to_owned);
        let lines = template
            .keywords
            .iter()
            .map(|keyword| Line {
                label: keyword.label.clone(),
                value: value_of(&keyword.key).unwrap_or_default(),
            })
            .collect();
        Some(Self {
            msgid: message.msgid,
            template_id: template.template_id.clone(),
            title: template.title.clone(),
            page: message.page.as_deref().map(str::to_owned),
            lines,
            data,
            received_at: message.received_at,
        })
    }

    /// Day and time in China.
    pub fn time_in_china(&self) -> String {
        match FixedOffset::east_opt(8 * 3600) {
            Some(china) => self
                .received_at
                .with_timezone(&china)
                .format("%-m月%-d日 %H:%M")
                .to_string(),
            None => self.received_at.to_rfc3339(),
        }
    }
}

/// The last `limit` messages that came after the one with number `after`, oldest first.
pub fn messages(state: &State, user: &User, after: i64, limit: usize) -> Vec<MessageView> {
    let mut newest: Vec<MessageView> = user
        .messages()
        .iter()
        .rev()
        .take_while(|message| message.msgid > after)
        .take(limit)
        .filter_map(|message| MessageView::new(state, message))
        .collect();
    newest.reverse();
    newest
}
