//! Clocks that are computed again by a worker.

use chrono::TimeDelta;
use minyi_domain::{
    calendar::local_date,
    deadlines::{Policy, Unit},
    people::{Actor, PlaceScope},
};
use minyi_store::{By, ClockJob, ClockJobState, ClockTask, DeadlinePolicy, Narrowed};
use tokio::sync::watch;
use uuid::Uuid;

use crate::stage::Stage;

/// An open matter, a policy that gives it another date, and a job that computes it again.
async fn asked(stage: &mut Stage) -> (Actor, Uuid) {
    let (grid, deputy) = stage.grid_with_lead().await;
    stage.city.submit(&grid, deputy.route());
    let (now, system) = (stage.clock.now(), stage.city.system_admin());
    let policy = DeadlinePolicy {
        applies_to: "submission".to_owned(),
        step: "answer".to_owned(),
        policy: Some(Policy {
            amount: 9,
            unit: Unit::WorkingDays,
        }),
        effective_from: local_date(now),
        narrowed: Narrowed::default(),
    };
    let by = By::command_line();
    let set = stage
        .store
        .set_deadline_policy(&by, &PlaceScope::Everywhere, &policy, now);
    assert_eq!(set.unwrap(), Ok(()));
    let id = Uuid::new_v4();
    let asked = stage
        .store
        .ask_clock_job(&by, &system, (id, &ClockTask::Recompute), now);
    assert_eq!(asked.unwrap(), Ok(()));
    (system, id)
}

fn job(stage: &Stage, system: &Actor, id: Uuid) -> ClockJob {
    stage.store.clock_job(&system.place_scope(), id).unwrap().unwrap()
}

async fn compute(stage: &Stage) -> usize {
    let (_go_on, stop) = watch::channel(false);
    stage.worker().compute_clocks(&stop).await.unwrap()
}

#[tokio::test]
async fn what_waits_is_computed_and_counted_even_after_a_worker_died() {
    let mut stage = Stage::new().await;
    let (system, id) = asked(&mut stage).await;
    let now = stage.clock.now();
    let dead = stage
        .store
        .claim_clock_job(Uuid::new_v4(), now, now + TimeDelta::minutes(2));
    assert!(dead.unwrap().is_some());
    assert_eq!(compute(&stage).await, 0, "it is in somebody's hands");
    stage.clock.advance(TimeDelta::seconds(121));

    assert_eq!(compute(&stage).await, 1);

    let done = job(&stage, &system, id);
    assert_eq!((done.state, done.done, done.total), (ClockJobState::Done, 1, 1));
    assert_eq!(compute(&stage).await, 0);
}

#[tokio::test]
async fn what_was_cancelled_or_is_not_begun_any_more_changes_nothing() {
    let mut stage = Stage::new().await;
    let (system, id) = asked(&mut stage).await;
    let (_, stop) = watch::channel(true);
    assert_eq!(stage.worker().compute_clocks(&stop).await.unwrap(), 0);
    assert_eq!(job(&stage, &system, id).state, ClockJobState::Waiting);
    let cancelled = stage
        .store
        .cancel_clock_job(&system.place_scope(), id, stage.clock.now());
    assert!(cancelled.unwrap().is_some());

    assert_eq!(compute(&stage).await, 0);

    assert_eq!(job(&stage, &system, id).state, ClockJobState::Cancelled);
}

#[tokio::test]
async fn what_the_database_refuses_ends_the_job_with_its_reason() {
    let mut stage = Stage::new().await;
    let (system, id) = asked(&mut stage).await;
    stage.sql("CREATE TRIGGER kept BEFORE UPDATE ON submissions FOR EACH ROW EXECUTE FUNCTION refuse_change()");

    assert_eq!(compute(&stage).await, 1);

    let failed = job(&stage, &system, id);
    assert_eq!(failed.state, ClockJobState::Failed);
    assert!(failed.error.unwrap().contains("期限都没有变"));
}
