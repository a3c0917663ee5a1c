use std::fmt;

use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::{BoolExpressionMethods, ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    appointment,
    calendar::local_date,
    people::Actor,
    slots::{DAYS_AHEAD, Scheme, Slot, of_day},
    token::ReceiptToken,
};
use uuid::Uuid;

use crate::{
    Result, Store,
    casework::{Case, Refusal, Ruling},
    receipts::by_receipt,
    schema::{appointments, deputies, duties, slot_schemes},
};

/// Names a slot to the outside: `1795568400.public-token`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotKey {
    pub starts_at: DateTime<Utc>,
    /// The deputy's public token.
    pub deputy: String,
}

impl SlotKey {
    /// Reads what [`SlotKey`] writes; `None`: it names no slot.
    pub fn parse(text: &str) -> Option<Self> {
        let (seconds, deputy) = text.trim().split_once('.')?;
        Some(Self {
            starts_at: DateTime::from_timestamp(seconds.parse().ok()?, 0)?,
            deputy: deputy.to_owned(),
        })
    }
}

impl fmt::Display for SlotKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.starts_at.timestamp(), self.deputy)
    }
}

/// A slot in which a deputy on the roster is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeSlot {
    pub key: SlotKey,
    /// `None`: the deputy does not publish the name.
    pub deputy_name: Option<String>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

/// A slot of the roster, free or not.
pub(super) struct Offered {
    pub deputy_id: Uuid,
    pub slot: FreeSlot,
    pub is_free: bool,
}

impl Store {
    /// The free slots of a site in the next days, by time.
    pub fn free_slots(&self, site_id: Uuid, now: DateTime<Utc>) -> Result<Vec<FreeSlot>> {
        Ok(only_free(of_site(&mut *self.connection()?, site_id, now)?))
    }

    /// The free slots for whoever holds this receipt; `None`: no such receipt.
    pub fn free_slots_of_receipt(&self, receipt: &ReceiptToken, now: DateTime<Utc>) -> Result<Option<Vec<FreeSlot>>> {
        let found = self.act(|connection| {
            let case = by_receipt(connection, receipt)?;
            Ok(only_free(of_case(connection, &case, now)?))
        })?;
        Ok(found.ok())
    }

    /// The free slots that a handler may propose for a submission; `None`: not in this person's scope.
    pub fn free_slots_of_case(&self, actor: &Actor, id: Uuid, now: DateTime<Utc>) -> Result<Option<Vec<FreeSlot>>> {
        let found = self.act(|connection| {
            let case = Case::lock(connection, actor, id)?;
            Ok(only_free(of_case(connection, &case, now)?))
        })?;
        Ok(found.ok())
    }
}

fn only_free(offered: Vec<Offered>) -> Vec<FreeSlot> {
    let free = offered.into_iter().filter(|offered| offered.is_free);
    free.map(|offered| offered.slot).collect()
}

/// Whether one can meet about this submission.
pub(super) fn may_meet(case: &Case) -> bool {
    appointment::may_meet(case.state, case.confidential_region.is_some())
}

/// The slots for a submission: those of its deputy if the roster has any, otherwise all of its site.
pub(super) fn of_case(connection: &mut PgConnection, case: &Case, now: DateTime<Utc>) -> Result<Vec<Offered>> {
    if !may_meet(case) {
        return Ok(Vec::new());
    }
    let mut offered = of_site(connection, case.site_id, now)?;
    let own = |slot: &Offered| Some(slot.deputy_id) == case.assignee_deputy_id;
    if offered.iter().any(own) {
        offered.retain(own);
    }
    Ok(offered)
}

/// The slot of this key, if it is on the roster and free.
pub(super) fn find(connection: &mut PgConnection, case: &Case, key: &SlotKey, now: DateTime<Utc>) -> Ruling<Offered> {
    let mut offered = of_case(connection, case, now)?.into_iter();
    let found = offered.find(|offered| offered.slot.key == *key);
    let found = found.ok_or(Refusal::TargetUnknown("slot"))?;
    if !found.is_free {
        return Err(Refusal::TargetUnfit("slot").into());
    }
    Ok(found)
}

