use std::net::{IpAddr, Ipv4Addr};

use chrono::TimeDelta;
use minyi_domain::{
    audit::{Action, ObjectKind, Outcome},
    people::{Actor, Role, Scope},
};
use minyi_store::{Act, AuditEntry, AuditFilter, By};
use serde_json::json;

use crate::support::{World, now, world};

const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

fn by(actor: &Actor) -> By {
    By::account(actor.account_id, OFFICE)
}

fn signed_in(actor: &Actor) -> Act {
    Act::done(Action::SignedIn, ObjectKind::Account, actor.account_id)
}

fn found(world: &World, scope: &Scope, filter: &AuditFilter) -> Vec<AuditEntry> {
    world.store.audit_log(scope, filter, None, 50).unwrap().items
}

#[test]
fn an_act_is_kept_with_who_what_when_from_where_and_the_result() {
    let mut world = world();
    let site = world.city.site();
    let staff = world.city.staff(site, Role::StationHead);
    let act = signed_in(&staff).refused().with(json!({"way": "password"}));
    world.store.record_act(&by(&staff), &act, now()).unwrap();
    let entries = found(&world, &Scope::Region("990102".to_owned()), &AuditFilter::default());
    let [entry] = entries.as_slice() else {
        panic!("{entries:?}")
    };
    assert_eq!(entry.account_name, staff.display_name);
    assert_eq!(entry.account_role, Some(Role::StationHead));
    assert_eq!((entry.action, entry.result), (Action::SignedIn, Outcome::Refused));
    assert_eq!(entry.region_code, "990102003", "the division of the person's station");
    assert_eq!(entry.address.as_deref(), Some("203.0.113.9"));
    assert_eq!((entry.occurred_at, &entry.detail), (now(), &json!({"way": "password"})));
}

#[test]
fn an_auditor_searches_the_own_division_only_and_one_of_the_installation_everything() {
    let mut world = world();
    let near = world.city.admin("990102003", Role::StreetAdmin);
    let far = world.city.admin("990102004", Role::StreetAdmin);
    for (minute, actor) in (0..).zip([&near, &far, &near]) {
        let at = now() + TimeDelta::minutes(minute);
        world.store.record_act(&by(actor), &signed_in(actor), at).unwrap();
    }
    let act = Act::done(Action::AuditExported, ObjectKind::AuditLog, "all");
    world.store.record_act(&By::command_line(), &act, now()).unwrap();

    let own = Scope::Region("990102003".to_owned());
    let everything = Scope::Region(String::new());
    let all = AuditFilter::default();
    assert_eq!(found(&world, &own, &all).len(), 2);
    // The city's own login policy stands there too.
    assert_eq!(found(&world, &everything, &all).len(), 5);
    for nothing in [
        Scope::Nothing,
        Scope::Deputy(near.account_id),
        Scope::Region("9902".to_owned()),
    ] {
        assert!(found(&world, &nothing, &all).is_empty(), "{nothing:?}");
    }
    let count = |filter: AuditFilter| found(&world, &everything, &filter).len();
    let account_id = Some(far.account_id);
    assert_eq!(
        count(AuditFilter {
            account_id,
            ..AuditFilter::default()
        }),
        1
    );
    let action = Some(Action::AuditExported);
    assert_eq!(
        count(AuditFilter {
            action,
            ..AuditFilter::default()
        }),
        1
    );
    let person = Some("命令".to_owned());
    assert_eq!(
        count(AuditFilter {
            person,
            ..AuditFilter::default()
        }),
        2
    );
    let person = Some("%".to_owned());
    assert_eq!(
        count(AuditFilter {
            person,
            ..AuditFilter::default()
        }),
        0,
        "a sign, not a pattern"
    );
    let until = Some(now() + TimeDelta::minutes(1));
    assert_eq!(
        count(AuditFilter {
            until,
            ..AuditFilter::default()
        }),
        3
    );
    let first = world.store.audit_log(&everything, &all, None, 3).unwrap();
    let rest = world.store.audit_log(&everything, &all, first.next, 3).unwrap();
    assert_eq!((first.items.len(), rest.items.len(), rest.next), (3, 2, None));
}

#[test]
fn what_stands_in_the_log_cannot_be_changed_or_removed_and_a_change_behind_its_back_is_found() {
    let mut world = world();
    let actor = world.city.admin("990102", Role::CountyAdmin);
    // The database's own clock says what is too young to be removed: this is, for a long time to come.
    let young = now() + TimeDelta::days(60_000);
    for _ in 0..3 {
        world.store.record_act(&by(&actor), &signed_in(&actor), young).unwrap();
    }
    for refused in [
        "UPDATE audit_log SET result = 'refused'",
        "TRUNCATE audit_log",
        "DELETE FROM audit_log",
    ] {
        assert!(world.try_execute(refused).is_err(), "{refused}");
    }
    assert_eq!(world.store.verify_audit_log().unwrap(), (2, 0));
    let changes = [
        "UPDATE audit_log SET account_name = '别人' WHERE seq = 2",
        "DELETE FROM audit_log WHERE seq = 2",
        "DELETE FROM audit_log WHERE seq = 3",
    ];
    for change in changes {
        let behind = format!("BEGIN; SET LOCAL session_replication_role = 'replica'; {change}; COMMIT");
        world.execute(&behind);
        let (_, breaks) = world.store.verify_audit_log().unwrap();
        assert!(breaks > 0, "{change}");
    }
}
