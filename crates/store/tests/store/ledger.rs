use chrono::TimeDelta;
use minyi_domain::{
    lifecycle::State,
    people::{Role, Scope},
    rates::Measure,
    text::AnswerText,
};
use minyi_store::{
    Error, Export, ExportKind, LedgerFilter, Pick, RegionPick,
    fixtures::{COUNTY, TO_STAFF},
};
use serde_json::json;

use crate::support::{BY, now, world};

#[test]
fn the_ledger_shows_the_scope_page_by_page_and_nothing_else() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (far, far_deputy) = world.city.grid_with_lead();
    for _ in 0..5 {
        world.city.now += TimeDelta::minutes(1);
        world.city.submit(&grid, deputy.route());
    }
    world.city.submit(&far, far_deputy.route());
    let staff = world.city.staff(grid.site_id, Role::StationStaff).scope();
    let (filter, mut cursor, mut seen) = (LedgerFilter::default(), None, Vec::new());
    loop {
        let page = world.store.ledger(&staff, &filter, now(), cursor, 2).unwrap();
        seen.extend(page.items.into_iter().map(|row| (row.submitted_at, row.handler)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|one, other| one.0 > other.0));
    assert!(
        seen.iter()
            .all(|(_, handler)| handler.as_deref() == Some(deputy.actor.display_name.as_str()))
    );
    assert_eq!(world.store.ledger_count(&staff, &filter, now()).unwrap(), 5);
    assert_eq!(world.store.ledger_count(&Scope::Nothing, &filter, now()).unwrap(), 0);
    let mut batches = Vec::new();
    let count = world
        .store
        .ledger_in_batches::<Error>(&staff, &filter, now(), |rows| {
            batches.extend(rows);
            Ok(())
        })
        .unwrap();
    assert_eq!((count, batches.len()), (5, 5));
}

#[test]
fn as_many_are_counted_as_are_listed_wherever_they_lie() {
    let mut world = world();
    for code in ["9901", COUNTY, "990102003", "990102004"] {
        let site = world.city.site_in(code);
        let grid = world.city.grid_in(site, code);
        world.city.submit(&grid, TO_STAFF);
    }
    world.execute(
        "UPDATE submissions SET confidential_region = '9901', route_reason = 'confidential'
        WHERE region_code = '990102004'",
    );
    let today = "2026-11-20".parse().ok();
    let counted = |scope: &str, region: Option<(&str, bool)>| {
        let scope = Scope::Region(scope.to_owned());
        let filter = LedgerFilter {
            from: today,
            to: today,
            region: region.map(|(code, exact)| RegionPick {
                code: code.to_owned(),
                exact,
            }),
            ..LedgerFilter::default()
        };
        let listed = world.store.ledger(&scope, &filter, now(), None, 50).unwrap().items;
        let count = world.store.ledger_count(&scope, &filter, now()).unwrap();
        assert_eq!(usize::try_from(count), Ok(listed.len()));
        count
    };
    let seen = ["99", "9901", COUNTY, "990102003"].map(|scope| counted(scope, None));
    assert_eq!(seen, [4, 4, 2, 1]);
    let in_county = [false, true].map(|exact| counted("99", Some((COUNTY, exact))));
    assert_eq!(in_county, [3, 1]);
    let picked = ["9901", "990102003", "990102004"].map(|code| counted(COUNTY, Some((code, false))));
    assert_eq!(picked, [2, 1, 0]);
}

#[test]
fn filters_are_met_all_together() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (first, receipt) = world.city.submit(&grid, deputy.route());
    world.city.submit(&grid, TO_STAFF);
    let text = AnswerText::parse("已经修好").unwrap();
    let soon = now() + TimeDelta::hours(1);
    world
        .store
        .answer(&deputy.actor, first, &text, &[], soon, soon + TimeDelta::days(15))
        .unwrap();
    let scope = world.city.admin(COUNTY, Role::Auditor).scope();
    let late = now() + TimeDelta::days(7);
    let numbers =
        |filter: LedgerFilter| -> usize { world.store.ledger(&scope, &filter, late, None, 50).unwrap().items.len() };
    let all = LedgerFilter::default();
    assert_eq!(numbers(all.clone()), 2);
    let state = Some(State::Answered);
    assert_eq!(numbers(LedgerFilter { state, ..all.clone() }), 1);
    let overdue = vec![Measure::Overdue];
    assert_eq!(
        numbers(LedgerFilter {
            measures: overdue.clone(),
            ..all.clone()
        }),
        1
    );
    assert_eq!(
        numbers(LedgerFilter {
            measures: overdue,
            state,
            ..all.clone()
        }),
        0
    );
    let deputy = Some(Pick::None);
    assert_eq!(numbers(LedgerFilter { deputy, ..all.clone() }), 1);
    let number = Some(receipt.number[9..].to_owned());
    assert_eq!(numbers(LedgerFilter { number, ..all.clone() }), 1);
    let number = Some("%".to_owned());
    assert_eq!(numbers(LedgerFilter { number, ..all.clone() }), 2);
    let tomorrow = Some("2026-11-21".parse().unwrap());
    assert_eq!(
        numbers(LedgerFilter {
            from: tomorrow,
            ..all.clone()
        }),
        0
    );
    let today = Some("2026-11-20".parse().unwrap());
    assert_eq!(
        numbers(LedgerFilter {
            from: today,
            to: today,
            ..all
        }),
        2
    );
}

#[test]
fn records_keep_to_the_scope_and_an_export_cannot_be_unsaid() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (far, far_deputy) = world.city.grid_with_lead();
    let (mine, receipt) = world.city.submit(&grid, deputy.route());
    let (theirs, _) = world.city.submit(&far, far_deputy.route());
    let staff = world.city.staff(grid.site_id, Role::StationStaff);
    let records = world.store.records(&staff.scope(), &[mine, theirs]).unwrap();
    assert_eq!(records.events.len(), 2);
    assert!(records.events.iter().all(|(number, _)| *number == receipt.number));
    let export = Export {
        account_id: staff.account_id,
        kind: ExportKind::LedgerXlsx,
        filter: json!({"from": "2026-01-01"}),
        row_count: 1,
    };
    world.store.record_export(&BY, &export, now()).unwrap();
    assert_eq!(
        world.count("exports WHERE filter ->> 'from' = '2026-01-01' AND row_count = 1"),
        1
    );
    assert!(world.try_execute("DELETE FROM exports").is_err());
}
