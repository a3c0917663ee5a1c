use minyi_domain::{
    calendar::local_date,
    people::{Actor, Role},
    routing::RouteReason,
    text::Reason,
};
use minyi_store::{
    EventKind, Refusal, TransferTo,
    fixtures::{COUNTY, Deputy, Grid},
};
use uuid::Uuid;

use super::{answer, detail, hours, not_now};
use crate::support::{World, now, world};

struct Stage {
    world: World,
    grid: Grid,
    first: Deputy,
    second: Deputy,
    id: Uuid,
}

/// A submission of one deputy, and another deputy of the same county.
fn stage() -> Stage {
    let mut world = world();
    let (grid, first) = world.city.grid_with_lead();
    let (_, second) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, first.route());
    Stage {
        world,
        grid,
        first,
        second,
        id,
    }
}

impl Stage {
    fn give(&self, actor: &Actor, to: TransferTo, hour: i64) -> Result<bool, Refusal> {
        let reason = Reason::parse("这件事归那边管").unwrap();
        self.world
            .store
            .transfer(actor, self.id, to, &reason, hours(hour))
            .unwrap()
    }

    fn waiting(&self, actor: &Actor) -> i64 {
        let of = format!(
            "notifications WHERE account_id = '{}' AND state = 'waiting'",
            actor.account_id
        );
        self.world.count(&of)
    }
}

#[test]
fn another_deputy_has_it_then_with_the_same_clock() {
    let stage = stage();
    let before = detail(&stage.world, &stage.first, stage.id).answer_due_at;
    assert_eq!(
        stage.give(&stage.first.actor, TransferTo::Deputy(stage.first.id), 1),
        Err(Refusal::TargetUnfit("deputy"))
    );
    assert_eq!(
        stage.give(&stage.first.actor, TransferTo::Deputy(stage.second.id), 1),
        Ok(false)
    );
    assert_eq!(
        stage
            .world
            .store
            .submission(&stage.first.actor.scope(), stage.id)
            .unwrap(),
        None
    );
    let after = detail(&stage.world, &stage.second, stage.id);
    assert_eq!(
        (after.answer_due_at, after.route_reason),
        (before, RouteReason::Transferred)
    );
    assert_eq!(after.events.last().unwrap().kind, EventKind::Transferred);
    let step = &after.transfers[0];
    assert_eq!(
        step.from_deputy.as_deref(),
        Some(stage.first.actor.display_name.as_str())
    );
    assert_eq!((step.reason.as_str(), step.bounced), ("这件事归那边管", false));
    // The message to the one who had it is void, the new one is told.
    assert_eq!(
        (stage.waiting(&stage.first.actor), stage.waiting(&stage.second.actor)),
        (0, 1)
    );
    assert_eq!(
        stage.give(&stage.first.actor, TransferTo::Deputy(stage.second.id), 2),
        Err(Refusal::NotFound)
    );
}

#[test]
fn another_grid_routes_it_anew() {
    let mut stage = stage();
    let (grid, lead) = stage.world.city.grid_with_lead();
    let lonely = stage.world.city.grid(stage.grid.site_id);
    let far = stage.world.city.site_in("9901");
    let far = stage.world.city.grid_in(far, "9901");
    let head = stage.world.city.staff(grid.site_id, Role::StationHead);
    assert_eq!(
        stage.give(&stage.first.actor, TransferTo::Grid(stage.grid.id), 1),
        Err(Refusal::TargetUnfit("grid"))
    );
    assert_eq!(
        stage.give(&stage.first.actor, TransferTo::Grid(far.id), 1),
        Err(Refusal::TargetUnknown("grid"))
    );
    assert_eq!(stage.give(&stage.first.actor, TransferTo::Grid(grid.id), 1), Ok(false));
    let there = detail(&stage.world, &lead, stage.id);
    assert_eq!((there.site_id, there.assignee_deputy_id), (grid.site_id, Some(lead.id)));
    // A grid without a deputy: the station's staff.
    assert_eq!(stage.give(&head, TransferTo::Grid(lonely.id), 2), Ok(false));
    let found = stage
        .world
        .store
        .submission(&minyi_domain::people::Scope::Site(stage.grid.site_id), stage.id);
    assert_eq!(found.unwrap().unwrap().route_reason, RouteReason::StationStaff);
}

#[test]
fn what_goes_back_and_forth_is_decided_by_the_station() {
    let mut stage = stage();
    let head = stage.world.city.staff(stage.grid.site_id, Role::StationHead);
    let staff = stage.world.city.staff(stage.grid.site_id, Role::StationStaff);
    stage
        .give(&stage.first.actor, TransferTo::Deputy(stage.second.id), 1)
        .unwrap();
    assert_eq!(
        stage.give(&stage.second.actor, TransferTo::Deputy(stage.first.id), 2),
        Ok(true)
    );
    for deputy in [&stage.first, &stage.second] {
        assert_eq!(
            stage.world.store.submission(&deputy.actor.scope(), stage.id).unwrap(),
            None
        );
    }
    assert_eq!((stage.waiting(&head), stage.waiting(&staff)), (1, 1));
    // The head may give it to whoever had it.
    assert_eq!(stage.give(&head, TransferTo::Deputy(stage.first.id), 3), Ok(false));
    assert_eq!(detail(&stage.world, &stage.first, stage.id).transfers.len(), 3);
}

#[test]
fn the_third_time_the_station_has_it() {
    let mut stage = stage();
    let (_, third) = stage.world.city.grid_with_lead();
    let (_, fourth) = stage.world.city.grid_with_lead();
    assert_eq!(
        stage.give(&stage.first.actor, TransferTo::Deputy(stage.second.id), 1),
        Ok(false)
    );
    assert_eq!(
        stage.give(&stage.second.actor, TransferTo::Deputy(third.id), 2),
        Ok(false)
    );
    assert_eq!(stage.give(&third.actor, TransferTo::Deputy(fourth.id), 3), Ok(true));
    assert_eq!(
        stage.world.store.submission(&fourth.actor.scope(), stage.id).unwrap(),
        None
    );
}

#[test]
fn nobody_gives_away_what_is_answered_or_to_nobody() {
    let mut stage = stage();
    let idle = stage.world.city.deputy();
    let auditor = stage.world.city.admin(COUNTY, Role::Auditor);
    assert_eq!(
        stage.give(&stage.first.actor, TransferTo::Deputy(idle.id), 1),
        Err(Refusal::TargetUnknown("deputy"))
    );
    assert_eq!(
        stage.give(&auditor, TransferTo::Deputy(stage.second.id), 1),
        Err(Refusal::Forbidden)
    );
    answer(&stage.world, &stage.first, stage.id, hours(1));
    not_now(stage.give(&stage.first.actor, TransferTo::Deputy(stage.second.id), 2));
}

#[test]
fn targets_are_found_by_name_and_place_within_the_county() {
    let stage = stage();
    let on = local_date(now());
    let scope = stage.first.actor.scope();
    let find = |words: &str| {
        stage
            .world
            .store
            .transfer_targets(&scope, stage.id, words, on)
            .unwrap()
            .unwrap()
    };
    let all = find("");
    assert_eq!((all.deputies.len(), all.grids.len()), (1, 1));
    assert_eq!(all.deputies[0].id, stage.second.id);
    assert_eq!(find(&stage.second.actor.display_name).deputies.len(), 1);
    assert_eq!(find("%").deputies.len() + find("%").grids.len(), 0);
    let stranger = stage.second.actor.scope();
    assert_eq!(
        stage.world.store.transfer_targets(&stranger, stage.id, "", on).unwrap(),
        None
    );
}