type OnDuty = (NaiveDate, Uuid, String, String, bool);

fn of_site(connection: &mut PgConnection, site_id: Uuid, now: DateTime<Utc>) -> Result<Vec<Offered>> {
    let today = local_date(now);
    let on_duty: Vec<OnDuty> = duties::table
        .inner_join(deputies::table)
        .filter(duties::site_id.eq(site_id))
        .filter(duties::on_date.between(today, today + Days::new(DAYS_AHEAD)))
        .order((duties::on_date, deputies::name, deputies::id))
        .select((
            duties::on_date,
            deputies::id,
            deputies::public_token,
            deputies::name,
            deputies::publishes_name,
        ))
        .load(connection)?;
    let schemes = schemes(connection, site_id)?;
    let taken = Taken::load(connection, site_id, &on_duty, now)?;
    let mut offered = Vec::new();
    for (day, deputy_id, token, name, publishes_name) in on_duty {
        let slots = of_day(&schemes, day).into_iter().filter(|slot| slot.starts_at > now);
        offered.extend(slots.map(|slot| Offered {
            deputy_id,
            is_free: taken.leaves(deputy_id, site_id, slot),
            slot: FreeSlot {
                key: SlotKey {
                    starts_at: slot.starts_at,
                    deputy: token.clone(),
                },
                deputy_name: publishes_name.then(|| name.clone()),
                starts_at: slot.starts_at,
                ends_at: slot.ends_at,
            },
        }));
    }
    offered.sort_by_key(|offered| offered.slot.starts_at);
    Ok(offered)
}

/// How the duty days of a site are cut; empty: as usual.
pub fn schemes(connection: &mut PgConnection, site_id: Uuid) -> Result<Vec<Scheme>> {
    let rows: Vec<(Option<i16>, i16, i16, i16, i16)> = slot_schemes::table
        .filter(slot_schemes::site_id.eq(site_id))
        .select((
            slot_schemes::weekday,
            slot_schemes::from_minute,
            slot_schemes::until_minute,
            slot_schemes::slot_minutes,
            slot_schemes::capacity,
        ))
        .load(connection)?;
    let scheme = |(weekday, from, until, minutes, capacity): (Option<i16>, i16, i16, i16, i16)| Scheme {
        weekday: weekday.and_then(|day| u8::try_from(day).ok()),
        from_minute: from.unsigned_abs(),
        until_minute: until.unsigned_abs(),
        slot_minutes: minutes.unsigned_abs(),
        capacity: capacity.unsigned_abs(),
    };
    Ok(rows.into_iter().map(scheme).collect())
}

/// The appointments that stand in the way: (deputy, site, from, until).
struct Taken(Vec<(Uuid, Uuid, DateTime<Utc>, DateTime<Utc>)>);

impl Taken {
    fn load(connection: &mut PgConnection, site_id: Uuid, on_duty: &[OnDuty], now: DateTime<Utc>) -> Result<Self> {
        let deputies: Vec<Uuid> = on_duty.iter().map(|duty| duty.1).collect();
        let rows = appointments::table
            .filter(appointments::state.eq_any(["asked", "confirmed"]))
            .filter(appointments::ends_at.gt(now))
            .filter(
                appointments::site_id
                    .eq(site_id)
                    .or(appointments::deputy_id.eq_any(deputies)),
            )
            .select((
                appointments::deputy_id,
                appointments::site_id,
                appointments::starts_at,
                appointments::ends_at,
            ))
            .load(connection)?;
        Ok(Self(rows))
    }

    /// The deputy is free in this slot, and the site has room for one more.
    fn leaves(&self, deputy_id: Uuid, site_id: Uuid, slot: Slot) -> bool {
        let at_once = || {
            let rows = self.0.iter();
            rows.filter(|(_, _, from, until)| *from < slot.ends_at && slot.starts_at < *until)
        };
        let here = at_once().filter(|(_, site, ..)| *site == site_id).count();
        at_once().all(|(deputy, ..)| *deputy != deputy_id) && here < usize::from(slot.capacity)
    }
}
