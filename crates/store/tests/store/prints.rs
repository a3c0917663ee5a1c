//! Print jobs: asked for, drawn by one worker at a time, taken up again, cancelled, forgotten.

use chrono::TimeDelta;
use minyi_domain::{
    calendar::local_date,
    people::{Actor, Role, Scope},
    sheet::{Design, Template},
};
use minyi_store::{
    CodeState, JobOutcome, NewPrintJob, PrintJobState, PrintLook, Selection,
    fixtures::{COUNTY, TOWNSHIP},
};
use uuid::Uuid;

use crate::support::{BY, World, now, world};

fn ask(world: &World, actor: &Actor, selection: Selection) -> (Uuid, JobOutcome) {
    let job = NewPrintJob {
        id: Uuid::new_v4(),
        selection,
        template: Template::A4,
        crop_marks: false,
        look: PrintLook::default(),
        public_url: "https://my.example.gov.cn".to_owned(),
    };
    let outcome = world.store.create_print_job(&BY, actor, &job, now()).unwrap();
    (job.id, outcome)
}

fn station_with(world: &mut World, grids: usize) -> (Uuid, Actor) {
    let site = world.city.site();
    for _ in 0..grids {
        world.city.grid(site);
    }
    (site, world.city.staff(site, Role::StationStaff))
}

#[test]
fn a_job_prints_the_codes_in_use_of_the_own_place_in_their_order() {
    let mut world = world();
    let (site, staff) = station_with(&mut world, 3);
    let (other, _) = station_with(&mut world, 2);
    world.execute(&format!(
        "UPDATE codes SET state = 'retired' WHERE id = (SELECT codes.id FROM codes JOIN grids ON grids.id = grid_id
        WHERE site_id = '{site}' ORDER BY code LIMIT 1)"
    ));
    assert_eq!(ask(&world, &staff, Selection::Site(other)).1, JobOutcome::NoCodes);
    let (id, outcome) = ask(&world, &staff, Selection::Region(COUNTY.to_owned()));
    assert_eq!(outcome, JobOutcome::Created);
    let pages = world.store.print_job_pages(id, 0, 10, local_date(now())).unwrap();
    assert_eq!(pages.len(), 2, "a county, as far as it is the station's");
    assert!(
        pages
            .iter()
            .all(|page| page.site.id == site && page.state == CodeState::Active)
    );
    let job = world.store.print_job(&staff.scope(), id).unwrap().unwrap();
    assert_eq!(
        (job.total, job.state, job.subject.as_str()),
        (2, PrintJobState::Waiting, "某县")
    );
    assert!(world.store.print_job(&Scope::Site(other), id).unwrap().is_none());
    assert!(
        world
            .store
            .print_job(&Scope::Region(TOWNSHIP.to_owned()), id)
            .unwrap()
            .is_some()
    );
}

#[test]
fn one_worker_at_a_time_draws_a_job_and_another_takes_it_up_when_the_first_is_gone() {
    let mut world = world();
    let (site, staff) = station_with(&mut world, 2);
    let (id, _) = ask(&world, &staff, Selection::Site(site));
    let (minute, start) = (TimeDelta::minutes(1), now());
    let claim = |lease: u128, at| {
        world
            .store
            .claim_print_job(Uuid::from_u128(lease), at, at + minute)
            .unwrap()
    };
    let first = claim(1, start).unwrap();
    assert_eq!((first.id, first.done, first.total), (id, 0, 2));
    assert!(claim(2, start).is_none(), "it is in somebody's hands");
    assert!(world.store.advance_print_job(&first, 1, start + minute).unwrap());
    let second = claim(3, start + minute + TimeDelta::seconds(1)).unwrap();
    assert_eq!(second.done, 1, "what was drawn is not drawn again");
    assert!(!world.store.advance_print_job(&first, 2, start + minute * 3).unwrap());
    world.store.advance_print_job(&second, 2, start + minute * 3).unwrap();
    assert!(
        !world
            .store
            .finish_print_job(&first, Ok(("prints/a/x.pdf", 7)), start)
            .unwrap()
    );
    assert!(
        world
            .store
            .finish_print_job(&second, Ok(("prints/a/y.pdf", 7)), start)
            .unwrap()
    );
    let job = world.store.print_job(&staff.scope(), id).unwrap().unwrap();
    assert_eq!(
        (job.state, job.object_name.as_deref()),
        (PrintJobState::Done, Some("prints/a/y.pdf"))
    );
    assert_eq!(
        job.expires_at,
        now() + TimeDelta::days(14),
        "as the retention period says"
    );
    assert_eq!(world.store.due_print_jobs(start, 9).unwrap(), []);
    let due = world.store.due_print_jobs(start + minute, 9).unwrap();
    assert_eq!(due, [(id, 2, Some("prints/a/y.pdf".to_owned()))]);
    world.store.forget_print_job(id).unwrap();
    assert_eq!(world.count("print_job_codes"), 0);
}

#[test]
fn a_cancelled_job_slips_out_of_the_workers_hands() {
    let mut world = world();
    let (site, staff) = station_with(&mut world, 2);
    let (id, _) = ask(&world, &staff, Selection::Site(site));
    let work = world
        .store
        .claim_print_job(Uuid::from_u128(1), now(), now() + TimeDelta::minutes(1))
        .unwrap()
        .unwrap();
    let foreign = Scope::Region("990102004".to_owned());
    assert!(
        world
            .store
            .cancel_print_job(&BY, &foreign, id, now())
            .unwrap()
            .is_none()
    );
    let cancelled = world
        .store
        .cancel_print_job(&BY, &staff.scope(), id, now())
        .unwrap()
        .unwrap();
    assert_eq!(cancelled.state, PrintJobState::Cancelled);
    assert!(!world.store.advance_print_job(&work, 1, now()).unwrap());
    assert!(world.store.is_print_job_cancelled(id).unwrap());
}

#[test]
fn a_division_looks_like_the_nearest_one_above_that_has_a_look() {
    let mut world = world();
    let county = world.city.admin(COUNTY, Role::CountyAdmin);
    let street = world.city.admin(TOWNSHIP, Role::StreetAdmin);
    let look = PrintLook {
        design: Design {
            title: "县里的码".to_owned(),
            ..Design::default()
        },
        logo_object: None,
    };
    let of_township = |scope: &Scope| world.store.print_design(scope, TOWNSHIP).unwrap().unwrap();
    assert_eq!(of_township(&street.scope()).of_region, None);
    assert!(
        world
            .store
            .put_print_design(&BY, &county, COUNTY, &look, now())
            .unwrap()
    );
    let found = of_township(&street.scope());
    assert_eq!((found.of_region.as_deref(), &found.look), (Some(COUNTY), &look));
    assert!(
        !world
            .store
            .put_print_design(&BY, &street, COUNTY, &look, now())
            .unwrap(),
        "not above oneself"
    );
    assert!(world.store.print_design(&street.scope(), COUNTY).unwrap().is_none());
    let site = world.city.site();
    let staff = world.city.staff(site, Role::StationStaff);
    assert_eq!(of_township(&staff.scope()).look, look);
    assert!(
        !world
            .store
            .put_print_design(&BY, &staff, TOWNSHIP, &look, now())
            .unwrap()
    );
}
