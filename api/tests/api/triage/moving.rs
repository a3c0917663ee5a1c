use chrono::TimeDelta;
use minyi_domain::people::Role;
use minyi_store::fixtures::COUNTY;
use serde_json::json;

use super::Case;
use crate::app::App;

#[actix_web::test]
async fn a_transfer_needs_a_reason_and_a_target_of_the_county_and_the_chain_is_seen() {
    let mut app = App::start().await;
    let (grid, other) = app.city.grid_with_lead();
    let case = Case::new(&app).await;
    let found = app
        .get_as(
            &case.token,
            &format!("{}/transfer-targets?q={}", case.path, other.actor.display_name),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(found["deputies"][0]["id"], other.id.to_string());
    let to = |target: &uuid::Uuid| json!({"deputy_id": target, "reason": "这件事归那边管。"});
    case.act(&app, "transfer", &json!({"reason": "不知道给谁"}))
        .await
        .problem(422, "invalid_fields");
    let both = json!({"deputy_id": other.id, "grid_id": grid.id, "reason": "两个都选"});
    case.act(&app, "transfer", &both).await.problem(422, "invalid_fields");
    case.act(&app, "transfer", &json!({"deputy_id": other.id, "reason": ""}))
        .await
        .problem(422, "invalid_fields");
    case.act(&app, "transfer", &to(&uuid::Uuid::from_u128(9)))
        .await
        .problem(422, "target_unknown");
    case.act(&app, "transfer", &to(&app.deputy.id))
        .await
        .problem(409, "target_unfit");
    let moved = case.act(&app, "transfer", &to(&other.id)).await.expect(200).json();
    assert_eq!(moved, json!({"bounced": false}));
    case.act(&app, "transfer", &to(&other.id))
        .await
        .problem(404, "submission_unknown");
    app.advance(TimeDelta::minutes(5));
    let token = app.access_token(&other.actor).await;
    let back = app
        .post_as(&token, &format!("{}/transfer", case.path), &to(&app.deputy.id))
        .await;
    assert_eq!(back.expect(200).json(), json!({"bounced": true}));
    let head = app.city.staff(app.grid.site_id, Role::StationHead);
    let token = app.access_token(&head).await;
    let detail = app.get_as(&token, &case.path).await.expect(200).json();
    let chain = detail["transfers"].as_array().unwrap();
    assert_eq!(
        (chain.len(), &chain[1]["bounced"], &chain[1]["to_deputy"]),
        (2, &json!(true), &json!(null))
    );
    assert!(detail["timeline"].to_string().contains("由站长协调"));
}

#[actix_web::test]
async fn a_mark_of_urgency_brings_the_date_forward() {
    let mut app = App::start().await;
    let auditor = app.city.admin(COUNTY, Role::Auditor);
    let case = Case::new(&app).await;
    let before = case.view(&app).await["answer_due_at"].clone();
    let hard = case
        .act(&app, "urgency", &json!({"urgency": "hard"}))
        .await
        .expect(200)
        .json();
    assert_eq!(hard["answer_due_at"], before);
    let urgent = case
        .act(&app, "urgency", &json!({"urgency": "urgent"}))
        .await
        .expect(200)
        .json();
    assert!(urgent["answer_due_at"].as_str() < before.as_str(), "{urgent}");
    case.act(&app, "urgency", &json!({"urgency": "at once"}))
        .await
        .problem(422, "invalid_fields");
    let watcher = app.access_token(&auditor).await;
    app.post_as(&watcher, &format!("{}/urgency", case.path), &json!({"urgency": "hard"}))
        .await
        .problem(403, "forbidden");
    assert_eq!(case.detail(&app).await["urgency"], "urgent");
}
