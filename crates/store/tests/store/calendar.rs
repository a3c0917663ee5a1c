use chrono::NaiveDate;
use minyi_domain::{
    calendar::end_of_day,
    deadlines::{Matter, Policy, Unit},
    submission::Kind,
};
use minyi_store::{CalendarDay, CalendarYear};

use crate::support::{BY, now, world};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn the_announced_days_of_the_migrations_are_known() {
    let calendar = world().store.calendar().unwrap();
    assert!(!calendar.is_working_day(date("2026-10-01")));
    assert!(calendar.is_working_day(date("2026-10-10")), "a Saturday that is worked");
    assert!(!calendar.is_working_day(date("2026-11-21")), "a plain Saturday");
}

#[test]
fn a_year_can_be_imported_and_imported_again() {
    let world = world();
    let start = "2026-12-31T02:00:00Z".parse().unwrap();
    assert!(world.store.calendar().unwrap().add_working_days(start, 3).provisional);
    let day = |day: &str, is_off| CalendarDay {
        name: "元旦".to_owned(),
        date: date(day),
        is_off,
    };
    let mut year = CalendarYear {
        year: 2027,
        papers: vec!["https://www.gov.cn/".to_owned()],
        days: vec![
            day("2027-01-01", true),
            day("2027-01-04", true),
            day("2026-12-27", false),
        ],
    };
    world.store.import_calendar_year(&BY, &year, now()).unwrap();
    let calendar = world.store.calendar().unwrap();
    assert!(!calendar.add_working_days(start, 3).provisional);
    assert!(!calendar.is_working_day(date("2027-01-04")));
    assert!(
        !calendar.is_working_day(date("2026-12-27")),
        "another year's day is that year's matter"
    );

    year.days.pop();
    year.days.pop();
    world.store.import_calendar_year(&BY, &year, now()).unwrap();
    assert!(world.store.calendar().unwrap().is_working_day(date("2027-01-04")));
}

#[test]
fn the_latest_policy_that_began_is_in_force() {
    use diesel::connection::SimpleConnection as _;
    let world = world();
    let answer = |on: &str| {
        let rules = world.store.rules(end_of_day(date(on))).unwrap();
        rules.rules(&Matter::new(Kind::Problem, "990102")).policies.answer
    };
    let working = |amount| Policy {
        amount,
        unit: Unit::WorkingDays,
    };
    assert_eq!(answer("2026-11-20"), working(5));
    world
        .raw()
        .batch_execute(
            "INSERT INTO deadline_policies VALUES (gen_random_uuid(), 'answer', 3, 'working_days', '2026-12-01')",
        )
        .unwrap();
    assert_eq!(answer("2026-11-30"), working(5));
    assert_eq!(answer("2026-12-01"), working(3));
}
