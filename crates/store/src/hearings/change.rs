use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, PgConnection, QueryDsl, RunQueryDsl};
use minyi_domain::{
    audit::{Action, ObjectKind},
    hearing::State,
    people::Actor,
    text::{Address, Reason, Title},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Locked, lock,
    plan::{announce, bind, check_time, invite_deputies, invite_offices, notice},
    told::{invited, tell},
};
use crate::{
    Act, By, Result, Store, audit,
    casework::{Case, Refusal, Ruling},
    schema::{hearing_deputies, hearing_offices, hearing_submissions, hearings},
};

/// What changes about a planned hearing; what is `None` or empty stays.
#[derive(Debug, Clone, Default)]
pub struct HearingChange {
    pub title: Option<Title>,
    pub place: Option<Address>,
    pub starts_at: Option<DateTime<Utc>>,
    pub ends_at: Option<DateTime<Utc>>,
    /// Why the new time has a notice of less than three days.
    pub urgent_reason: Option<Reason>,
    /// It does not take place.
    pub cancel_reason: Option<Reason>,
    pub add_submissions: Vec<Uuid>,
    pub remove_submissions: Vec<Uuid>,
    /// All that are invited from now on.
    pub office_ids: Option<Vec<Uuid>>,
    /// All that are invited from now on.
    pub deputy_ids: Option<Vec<Uuid>>,
}

impl HearingChange {
    fn concerns_notice(&self) -> bool {
        self.title.is_some() || self.place.is_some() || self.starts_at.is_some() || self.ends_at.is_some()
    }
}

impl Store {
    /// Changes or cancels a planned hearing; whoever was told of it is told of the change.
    pub fn change_hearing(
        &self,
        by: &By,
        actor: &Actor,
        id: Uuid,
        change: &HearingChange,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        self.act(|connection| {
            let mut hearing = lock(connection, actor, id)?;
            let act = Act::done(Action::HearingChanged, ObjectKind::Hearing, id);
            if let Some(reason) = &change.cancel_reason {
                if hearing.state == State::Cancelled {
                    return Ok(());
                }
                cancel(connection, actor, &hearing, reason, now)?;
                return Ok(audit::record(
                    connection,
                    by,
                    &act.with(json!({"cancelled": true})),
                    now,
                )?);
            }
            if hearing.state != State::Planned {
                return Err(Refusal::Once.into());
            }
            if change.concerns_notice() {
                put_off(connection, actor, &mut hearing, change, now)?;
            }
            for submission_id in &change.remove_submissions {
                let gone = diesel::delete(hearing_submissions::table.find((id, submission_id))).execute(connection)?;
                if gone == 1 {
                    let case = Case::lock_any(connection, *submission_id)?;
                    announce(connection, actor, &case, &off(&hearing.title, "removed"), now)?;
                }
            }
            let data = notice(&hearing.title, hearing.starts_at, &hearing.place);
            bind(connection, actor, id, &change.add_submissions, &data, now)?;
            let before = invited(connection, id)?;
            if let Some(offices) = &change.office_ids {
                let others = hearing_offices::table.filter(hearing_offices::hearing_id.eq(id));
                diesel::delete(others.filter(hearing_offices::office_id.ne_all(offices))).execute(connection)?;
                invite_offices(connection, id, &hearing.region_code, offices)?;
            }
            if let Some(deputies) = &change.deputy_ids {
                let others = hearing_deputies::table.filter(hearing_deputies::hearing_id.eq(id));
                // Whoever changes it goes on seeing it.
                let kept: Vec<Uuid> = deputies.iter().copied().chain(actor.deputy_id).collect();
                diesel::delete(others.filter(hearing_deputies::deputy_id.ne_all(&kept))).execute(connection)?;
                invite_deputies(connection, id, &hearing.region_code, &kept)?;
            }
            let mut new = invited(connection, id)?;
            new.retain(|account| !before.contains(account));
            tell(connection, actor, id, new, &data, now)?;
            Ok(audit::record(connection, by, &act, now)?)
        })
    }
}

/// It is not, or not there, that this is answered.
fn off(title: &str, why: &str) -> Value {
    json!({ "title": title, "off": why })
}

fn cancel(
    connection: &mut PgConnection,
    actor: &Actor,
    hearing: &Locked,
    reason: &Reason,
    now: DateTime<Utc>,
) -> Ruling<()> {
    if hearing.state != State::Planned {
        return Err(Refusal::Once.into());
    }
    diesel::update(hearings::table.find(hearing.id))
        .set((
            hearings::state.eq(State::Cancelled.as_str()),
            hearings::cancel_reason.eq(reason.as_str()),
            hearings::settled_at.eq(now),
        ))
        .execute(connection)?;
    tell_all(connection, actor, hearing.id, &off(&hearing.title, "cancelled"), now)
}

/// Writes another title, place or time, and makes it known.
fn put_off(
    connection: &mut PgConnection,
    actor: &Actor,
    hearing: &mut Locked,
    change: &HearingChange,
    now: DateTime<Utc>,
) -> Ruling<()> {
    let before = notice(&hearing.title, hearing.starts_at, &hearing.place);
    let moved = change.starts_at.is_some_and(|at| at != hearing.starts_at);
    if let Some(title) = &change.title {
        title.as_str().clone_into(&mut hearing.title);
    }
    if let Some(place) = &change.place {
        place.as_str().clone_into(&mut hearing.place);
    }
    hearing.starts_at = change.starts_at.unwrap_or(hearing.starts_at);
    hearing.ends_at = change.ends_at.unwrap_or(hearing.ends_at);
    if hearing.ends_at <= hearing.starts_at {
        return Err(Refusal::TargetUnfit("date").into());
    }
    if let Some(reason) = &change.urgent_reason {
        hearing.urgent_reason = Some(reason.as_str().to_owned());
    }
    diesel::update(hearings::table.find(hearing.id))
        .set((
            hearings::title.eq(&hearing.title),
            hearings::place.eq(&hearing.place),
            hearings::ends_at.eq(hearing.ends_at),
        ))
        .execute(connection)?;
    if moved {
        // The time counts from when people hear of it.
        check_time(hearing.starts_at, change.urgent_reason.is_some(), now)?;
        diesel::update(hearings::table.find(hearing.id))
            .set((
                hearings::starts_at.eq(hearing.starts_at),
                hearings::urgent_reason.eq(&hearing.urgent_reason),
                hearings::noticed_at.eq(now),
            ))
            .execute(connection)?;
    }
    let after = notice(&hearing.title, hearing.starts_at, &hearing.place);
    if after == before {
        return Ok(());
    }
    tell_all(connection, actor, hearing.id, &after, now)
}

/// Tells the people of every submission on the table, and those who are invited.
fn tell_all(
    connection: &mut PgConnection,
    actor: &Actor,
    hearing_id: Uuid,
    data: &Value,
    now: DateTime<Utc>,
) -> Ruling<()> {
    for case in bound(connection, hearing_id)? {
        announce(connection, actor, &case, data, now)?;
    }
    let accounts = invited(connection, hearing_id)?;
    tell(connection, actor, hearing_id, accounts, data, now)
}

/// The submissions on the table, locked in the order of their ids.
pub fn bound(connection: &mut PgConnection, hearing_id: Uuid) -> Ruling<Vec<Case>> {
    let ids: Vec<Uuid> = hearing_submissions::table
        .filter(hearing_submissions::hearing_id.eq(hearing_id))
        .order(hearing_submissions::submission_id)
        .select(hearing_submissions::submission_id)
        .load(connection)?;
    ids.into_iter().map(|id| Case::lock_any(connection, id)).collect()
}
