use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    pg::Pg,
};
use minyi_domain::{
    appointment::{self, Action, Side, State},
    people::Actor,
    text::{Note, Reason},
    token::ReceiptToken,
};
use serde_json::json;
use uuid::Uuid;

use super::{appointments_in, ask::book, joined, slots::SlotKey, tell};
use crate::{
    Result, Store,
    casework::{Case, Refusal, Ruling},
    events::NewEvent,
    receipts::by_receipt,
    schema::appointments,
    submissions::EventKind,
    word::Word,
};

/// What is to be done with an appointment.
#[derive(Debug, Clone)]
pub struct Settling {
    pub action: Action,
    /// Why not, or why not then.
    pub reason: Option<Reason>,
    /// What was said when they met.
    pub record: Option<Note>,
    /// The new slot, if it is moved.
    pub slot: Option<SlotKey>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = appointments, check_for_backend(Pg))]
struct Row {
    id: Uuid,
    submission_id: Uuid,
    deputy_id: Uuid,
    starts_at: DateTime<Utc>,
    #[diesel(deserialize_as = Word<State>)]
    state: State,
    #[diesel(deserialize_as = Word<Side>)]
    asked_by: Side,
}

impl Store {
    /// What the resident says to an appointment; doing it twice changes nothing.
    pub fn settle_appointment_as_resident(
        &self,
        receipt: &ReceiptToken,
        id: Uuid,
        settling: &Settling,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let case = by_receipt(connection, receipt)?;
            let row = lock(connection, id)?.filter(|row| row.submission_id == case.id);
            settle(connection, &case, row.ok_or(Refusal::NotFound)?, None, settling, now)
        })
    }

    /// What a handler, or the deputy who is to be met, does with an appointment; doing it twice changes nothing.
    pub fn settle_appointment(
        &self,
        actor: &Actor,
        id: Uuid,
        settling: &Settling,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let submission_id: Option<Uuid> = joined()
                .filter(appointments::id.eq(id))
                .filter(appointments_in(&actor.scope()))
                .select(appointments::submission_id)
                .first(connection)
                .optional()?;
            let case = Case::lock_any(connection, submission_id.ok_or(Refusal::NotFound)?)?;
            let row = lock(connection, id)?.ok_or(Refusal::NotFound)?;
            settle(connection, &case, row, Some(actor), settling, now)
        })
    }
}

fn lock(connection: &mut PgConnection, id: Uuid) -> Result<Option<Row>> {
    let row = appointments::table.find(id).select(Row::as_select()).for_update();
    Ok(row.first(connection).optional()?)
}

fn settle(
    connection: &mut PgConnection,
    case: &Case,
    row: Row,
    actor: Option<&Actor>,
    settling: &Settling,
    now: DateTime<Utc>,
) -> Ruling<()> {
    let side = if actor.is_some() { Side::Handler } else { Side::Resident };
    let action = settling.action;
    if action == Action::Move {
        return move_to(connection, case, &row, actor, settling, now);
    }
    if is_repeated(action, row.state) {
        return Ok(());
    }
    let to = appointment::next(row.state, action, side, row.asked_by).map_err(Refusal::AppointmentNotNow)?;
    if action.tells_what_happened() && now < row.starts_at {
        return Err(Refusal::TargetUnfit("date").into());
    }
    diesel::update(appointments::table.find(row.id))
        .set((
            appointments::state.eq(to.as_str()),
            appointments::settled_at.eq(now),
            appointments::settled_by_account_id.eq(actor.map(|actor| actor.account_id)),
            appointments::reason.eq(settling.reason.as_ref().map(Reason::as_str)),
            appointments::record.eq(settling.record.as_ref().map(Note::as_str)),
        ))
        .execute(connection)?;
    let data = json!({ "state": to.as_str() });
    let event = NewEvent::new(case.id, EventKind::AppointmentSettled, now).with_data(data);
    match actor {
        None => tell(connection, case, event.by_resident(), row.deputy_id, now)?,
        // They have met; there is nothing to tell.
        Some(actor) if action.tells_what_happened() => {
            event.by_account(actor.account_id).insert(connection).map(drop)?
        }
        Some(actor) => case.tell_residents(connection, event.by_account(actor.account_id), now)?,
    }
    Ok(())
}

/// The step was taken before, by a first send of the same.
fn is_repeated(action: Action, state: State) -> bool {
    matches!(
        (action, state),
        (Action::Confirm, State::Confirmed)
            | (Action::Decline, State::Declined)
            | (Action::Cancel, State::Cancelled)
            | (Action::Hold, State::Held)
            | (Action::Miss, State::Missed)
    )
}

/// Another time: the resident is asked.
fn move_to(
    connection: &mut PgConnection,
    case: &Case,
    row: &Row,
    actor: Option<&Actor>,
    settling: &Settling,
    now: DateTime<Utc>,
) -> Ruling<()> {
    let actor = actor.ok_or(Refusal::Forbidden)?;
    let key = settling.slot.as_ref().ok_or(Refusal::TargetUnknown("slot"))?;
    let to =
        appointment::next(row.state, Action::Move, Side::Handler, row.asked_by).map_err(Refusal::AppointmentNotNow)?;
    if row.state == State::Asked && row.asked_by == Side::Handler && row.starts_at == key.starts_at {
        return Ok(());
    }
    let (deputy_id, ends_at) = book(connection, case, key, now)?;
    diesel::update(appointments::table.find(row.id))
        .set((
            appointments::state.eq(to.as_str()),
            appointments::deputy_id.eq(deputy_id),
            appointments::starts_at.eq(key.starts_at),
            appointments::ends_at.eq(ends_at),
            appointments::asked_by.eq(Side::Handler.as_str()),
            appointments::asked_by_account_id.eq(actor.account_id),
            appointments::asked_at.eq(now),
            appointments::settled_at.eq(None::<DateTime<Utc>>),
            appointments::settled_by_account_id.eq(None::<Uuid>),
            appointments::reason.eq(settling.reason.as_ref().map(Reason::as_str)),
        ))
        .execute(connection)?;
    let event = case.event(EventKind::AppointmentAsked, actor, now);
    let event = event.with_data(json!({ "starts_at": key.starts_at }));
    Ok(case.tell_residents(connection, event, now)?)
}
