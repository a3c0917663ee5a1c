use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    dsl::sql,
    sql_types::{Bool, Text},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    hearing::{Kind, State, is_noticed_in_time},
    lifecycle,
    people::{Actor, Scope},
    text::{Address, Reason, Title},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::told::{invited, tell};
use crate::{
    Act, By, Result, Store,
    answers::merged_into,
    audit,
    casework::{Case, Refusal, Ruling},
    events::NewEvent,
    ids,
    notifications::{self, Template},
    schema::{deputies, grids, hearing_deputies, hearing_offices, hearing_submissions, hearings, offices, sites},
    scope::{Condition, grids_in},
    submissions::EventKind,
};

/// A hearing to be planned.
#[derive(Debug, Clone)]
pub struct NewHearing {
    /// `None`: the person's own site, or the whole division of an administrator.
    pub site_id: Option<Uuid>,
    pub title: Title,
    pub kind: Kind,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub place: Address,
    /// Why it is held with a notice of less than three days.
    pub urgent_reason: Option<Reason>,
    pub submission_ids: Vec<Uuid>,
    pub office_ids: Vec<Uuid>,
    pub deputy_ids: Vec<Uuid>,
}

impl Store {
    /// Plans a hearing and tells the residents whose matters are answered there, and those who are invited. The same plan again is the same
    /// hearing. Returns its id.
    pub fn plan_hearing(
        &self,
        by: &By,
        actor: &Actor,
        new: &NewHearing,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<Uuid, Refusal>> {
        self.act(|connection| {
            check_time(new.starts_at, new.urgent_reason.is_some(), now)?;
            let (site_id, region_code) = place_of(connection, actor, new.site_id)?;
            let (id, is_new) = insert(connection, actor, new, (site_id, &region_code), now)?;
            if !is_new {
                return Ok(id);
            }
            invite_offices(connection, id, &region_code, &new.office_ids)?;
            let mut deputies = new.deputy_ids.clone();
            deputies.extend(actor.deputy_id);
            invite_deputies(connection, id, &region_code, &deputies)?;
            let data = notice(new.title.as_str(), new.starts_at, new.place.as_str());
            bind(connection, actor, id, &new.submission_ids, &data, now)?;
            let accounts = invited(connection, id)?;
            tell(connection, actor, id, accounts, &data, now)?;
            audit::record(
                connection,
                by,
                &Act::done(Action::HearingPlanned, ObjectKind::Hearing, id),
                now,
            )?;
            Ok(id)
        })
    }
}

/// Not in the past, and known to people early enough.
pub fn check_time(starts_at: DateTime<Utc>, is_urgent: bool, now: DateTime<Utc>) -> Ruling<()> {
    if starts_at > now && (is_urgent || is_noticed_in_time(now, starts_at)) {
        Ok(())
    } else {
        Err(Refusal::TargetUnfit("date").into())
    }
}

/// Site and division of what this person plans.
pub fn place_of(connection: &mut PgConnection, actor: &Actor, wanted: Option<Uuid>) -> Ruling<(Option<Uuid>, String)> {
    let scope = actor.scope();
    let wanted = match (&scope, wanted) {
        (Scope::Region(code), None) => return Ok((None, code.clone())),
        (Scope::Site(own), None) => Some(*own),
        (_, wanted) => wanted,
    };
    let mut query = grids::table
        .inner_join(sites::table)
        .filter(grids_in(&scope))
        .order(sites::id)
        .select((sites::id, sites::region_code))
        .into_boxed();
    if let Some(site) = wanted {
        query = query.filter(sites::id.eq(site));
    }
    let found: Option<(Uuid, String)> = query.first(connection).optional()?;
    let (site, region_code) = found.ok_or(Refusal::TargetUnknown("site"))?;
    Ok((Some(site), region_code))
}

fn insert(
    connection: &mut PgConnection,
    actor: &Actor,
    new: &NewHearing,
    (site_id, region_code): (Option<Uuid>, &str),
    now: DateTime<Utc>,
) -> Result<(Uuid, bool)> {
    let id = ids::new(now);
    let inserted = diesel::insert_into(hearings::table)
        .values((
            hearings::id.eq(id),
            hearings::site_id.eq(site_id),
            hearings::region_code.eq(region_code),
            hearings::title.eq(new.title.as_str()),
            hearings::kind.eq(new.kind.as_str()),
            hearings::starts_at.eq(new.starts_at),
            hearings::ends_at.eq(new.ends_at),
            hearings::place.eq(new.place.as_str()),
            hearings::noticed_at.eq(now),
            hearings::urgent_reason.eq(new.urgent_reason.as_ref().map(Reason::as_str)),
            hearings::state.eq(State::Planned.as_str()),
            hearings::planned_by_account_id.eq(actor.account_id),
            hearings::planned_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    if inserted == 1 {
        return Ok((id, true));
    }
    let before = hearings::table
        .filter(hearings::planned_by_account_id.eq(actor.account_id))
        .filter(hearings::starts_at.eq(new.starts_at))
        .filter(hearings::title.eq(new.title.as_str()))
        .filter(hearings::state.eq(State::Planned.as_str()))
        .select(hearings::id)
        .first(connection)?;
    Ok((before, false))
}

/// The offices of the same county and of the divisions above.
pub fn offices_near(region_code: &str) -> Condition<offices::table> {
    let near = sql::<Bool>("(starts_with(offices.region_code, left(")
        .bind::<Text, _>(region_code.to_owned())
        .sql(", 6)) OR starts_with(")
        .bind::<Text, _>(region_code.to_owned())
        .sql(", offices.region_code))");
    Box::new(near)
}

/// The deputies who are in a grid or on a roster of the same county.
pub fn deputies_near(region_code: &str) -> Condition<deputies::table> {
    let near = sql::<Bool>(
        "deputies.id IN (
        SELECT deputy_id FROM grid_assignments JOIN grids ON grids.id = grid_id
        WHERE starts_with(region_code, left(",
    )
    .bind::<Text, _>(region_code.to_owned())
    .sql(
        ", 6)) UNION SELECT deputy_id FROM duties JOIN sites ON sites.id = site_id
        WHERE starts_with(region_code, left(",
    )
    .bind::<Text, _>(region_code.to_owned())
    .sql(", 6)))");
    Box::new(near)
}

/// Invites offices of the same county, or of the divisions above.
pub fn invite_offices(
    connection: &mut PgConnection,
    hearing_id: Uuid,
    region_code: &str,
    wanted: &[Uuid],
) -> Ruling<()> {
    for &office_id in wanted {
        let found: Option<Uuid> = offices::table
            .find(office_id)
            .filter(offices_near(region_code))
            .select(offices::id)
            .first(connection)
            .optional()?;
        found.ok_or(Refusal::TargetUnknown("office"))?;
        diesel::insert_into(hearing_offices::table)
            .values((
                hearing_offices::hearing_id.eq(hearing_id),
                hearing_offices::office_id.eq(office_id),
            ))
            .on_conflict_do_nothing()
            .execute(connection)?;
    }
    Ok(())
}

/// Invites deputies who are on a roster or in a grid of the same county.
pub fn invite_deputies(
    connection: &mut PgConnection,
    hearing_id: Uuid,
    region_code: &str,
    wanted: &[Uuid],
) -> Ruling<()> {
    for &deputy_id in wanted {
        let found: Option<Uuid> = deputies::table
            .find(deputy_id)
            .filter(deputies_near(region_code))
            .select(deputies::id)
            .first(connection)
            .optional()?;
        found.ok_or(Refusal::TargetUnknown("deputy"))?;
        diesel::insert_into(hearing_deputies::table)
            .values((
                hearing_deputies::hearing_id.eq(hearing_id),
                hearing_deputies::deputy_id.eq(deputy_id),
            ))
            .on_conflict_do_nothing()
            .execute(connection)?;
    }
    Ok(())
}

/// What the event says.
pub fn notice(title: &str, starts_at: DateTime<Utc>, place: &str) -> Value {
    json!({ "title": title, "starts_at": starts_at, "place": place })
}

/// Puts submissions of this person's scope on the table, with all that were merged into them, and tells their people.
pub fn bind(
    connection: &mut PgConnection,
    actor: &Actor,
    hearing_id: Uuid,
    submission_ids: &[Uuid],
    data: &Value,
    now: DateTime<Utc>,
) -> Ruling<()> {
    let mut wanted = submission_ids.to_vec();
    wanted.sort_unstable();
    wanted.dedup();
    for id in wanted {
        let case = match Case::lock(connection, actor, id) {
            Err(crate::casework::Stop::Refused(_)) => return Err(Refusal::TargetUnknown("submission").into()),
            locked => locked?,
        };
        if case.state == lifecycle::State::Closed || case.confidential_region.is_some() {
            return Err(Refusal::TargetUnfit("submission").into());
        }
        let merged = merged_into(connection, id)?;
        for case in std::iter::once(case).chain(merged) {
            let added = diesel::insert_into(hearing_submissions::table)
                .values((
                    hearing_submissions::hearing_id.eq(hearing_id),
                    hearing_submissions::submission_id.eq(case.id),
                ))
                .on_conflict_do_nothing()
                .execute(connection)?;
            if added == 1 {
                announce(connection, actor, &case, data, now)?;
            }
        }
    }
    Ok(())
}

/// Writes the event and tells the residents and whoever has to act.
pub fn announce(
    connection: &mut PgConnection,
    actor: &Actor,
    case: &Case,
    data: &Value,
    now: DateTime<Utc>,
) -> Result<()> {
    let event: NewEvent = case.event(EventKind::HearingPlanned, actor, now);
    let event_id = event.with_data(data.clone()).insert(connection)?;
    let mut told = case.handlers(connection)?;
    told.retain(|account| *account != actor.account_id);
    notifications::queue_for_accounts(connection, event_id, case.id, Template::DeputyNew, &told, now)?;
    notifications::queue_for_residents(connection, event_id, case.id, now)?;
    notifications::wake(connection)
}
