//! What is changed behind the program's back is found.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection as _;
use minyi_domain::text::AnswerText;
use uuid::Uuid;

use crate::support::{World, now, world};

/// Three answered submissions, the ids in the order of sending.
fn three(world: &mut World) -> Vec<Uuid> {
    let (grid, deputy) = world.city.grid_with_lead();
    (0..3)
        .map(|_| {
            let (id, _) = world.city.submit(&grid, deputy.route());
            let text = AnswerText::parse("已联系供电所，明天修好").unwrap();
            let at = now() + TimeDelta::hours(1);
            world
                .store
                .answer(&deputy.actor, id, &text, &[], at, at + TimeDelta::days(15))
                .unwrap();
            id
        })
        .collect()
}

fn tamper(world: &World, table: &str, statement: &str) {
    let sql = format!("ALTER TABLE {table} DISABLE TRIGGER USER; {statement}; ALTER TABLE {table} ENABLE TRIGGER USER");
    world.raw().batch_execute(&sql).unwrap();
}

fn found(world: &World) -> Vec<(Option<i32>, String)> {
    let verified = world.store.verify_timelines(|_| ()).unwrap();
    assert_eq!(verified.submissions, 3);
    verified
        .breaks
        .into_iter()
        .map(|broken| (broken.seq, broken.what))
        .collect()
}

#[test]
fn an_untouched_timeline_is_whole() {
    let mut world = world();
    three(&mut world);
    assert_eq!(found(&world), []);
}

#[test]
fn a_changed_event_is_found() {
    for change in [
        "kind = 'rated'",
        "occurred_at = occurred_at - interval '1 day'",
        "data = '{\"deputy\": null}'",
        "is_public = false",
    ] {
        let mut world = world();
        let ids = three(&mut world);
        tamper(
            &world,
            "events",
            &format!(
                "UPDATE events SET {change} WHERE submission_id = '{}' AND seq = 2",
                ids[1]
            ),
        );
        assert_eq!(found(&world), [(Some(2), "changed".to_owned())], "{change}");
    }
}

#[test]
fn a_missing_and_a_cut_off_event_are_found() {
    let mut world = world();
    let ids = three(&mut world);
    tamper(
        &world,
        "events",
        &format!(
            "DELETE FROM notifications; DELETE FROM events WHERE submission_id = '{}' AND seq = 2;
             DELETE FROM events WHERE submission_id = '{}' AND kind = 'answered'",
            ids[0], ids[2]
        ),
    );
    let mut found = found(&world);
    found.sort();
    assert_eq!(found, [(None, "cut_off".to_owned()), (Some(3), "missing".to_owned())]);
}

#[test]
fn an_answer_that_was_changed_later_is_found() {
    let mut world = world();
    let ids = three(&mut world);
    tamper(
        &world,
        "answers",
        &format!(
            "UPDATE answers SET text = '我从来没有这样说过' WHERE submission_id = '{}'",
            ids[0]
        ),
    );
    assert_eq!(found(&world), [(Some(3), "answer_changed".to_owned())]);
}

#[test]
fn two_writers_at_once_make_one_chain() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, _) = world.city.submit(&grid, deputy.route());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let scope = deputy.actor.scope();
                assert!(
                    world
                        .store
                        .record_contact_view(&scope, id, deputy.actor.account_id, now())
                        .unwrap()
                );
            });
        }
    });
    assert_eq!(world.count("events WHERE kind = 'contact_viewed'"), 8);
    assert_eq!(world.store.verify_timelines(|_| ()).unwrap().breaks, []);
}
