use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use minyi_domain::token::ReceiptToken;
use uuid::Uuid;

use crate::{
    Result, Store, ids,
    schema::{resident_subscriptions, submissions},
};

impl Store {
    /// A resident wants to be told on WeChat how this submission goes on. `None`: no such receipt.
    pub fn subscribe_resident(&self, receipt: &ReceiptToken, openid: &str, now: DateTime<Utc>) -> Result<Option<()>> {
        let mut connection = self.connection()?;
        let submission: Option<Uuid> = submissions::table
            .filter(submissions::receipt.eq(receipt.as_str()))
            .select(submissions::id)
            .first(&mut *connection)
            .optional()?;
        let Some(submission) = submission else {
            return Ok(None);
        };
        diesel::insert_into(resident_subscriptions::table)
            .values((
                resident_subscriptions::id.eq(ids::new(now)),
                resident_subscriptions::submission_id.eq(submission),
                resident_subscriptions::wechat_openid.eq(openid),
                resident_subscriptions::created_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(&mut *connection)?;
        Ok(Some(()))
    }
}
