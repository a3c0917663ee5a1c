//! The resident's consent to publishing (公开的单独同意, 个人信息保护法 Art. 25): given and taken back at any time.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::token::ReceiptToken;
use uuid::Uuid;

use super::take_off;
use crate::{
    Result, Store,
    casework::{Refusal, Ruling},
    events::NewEvent,
    receipts::by_receipt,
    schema::submissions,
    submissions::EventKind,
};

/// Why a case is off when the resident has taken the consent back.
const TAKEN_BACK: &str = "居民撤回同意";

impl Store {
    /// The resident agrees that the matter may be published without personal data.
    pub fn give_publish_consent(
        &self,
        receipt: &ReceiptToken,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let id = by_receipt(connection, receipt)?.id;
            if has_consent(connection, id)? {
                return Ok(());
            }
            set(connection, id, Some(now))?;
            let event = NewEvent::new(id, EventKind::PublishConsented, now).by_resident();
            Ok(event.insert(connection).map(drop)?)
        })
    }

    /// The resident takes the consent back: what is published is off at once.
    pub fn withdraw_publish_consent(
        &self,
        receipt: &ReceiptToken,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let id = by_receipt(connection, receipt)?.id;
            if !has_consent(connection, id)? {
                return Ok(());
            }
            let event = |kind| NewEvent::new(id, kind, now).by_resident();
            event(EventKind::PublishWithdrawn).insert(connection)?;
            take_off(
                connection,
                id,
                None,
                TAKEN_BACK,
                event(EventKind::ReleaseWithdrawn),
                now,
            )?;
            Ok(set(connection, id, None)?)
        })
    }
}

fn has_consent(connection: &mut PgConnection, id: Uuid) -> Ruling<bool> {
    let consented_at: Option<DateTime<Utc>> = submissions::table
        .find(id)
        .select(submissions::publish_consent_at)
        .first(connection)?;
    Ok(consented_at.is_some())
}

fn set(connection: &mut PgConnection, id: Uuid, consented_at: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(submissions::table.find(id))
        .set(submissions::publish_consent_at.eq(consented_at))
        .execute(connection)?;
    Ok(())
}
