use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::{
    calendar::local_date,
    lifecycle::State,
    people::{Role, Scope},
};
use minyi_store::{BeginSending, CodeFilter, InboxFilter, SendResult};
use uuid::Uuid;

use crate::support::{World, now, world};

fn inbox(world: &World, scope: &Scope) -> Vec<Uuid> {
    let page = world.store.inbox(scope, &InboxFilter::default(), None, 50).unwrap();
    page.items.into_iter().map(|item| item.id).collect()
}

#[test]
fn everybody_sees_their_own_and_nobody_elses() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let far_site = world.city.site_in("990102004");
    let far_grid = world.city.grid_in(far_site, "990102004");
    let far_deputy = world.city.deputy();
    let (near, _) = world.city.submit(&grid, deputy.route());
    let (far, _) = world.city.submit(&far_grid, far_deputy.route());

    let near_only = [
        deputy.actor.scope(),
        world.city.staff(grid.site_id, Role::StationStaff).scope(),
        world.city.admin("990102003", Role::StreetAdmin).scope(),
    ];
    for scope in &near_only {
        assert_eq!(inbox(&world, scope), [near], "{scope:?}");
        assert!(world.store.submission(scope, near).unwrap().is_some());
        assert!(world.store.submission(scope, far).unwrap().is_none(), "{scope:?}");
        assert!(
            !world
                .store
                .record_contact_view(scope, far, deputy.actor.account_id, now())
                .unwrap()
        );
    }
    let both = world.city.admin("990102", Role::CountyAdmin).scope();
    assert_eq!(inbox(&world, &both).len(), 2);
    for scope in [
        Scope::Nothing,
        Scope::Region("990101".to_owned()),
        Scope::Deputy(Uuid::nil()),
    ] {
        assert!(inbox(&world, &scope).is_empty(), "{scope:?}");
        assert!(world.store.submission(&scope, near).unwrap().is_none());
    }
}

#[test]
fn codes_sheets_and_dead_messages_keep_to_the_scope() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    world.city.submit(&grid, deputy.route());
    let ids = world.store.claim_due_notifications(now(), 10).unwrap();
    let BeginSending::Send(outgoing) = world.store.begin_sending(ids[0], now()).unwrap() else {
        panic!()
    };
    let dead = SendResult::Dead {
        code: Some(43101),
        error: "refused".to_owned(),
    };
    world.store.finish_sending(&outgoing.attempt(), &dead, now()).unwrap();

    let today = local_date(now());
    let see = |scope: &Scope| {
        let codes = world
            .store
            .codes_in(scope, &CodeFilter::default(), today, None, 10)
            .unwrap()
            .items
            .len();
        let dead = world.store.dead_notifications(scope, None, 10).unwrap().items.len();
        let sheets = world
            .store
            .sheets_of_site(scope, grid.site_id, today)
            .unwrap()
            .map(|sheets| sheets.len());
        (codes, dead, sheets)
    };
    for scope in [
        deputy.actor.scope(),
        Scope::Site(grid.site_id),
        Scope::Region("99".to_owned()),
    ] {
        assert_eq!(see(&scope), (1, 1, Some(1)), "{scope:?}");
    }
    let strangers = [
        Scope::Nothing,
        Scope::Site(Uuid::nil()),
        Scope::Region("990102004".to_owned()),
        Scope::Deputy(Uuid::nil()),
    ];
    for scope in strangers {
        assert_eq!(see(&scope), (0, 0, None), "{scope:?}");
    }
}

#[test]
fn opening_contact_data_stands_in_the_internal_timeline_only() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    let scope = deputy.actor.scope();
    assert!(
        world
            .store
            .record_contact_view(&scope, id, deputy.actor.account_id, now())
            .unwrap()
    );
    assert_eq!(world.store.submission(&scope, id).unwrap().unwrap().events.len(), 3);
    assert_eq!(
        world.store.receipt(&receipt.receipt).unwrap().unwrap().timeline.len(),
        2
    );
}

/// The whole inbox in pages of two: ids and the times that order it.
fn walk(world: &World, scope: &Scope, open_only: bool) -> (Vec<Uuid>, Vec<DateTime<Utc>>) {
    let filter = InboxFilter {
        open_only,
        ..InboxFilter::default()
    };
    let (mut seen, mut times, mut cursor) = (Vec::new(), Vec::new(), None);
    loop {
        let page = world.store.inbox(scope, &filter, cursor, 2).unwrap();
        seen.extend(page.items.iter().map(|item| item.id));
        times.extend(page.items.iter().map(|item| {
            if open_only {
                item.answer_due_at
            } else {
                item.submitted_at
            }
        }));
        cursor = page.next;
        if cursor.is_none() {
            return (seen, times);
        }
    }
}

#[test]
fn the_inbox_goes_on_where_it_stopped_in_both_orders() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let mut ids = Vec::new();
    for minute in 0..7 {
        let mut new = world.city.submission(&grid, deputy.route());
        // Pairs of the same instant: the id has to decide.
        new.now = now() + TimeDelta::minutes(minute / 2);
        new.plan.answer_due.at = now() + TimeDelta::days(9) - TimeDelta::minutes(minute / 2);
        world.store.submit(&new).unwrap();
        ids.push(new.id);
    }
    ids.sort();
    for open_only in [false, true] {
        let (mut seen, times) = walk(&world, &deputy.actor.scope(), open_only);
        assert!(times.is_sorted_by(|a, b| if open_only { a <= b } else { a >= b }));
        seen.sort();
        assert_eq!(seen, ids);
    }
    let closed = InboxFilter {
        states: vec![State::Closed],
        ..InboxFilter::default()
    };
    assert!(
        world
            .store
            .inbox(&deputy.actor.scope(), &closed, None, 9)
            .unwrap()
            .items
            .is_empty()
    );
}
