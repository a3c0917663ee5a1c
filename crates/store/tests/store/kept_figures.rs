//! The kept figures (统计底数): whatever happens to a submission, reading from them is counting.

mod dataset;
mod days;

use std::thread;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::{QueryableByName, RunQueryDsl as _, connection::SimpleConnection as _, sql_types::Uuid as SqlUuid};
use minyi_domain::{
    categories::parse_scheme,
    people::{Role, Scope},
    rates::{Grouping, Measure},
    submission::Satisfaction,
};
use minyi_store::{
    CalendarDay, CalendarYear, Statistics, Store,
    fixtures::{COUNTY, Deputy, Grid, TOWNSHIP},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use uuid::Uuid;

use crate::{
    numbers::{after, answer, day},
    support::{BY, World, connect, now, world},
};

/// Everything that can be settled by then is, and nothing is left to be added up; how many.
pub fn settle(store: &Store, at: DateTime<Utc>) -> usize {
    let mut all = 0;
    loop {
        // Fewer than there are, so that it takes several batches.
        let due = store.unsettle_due(at, 5).unwrap();
        let settled = store.settle_figures(at, 7).unwrap();
        let folded = store.fold_figures(11).unwrap();
        all += settled;
        if due + settled + folded == 0 {
            return all;
        }
    }
}

fn unsettle_all(world: &World) {
    world.execute("UPDATE submissions SET counted_as = NULL WHERE NOT (counted_as IS NULL)");
}

/// When everything is asked.
fn then() -> DateTime<Utc> {
    after(10)
}

/// Whole months and their edges, up to today, and one that lies within a month and ends with a week.
fn periods() -> [(NaiveDate, NaiveDate); 3] {
    [
        ("2026-08-05", "2026-11-10"),
        ("2026-07-01", "2026-11-30"),
        ("2026-11-02", "2026-11-15"),
    ]
    .map(|(from, to)| (day(from), day(to)))
}

/// What the statistics say to everybody, however they are asked.
fn told(world: &World, scopes: &[Scope]) -> Vec<Statistics> {
    let mut all = Vec::new();
    for scope in scopes {
        for &grouping in Grouping::ALL {
            for (from, to) in periods() {
                all.push(world.store.statistics(scope, grouping, from, to, then()).unwrap());
            }
        }
    }
    all
}

/// A county and what lies around it, with submissions of four months: most are closed, rated or not, some are open.
struct County {
    world: World,
    chance: StdRng,
    ids: Vec<Uuid>,
    scopes: Vec<Scope>,
    /// What happens is about these.
    offices: [Uuid; 2],
    categories: Vec<Uuid>,
    deputy: Uuid,
    far_site: Uuid,
    account: Uuid,
}

fn county(seed: u64) -> County {
    let mut world = world();
    let scheme = parse_scheme("level1,level2,level3\n市政,路灯,不亮\n环保,噪音,\n".as_bytes()).unwrap();
    world.store.import_categories(&BY, &scheme, now()).unwrap();
    let categories = world.store.categories().unwrap().iter().map(|row| row.id).collect();
    world.execute("INSERT INTO regions (code, name) VALUES ('990103', '邻县'), ('990103001', '远镇')");
    let (near, far) = (world.city.grid_with_lead(), world.city.site_in("990102004"));
    let away = (world.city.grid_in(far, "990102004"), world.city.deputy());
    // In another county, and in a city and in no county of it.
    let outside = ["990103001", "9901"].map(|code| {
        let site = world.city.site_in(code);
        (world.city.grid_in(site, code), world.city.deputy())
    });
    let mut county = County {
        scopes: vec![
            Scope::Region("99".to_owned()),
            Scope::Region("9901".to_owned()),
            world.city.admin(COUNTY, Role::CountyAdmin).scope(),
            Scope::Region(TOWNSHIP.to_owned()),
            Scope::Site(near.0.site_id),
            near.1.actor.scope(),
        ],
        offices: [world.city.office(TOWNSHIP), world.city.office(COUNTY)],
        categories,
        deputy: near.1.id,
        far_site: far,
        account: near.1.actor.account_id,
        chance: StdRng::seed_from_u64(seed),
        ids: Vec::new(),
        world,
    };
    for turn in 0..48 {
        county.world.city.now = after(-3 * turn);
        county.live(match turn % 6 {
            0 | 3 => &away,
            1 => &outside[0],
            2 => &outside[1],
            _ => &near,
        });
    }
    county.world.city.now = now();
    county
}

impl County {
    /// Registers, and answers, rates, closes as it may happen.
    fn live(&mut self, (grid, deputy): &(Grid, Deputy)) {
        let at = self.world.city.now;
        let (id, receipt) = self.world.city.submit(grid, deputy.route());
        self.ids.push(id);
        if self.chance.random_range(0..10) == 0 {
            return;
        }
        let answered = at + TimeDelta::hours(self.chance.random_range(0..240));
        answer(&self.world, &deputy.actor, id, answered);
        if self.chance.random_range(0..5) == 0 {
            return;
        }
        let ended = answered + TimeDelta::hours(1);
        if self.chance.random_range(0..3) == 0 {
            self.world.execute(&format!(
                "UPDATE submissions SET state = 'closed', closed_at = '{ended}', close_reason = 'no_rating' WHERE id = '{id}'"
            ));
            return;
        }
        let (solved, satisfaction) = *[
            (true, Satisfaction::Satisfied),
            (true, Satisfaction::BasicallySatisfied),
            (false, Satisfaction::Dissatisfied),
        ]
        .choose(&mut self.chance)
        .unwrap();
        let rated = self
            .world
            .store
            .rate(&receipt.receipt, solved, satisfaction, None, ended);
        rated.unwrap();
    }

    /// Something happens to one of them, or to what they are counted by.
    fn happen(&mut self) {
        let id = *self.ids.choose(&mut self.chance).unwrap();
        let category = *self.categories.choose(&mut self.chance).unwrap();
        let then = then();
        let act = self.chance.random_range(0..14);
        let set = match act {
            0 => "frozen_at = submitted_at".to_owned(),
            1 => format!(
                "category_id = '{category}', categorised_by_account_id = '{}', categorised_at = submitted_at",
                self.account
            ),
            2 => "state = 'reopened', round = least(round + 1, 3), clock = clock + 1, closed_at = NULL, close_reason = NULL"
                .to_owned(),
            3 => format!("assignee_deputy_id = '{}', route_reason = 'transferred'", self.deputy),
            4 => format!("site_id = '{}', region_code = '990102004'", self.far_site),
            5 => "rated_solved = true, rated_satisfaction = 'satisfied'".to_owned(),
            6 => "confidential_region = left(region_code, 6), route_reason = 'confidential', assignee_deputy_id = NULL"
                .to_owned(),
            7 => format!("state = 'closed', closed_at = '{then}', close_reason = 'declined'"),
            8 => return self.hand_over(id),
            9 => {
                return self
                    .world
                    .execute("UPDATE handovers SET state = 'withdrawn', finished_at = handed_at WHERE random() < 0.5");
            }
            10 => {
                return self.world.execute(&format!(
                    "UPDATE submissions SET clock = 1 WHERE id = '{id}';
                    INSERT INTO events (id, submission_id, kind, actor, is_public, occurred_at)
                    VALUES (gen_random_uuid(), '{id}', 'escalated', 'clock', false, '{then}')"
                ));
            }
            11 => "answer_due_at = answer_due_at + interval '9 days'".to_owned(),
            12 => "state = CASE state WHEN 'registered' THEN 'awaiting_resident' ELSE state END".to_owned(),
            _ => return self.know_days(),
        };
        // What was never answered, or is confidential, stays out of what its rules forbid.
        let answered = if matches!(act, 2 | 5 | 7) {
            "first_answered_at IS NOT NULL"
        } else {
            "true"
        };
        self.world.execute(&format!(
            "UPDATE submissions SET {set} WHERE id = '{id}' AND {answered} AND confidential_region IS NULL"
        ));
    }

    fn hand_over(&mut self, id: Uuid) {
        let (handover, office) = (Uuid::new_v4(), *self.offices.choose(&mut self.chance).unwrap());
        self.world.execute(&given(id, handover, office, self.account));
    }

    /// Another notice of the year: two days of a month are free, or are not.
    fn know_days(&mut self) {
        let month = self.chance.random_range(8..=11);
        let days = [self.chance.random_range(1..=14), self.chance.random_range(15..=28)];
        let day = |number: u32| CalendarDay {
            name: "放假".to_owned(),
            date: NaiveDate::from_ymd_opt(2026, month, number).unwrap(),
            is_off: true,
        };
        let year = CalendarYear {
            year: 2026,
            papers: vec!["https://www.gov.cn/".to_owned()],
            days: days.map(day).to_vec(),
        };
        self.world.store.import_calendar_year(&BY, &year, now()).unwrap();
    }
}

/// Gives a submission to an office.
fn given(id: Uuid, handover: Uuid, office: Uuid, account: Uuid) -> String {
    format!(
        "INSERT INTO handovers (id, channel, lead_submission_id, office_id, handed_by_account_id, handed_by_name, demand,
            state, handed_at, accept_due_at, answer_due_at, answer_due_provisional)
        SELECT '{handover}', 'office', '{id}', '{office}', '{account}', '某代表', '请办理', 'offered', submitted_at,
            submitted_at + interval '1 day', submitted_at + interval '9 days', false FROM submissions WHERE id = '{id}';
        INSERT INTO handover_submissions VALUES ('{handover}', '{id}')"
    )
}

