use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use minyi_domain::{
    people::{Role, Scope},
    routing::Route,
    text::AnswerText,
};
use minyi_store::{
    Cluster, ClusterCursor, ClusterFilter, ClusterOrder, NewSuggestion,
    fixtures::{COUNTY, Grid, TO_STAFF, TOWNSHIP},
};
use uuid::Uuid;

use crate::support::{World, now, world};

const LAMP: [(&str, f64); 2] = [("路灯", 0.8), ("门口", 0.6)];
const NOISE: [(&str, f64); 2] = [("噪音", 0.8), ("工地", 0.6)];

fn ago(days: i64) -> DateTime<Utc> {
    now() - TimeDelta::days(days)
}

/// One that came in some days ago and was read.
fn said(world: &mut World, grid: &Grid, route: Route, days: i64, terms: &[(&str, f64)]) -> Uuid {
    let mut new = world.city.submission(grid, route);
    new.now = ago(days);
    world.store.submit(&new).unwrap();
    let suggestion = NewSuggestion {
        submission_id: new.id,
        category: Some(("城乡建设".to_owned(), 0.8)),
        reason: Vec::new(),
        candidates: Vec::new(),
        danger: Vec::new(),
        terms: terms
            .iter()
            .map(|(term, weight)| ((*term).to_owned(), *weight))
            .collect(),
        model: "test".to_owned(),
    };
    assert!(world.store.record_suggestion(&suggestion, now()).unwrap());
    new.id
}

/// Four weeks until the day of [`now`].
fn filter() -> ClusterFilter {
    ClusterFilter {
        from: "2026-10-24".parse::<NaiveDate>().unwrap(),
        to: "2026-11-20".parse::<NaiveDate>().unwrap(),
        region: None,
        site: None,
        category: None,
        least: 2,
        order: ClusterOrder::Size,
    }
}

fn county() -> Scope {
    Scope::Region(COUNTY.to_owned())
}

fn seen(world: &World, scope: &Scope, filter: &ClusterFilter) -> Vec<Cluster> {
    let page = world.store.clusters(scope, filter, now(), None, 20).unwrap();
    assert_eq!(page.next, None);
    page.items
}

#[test]
fn what_many_say_is_counted_with_its_trend_states_and_places() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let beside = world.city.grid(grid.site_id);
    let first = said(&mut world, &grid, deputy.route(), 40, &LAMP);
    let answered = said(&mut world, &grid, deputy.route(), 9, &LAMP);
    said(&mut world, &beside, deputy.route(), 8, &[("路灯", 0.8), ("楼道", 0.6)]);
    said(&mut world, &grid, deputy.route(), 1, &LAMP);
    let text = AnswerText::parse("已经修好").unwrap();
    world
        .store
        .answer(&deputy.actor, answered, &text, &[], now(), now() + TimeDelta::days(15))
        .unwrap();
    let found = seen(&world, &county(), &filter()).remove(0);
    assert_eq!((found.total, found.count, found.before), (4, 3, 1));
    assert_eq!((found.first_at, found.last_at), (ago(40), ago(1)));
    assert_eq!((found.open, found.answered, found.overdue), (2, 1, 0));
    assert_eq!(found.words, ["路灯", "门口"]);
    assert_eq!(found.weeks, [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 1]);
    assert_eq!(found.categories, [(Some("城乡建设".to_owned()), 3)]);
    let places: Vec<(Uuid, i64)> = found.places.iter().map(|place| (place.grid_id, place.count)).collect();
    assert_eq!(places, [(grid.id, 2), (beside.id, 1)]);
    assert!(found.typical.iter().all(|case| case.id != first) && found.typical.len() == 3);
    let late = world
        .store
        .clusters(&county(), &filter(), now() + TimeDelta::days(9), None, 20)
        .unwrap();
    assert_eq!(late.items[0].overdue, 2);
}

