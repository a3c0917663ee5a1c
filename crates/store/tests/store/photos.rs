use std::thread;

use chrono::TimeDelta;
use minyi_domain::{retention::DataClass, text::AnswerText};
use minyi_store::{AnswerOutcome, SubmitOutcome};
use uuid::Uuid;

use crate::support::{connect, now, world};

#[test]
fn photos_keep_the_order_in_which_they_were_sent() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let mut new = world.city.submission(&grid, deputy.route());
    new.photo_ids = (0..9).map(|_| world.city.photo()).collect();
    world.store.submit(&new).unwrap();
    let view = world.store.receipt(&new.receipt).unwrap().unwrap();
    assert_eq!(
        view.photos.iter().map(|photo| photo.id).collect::<Vec<_>>(),
        new.photo_ids
    );
}

#[test]
fn a_missing_photo_takes_the_whole_submission_back() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (here, gone) = (world.city.photo(), Uuid::new_v4());
    let mut new = world.city.submission(&grid, deputy.route());
    new.photo_ids = vec![here, gone];
    assert_eq!(world.store.submit(&new).unwrap(), SubmitOutcome::PhotoMissing(gone));
    for from in [
        "submissions",
        "events",
        "notifications",
        "deadline_steps",
        "photos WHERE submission_id IS NOT NULL",
    ] {
        assert_eq!(world.count(from), 0, "{from}");
    }
    // The key is free: the resident takes the photo out and sends again.
    new.photo_ids = vec![here];
    assert!(matches!(world.store.submit(&new).unwrap(), SubmitOutcome::Created(_)));
}

#[test]
fn two_who_want_the_same_photos_do_not_both_get_them() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let store = connect(&world.database, 8);
    let photos = [world.city.photo(), world.city.photo(), world.city.photo()];
    let requests: Vec<_> = (0..8)
        .map(|turn| {
            let mut new = world.city.submission(&grid, deputy.route());
            new.photo_ids = photos.to_vec();
            // In different orders, which would be a ring of waiting if they were locked as they come.
            new.photo_ids.rotate_left(turn % 3);
            new
        })
        .collect();
    let outcomes: Vec<SubmitOutcome> = thread::scope(|scope| {
        let threads: Vec<_> = requests
            .iter()
            .map(|new| scope.spawn(|| store.submit(new).unwrap()))
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let created = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, SubmitOutcome::Created(_)))
        .count();
    let refused = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, SubmitOutcome::PhotoMissing(_)))
        .count();
    assert_eq!((created, refused), (1, 7));
    assert_eq!(world.count("submissions"), 1);
}

#[test]
fn an_answer_takes_its_photos_or_is_not_written() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (id, receipt) = world.city.submit(&grid, deputy.route());
    let (photo, gone) = (world.city.photo(), Uuid::new_v4());
    let text = AnswerText::parse("已经修好").unwrap();
    let answer = |photos: &[Uuid]| {
        world
            .store
            .answer(&deputy.actor, id, &text, photos, now(), now() + TimeDelta::days(15))
            .unwrap()
    };
    assert_eq!(answer(&[photo, gone]), AnswerOutcome::PhotoMissing(gone));
    assert_eq!(world.count("answers"), 0);
    assert!(matches!(answer(&[photo]), AnswerOutcome::Answered { .. }));
    let view = world.store.receipt(&receipt.receipt).unwrap().unwrap();
    assert_eq!(view.answers[0].photos.len(), 1);
    assert!(view.photos.is_empty());
    assert_eq!(answer(&[photo]), AnswerOutcome::PhotoMissing(photo));
}

#[test]
fn only_photos_that_nobody_took_are_forgotten() {
    let mut world = world();
    let (grid, deputy) = world.city.grid_with_lead();
    let (taken, left) = (world.city.photo(), world.city.photo());
    let mut new = world.city.submission(&grid, deputy.route());
    new.photo_ids = vec![taken];
    world.store.submit(&new).unwrap();
    let later = now() + TimeDelta::hours(1);
    let due = |before| world.store.due_photos(DataClass::Drafts, before, 10).unwrap();
    assert_eq!((due(later), due(now())), (vec![left], vec![]));
    let forget = |id, removed| {
        let forgotten = world.store.forget_photo(DataClass::Drafts, later, id, |_| removed);
        forgotten.unwrap()
    };
    assert!(!forget(taken, true));
    assert!(!forget(left, false), "its files could not be removed");
    assert!(forget(left, true));
    assert_eq!(world.store.photo(left).unwrap(), None);
    assert_eq!(world.store.photo(taken).unwrap().unwrap().submission_id, Some(new.id));
}
