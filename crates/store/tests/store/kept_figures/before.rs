//! An installation that has kept figures since before there were those of whole counties. It takes one migration back and
//! makes it again, so it goes when a later one changes the same.

use diesel::{QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_types::Text};

use super::{County, county, settle, then, told};

const UP: &str = include_str!("../../../../../migrations/0060_wide_figures/up.sql");
const DOWN: &str = include_str!("../../../../../migrations/0060_wide_figures/down.sql");

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    row: String,
}

fn kept(county: &County) -> Vec<String> {
    let all = "SELECT kept_figures::text AS row FROM kept_figures ORDER BY 1";
    let rows: Vec<Row> = diesel::sql_query(all).load(&mut county.world.raw()).unwrap();
    rows.into_iter().map(|row| row.row).collect()
}

#[test]
fn what_was_kept_before_is_added_up_for_counties_too() {
    let county = county(13);
    settle(&county.world.store, then());
    let (of_now, counted) = (kept(&county), told(&county.world, &county.scopes));
    let mut raw = county.world.raw();
    raw.batch_execute(DOWN).unwrap();
    assert!(kept(&county).len() < of_now.len());
    // One of them waits to be taken out again.
    raw.batch_execute(
        "UPDATE submissions SET frozen_at = submitted_at
        WHERE id = (SELECT id FROM submissions WHERE counted_as IS NOT NULL ORDER BY id LIMIT 1)",
    )
    .unwrap();
    raw.batch_execute(UP).unwrap();
    assert!(told(&county.world, &county.scopes) == counted);
    assert_eq!(settle(&county.world.store, then()), 1);
    assert_eq!(kept(&county), of_now);
}
