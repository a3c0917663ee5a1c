//! Into other hands (转办): to another deputy or another grid of the county, with the reason; the whole chain stays.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, OptionalExtension, PgConnection, QueryDsl, RunQueryDsl,
    TextExpressionMethods, dsl::exists,
};
use minyi_domain::{
    calendar::local_date,
    lifecycle::Action,
    people::{Actor, Level, Role},
    routing::{RouteReason, route},
    text::Reason,
};
use serde_json::json;
use uuid::Uuid;

use super::{Case, Refusal, Ruling, published_name};
use crate::{
    Result, Store,
    deputies::in_grids,
    ids, notifications,
    schema::{deputies, grid_assignments, grids, submissions, transfers},
    scope::not_ended,
    submissions::EventKind,
};

mod chain;
mod targets;

pub use chain::TransferView;
pub(crate) use chain::chain;
pub use targets::{Target, TransferTargets};

/// Transfers after which the station decides.
const MOST: usize = 3;

/// To whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferTo {
    Deputy(Uuid),
    /// To whoever is responsible there: the deputy on duty, the lead, an assistant, the station.
    Grid(Uuid),
}

/// Where a submission lies: its grid and site, and the deputy, if one has it.
struct Place {
    deputy: Option<Uuid>,
    grid: Uuid,
    site: Uuid,
    region: String,
}

impl Store {
    /// Gives a submission into other hands; the clock goes on as it is. What goes back to somebody who had it, or is
    /// given on a third time, goes to the station's staff instead, and the station's heads are told; they and the
    /// administrators may then give it to anybody. Returns whether that happened.
    pub fn transfer(
        &self,
        actor: &Actor,
        id: Uuid,
        to: TransferTo,
        reason: &Reason,
        now: DateTime<Utc>,
    ) -> Result<std::result::Result<bool, Refusal>> {
        self.act(|connection| {
            let mut case = Case::lock(connection, actor, id)?;
            case.next_by(actor, Action::Transfer)?;
            let wanted = find(connection, &case, to, now)?;
            let decides = !matches!(actor.role, Role::Deputy | Role::StationStaff);
            let bounced = !decides && goes_round(connection, id, &wanted)?;
            let target = if bounced {
                Place {
                    deputy: None,
                    grid: case.grid_id,
                    site: case.site_id,
                    region: case.region_code.clone(),
                }
            } else {
                wanted
            };
            record(connection, &case, actor, &target, (reason, bounced), now)?;
            let before = case.handlers(connection)?;
            hand_on(connection, &mut case, &target)?;
            let mut after = case.handlers(connection)?;
            let gone: Vec<Uuid> = before.into_iter().filter(|one| !after.contains(one)).collect();
            notifications::void_for_accounts(connection, id, Some(&gone), now)?;
            let grid = grid_named(connection, &target)?;
            let deputy = published_name(connection, target.deputy)?;
            let data = json!({ "deputy": deputy, "grid": grid, "reason": reason.as_str(), "bounced": bounced });
            let event_id = case
                .event(EventKind::Transferred, actor, now)
                .with_data(data)
                .insert(connection)?;
            if bounced {
                after.extend(notifications::station_heads(connection, case.site_id)?);
            }
            after.sort_unstable();
            after.dedup();
            after.retain(|account| *account != actor.account_id);
            let template = notifications::Template::DeputyNew;
            notifications::queue_for_accounts(connection, event_id, id, template, &after, now)?;
            notifications::wake(connection)?;
            Ok(bounced)
        })
    }
}

fn find(connection: &mut PgConnection, case: &Case, to: TransferTo, now: DateTime<Utc>) -> Ruling<Place> {
    let county = Level::County.division_of(&case.region_code).to_owned();
    match to {
        TransferTo::Deputy(deputy) => {
            if !serves_in(connection, deputy, &county, now)? {
                return Err(Refusal::TargetUnknown("deputy").into());
            }
            if case.assignee_deputy_id == Some(deputy) {
                return Err(Refusal::TargetUnfit("deputy").into());
            }
            Ok(Place {
                deputy: Some(deputy),
                grid: case.grid_id,
                site: case.site_id,
                region: case.region_code.clone(),
            })
        }
        TransferTo::Grid(grid) => {
            let found: Option<(Uuid, String)> = grids::table
                .find(grid)
                .filter(grids::region_code.like(format!("{county}%")))
                .filter(not_ended("grids.valid_until", local_date(now)))
                .select((grids::site_id, grids::region_code))
                .first(connection)
                .optional()?;
            let (site, region) = found.ok_or(Refusal::TargetUnknown("grid"))?;
            if grid == case.grid_id {
                return Err(Refusal::TargetUnfit("grid").into());
            }
            let people = in_grids(connection, &[grid], local_date(now))?;
            let candidates: Vec<_> = people.iter().map(|(_, deputy)| deputy.candidate()).collect();
            Ok(Place {
                deputy: route(&candidates).deputy_id,
                grid,
                site,
                region,
            })
        }
    }
}

