use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    appointment::{Side, State},
    people::Actor,
    text::Reason,
    token::ReceiptToken,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    slots::{SlotKey, find, may_meet},
    tell,
};
use crate::{
    Result, Store,
    casework::{Case, Refusal, Ruling},
    events::NewEvent,
    ids,
    receipts::by_receipt,
    schema::{appointments, deputies, sites},
    submissions::EventKind,
};

/// Who asks for an appointment.
#[derive(Debug, Clone, Copy)]
pub enum AskedBy<'a> {
    /// Whoever holds the receipt.
    Resident(&'a ReceiptToken),
    /// A handler of the submission.
    Handler(&'a Actor, Uuid),
}

impl AskedBy<'_> {
    const fn side(self) -> Side {
        match self {
            Self::Resident(_) => Side::Resident,
            Self::Handler(..) => Side::Handler,
        }
    }

    const fn actor(&self) -> Option<&Actor> {
        match self {
            Self::Resident(_) => None,
            Self::Handler(actor, _) => Some(actor),
        }
    }
}

impl Store {
    /// Asks for a slot; the other side is told. The same slot asked for again is the same appointment. Returns its id.
    pub fn ask_appointment(
        &self,
        by: AskedBy<'_>,
        key: &SlotKey,
        note: Option<&Reason>,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Uuid, Refusal>> {
        self.act(|connection| {
            let case = match by {
                AskedBy::Resident(receipt) => by_receipt(connection, receipt)?,
                AskedBy::Handler(actor, id) => Case::lock(connection, actor, id)?,
            };
            if let Some(before) = active(connection, case.id)? {
                return before.repeated_by(by.side(), key);
            }
            if !may_meet(&case) {
                return Err(Refusal::TargetUnfit("submission").into());
            }
            let (deputy_id, ends_at) = book(connection, &case, key, now)?;
            let id = ids::new(now);
            diesel::insert_into(appointments::table)
                .values((
                    appointments::id.eq(id),
                    appointments::submission_id.eq(case.id),
                    appointments::site_id.eq(case.site_id),
                    appointments::deputy_id.eq(deputy_id),
                    appointments::starts_at.eq(key.starts_at),
                    appointments::ends_at.eq(ends_at),
                    appointments::state.eq(State::Asked.as_str()),
                    appointments::asked_by.eq(by.side().as_str()),
                    appointments::asked_by_account_id.eq(by.actor().map(|actor| actor.account_id)),
                    appointments::asked_at.eq(now),
                    appointments::note.eq(note.map(Reason::as_str)),
                ))
                .execute(connection)?;
            let data = json!({ "starts_at": key.starts_at });
            let event = NewEvent::new(case.id, EventKind::AppointmentAsked, now).with_data(data);
            match by.actor() {
                None => tell(connection, &case, event.by_resident(), deputy_id, now)?,
                Some(actor) => case.tell_residents(connection, event.by_account(actor.account_id), now)?,
            }
            Ok(id)
        })
    }
}

/// Finds a free slot and keeps it free of others until this transaction ends. Returns its deputy and its end.
pub fn book(
    connection: &mut PgConnection,
    case: &Case,
    key: &SlotKey,
    now: DateTime<Utc>,
) -> Ruling<(Uuid, DateTime<Utc>)> {
    // One booking after the other at one site, so that each sees what the others took.
    sites::table
        .find(case.site_id)
        .select(sites::id)
        .for_no_key_update()
        .first::<Uuid>(connection)?;
    let found = find(connection, case, key, now)?;
    Ok((found.deputy_id, found.slot.ends_at))
}

struct Active {
    id: Uuid,
    asked_by: String,
    key: SlotKey,
}

impl Active {
    fn repeated_by(self, side: Side, key: &SlotKey) -> Ruling<Uuid> {
        if self.asked_by == side.as_str() && self.key == *key {
            Ok(self.id)
        } else {
            Err(Refusal::Once.into())
        }
    }
}

fn active(connection: &mut PgConnection, submission_id: Uuid) -> Result<Option<Active>> {
    let found: Option<(Uuid, String, DateTime<Utc>, String)> = appointments::table
        .inner_join(deputies::table)
        .filter(appointments::submission_id.eq(submission_id))
        .filter(appointments::state.eq_any([State::Asked.as_str(), State::Confirmed.as_str()]))
        .select((
            appointments::id,
            appointments::asked_by,
            appointments::starts_at,
            deputies::public_token,
        ))
        .first(connection)
        .optional()?;
    Ok(found.map(|(id, asked_by, starts_at, deputy)| Active {
        id,
        asked_by,
        key: SlotKey { starts_at, deputy },
    }))
}
