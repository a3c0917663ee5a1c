//! What is shown as due, and the runs that remove it.

use chrono::TimeDelta;
use minyi_domain::{people::PlaceScope, retention::DataClass};
use minyi_store::{AskedRun, By, RetentionRefusal, RetentionState};
use uuid::Uuid;

use super::{closed, later};
use crate::support::world;

#[test]
fn each_sees_what_is_due_in_the_own_division() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let far_site = world.city.site_in("990102004");
    let far_grid = world.city.grid_in(far_site, "990102004");
    let near = closed(&mut world, &grid, &deputy);
    let far = closed(&mut world, &far_grid, &deputy);
    let hidden = closed(&mut world, &grid, &deputy);
    world.execute(&format!(
        "UPDATE submissions SET confidential_region = '9901', assignee_deputy_id = NULL, route_reason = 'confidential'
            WHERE id = '{hidden}'"
    ));
    let listed = |scope: &PlaceScope| {
        let page = world
            .store
            .retention_submissions(scope, DataClass::Contact, later(), None, 10)
            .unwrap();
        page.items.into_iter().map(|item| item.id).collect::<Vec<_>>()
    };
    let found = |scope: &PlaceScope| {
        let due = world.store.retention_preview(scope, later()).unwrap();
        due.iter().map(|due| (due.class, due.found)).collect::<Vec<_>>()
    };
    let own = PlaceScope::Region(grid.region_code.clone());
    assert_eq!(listed(&own), [near]);
    assert_eq!(found(&own)[..2], [(DataClass::Contact, 1), (DataClass::Photos, 1)]);
    assert_eq!(found(&own).len(), 3, "only what belongs to submissions");
    assert_eq!(
        (listed(&PlaceScope::Nothing), found(&PlaceScope::Nothing)),
        (vec![], vec![])
    );
    let mut everything = listed(&PlaceScope::Everywhere);
    everything.sort();
    let mut all = [near, far, hidden];
    all.sort();
    assert_eq!(everything, all);
    assert_eq!(found(&PlaceScope::Everywhere).len(), DataClass::ALL.len());
}

#[test]
fn one_run_at_a_time_removes_what_was_previewed_and_another_worker_takes_it_up() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let ids = [(); 3].map(|()| closed(&mut world, &grid, &deputy));
    let keeper = world.keeper();
    let by = By::account(keeper, std::net::Ipv4Addr::LOCALHOST.into());
    let start = |previewed_at, at| {
        let asked = AskedRun {
            account_id: keeper,
            classes: vec![DataClass::Contact],
            previewed_at,
        };
        world.store.start_retention_run(&by, &asked, at).unwrap()
    };
    let set = |amount, at| {
        let set = (DataClass::Contact, amount, true);
        world.store.set_retention_period(&by, keeper, set, at).unwrap();
    };
    let minute = TimeDelta::minutes(1);
    set(24, later());
    assert_eq!(start(later() - minute, later()), Err(RetentionRefusal::Outdated));
    world.execute(&format!(
        "UPDATE submissions SET closed_at = '{}' WHERE id = '{}'",
        later(),
        ids[2]
    ));
    let id = start(later(), later() + minute).unwrap();
    assert_eq!(start(later(), later()), Err(RetentionRefusal::Running));
    assert!(
        !world.store.begin_daily_retention(later()).unwrap(),
        "another is not finished"
    );

    let claim = |lease, at| {
        world
            .store
            .claim_retention_run(Uuid::from_u128(lease), at, at + minute)
            .unwrap()
    };
    let first = claim(1, later()).unwrap();
    assert_eq!(claim(2, later()), None, "it is in somebody's hands");
    let batch = |work: &minyi_store::RetentionWork| {
        let until = later() + TimeDelta::minutes(9);
        world.store.forget_batch(work, &first.items[0], 1, until).unwrap()
    };
    let second = claim(2, later() + minute * 2).unwrap();
    assert_eq!((batch(&first), batch(&second)), (None, Some(1)));
    let run = world.store.retention_run(id).unwrap().unwrap();
    assert_eq!(
        (run.state, run.items[0].found, run.items[0].forgotten),
        (RetentionState::Running, 2, 1)
    );
    let stopped = world.store.cancel_retention_run(&by, id, later()).unwrap().unwrap();
    assert_eq!((stopped.state, batch(&second)), (RetentionState::Cancelled, None));
    assert!(!world.store.finish_retention_run(&second, None, later()).unwrap());

    assert!(world.store.begin_daily_retention(later()).unwrap());
    let daily = claim(3, later()).unwrap();
    assert_eq!(daily.items[0].class, DataClass::Contact, "since it was switched on");
    assert!(world.store.finish_retention_run(&daily, None, later()).unwrap());
    assert!(!world.store.begin_daily_retention(later()).unwrap(), "once a day");
    assert!(world.store.begin_daily_retention(later() + TimeDelta::days(1)).unwrap());
    let runs = world.store.retention_runs(None, 2).unwrap();
    assert_eq!((runs.items.len(), runs.items[0].asked_by.as_deref()), (2, None));
    assert_eq!(world.store.verify_audit_log().unwrap().1, 0);
    for action in [
        "retention_set",
        "retention_started",
        "retention_cancelled",
        "retention_ended",
    ] {
        assert_eq!(
            world.count(&format!("audit_log WHERE action = '{action}'")),
            1,
            "{action}"
        );
    }
}