/// Whether the deputy is assigned to a grid of the county today.
fn serves_in(connection: &mut PgConnection, deputy: Uuid, county: &str, now: DateTime<Utc>) -> Result<bool> {
    let on = local_date(now);
    let assigned = grid_assignments::table
        .inner_join(grids::table)
        .inner_join(deputies::table)
        .filter(grid_assignments::deputy_id.eq(deputy))
        .filter(grids::region_code.like(format!("{county}%")))
        .filter(grid_assignments::valid_from.le(on))
        .filter(
            grid_assignments::valid_until
                .is_null()
                .or(grid_assignments::valid_until.gt(on)),
        )
        .filter(deputies::term_from.le(on))
        .filter(deputies::term_until.is_null().or(deputies::term_until.gt(on)));
    Ok(diesel::select(exists(assigned)).get_result(connection)?)
}

/// Whether it goes back to who had it, or on once too often, since the station last decided.
fn goes_round(connection: &mut PgConnection, id: Uuid, wanted: &Place) -> Result<bool> {
    type Row = (Option<Uuid>, Uuid, bool);
    let rows: Vec<Row> = transfers::table
        .inner_join(grids::table.on(grids::id.eq(transfers::from_grid_id)))
        .filter(transfers::submission_id.eq(id))
        .order((transfers::transferred_at.desc(), transfers::id.desc()))
        .select((transfers::from_deputy_id, grids::site_id, transfers::bounced))
        .load(connection)?;
    let since: Vec<Row> = rows.into_iter().take_while(|(_, _, bounced)| !bounced).collect();
    let had_it = since
        .iter()
        .any(|(deputy, site, _)| *deputy == wanted.deputy && (deputy.is_some() || *site == wanted.site));
    Ok(had_it || since.len() + 1 >= MOST)
}

fn record(
    connection: &mut PgConnection,
    case: &Case,
    actor: &Actor,
    target: &Place,
    (reason, bounced): (&Reason, bool),
    now: DateTime<Utc>,
) -> Result<()> {
    diesel::insert_into(transfers::table)
        .values((
            transfers::id.eq(ids::new(now)),
            transfers::submission_id.eq(case.id),
            transfers::by_account_id.eq(actor.account_id),
            transfers::from_deputy_id.eq(case.assignee_deputy_id),
            transfers::from_grid_id.eq(case.grid_id),
            transfers::to_deputy_id.eq(target.deputy),
            transfers::to_grid_id.eq(target.grid),
            transfers::reason.eq(reason.as_str()),
            transfers::bounced.eq(bounced),
            transfers::transferred_at.eq(now),
        ))
        .execute(connection)?;
    Ok(())
}

fn hand_on(connection: &mut PgConnection, case: &mut Case, target: &Place) -> Result<()> {
    let reason = if target.deputy.is_some() {
        RouteReason::Transferred
    } else {
        RouteReason::StationStaff
    };
    diesel::update(submissions::table.find(case.id))
        .set((
            submissions::assignee_deputy_id.eq(target.deputy),
            submissions::route_reason.eq(reason.as_str()),
            submissions::grid_id.eq(target.grid),
            submissions::site_id.eq(target.site),
            submissions::region_code.eq(&target.region),
        ))
        .execute(connection)?;
    case.assignee_deputy_id = target.deputy;
    case.grid_id = target.grid;
    case.site_id = target.site;
    case.region_code.clone_from(&target.region);
    Ok(())
}

/// The grid by which a deputy who publishes no name is told of; none for the staff.
fn grid_named(connection: &mut PgConnection, target: &Place) -> Result<Option<String>> {
    if target.deputy.is_none() {
        return Ok(None);
    }
    let name: String = grids::table.find(target.grid).select(grids::name).first(connection)?;
    Ok(Some(name))
}
