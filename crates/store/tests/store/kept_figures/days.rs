//! Working days, by which the figures are counted too.

use chrono::NaiveDate;
use diesel::{QueryableByName, RunQueryDsl as _, sql_types::Date};

use super::{county, settle, then};

#[derive(QueryableByName)]
struct Day {
    #[diesel(sql_type = Date)]
    day: NaiveDate,
}

#[test]
fn a_day_that_was_known_otherwise_is_counted_anew_and_one_that_is_tried_is_not() {
    let county = county(11);
    settle(&county.world.store, then());
    let settled = || county.world.count("submissions WHERE counted_as IS NOT NULL");
    let all = settled();
    let known = "SELECT (first_answered_at AT TIME ZONE 'Asia/Shanghai')::date AS day FROM submissions
        WHERE (counted_as).days > 0 ORDER BY submitted_at LIMIT 1";
    let Day { day } = diesel::sql_query(known).get_result(&mut county.world.raw()).unwrap();
    let other = format!(
        "INSERT INTO calendar_days (day, year, is_off) SELECT day, 2026, extract(isodow FROM day) < 6
        FROM (SELECT date '{day}' AS day) AS days
        ON CONFLICT (day) DO UPDATE SET is_off = NOT calendar_days.is_off"
    );
    let spanning = county.world.count(&format!(
        "submissions WHERE counted_as IS NOT NULL AND (counted_as).registered_on < '{day}'
        AND (first_answered_at AT TIME ZONE 'Asia/Shanghai')::date >= '{day}'"
    ));
    county
        .world
        .execute("UPDATE calendar_days SET name = '国庆' WHERE day = '2026-10-01'");
    county
        .world
        .execute("INSERT INTO calendar_days (day, year, is_off) VALUES ('2026-12-30', 2026, true)");
    county.world.execute(&format!("BEGIN; {other}; ROLLBACK"));
    assert_eq!(settled(), all);
    county.world.execute(&other);
    assert_eq!(settled(), all - spanning);
    assert!(spanning > 0);
}
