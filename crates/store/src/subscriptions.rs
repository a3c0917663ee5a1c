//! A resident's wish to be told on WeChat how a submission goes on: given on purpose, and taken back as easily
//! (个人信息保护法 Art. 15).

use chrono::{DateTime, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl, dsl::sql,
    sql_types::Text,
};
use minyi_domain::token::ReceiptToken;
use uuid::Uuid;

use crate::{
    Result, Store,
    casework::Refusal,
    content, ids,
    receipts::by_receipt,
    schema::{notifications, resident_subscriptions, submissions},
};

/// Why a message that waited is void when the resident has taken the wish back.
const TAKEN_BACK: &str = "the resident wants no more messages";

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

    /// Whoever holds the receipt wants no more messages about this submission: nothing that waits goes out, and whom it was
    /// for is forgotten. What WeChat is being handed at this moment may still arrive. It may be done twice.
    ///
    /// [`Refusal::NotFound`]: no such receipt.
    pub fn unsubscribe_resident(
        &self,
        receipt: &ReceiptToken,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            // Its lock keeps out whoever writes messages to residents meanwhile.
            let submission = by_receipt(connection, receipt)?.id;
            Ok(end(connection, submission, now)?)
        })
    }
}

fn end(connection: &mut PgConnection, submission: Uuid, now: DateTime<Utc>) -> Result<()> {
    let live = resident_subscriptions::table
        .filter(resident_subscriptions::submission_id.eq(submission))
        .filter(resident_subscriptions::ended_at.is_null());
    let ended: Vec<Uuid> = diesel::update(live)
        .set((
            resident_subscriptions::ended_at.eq(now),
            resident_subscriptions::wechat_openid.eq(sql::<Text>("'erased:' || resident_subscriptions.id")),
        ))
        .returning(resident_subscriptions::id)
        .get_results(connection)?;
    let waiting = notifications::table
        .filter(notifications::submission_id.eq(submission))
        .filter(notifications::subscription_id.eq_any(ended))
        .filter(notifications::state.eq_any(["waiting", "published", "unknown"]));
    diesel::update(waiting)
        .set((
            notifications::state.eq("void"),
            notifications::finished_at.eq(now),
            notifications::error.eq(TAKEN_BACK),
        ))
        .execute(connection)?;
    Ok(())
}
