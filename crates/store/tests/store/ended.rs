//! What has ended is offered for nothing new; what ends later still is.

use chrono::Days;
use minyi_domain::{
    calendar::local_date,
    people::{PlaceScope, Role},
    sheet::Template,
    text::{Purpose, Reason},
    token::CodeToken,
};
use minyi_store::{AskedPurpose, JobOutcome, MakeOutcome, NewPrintJob, PrintLook, Refusal, Selection, TransferTo};
use rand::{SeedableRng, rngs::StdRng};
use uuid::Uuid;

use crate::support::{BY, World, now, world};

impl World {
    fn end(&self, table: &str, id: Uuid, days: u64) {
        let until = local_date(now()) + Days::new(days);
        self.execute(&format!("UPDATE {table} SET valid_until = '{until}' WHERE id = '{id}'"));
    }
}

#[test]
fn a_grid_that_has_ended_takes_no_submission_no_transfer_no_code_and_no_print() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let ending = world.city.grid(grid.site_id);
    let staff = world.city.staff(grid.site_id, Role::StationStaff);
    let (id, _) = world.city.submit(&grid, deputy.route());
    let (scope, today) = (staff.scope(), local_date(now()));
    let store = &world.store;
    let registers = || {
        let listed = store.intake_grids(&scope, today).unwrap();
        let single = store.intake_grid(&scope, ending.id, today).unwrap();
        (listed.iter().any(|grid| grid.id == ending.id), single.is_some())
    };
    let transfers = || {
        let targets = store.transfer_targets(&scope, id, "", today).unwrap().unwrap();
        targets.grids.iter().any(|target| target.id == ending.id)
    };
    let makes = || {
        let asked = [AskedPurpose {
            purpose: Purpose::parse("电梯").unwrap(),
            count: 1,
        }];
        let mut rng = StdRng::seed_from_u64(7);
        let mut token = || CodeToken::random(&mut rng);
        let selection = Selection::Grid(ending.id);
        let outcome = store.make_codes(&BY, &staff, &selection, &asked, Some(&mut token), now());
        outcome.unwrap() != MakeOutcome::NoGrids
    };
    let prints = || {
        let job = NewPrintJob {
            id: Uuid::new_v4(),
            selection: Selection::Grid(ending.id),
            template: Template::A4,
            crop_marks: false,
            look: PrintLook::default(),
            public_url: "https://my.example.gov.cn".to_owned(),
        };
        store.create_print_job(&BY, &staff, &job, now()).unwrap() == JobOutcome::Created
    };
    world.end("grids", ending.id, 1);
    assert_eq!(
        (registers(), transfers(), makes(), prints()),
        ((true, true), true, true, true)
    );
    world.end("grids", ending.id, 0);
    assert_eq!(
        (registers(), transfers(), makes(), prints()),
        ((false, false), false, false, false)
    );
    let reason = Reason::parse("归那边管").unwrap();
    let moved = store
        .transfer(&staff, id, TransferTo::Grid(ending.id), &reason, now())
        .unwrap();
    assert_eq!(moved, Err(Refusal::TargetUnknown("grid")));
}

#[test]
fn a_closed_site_has_no_slots_to_cut_and_a_closed_office_is_not_invited() {
    let mut world = world();
    let (grid, _) = world.city.grid_with_lead();
    let office = world.city.office(&grid.region_code);
    let staff = world.city.staff(grid.site_id, Role::StationStaff);
    let today = local_date(now());
    let offered = || {
        let sites = world.store.sites_with_slots(&staff.scope(), today).unwrap();
        let invitees = world.store.invitees(&staff, today).unwrap();
        let invited = invitees.offices.iter().any(|(id, _)| *id == office);
        (sites.iter().any(|(id, _)| *id == grid.site_id), invited)
    };
    for (days, expected) in [(1, (true, true)), (0, (false, false))] {
        world.end("sites", grid.site_id, days);
        world.end("offices", office, days);
        assert_eq!(offered(), expected);
    }
}

#[test]
fn a_deputy_who_comes_with_a_directory_has_a_first_term() {
    let mut world = world();
    let deputy = world.city.deputy();
    let everywhere = PlaceScope::Everywhere;
    let terms = world.store.deputy_terms(&everywhere, deputy.id).unwrap().unwrap();
    let from = local_date(now()) - Days::new(400);
    assert_eq!(terms, [(String::new(), from, None)]);
    assert_eq!(world.store.deputy_terms(&everywhere, Uuid::new_v4()).unwrap(), None);
}