#[test]
fn whatever_happens_reading_kept_figures_is_counting() {
    let mut fell_due = 0;
    for seed in 0..2 {
        let mut county = county(seed);
        assert!(settle(&county.world.store, then()) > 40, "all that is quiet");
        for round in 0..3 {
            for _ in 0..10 {
                county.happen();
            }
            // Some settled, some changed since; settled before some fell due; all settled; none.
            let changed = told(&county.world, &county.scopes);
            unsettle_all(&county.world);
            let before = then() - TimeDelta::hours(county.chance.random_range(0..480));
            settle(&county.world.store, before);
            fell_due += county
                .world
                .count(&format!("submissions WHERE counted_until < '{}'", then()));
            let fallen = told(&county.world, &county.scopes);
            settle(&county.world.store, then());
            let settled = told(&county.world, &county.scopes);
            unsettle_all(&county.world);
            let counted = told(&county.world, &county.scopes);
            assert!(changed == counted, "seed {seed}, round {round}: changed since");
            assert!(fallen == counted, "seed {seed}, round {round}: settled at {before}");
            assert!(settled == counted, "seed {seed}, round {round}: all settled");
            while county.world.store.fold_figures(100).unwrap() > 0 {}
            assert_eq!(county.world.count("kept_figures"), 0, "all was taken out again");
            settle(&county.world.store, then());
        }
    }
    assert!(fell_due > 0);
}

