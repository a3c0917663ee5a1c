//! What is not open and due is settled, so that the statistics do not count it again and again.

use chrono::TimeDelta;
use minyi_domain::text::AnswerText;
use tokio::sync::watch;

use crate::stage::Stage;

#[tokio::test]
async fn what_is_closed_is_settled_once_its_promise_is_over() {
    let mut stage = Stage::new().await;
    let (grid, deputy) = stage.grid_with_lead().await;
    let now = stage.clock.now();
    let (_go_on, stop) = watch::channel(false);
    let text = AnswerText::parse("已经修好").unwrap();
    for _ in 0..3 {
        let (id, _) = stage.city.submit(&grid, deputy.route());
        let close_at = now + TimeDelta::days(15);
        stage
            .store
            .answer(&deputy.actor, id, &text, &[], now, close_at)
            .unwrap();
        stage.sql(&format!(
            "UPDATE submissions SET state = 'closed', closed_at = '{now}', close_reason = 'no_rating' WHERE id = '{id}'"
        ));
    }
    let worker = stage.worker();
    assert_eq!(
        worker.settle_figures(&stop).await.unwrap(),
        0,
        "the promise is not over"
    );
    stage.clock.advance(TimeDelta::days(6));

    assert_eq!(worker.settle_figures(&stop).await.unwrap(), 3);

    assert_eq!(stage.count("kept_figures WHERE facet = 'place' AND registered = 3"), 1);
    assert_eq!(stage.count("figure_changes"), 0);
    assert_eq!(worker.settle_figures(&stop).await.unwrap(), 0);
}
