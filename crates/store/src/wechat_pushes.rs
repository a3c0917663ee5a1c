//! What WeChat told us by itself (消息推送): each push counts once, however often it is repeated.

use chrono::{DateTime, Utc};
use diesel::{Connection as _, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use uuid::Uuid;

use crate::{
    ContentReport, FailedMessage, PushAnswer, Result, Store, Template, content,
    notifications::failed_afterwards,
    push_permissions,
    schema::{accounts, wechat_pushes},
};

/// A push, opened and read.
#[derive(Debug, Clone, Copy)]
pub struct TakenPush<'a> {
    /// The same for each repetition, and for no other push.
    pub key: [u8; 32],
    /// The platform's name of the event.
    pub kind: &'a str,
    /// Whom it concerns.
    pub openid: &'a str,
    /// What that person said of which messages.
    pub answers: &'a [(Template, PushAnswer)],
    /// What was taken and failed afterwards.
    pub failed: &'a [FailedMessage],
    /// What came of the check of a photo.
    pub report: Option<&'a ContentReport>,
}

impl Store {
    /// Writes a push down and does what it says, in one transaction. `false`: it was taken before.
    pub fn take_push(&self, push: TakenPush<'_>, now: DateTime<Utc>) -> Result<bool> {
        self.connection()?.transaction(|connection| {
            let new = diesel::insert_into(wechat_pushes::table)
                .values((
                    wechat_pushes::key.eq(push.key.as_slice()),
                    wechat_pushes::kind.eq(push.kind),
                    wechat_pushes::received_at.eq(now),
                ))
                .on_conflict_do_nothing()
                .execute(connection)?;
            if new == 0 {
                return Ok(false);
            }
            if let Some(report) = push.report {
                content::keep_report(connection, report, now)?;
            }
            for message in push.failed {
                failed_afterwards(connection, message, now)?;
            }
            // Residents have no account, and no ledger: they are asked for one message at a time.
            let account: Option<Uuid> = accounts::table
                .filter(accounts::wechat_openid.eq(push.openid))
                .select(accounts::id)
                .first(connection)
                .optional()?;
            let Some(account) = account else { return Ok(true) };
            for (template, answer) in push.answers {
                push_permissions::answered(connection, account, *template, *answer, "wechat", now)?;
            }
            Ok(true)
        })
    }
}
