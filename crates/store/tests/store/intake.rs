use minyi_domain::{calendar::local_date, people::Role, routing::route, submission::Channel};
use minyi_store::{EventActor, EventKind, NewSubmission, SubmitOutcome};

use crate::support::{World, now, world};

fn entered(world: &mut World) -> (NewSubmission, minyi_domain::people::Actor) {
    let (grid, deputy) = world.city.grid_with_lead();
    let staff = world.city.staff(grid.site_id, Role::StationStaff);
    let found = world
        .store
        .intake_grid(&staff.scope(), grid.id, local_date(now()))
        .unwrap()
        .unwrap();
    let mut new = world.city.submission(&grid, route(&found.candidates));
    assert_eq!(new.route.deputy_id, Some(deputy.id));
    new.channel = Channel::Visit;
    new.code_id = None;
    new.entered_by = Some(staff.account_id);
    (new, staff)
}

#[test]
fn what_the_staff_enter_is_routed_and_timed_like_what_was_scanned() {
    let mut world = world();
    let (new, staff) = entered(&mut world);
    assert!(matches!(world.store.submit(&new).unwrap(), SubmitOutcome::Created(_)));
    assert!(matches!(world.store.submit(&new).unwrap(), SubmitOutcome::Repeated(_)));
    let detail = world.store.submission(&staff.scope(), new.id).unwrap().unwrap();
    let registered = &detail.events[0];
    assert_eq!(
        (registered.kind, registered.actor),
        (EventKind::Registered, EventActor::Account)
    );
    assert_eq!(registered.actor_account_id, Some(staff.account_id));
    assert_eq!(registered.data["channel"], "visit");
    assert_eq!(
        world.count("deadline_steps WHERE step IN ('remind', 'overdue', 'escalate')"),
        3
    );
    assert_eq!(world.count("notifications WHERE template = 'deputy_new'"), 1);
    assert_eq!(
        world.count("submissions WHERE channel = 'visit' AND code_id IS NULL"),
        1
    );
}

#[test]
fn grids_and_slips_keep_to_the_station_and_the_receipt_of_a_scan_is_nobody_elses() {
    let mut world = world();
    let (new, staff) = entered(&mut world);
    world.store.submit(&new).unwrap();
    let (far, far_deputy) = world.city.grid_with_lead();
    let stranger = world.city.staff(far.site_id, Role::StationHead);
    let today = local_date(now());
    assert!(
        world
            .store
            .intake_grid(&staff.scope(), far.id, today)
            .unwrap()
            .is_none()
    );
    let grids = world.store.intake_grids(&staff.scope(), today).unwrap();
    assert_eq!(grids.iter().map(|grid| grid.id).collect::<Vec<_>>(), [new.grid_id]);

    let slip = world.store.intake_slip(&staff.scope(), new.id).unwrap().unwrap();
    assert_eq!(
        (slip.number.as_str(), &slip.receipt),
        (new.number.as_str(), &new.receipt)
    );
    assert!(world.store.intake_slip(&stranger.scope(), new.id).unwrap().is_none());
    let (scanned, _) = world.city.submit(&far, far_deputy.route());
    assert!(world.store.intake_slip(&stranger.scope(), scanned).unwrap().is_none());
}

#[test]
fn nothing_comes_in_without_a_code_or_somebody_who_entered_it() {
    let mut world = world();
    let (mut new, _) = entered(&mut world);
    new.entered_by = None;
    assert!(world.store.submit(&new).is_err());
    assert_eq!(world.count("submissions"), 0);
}
