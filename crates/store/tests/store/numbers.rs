use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Double, Nullable},
};
use minyi_domain::{
    people::{Actor, Role, Scope},
    rates::{Counts, Grouping, Measure, Rate, Times},
    submission::{Location, Satisfaction},
    text::AnswerText,
};
use minyi_store::{
    AnswerOutcome, LedgerFilter, Pick, RateOutcome, RegionPick, Statistics,
    fixtures::{COUNTY, Deputy, Grid},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use uuid::Uuid;

use crate::{
    kept_figures::settle,
    support::{World, now, world},
};

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Friday 20 November 2026, the day of [`now`], and the days after.
pub fn after(days: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(days)
}

pub fn answer(world: &World, actor: &Actor, id: Uuid, at: DateTime<Utc>) {
    let text = AnswerText::parse("已经修好").unwrap();
    let outcome = world
        .store
        .answer(actor, id, &text, &[], at, at + TimeDelta::days(15))
        .unwrap();
    assert!(matches!(outcome, AnswerOutcome::Answered { .. }));
}

/// Registers at [`now`], answers after so many days, rates an hour later.
fn case(
    world: &mut World,
    (grid, deputy): &(Grid, Deputy),
    days: Option<i64>,
    rated: Option<(bool, Satisfaction)>,
) -> Uuid {
    let (id, receipt) = world.city.submit(grid, deputy.route());
    if let Some(days) = days {
        answer(world, &deputy.actor, id, after(days));
    }
    if let (Some(days), Some((solved, satisfaction))) = (days, rated) {
        let at = after(days) + TimeDelta::hours(1);
        let outcome = world
            .store
            .rate(&receipt.receipt, solved, satisfaction, None, at)
            .unwrap();
        assert!(matches!(outcome, RateOutcome::Closed | RateOutcome::Reopened { .. }));
    }
    id
}

/// Promises are due on 25 November (five days). Seen from 30 November: one answered at once and rated well, one on
/// Monday and rated so-so, one too late and rated badly, one answered in time and never rated, one never answered.
fn history(world: &mut World) -> (Grid, Deputy) {
    let place = world.city.grid_with_lead();
    case(world, &place, Some(0), Some((true, Satisfaction::Satisfied)));
    case(world, &place, Some(3), Some((true, Satisfaction::BasicallySatisfied)));
    case(world, &place, Some(6), Some((false, Satisfaction::Dissatisfied)));
    case(world, &place, Some(4), None);
    case(world, &place, None, None);
    place
}

/// Everything counted, and the same read from kept figures.
fn statistics(world: &World, scope: &Scope, grouping: Grouping) -> Statistics {
    let (from, to) = (day("2026-11-01"), day("2026-11-30"));
    let ask = || world.store.statistics(scope, grouping, from, to, after(10)).unwrap();
    let counted = ask();
    settle(&world.store, after(10));
    assert_eq!(ask(), counted);
    counted
}

#[test]
fn a_known_history_gives_the_rates_that_were_computed_by_hand() {
    let mut world = world();
    let (_, deputy) = history(&mut world);
    let total = statistics(&world, &deputy.actor.scope(), Grouping::Deputy).total;
    let counts: Vec<(Measure, i64)> = Measure::ALL.iter().map(|m| (*m, total.counts.of(*m))).collect();
    let expected = [
        (Measure::Registered, 5),
        (Measure::Answered, 4),
        (Measure::Declined, 0),
        // The one that was never answered and the one that was reopened.
        (Measure::Open, 2),
        (Measure::Closed, 2),
        // The reopened one has five working days again.
        (Measure::Overdue, 1),
        (Measure::Escalated, 0),
        (Measure::EscalatedOpen, 0),
        (Measure::Reopened, 1),
        (Measure::Due, 5),
        (Measure::InTime, 3),
        (Measure::Rateable, 4),
        (Measure::Rated, 3),
        (Measure::Solved, 2),
        (Measure::Content, 2),
        (Measure::Satisfied, 1),
        (Measure::BasicallySatisfied, 1),
        (Measure::Dissatisfied, 1),
    ];
    assert_eq!(counts, expected);
    let share = |rate| total.counts.share(rate);
    assert_eq!(share(Rate::Response).value(), Some(0.6));
    assert_eq!((share(Rate::Solved).numerator, share(Rate::Solved).denominator), (2, 3));
    assert!(share(Rate::Solved).small());
    // Working days: 0 on Friday, 1 on Monday, 2 on Tuesday, 4 on Thursday.
    assert_eq!(total.median_days, Some(1.5));
    assert!(
        (total.ninetieth_days.unwrap() - 3.4).abs() < 1e-9,
        "{:?}",
        total.ninetieth_days
    );
}

#[test]
fn what_is_not_yet_due_says_nothing_about_punctuality() {
    let mut world = world();
    let (_, deputy) = history(&mut world);
    let (from, to) = (day("2026-11-01"), day("2026-11-30"));
    let early = world
        .store
        .statistics(&deputy.actor.scope(), Grouping::Month, from, to, after(4))
        .unwrap();
    assert_eq!(early.total.counts.of(Measure::Due), 0);
    assert_eq!(early.total.counts.share(Rate::Response).value(), None);
}

#[test]
fn groups_add_up_to_the_whole_however_it_is_taken_apart() {
    let mut world = world();
    history(&mut world);
    history(&mut world);
    let far_site = world.city.site_in("990102004");
    let far = (world.city.grid_in(far_site, "990102004"), world.city.deputy());
    case(&mut world, &far, Some(1), Some((true, Satisfaction::Satisfied)));
    let staffed = world.city.site();
    let alone = world.city.grid(staffed);
    world.city.submit(&alone, minyi_store::fixtures::TO_STAFF);
    let scope = world.city.admin(COUNTY, Role::CountyAdmin).scope();
    for &grouping in Grouping::ALL {
        let found = statistics(&world, &scope, grouping);
        let sum = found
            .groups
            .iter()
            .fold(Counts::default(), |sum, group| sum + group.counts);
        assert_eq!(sum, found.total.counts, "{grouping}");
        assert_eq!(found.total.counts.of(Measure::Registered), 12, "{grouping}");
    }
    let regions = statistics(&world, &scope, Grouping::Region);
    let keys: Vec<&str> = regions.groups.iter().map(|group| group.key.as_str()).collect();
    assert_eq!(keys, ["990102003", "990102004"]);
    assert_eq!(regions.groups[1].label, "邻镇");
}

#[test]
fn every_number_leads_to_exactly_its_rows() {
    let mut world = world();
    history(&mut world);
    history(&mut world);
    let scope = world.city.admin(COUNTY, Role::CountyAdmin).scope();
    for &grouping in Grouping::ALL {
        for group in statistics(&world, &scope, grouping).groups {
            for &measure in Measure::ALL {
                let mut filter = LedgerFilter {
                    from: Some(day("2026-11-01")),
                    to: Some(day("2026-11-30")),
                    measures: vec![measure],
                    ..LedgerFilter::default()
                };
                let pick = || group.key.parse().map_or(Pick::None, Pick::This);
                match grouping {
                    Grouping::Region => {
                        filter.region = Some(RegionPick {
                            code: group.key.clone(),
                            exact: false,
                        });
                    }
                    Grouping::Site => filter.site = group.key.parse().ok(),
                    Grouping::Deputy => filter.deputy = Some(pick()),
                    Grouping::Office => filter.office = Some(pick()),
                    Grouping::Category => filter.category = Some(pick()),
                    Grouping::Month | Grouping::Week => {}
                }
                let rows = world
                    .store
                    .ledger(&scope, &filter, after(10), None, 100)
                    .unwrap()
                    .items
                    .len();
                let count = world.store.ledger_count(&scope, &filter, after(10)).unwrap();
                assert_eq!(
                    i64::try_from(rows).unwrap(),
                    group.counts.of(measure),
                    "{grouping} {measure}"
                );
                assert_eq!(count, group.counts.of(measure));
            }
        }
    }
}

#[test]
fn what_is_escalated_now_is_open_and_the_number_leads_to_its_row() {
    let mut world = world();
    let place = world.city.grid_with_lead();
    let closed = case(&mut world, &place, Some(0), Some((true, Satisfaction::Satisfied)));
    let open = case(&mut world, &place, None, None);
    case(&mut world, &place, None, None);
    world.execute(&format!(
        "UPDATE submissions SET escalated_at = submitted_at WHERE id IN ('{closed}', '{open}')"
    ));
    let scope = world.city.admin(COUNTY, Role::CountyAdmin).scope();
    let of_site = statistics(&world, &scope, Grouping::Site).groups.remove(0);
    assert_eq!(of_site.counts.of(Measure::Escalated), 2);
    assert_eq!(of_site.counts.of(Measure::EscalatedOpen), 1);
    let filter = LedgerFilter {
        site: of_site.key.parse().ok(),
        measures: vec![Measure::EscalatedOpen],
        ..LedgerFilter::default()
    };
    let page = world.store.ledger(&scope, &filter, after(10), None, 100).unwrap();
    let ids: Vec<Uuid> = page.items.iter().map(|row| row.id).collect();
    assert_eq!(ids, [open]);
}

#[test]
fn a_square_of_the_map_leads_to_exactly_its_rows() {
    let mut world = world();
    let place = world.city.grid_with_lead();
    for (longitude, datum) in [
        ("126.6424", "gcj02"),
        ("126.6416", "gcj02"),
        ("126.6434", "gcj02"),
        ("126.642", "wgs84"),
    ] {
        let id = case(&mut world, &place, None, None);
        world.execute(&format!(
            "UPDATE submissions SET longitude = {longitude}, latitude = 45.7571, coordinate_system = '{datum}'
            WHERE id = '{id}'"
        ));
    }
    let scope = world.city.admin(COUNTY, Role::CountyAdmin).scope();
    let (from, to) = (day("2026-11-01"), day("2026-11-30"));
    let cells = world.store.map(&scope, from, to, after(10)).unwrap().cells;
    assert_eq!(cells.iter().map(|cell| cell.count).collect::<Vec<_>>(), [2, 1, 1]);
    for cell in cells {
        let square = Location::parse(cell.longitude, cell.latitude, cell.datum).ok();
        let filter = LedgerFilter {
            square,
            ..LedgerFilter::default()
        };
        let count = world.store.ledger_count(&scope, &filter, after(10)).unwrap();
        assert_eq!(count, cell.count, "{cell:?}");
    }
}

#[test]
fn foreign_places_and_confidential_cases_are_not_counted() {
    let mut world = world();
    let (grid, deputy) = history(&mut world);
    let registered = |world: &World, scope: &Scope| {
        statistics(world, scope, Grouping::Month)
            .total
            .counts
            .of(Measure::Registered)
    };
    let staff = world.city.staff(grid.site_id, Role::StationHead).scope();
    let street = world.city.admin("990102003", Role::StreetAdmin).scope();
    let county = world.city.admin(COUNTY, Role::CountyAdmin).scope();
    let neighbour = world.city.admin("990102004", Role::StreetAdmin).scope();
    for scope in [&staff, &street, &county, &deputy.actor.scope()] {
        assert_eq!(registered(&world, scope), 5, "{scope:?}");
    }
    for scope in [&neighbour, &Scope::Nothing, &Scope::Region("9902".to_owned())] {
        assert_eq!(registered(&world, scope), 0, "{scope:?}");
        let none = statistics(&world, scope, Grouping::Region);
        assert!(none.groups.is_empty() && none.total.median_days.is_none());
    }
    world.execute(&format!(
        "UPDATE submissions SET confidential_region = '{COUNTY}', route_reason = 'confidential',
            assignee_deputy_id = NULL WHERE state = 'registered'"
    ));
    assert_eq!(registered(&world, &county), 5);
    for scope in [&staff, &street, &deputy.actor.scope()] {
        assert_eq!(registered(&world, scope), 4, "{scope:?}");
    }
}

#[test]
fn weeks_are_named_by_their_monday_and_the_map_counts_what_the_scope_sees() {
    let mut world = world();
    let (grid, _) = history(&mut world);
    let county = world.city.admin(COUNTY, Role::CountyAdmin).scope();
    let weeks = statistics(&world, &county, Grouping::Week).groups;
    let keys: Vec<&str> = weeks.iter().map(|week| week.key.as_str()).collect();
    assert_eq!(keys, ["2026-11-16"]);
    let (from, to) = (day("2026-11-01"), day("2026-11-30"));
    let map = world.store.map(&county, from, to, after(10)).unwrap();
    let site = map.sites.iter().find(|site| site.id == grid.site_id).unwrap();
    assert_eq!((site.registered, site.open, site.overdue), (5, 2, 1));
    assert!(map.cells.iter().all(|cell| cell.count > 0));
    let neighbour = world.city.admin("990102004", Role::StreetAdmin).scope();
    let foreign = world.store.map(&neighbour, from, to, after(10)).unwrap();
    assert!(foreign.sites.iter().all(|site| site.id != grid.site_id) && foreign.cells.is_empty());
}

#[derive(QueryableByName)]
struct Percentile {
    #[diesel(sql_type = Nullable<Double>)]
    value: Option<f64>,
}

#[test]
fn half_and_nine_of_ten_are_those_of_postgres() {
    let (world, mut chance) = (world(), StdRng::seed_from_u64(1));
    let mut raw = world.raw();
    for length in 0..40 {
        let days: Vec<i64> = (0..length).map(|_| chance.random_range(0..30)).collect();
        let mut times = Times::default();
        days.iter().for_each(|days| times.add(*days, 1));
        for share in [0.5, 0.9] {
            let query = format!(
                "SELECT percentile_cont({share}) WITHIN GROUP (ORDER BY days) AS value
                FROM unnest(ARRAY{days:?}::bigint[]) AS days"
            );
            let found: Percentile = diesel::sql_query(query).get_result(&mut raw).unwrap();
            assert_eq!(times.within(share), found.value, "{share} of {days:?}");
        }
    }
}
