//! What a worker removes when its time is over.

use chrono::{DateTime, Months, TimeDelta, Utc};
use minyi_domain::{retention::DataClass, text::AnswerText};
use minyi_store::{AskedRun, By, RetentionRun, RetentionState};
use tokio::sync::watch;
use uuid::Uuid;

use crate::stage::Stage;

/// A closed submission with a photo whose file is stored; its photo.
async fn closed_with_photo(stage: &mut Stage) -> (Uuid, Uuid) {
    let (grid, deputy) = stage.grid_with_lead().await;
    let (photo, now) = (stage.city.photo(), stage.clock.now());
    let close_at = now + TimeDelta::days(15);
    let file = format!("{photo}.jpg");
    stage.objects().put(&file, vec![1_u8].into()).await.unwrap();
    let mut new = stage.city.submission(&grid, deputy.route());
    new.photo_ids = vec![photo];
    stage.store.submit(&new).unwrap();
    let text = AnswerText::parse("已经修好").unwrap();
    stage
        .store
        .answer(&deputy.actor, new.id, &text, &[], now, close_at)
        .unwrap();
    stage.sql(&format!(
        "UPDATE submissions SET state = 'closed', closed_at = '{now}', close_reason = 'no_rating' WHERE id = '{}'",
        new.id
    ));
    (new.id, photo)
}

fn asked(stage: &mut Stage, classes: &[DataClass]) -> Uuid {
    let keeper = stage.city.system_admin();
    let asked = AskedRun {
        account_id: keeper.account_id,
        classes: classes.to_vec(),
        previewed_at: stage.clock.now(),
    };
    let started = stage
        .store
        .start_retention_run(&By::command_line(), &asked, stage.clock.now());
    started.unwrap().unwrap()
}

fn run(stage: &Stage, id: Uuid) -> RetentionRun {
    stage.store.retention_run(id).unwrap().unwrap()
}

async fn has_file(stage: &Stage, photo: Uuid) -> bool {
    stage.objects().get(&format!("{photo}.jpg")).await.unwrap().is_some()
}

async fn forget(stage: &Stage) -> bool {
    let (_go_on, stop) = watch::channel(false);
    stage.worker().forget(&stop).await.unwrap()
}

#[tokio::test]
async fn photos_go_with_their_files_and_what_is_frozen_stays_even_after_a_worker_died() {
    let mut stage = Stage::new().await;
    let (_, gone) = closed_with_photo(&mut stage).await;
    let (frozen, kept) = closed_with_photo(&mut stage).await;
    stage.clock.advance(TimeDelta::days(1000));
    let id = asked(&mut stage, &[DataClass::Contact, DataClass::Photos]);
    assert_eq!(run(&stage, id).items[1].found, 2);
    stage.sql(&format!(
        "UPDATE submissions SET frozen_at = now() WHERE id = '{frozen}'"
    ));
    let now = stage.clock.now();
    let dead = stage
        .store
        .claim_retention_run(Uuid::from_u128(1), now, now + TimeDelta::minutes(2));
    assert!(dead.unwrap().is_some());
    assert!(!forget(&stage).await, "it is in somebody's hands");
    stage.clock.advance(TimeDelta::seconds(121));

    assert!(forget(&stage).await);

    let done = run(&stage, id);
    assert_eq!((done.state, done.items[1].forgotten), (RetentionState::Done, 1));
    assert!(done.items.iter().all(|item| item.finished_at.is_some()));
    assert!(!has_file(&stage, gone).await && has_file(&stage, kept).await);
    assert!(stage.store.photo(gone).unwrap().is_none() && stage.store.photo(kept).unwrap().is_some());
}

#[tokio::test]
async fn a_run_that_is_cancelled_or_stopped_removes_nothing_more() {
    let mut stage = Stage::new().await;
    let (_, photo) = closed_with_photo(&mut stage).await;
    stage.clock.advance(TimeDelta::days(1000));
    let id = asked(&mut stage, &[DataClass::Photos]);
    let (_, stop) = watch::channel(true);
    assert!(!stage.worker().forget(&stop).await.unwrap());
    assert!(has_file(&stage, photo).await);
    stage
        .store
        .cancel_retention_run(&By::command_line(), id, stage.clock.now())
        .unwrap();
    stage.clock.advance(TimeDelta::hours(1));

    assert!(!forget(&stage).await);

    assert!(has_file(&stage, photo).await);
    assert_eq!(run(&stage, id).state, RetentionState::Cancelled);
}

#[tokio::test]
async fn what_the_database_refuses_ends_the_run_with_its_reason() {
    let mut stage = Stage::new().await;
    let old: DateTime<Utc> = stage.clock.now() - Months::new(100);
    stage.sql(&format!(
        "INSERT INTO wechat_pushes (key, kind, received_at) VALUES (sha256('x'), 'event', '{old}')"
    ));
    stage.sql("CREATE TRIGGER kept BEFORE DELETE ON wechat_pushes FOR EACH ROW EXECUTE FUNCTION refuse_change()");
    let id = asked(&mut stage, &[DataClass::Repeats]);

    assert!(forget(&stage).await);

    let failed = run(&stage, id);
    assert_eq!(failed.state, RetentionState::Failed);
    assert!(failed.error.unwrap().contains("防止重复办理的记录"));
}
