use chrono::TimeDelta;
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection as _, sql_types::Text};
use minyi_domain::{
    categories::parse_scheme,
    people::{Role, Scope},
    retention::DataClass,
};
use minyi_store::{
    NewSuggestion, Refusal,
    fixtures::{COUNTY, Grid, TO_STAFF},
};
use uuid::Uuid;

use crate::support::{BY, World, now, world};

fn import(world: &World, rows: &str) -> minyi_store::ImportedCategories {
    let scheme = parse_scheme(format!("level1,level2,level3\n{rows}").as_bytes()).unwrap();
    world.store.import_categories(&BY, &scheme, now()).unwrap()
}

fn category(world: &World, path: &str) -> Uuid {
    let found = world
        .store
        .categories()
        .unwrap()
        .into_iter()
        .find(|row| row.path == path);
    found.unwrap().id
}

fn suggestion(id: Uuid, terms: &[(&str, f64)]) -> NewSuggestion {
    NewSuggestion {
        submission_id: id,
        category: Some(("市政".to_owned(), 0.8)),
        reason: vec!["路灯".to_owned()],
        candidates: Vec::new(),
        danger: vec!["漏电".to_owned()],
        terms: terms
            .iter()
            .map(|(term, weight)| ((*term).to_owned(), *weight))
            .collect(),
        model: "test".to_owned(),
    }
}

const LAMP: [(&str, f64); 2] = [("路灯", 0.8), ("门口", 0.6)];

fn read(world: &mut World, grid: &Grid, terms: &[(&str, f64)]) -> Uuid {
    let (id, _) = world.city.submit(grid, TO_STAFF);
    assert!(world.store.record_suggestion(&suggestion(id, terms), now()).unwrap());
    id
}

fn seen(world: &World, scope: &Scope, id: Uuid) -> Vec<Uuid> {
    let likes = world.store.like(scope, id, now()).unwrap().unwrap();
    likes.into_iter().map(|like| like.id).collect()
}

#[test]
fn a_new_file_retires_what_it_does_not_have_and_brings_back_what_it_has() {
    let world = world();
    let first = import(&world, "市政,路灯,不亮\n环保,噪音,\n");
    assert_eq!((first.added, first.retired, first.active), (5, 0, 5));
    assert_eq!(
        import(&world, "市政,路灯,不亮\n环保,噪音,\n"),
        minyi_store::ImportedCategories {
            active: 5,
            ..Default::default()
        }
    );
    let noise = category(&world, "环保/噪音");
    assert_eq!(import(&world, "市政,路灯,不亮\n").retired, 2);
    let kept = world.store.categories().unwrap();
    assert!(kept.iter().any(|row| row.id == noise && !row.active));
    assert_eq!(import(&world, "市政,路灯,不亮\n环保,噪音,\n").restored, 2);
}

#[test]
fn a_submission_is_put_into_a_category_by_those_who_handle_it() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (_, stranger) = world.city.grid_with_lead();
    let auditor = world.city.admin(COUNTY, Role::Auditor);
    let (id, _) = world.city.submit(&grid, deputy.route());
    import(&world, "市政,路灯,\n环保,,\n");
    let (lamp, noise) = (category(&world, "市政/路灯"), category(&world, "环保"));
    let classify = |actor, category| world.store.classify(actor, id, category, now()).unwrap();
    assert_eq!(classify(&deputy.actor, lamp), Ok(()));
    assert_eq!(classify(&deputy.actor, lamp), Ok(()));
    assert_eq!(
        world.count("events WHERE kind = 'classified' AND NOT is_public"),
        1,
        "repeating changes nothing"
    );
    assert_eq!(
        classify(&deputy.actor, Uuid::nil()),
        Err(Refusal::TargetUnknown("category"))
    );
    assert_eq!(classify(&stranger.actor, lamp), Err(Refusal::NotFound));
    assert_eq!(classify(&auditor, lamp), Err(Refusal::Forbidden));
    import(&world, "市政,路灯,\n");
    assert_eq!(classify(&deputy.actor, noise), Err(Refusal::TargetUnfit("category")));
    let detail = world.store.submission(&deputy.actor.scope(), id).unwrap().unwrap();
    assert_eq!(detail.sorting.category, Some((lamp, "市政/路灯".to_owned())));
}

#[test]
fn what_came_in_is_read_once_and_the_suggestion_names_the_scheme() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    import(&world, "市政,路灯,\n");
    let (id, _) = world.city.submit(&grid, deputy.route());
    let unread = world.store.unread_submissions(10).unwrap();
    assert_eq!(unread.iter().map(|unread| unread.id).collect::<Vec<_>>(), [id]);
    let new = NewSuggestion {
        candidates: vec![category(&world, "市政/路灯")],
        ..suggestion(id, &LAMP)
    };
    assert!(world.store.record_suggestion(&new, now()).unwrap());
    assert!(!world.store.record_suggestion(&new, now()).unwrap());
    assert!(world.store.unread_submissions(10).unwrap().is_empty());
    let sorting = world
        .store
        .submission(&deputy.actor.scope(), id)
        .unwrap()
        .unwrap()
        .sorting;
    let made = sorting.suggestion.unwrap();
    let paths: Vec<&str> = made.candidates.iter().map(|(_, path)| path.as_str()).collect();
    assert_eq!(paths, ["市政/路灯", "市政"]);
    assert_eq!(
        (made.reason, made.danger),
        (vec!["路灯".to_owned()], vec!["漏电".to_owned()])
    );
}