#[test]
fn all_is_settled_but_what_has_just_come_in_or_falls_due_within_the_hour() {
    let county = county(7);
    let world = &county.world;
    let settled = || world.count("submissions WHERE counted_as IS NOT NULL");
    let all = world.count("submissions");
    let first = "(SELECT id FROM submissions WHERE state = 'registered' ORDER BY submitted_at LIMIT 1)";
    let falls_due = |minutes: i64| {
        let due = then() + TimeDelta::minutes(minutes);
        world.execute(&format!(
            "UPDATE submissions SET answer_due_at = '{due}' WHERE id = {first}"
        ));
    };
    settle(&world.store, then());
    assert_eq!(settled(), all);
    assert_eq!(world.count("figure_changes"), 0);
    // Once in each of the nine ways to take them apart.
    let ways = format!("(SELECT sum(registered) AS sum FROM kept_figures GROUP BY facet) AS facets WHERE sum = {all}");
    assert_eq!(world.count(&ways), 9);

    for (minutes, left) in [(-61, 0), (-59, 1), (59, 1), (61, 0)] {
        falls_due(minutes);
        settle(&world.store, then());
        assert_eq!(all - settled(), left, "due in {minutes} minutes");
    }
    // A worker takes it out before it falls due, and settles it again afterwards.
    let later = |minutes: i64| then() + TimeDelta::minutes(minutes);
    settle(&world.store, later(2));
    assert_eq!(settled(), all - 1);
    assert_eq!(settle(&world.store, later(121)), 0);
    assert_eq!(settle(&world.store, later(123)), 1);
    world.execute(&format!(
        "UPDATE submissions SET submitted_at = '{}', answer_due_at = '{}' WHERE id = {first}",
        later(70),
        later(10_000)
    ));
    assert_eq!(settle(&world.store, later(123)), 0);
    assert_eq!(settle(&world.store, later(131)), 1);
}

