//! That with which nothing is happening is settled, so that the statistics do not count it again and again.

use chrono::TimeDelta;
use minyi_domain::text::AnswerText;
use tokio::sync::watch;

use crate::stage::Stage;

#[tokio::test]
async fn what_is_quiet_is_settled_and_taken_out_again_when_it_falls_due() {
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
    stage.city.submit(&grid, deputy.route());
    let worker = stage.worker();
    assert_eq!(worker.settle_figures(&stop).await.unwrap(), 0, "it has just come in");
    stage.clock.advance(TimeDelta::hours(2));

    assert_eq!(worker.settle_figures(&stop).await.unwrap(), 4);

    let kept = |registered: i64| {
        let of_place = format!("SELECT FROM kept_figures WHERE facet = 'place' HAVING sum(registered) = {registered}");
        stage.count(&format!("({of_place}) AS kept"))
    };
    assert_eq!(kept(4), 1);
    assert_eq!(stage.count("figure_changes"), 0);
    assert_eq!(worker.settle_figures(&stop).await.unwrap(), 0);
    let due = "(SELECT max(answer_due_at) - interval '30 minutes' AS at FROM submissions) AS due";
    let until_due = stage.count(&format!(
        "(SELECT generate_series('{now}', at, interval '1 minute') FROM {due}) AS minutes"
    ));
    stage.clock.advance(TimeDelta::minutes(until_due - 120));
    assert_eq!(worker.settle_figures(&stop).await.unwrap(), 0);
    assert_eq!(
        stage.count("submissions WHERE counted_as IS NULL"),
        4,
        "all fall due within the hour"
    );
    stage.clock.advance(TimeDelta::hours(2));
    assert_eq!(worker.settle_figures(&stop).await.unwrap(), 4);
    assert_eq!(kept(4), 1);
}
