use minyi_domain::{
    people::{Actor, Level, Role, Scope},
    routing::{Route, RouteReason},
    text::Reason,
};
use minyi_store::{
    Directory, InboxFilter, NewRegion, Refusal, TransferTo,
    fixtures::{COUNTY, TOWNSHIP},
};
use uuid::Uuid;

use super::{case, detail, hours};
use crate::support::{World, world};

fn sees(world: &World, actor: &Actor, id: Uuid) -> bool {
    let scope = actor.scope();
    let listed = |open_only| {
        let filter = InboxFilter {
            open_only,
            ..InboxFilter::default()
        };
        let page = world.store.inbox(&scope, &filter, None, 50).unwrap();
        page.items.iter().any(|item| item.id == id)
    };
    let seen = world.store.submission(&scope, id).unwrap().is_some();
    assert_eq!((listed(true), listed(false)), (seen, seen), "{scope:?}");
    seen
}

fn told(world: &World, actor: &Actor) -> i64 {
    world.count(&format!(
        "notifications WHERE account_id = '{}' AND state = 'waiting'",
        actor.account_id
    ))
}

#[test]
fn a_report_on_an_official_is_seen_by_the_administrators_above_alone() {
    let mut world = world();
    let (id, receipt, deputy) = case(&mut world);
    let site = detail(&world, &deputy, id).site_id;
    let head = world.city.staff(site, Role::StationHead);
    let street = world.city.admin(TOWNSHIP, Role::StreetAdmin);
    let county = world.city.admin(COUNTY, Role::CountyAdmin);
    let city = world.city.admin("9901", Role::CityAdmin);
    let neighbour = NewRegion {
        code: "990199".to_owned(),
        name: "邻县".to_owned(),
        valid_from: None,
        valid_until: None,
    };
    let directory = Directory {
        regions: vec![neighbour],
        ..Directory::default()
    };
    world.store.import_directory(&directory).unwrap();
    let other = world.city.admin("990199", Role::CountyAdmin);
    assert!(sees(&world, &deputy.actor, id) && sees(&world, &head, id) && sees(&world, &street, id));
    assert_eq!(told(&world, &deputy.actor), 1);

    assert_eq!(
        world.store.restrict(&other, id, Level::County, hours(1)).unwrap(),
        Err(Refusal::NotFound)
    );
    world
        .store
        .restrict(&head, id, Level::County, hours(1))
        .unwrap()
        .unwrap();
    for blind in [&deputy.actor, &head, &street, &other] {
        assert!(!sees(&world, blind, id), "{:?}", blind.role);
    }
    assert!(sees(&world, &county, id) && sees(&world, &city, id));
    assert_eq!(world.store.submission(&Scope::Office(Uuid::nil()), id).unwrap(), None);
    // What was on its way to those who must not see it stays here.
    assert_eq!((told(&world, &deputy.actor), told(&world, &county)), (0, 1));
    let timeline = world.store.receipt(&receipt.receipt).unwrap().unwrap().timeline;
    assert!(timeline.iter().all(|event| event.is_public));

    let again = world.store.restrict(&county, id, Level::City, hours(2)).unwrap();
    assert_eq!(again, Err(Refusal::Forbidden));
    let reason = Reason::parse("转给代表").unwrap();
    let to = TransferTo::Deputy(deputy.id);
    assert_eq!(
        world.store.transfer(&county, id, to, &reason, hours(2)).unwrap(),
        Err(Refusal::Forbidden)
    );
}

#[test]
fn a_report_to_the_city_is_hidden_from_the_county() {
    let mut world = world();
    let (id, _, deputy) = case(&mut world);
    let county = world.city.admin(COUNTY, Role::CountyAdmin);
    let city = world.city.admin("9901", Role::CityAdmin);
    world
        .store
        .restrict(&deputy.actor, id, Level::City, hours(1))
        .unwrap()
        .unwrap();
    assert!(!sees(&world, &county, id) && sees(&world, &city, id));
    assert_eq!((told(&world, &county), told(&world, &city)), (0, 1));
}

#[test]
fn a_resident_sends_past_those_whose_work_it_would_be() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let head = world.city.staff(grid.site_id, Role::StationHead);
    let county = world.city.admin(COUNTY, Role::CountyAdmin);
    let (id, receipt) = world.city.submit(&grid, Route::CONFIDENTIAL);
    assert!(!sees(&world, &deputy.actor, id) && !sees(&world, &head, id) && sees(&world, &county, id));
    assert_eq!(
        (told(&world, &deputy.actor), told(&world, &head), told(&world, &county)),
        (0, 0, 1)
    );
    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    assert_eq!(view.route_reason, RouteReason::Confidential);
}