#[test]
fn what_changes_is_seen_at_once() {
    let mut county = county(3);
    settle(&county.world.store, then());
    let open = |county: &County| {
        let (from, to) = (day("2026-07-01"), day("2026-11-30"));
        let scope = &county.scopes[0];
        let asked = county
            .world
            .store
            .statistics(scope, Grouping::Office, from, to, then())
            .unwrap();
        (asked.total.counts.of(Measure::Open), asked.groups.len())
    };
    let before = open(&county);
    county.world.execute(
        "UPDATE submissions SET state = 'reopened', round = 1, closed_at = NULL, close_reason = NULL
        WHERE id = (SELECT id FROM submissions WHERE counted_as IS NOT NULL LIMIT 1)",
    );
    assert_eq!(open(&county), (before.0 + 1, before.1));
    let settled = "SELECT id FROM submissions WHERE counted_as IS NOT NULL ORDER BY id";
    county.ids = ids(&county.world, settled);
    let id = county.ids[0];
    county.hand_over(id);
    assert_eq!(open(&county), (before.0 + 1, before.1 + 1));
    assert_eq!(ids(&county.world, settled).len(), county.ids.len() - 1);
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

fn ids(world: &World, query: &str) -> Vec<Uuid> {
    let found: Vec<Found> = diesel::sql_query(query).load(&mut world.raw()).unwrap();
    found.into_iter().map(|found| found.id).collect()
}

#[test]
fn workers_at_once_count_nothing_twice() {
    let county = county(5);
    let all = county.world.count("submissions");
    let counted = told(&county.world, &county.scopes);
    let settled: usize = thread::scope(|scope| {
        let workers: Vec<_> = (0..3)
            .map(|_| scope.spawn(|| settle(&connect(&county.world.database, 1), then())))
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    // Who finds all that is left in the hands of others goes home early.
    let settled = settled + settle(&county.world.store, then());
    assert_eq!(i64::try_from(settled).unwrap(), all);
    assert!(told(&county.world, &county.scopes) == counted);
}

#[test]
fn what_somebody_is_changing_is_settled_afterwards() {
    let county = county(9);
    let id = ids(
        &county.world,
        "SELECT id FROM submissions WHERE state = 'closed' ORDER BY submitted_at LIMIT 1",
    )[0];
    let mut raw = county.world.raw();
    let give = given(id, Uuid::new_v4(), county.offices[0], county.account);
    raw.batch_execute(&format!("BEGIN; {give}")).unwrap();
    settle(&county.world.store, then());
    let of_it = |kept: &str| county.world.count(&format!("submissions WHERE id = '{id}' AND {kept}"));
    assert_eq!(of_it("counted_as IS NULL"), 1, "it is in somebody's hands");
    raw.batch_execute("COMMIT").unwrap();
    assert_eq!(settle(&county.world.store, then()), 1);
    assert_eq!(of_it(&format!("(counted_as).office = '{}'", county.offices[0])), 1);
}