#[test]
fn everybody_counts_only_what_everybody_sees() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let elsewhere = world.city.site();
    let (other, stranger) = (world.city.grid(elsewhere), world.city.deputy());
    let abroad = world.city.site_in("9901");
    let foreign = world.city.grid_in(abroad, "9901");
    for _ in 0..2 {
        said(&mut world, &grid, deputy.route(), 2, &LAMP);
        said(&mut world, &other, TO_STAFF, 2, &LAMP);
        said(&mut world, &foreign, TO_STAFF, 2, &LAMP);
    }
    said(&mut world, &other, TO_STAFF, 2, &[("路灯", 0.8), ("幸福路", 0.6)]);
    let counts = |scope: &Scope| -> Vec<i64> {
        let found = seen(&world, scope, &filter());
        found.iter().map(|cluster| cluster.count).collect()
    };
    assert_eq!(counts(&county()), [5]);
    assert_eq!(counts(&Scope::Region("9901".to_owned())), [5, 2]);
    assert_eq!(counts(&Scope::Site(grid.site_id)), [2]);
    assert_eq!(counts(&deputy.actor.scope()), [2]);
    assert!(counts(&stranger.actor.scope()).is_empty());
    assert!(counts(&Scope::Region("9902".to_owned())).is_empty());
    assert!(counts(&Scope::Nothing).is_empty());
    let id = seen(&world, &county(), &filter())[0].id;
    let own = Scope::Site(grid.site_id);
    let cluster = world.store.cluster(&own, &filter(), id, now()).unwrap().unwrap();
    assert_eq!((cluster.total, cluster.places.len()), (2, 1));
    assert_eq!(cluster.words, ["路灯", "门口"], "no word of another station");
    let cases = |scope: &Scope| world.store.cluster_cases(scope, &filter(), id, None, 20).unwrap().items;
    assert_eq!((cases(&own).len(), cases(&county()).len()), (2, 5));
    let far = Scope::Region("9902".to_owned());
    assert_eq!(world.store.cluster(&far, &filter(), id, now()).unwrap(), None);
    assert!(cases(&far).is_empty());
}

#[test]
fn filters_and_pages_show_each_cluster_once() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let elsewhere = world.city.site();
    let other = world.city.grid(elsewhere);
    for days in [3, 4, 40] {
        said(&mut world, &grid, deputy.route(), days, &LAMP);
    }
    for days in [3, 4] {
        said(&mut world, &other, TO_STAFF, days, &NOISE);
    }
    said(&mut world, &other, TO_STAFF, 3, &[("学校", 1.0)]);
    let with = |change: fn(&mut ClusterFilter)| {
        let mut filter = filter();
        change(&mut filter);
        seen(&world, &county(), &filter)
    };
    assert_eq!(with(|_| ()).len(), 2);
    assert_eq!(with(|filter| filter.least = 3).len(), 0);
    assert_eq!(with(|filter| filter.category = Some("城乡建设".to_owned())).len(), 2);
    assert_eq!(with(|filter| filter.category = Some("环境保护".to_owned())).len(), 0);
    assert_eq!(with(|filter| filter.region = Some(TOWNSHIP.to_owned())).len(), 2);
    assert_eq!(with(|filter| filter.region = Some("990102004".to_owned())).len(), 0);
    let at_site = ClusterFilter {
        site: Some(elsewhere),
        ..filter()
    };
    assert_eq!(seen(&world, &county(), &at_site)[0].words, ["噪音", "工地"]);
    // Both are of the same size, but only the noise is new.
    let growing = with(|filter| filter.order = ClusterOrder::Growth);
    assert_eq!(growing.iter().map(|cluster| cluster.before).collect::<Vec<_>>(), [0, 1]);
    let page = |cursor: Option<ClusterCursor>| world.store.clusters(&county(), &filter(), now(), cursor, 1).unwrap();
    let first = page(None);
    let second = page(first.next);
    assert_eq!(second.next, None);
    assert_ne!(first.items[0].id, second.items[0].id);
}

#[test]
fn a_member_follows_its_submission_and_a_confidential_one_is_none() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let elsewhere = world.city.site();
    let hidden = said(&mut world, &grid, deputy.route(), 3, &LAMP);
    for days in [2, 1] {
        said(&mut world, &grid, deputy.route(), days, &LAMP);
    }
    let admin = world.city.admin(COUNTY, Role::CountyAdmin);
    world.execute(&format!(
        "UPDATE submissions SET site_id = '{elsewhere}' WHERE id = '{hidden}'"
    ));
    let there = Scope::Site(elsewhere);
    let least = ClusterFilter { least: 1, ..filter() };
    assert_eq!(seen(&world, &there, &least)[0].count, 1);
    let hide = "confidential_region = '990102', route_reason = 'confidential', assignee_deputy_id = NULL";
    world.execute(&format!("UPDATE submissions SET {hide} WHERE id = '{hidden}'"));
    assert!(seen(&world, &there, &least).is_empty());
    assert_eq!(
        seen(&world, &admin.scope(), &least)[0].count,
        2,
        "not even for those who read it"
    );
    let cluster = seen(&world, &county(), &least)[0].id;
    world.execute(&format!(
        "INSERT INTO cluster_members (submission_id, cluster_id) VALUES ('{hidden}', '{cluster}')"
    ));
    assert_eq!(world.count("cluster_members"), 2, "the database refuses it too");
}
