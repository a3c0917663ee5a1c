//! What people set without a new version of the program: how often residents are asked again, and how the duty days of a
//! site are cut into slots.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    Connection as _, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, TextExpressionMethods,
    dsl::sql,
    sql_types::{Bool, Uuid as SqlUuid},
};
use minyi_domain::{
    audit::{Action, ObjectKind},
    people::{Actor, Scope},
    rights::Permission,
    slots::Scheme,
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Act, By, Result, Store, audit,
    casework::Refusal,
    ids,
    schema::{revisit_policy, sites, slot_schemes},
    scope::{Condition, not_ended},
};

/// More sites than a list to choose from shows.
const MOST_SITES: i64 = 500;

/// Who is asked again after closing (回访规则).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevisitPolicy {
    /// Of those whose matter is solved, so many of a hundred; the others are all asked. 0 to 100.
    pub sample_percent: u8,
    /// Calendar days after closing, 1 to 400.
    pub due_days: u16,
}

impl Store {
    /// The policy in force.
    pub fn revisit_policy(&self) -> Result<RevisitPolicy> {
        let (percent, days): (i16, i16) = revisit_policy::table
            .select((revisit_policy::sample_percent, revisit_policy::due_days))
            .first(&mut *self.connection()?)?;
        Ok(RevisitPolicy {
            sample_percent: u8::try_from(percent).unwrap_or(0),
            due_days: days.unsigned_abs(),
        })
    }

    /// Changes the policy for what is closed from now on.
    pub fn set_revisit_policy(&self, by: &By, policy: RevisitPolicy, now: DateTime<Utc>) -> Result<()> {
        self.connection()?.transaction(|connection| {
            diesel::update(revisit_policy::table)
                .set((
                    revisit_policy::sample_percent.eq(i16::from(policy.sample_percent)),
                    revisit_policy::due_days.eq(i16::try_from(policy.due_days).unwrap_or(i16::MAX)),
                ))
                .execute(connection)?;
            let act = Act::done(Action::RevisitPolicySet, ObjectKind::RevisitPolicy, "installation");
            let detail = json!({"sample_percent": policy.sample_percent, "due_days": policy.due_days});
            audit::record(connection, by, &act.with(detail), now)
        })
    }

    /// The sites whose slots this scope may set, those closed by this day left out: id and name.
    pub fn sites_with_slots(&self, scope: &Scope, on: NaiveDate) -> Result<Vec<(Uuid, String)>> {
        Ok(sites::table
            .filter(held_by(scope))
            .filter(not_ended("sites.valid_until", on))
            .order((sites::region_code, sites::name, sites::id))
            .limit(MOST_SITES)
            .select((sites::id, sites::name))
            .load(&mut *self.connection()?)?)
    }

    /// How the duty days of a site are cut; empty: the usual hours. `None`: no such site in this scope.
    pub fn slot_schemes(&self, scope: &Scope, site_id: Uuid) -> Result<Option<Vec<Scheme>>> {
        let mut connection = self.connection()?;
        let site: Option<Uuid> = sites::table
            .find(site_id)
            .filter(held_by(scope))
            .select(sites::id)
            .first(&mut *connection)
            .optional()?;
        match site {
            Some(site) => Ok(Some(crate::meetings::schemes(&mut connection, site)?)),
            None => Ok(None),
        }
    }

    /// Cuts the duty days of a site anew; what was agreed stays. Overlapping ones are refused by the caller.
    pub fn set_slot_schemes(
        &self,
        by: &By,
        actor: &Actor,
        site_id: Uuid,
        schemes: &[Scheme],
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<(), Refusal>> {
        if !actor.role.may(Permission::Hold) {
            return Ok(Err(Refusal::Forbidden));
        }
        let scope = actor.scope();
        let mut connection = self.connection()?;
        connection.transaction(|connection| {
            let site: Option<Uuid> = sites::table
                .find(site_id)
                .filter(held_by(&scope))
                .select(sites::id)
                .for_no_key_update()
                .first(connection)
                .optional()?;
            if site.is_none() {
                return Ok(Err(Refusal::NotFound));
            }
            diesel::delete(slot_schemes::table.filter(slot_schemes::site_id.eq(site_id))).execute(connection)?;
            let number = |number: u16| i16::try_from(number).unwrap_or(i16::MAX);
            let rows: Vec<_> = schemes
                .iter()
                .map(|scheme| {
                    (
                        slot_schemes::id.eq(ids::new(now)),
                        slot_schemes::site_id.eq(site_id),
                        slot_schemes::weekday.eq(scheme.weekday.map(i16::from)),
                        slot_schemes::from_minute.eq(number(scheme.from_minute)),
                        slot_schemes::until_minute.eq(number(scheme.until_minute)),
                        slot_schemes::slot_minutes.eq(number(scheme.slot_minutes)),
                        slot_schemes::capacity.eq(number(scheme.capacity)),
                    )
                })
                .collect();
            diesel::insert_into(slot_schemes::table)
                .values(rows)
                .execute(connection)?;
            let act = Act::done(Action::SlotSchemesSet, ObjectKind::Site, site_id);
            audit::record(connection, by, &act.with(json!({"schemes": schemes.len()})), now)?;
            Ok(Ok(()))
        })
    }
}

/// A station's people set their own site's, deputies those of the sites in whose grids they are, administrators those of
/// their division.
fn held_by(scope: &Scope) -> Condition<sites::table> {
    match scope {
        Scope::Site(site) => Box::new(sites::id.eq(*site)),
        Scope::Region(code) => Box::new(sites::region_code.like(format!("{code}%"))),
        Scope::Deputy(deputy) => Box::new(
            sql::<Bool>(
                "sites.id IN (SELECT site_id FROM grids JOIN grid_assignments ON grid_id = grids.id WHERE deputy_id = ",
            )
            .bind::<SqlUuid, _>(*deputy)
            .sql(")"),
        ),
        Scope::Nothing | Scope::Office(_) => Box::new(sql::<Bool>("false")),
    }
}