#[test]
fn likes_are_found_in_the_county_and_in_the_persons_scope_only() {
    let mut world = world();
    let site = world.city.site();
    let (here, abroad) = (world.city.grid(site), world.city.site_in("9901"));
    let elsewhere = world.city.site();
    let other_station = world.city.grid(elsewhere);
    let foreign = world.city.grid_in(abroad, "9901");
    let first = read(&mut world, &here, &LAMP);
    let second = read(&mut world, &here, &[("路灯", 1.0)]);
    let neighbour = read(&mut world, &other_station, &LAMP);
    read(&mut world, &here, &[("学校", 1.0)]);
    read(&mut world, &foreign, &LAMP);
    let county = Scope::Region(COUNTY.to_owned());
    assert_eq!(seen(&world, &county, first), [neighbour, second]);
    assert_eq!(seen(&world, &Scope::Site(site), first), [second]);
    assert_eq!(world.store.like(&Scope::Site(elsewhere), first, now()).unwrap(), None);
    let like = world.store.like(&county, first, now()).unwrap().unwrap().remove(0);
    assert!((like.likeness - 1.0).abs() < 1e-9 && like.same);
    assert_eq!(like.shared, ["路灯", "门口"]);
    assert_eq!(
        world.store.like(&county, first, now() + TimeDelta::days(181)).unwrap(),
        Some(Vec::new())
    );
}

#[test]
fn the_most_like_are_shown_however_many_others_are_not_for_the_person() {
    let mut world = world();
    let (site, elsewhere) = (world.city.site(), world.city.site());
    let (here, there) = (world.city.grid(site), world.city.grid(elsewhere));
    let first = read(&mut world, &here, &LAMP);
    for _ in 0..12 {
        read(&mut world, &there, &LAMP);
    }
    let less = read(&mut world, &here, &[("路灯", 1.0)]);
    let least = read(&mut world, &here, &[("门口", 1.0)]);
    let own = Scope::Site(site);
    assert_eq!(seen(&world, &own, first), [less, least]);
    let like = world.store.like(&own, first, now()).unwrap().unwrap().remove(1);
    assert_eq!(like.shared, ["门口"]);
    let all = seen(&world, &Scope::Region(COUNTY.to_owned()), first);
    assert!(all.len() == 5 && !all.contains(&less));
}

#[test]
fn a_confidential_submission_is_like_nothing_and_leaves_its_cluster() {
    let mut world = world();
    let site = world.city.site();
    let grid = world.city.grid(site);
    let first = read(&mut world, &grid, &LAMP);
    let second = read(&mut world, &grid, &LAMP);
    assert_eq!(world.count("clusters"), 1);
    assert_eq!(world.count("cluster_members"), 2);
    let hide = format!(
        "UPDATE submissions SET confidential_region = '{COUNTY}', route_reason = 'confidential' WHERE id = '{second}'"
    );
    world.raw().batch_execute(&hide).unwrap();
    let county = Scope::Region(COUNTY.to_owned());
    assert!(seen(&world, &county, first).is_empty());
    assert_eq!(
        world.count(&format!("submission_terms WHERE submission_id = '{second}'")),
        0
    );
    assert_eq!(world.count("cluster_members"), 1);
    // One that is confidential before it is read gets no terms either.
    let (third, _) = world.city.submit(&grid, TO_STAFF);
    world
        .raw()
        .batch_execute(&hide.replace(&second.to_string(), &third.to_string()))
        .unwrap();
    world.store.record_suggestion(&suggestion(third, &LAMP), now()).unwrap();
    assert!(seen(&world, &county, first).is_empty());
}

#[test]
fn terms_are_forgotten_after_half_a_year() {
    let mut world = world();
    let site = world.city.site();
    let grid = world.city.grid(site);
    read(&mut world, &grid, &LAMP);
    assert_eq!(world.forget(DataClass::Terms, now() + TimeDelta::days(179)), 0);
    assert_eq!(world.count("submission_terms"), 2);
    assert_eq!(world.forget(DataClass::Terms, now() + TimeDelta::days(181)), 1);
    assert_eq!(world.count("submission_terms"), 0);
    assert_eq!(world.forget(DataClass::Terms, now() + TimeDelta::days(182)), 0);
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// With some thousand submissions the planner must read the index over the words and nothing as a whole.
#[test]
fn the_search_reads_indexes_only() {
    let mut world = world();
    let site = world.city.site();
    let grid = world.city.grid(site);
    let id = read(&mut world, &grid, &LAMP);
    world
        .raw()
        .batch_execute(&format!(
            "SELECT setseed(0.5);
             CREATE TABLE many AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, 3000) AS n;
             ALTER TABLE submission_terms DROP CONSTRAINT submission_terms_submission_id_fkey;
             INSERT INTO submission_terms SELECT '{COUNTY}', 'word' || (random() ^ 3 * 2000)::int + k * 10000, now(), id, 0.3
                 FROM many, generate_series(1, 12) AS k;
             ANALYZE submission_terms"
        ))
        .unwrap();
    let sql = format!(
        "EXPLAIN {}",
        minyi_store::likes_sql(&format!(
            "'{id}'::uuid, '{COUNTY}', now() - interval '180 days', 0.2, 100"
        ))
    );
    let plan: Vec<Line> = diesel::sql_query(sql).load(&mut world.raw()).unwrap();
    let plan: Vec<String> = plan.into_iter().map(|line| line.line).collect();
    assert!(
        plan.iter().any(|line| line.contains("submission_terms_like")),
        "{plan:#?}"
    );
    assert!(!plan.iter().any(|line| line.contains("Seq Scan")), "{plan:#?}");
}
