//! What messages say on channels with free text (消息的文字), where the usual words do not suit.

use chrono::{DateTime, Utc};
use diesel::{Connection as _, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use minyi_domain::{
    audit::{Action, ObjectKind},
    delivery::Channel,
};
use serde_json::json;

use crate::{
    Act, By, Error, Result, Store, audit,
    schema::{installed_channels, message_wordings},
    word::Word,
};

/// Words for one kind of message on one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageWording {
    pub channel: Channel,
    /// `deputy_new`, `deputy_deadline`, `resident_progress` or `digest`.
    pub kind: String,
    pub text: String,
}

impl Store {
    /// The words that somebody set, and the channels that the workers have settings for.
    pub fn message_wordings(&self) -> Result<(Vec<MessageWording>, Vec<Channel>)> {
        let mut connection = self.connection()?;
        let rows: Vec<(Word<Channel>, String, String)> = message_wordings::table
            .select((
                message_wordings::channel,
                message_wordings::kind,
                message_wordings::text,
            ))
            .load(&mut *connection)?;
        let installed: Vec<Word<Channel>> = installed_channels::table
            .select(installed_channels::channel)
            .load(&mut *connection)?;
        let wording = |(Word(channel), kind, text)| MessageWording { channel, kind, text };
        let rows = rows.into_iter().map(wording).collect();
        Ok((rows, installed.into_iter().map(|Word(channel)| channel).collect()))
    }

    /// The words of one kind of message on one channel; `None`: the usual ones.
    pub fn message_wording(&self, channel: Channel, kind: &str) -> Result<Option<String>> {
        Ok(message_wordings::table
            .find((channel.as_str(), kind))
            .select(message_wordings::text)
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// Sets the words of one kind of message on one channel with free text; `None`: the usual ones again.
    pub fn set_message_wording(
        &self,
        by: &By,
        channel: Channel,
        kind: &str,
        text: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let account = by
            .account_id()
            .ok_or_else(|| Error::Unknown("words that nobody sets".to_owned()))?;
        self.connection()?.transaction(|connection| {
            let values = text.map(|text| {
                (
                    message_wordings::text.eq(text),
                    message_wordings::changed_by_account_id.eq(account),
                    message_wordings::changed_at.eq(now),
                )
            });
            let key = (
                message_wordings::channel.eq(channel.as_str()),
                message_wordings::kind.eq(kind),
            );
            match values {
                Some(values) => diesel::insert_into(message_wordings::table)
                    .values((key, values))
                    .on_conflict((message_wordings::channel, message_wordings::kind))
                    .do_update()
                    .set(values)
                    .execute(connection)?,
                None => diesel::delete(message_wordings::table.find((channel.as_str(), kind))).execute(connection)?,
            };
            let id = format!("{channel}/{kind}");
            let act = Act::done(Action::MessageWordingSet, ObjectKind::MessageWording, id);
            audit::record(connection, by, &act.with(json!({"text": text})), now)
        })
    }
}
