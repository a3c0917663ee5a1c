use chrono::{DateTime, Utc};
use diesel::{Connection as _, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use minyi_domain::token::ReceiptToken;
use uuid::Uuid;

use crate::{
    Result, Store, content, ids,
    schema::{resident_subscriptions, submissions},
};

impl Store {
    /// A resident wants to be told on WeChat how this submission goes on. WeChat can now be asked about what was sent:
    /// the resident is in the mini-program. `None`: no such receipt.
    pub fn subscribe_resident(&self, receipt: &ReceiptToken, openid: &str, now: DateTime<Utc>) -> Result<Option<()>> {
        self.connection()?.transaction(|connection| {
            let submission: Option<Uuid> = submissions::table
                .filter(submissions::receipt.eq(receipt.as_str()))
                .select(submissions::id)
                .first(connection)
                .optional()?;
            let Some(submission) = submission else {
                return Ok(None);
            };
            let id = ids::new(now);
            let new = diesel::insert_into(resident_subscriptions::table)
                .values((
                    resident_subscriptions::id.eq(id),
                    resident_subscriptions::submission_id.eq(submission),
                    resident_subscriptions::wechat_openid.eq(openid),
                    resident_subscriptions::created_at.eq(now),
                ))
                .on_conflict_do_nothing()
                .execute(connection)?;
            if new > 0 {
                content::ask_wechat(connection, submission, id, now)?;
            }
            Ok(Some(()))
        })
    }
}
