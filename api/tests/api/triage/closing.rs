use chrono::TimeDelta;
use minyi_domain::people::Role;
use minyi_store::fixtures::COUNTY;
use serde_json::json;

use super::{Case, last_line};
use crate::app::App;

#[actix_web::test]
async fn a_question_pauses_the_clock_until_the_resident_has_answered() {
    let mut app = App::start().await;
    let case = Case::new(&app).await;
    let before = case.view(&app).await["answer_due_at"].clone();
    case.act(&app, "accept", &json!({})).await.expect(204);
    case.act(&app, "accept", &json!({})).await.problem(409, "not_now");
    case.act(&app, "info-requests", &json!({"question": "？"}))
        .await
        .problem(422, "invalid_fields");
    let question = json!({"question": "请问是几号楼？"});
    case.act(&app, "info-requests", &question).await.expect(201);
    case.act(&app, "info-requests", &question).await.problem(409, "not_now");
    let view = case.view(&app).await;
    assert_eq!(
        (&view["state"], &view["info_requests"][0]["question"]),
        (&json!("awaiting_resident"), &question["question"])
    );
    assert_eq!(
        case.detail(&app).await["possible"],
        json!(["answer", "propose", "meet"])
    );

    app.advance(TimeDelta::days(4));
    let path = format!("/api/v1/receipts/{}/info", case.receipt);
    app.post(&path, &json!({"text": ""}))
        .await
        .problem(422, "invalid_fields");
    let missing = json!({"text": "二号楼", "photo_ids": [uuid::Uuid::from_u128(1)]});
    app.post(&path, &missing).await.problem(422, "invalid_fields");
    let reply = json!({"text": "二号楼", "photo_ids": [app.city.photo()]});
    let due = app.post(&path, &reply).await.expect(201).json()["answer_due_at"].clone();
    assert!(due.as_str() > before.as_str(), "{due} {before}");
    app.post(&path, &reply).await.problem(409, "not_now");
    let wrong = "/api/v1/receipts/3333-3333-3333-3333-3333/info";
    app.post(wrong, &reply).await.problem(404, "receipt_unknown");
    let token = app.access_token(&app.deputy.actor).await;
    let detail = app.get_as(&token, &case.path).await.expect(200).json();
    assert_eq!(detail["info_requests"][0]["reply"], "二号楼");
    assert_eq!(detail["photos"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn an_unhappy_end_is_not_called_settled() {
    let mut app = App::start().await;
    let above = app.city.admin(COUNTY, Role::CountyAdmin);
    let case = Case::new(&app).await;
    case.answer(&app).await;
    case.rate(&app, "dissatisfied").await;
    assert_eq!(case.view(&app).await["state"], "reopened");
    case.answer(&app).await;
    case.rate(&app, "dissatisfied").await;
    assert_eq!(case.detail(&app).await["handled_above"], true);
    let below = app.access_token(&app.deputy.actor).await;
    let answer = json!({"text": "县里已经协调好了。"});
    let path = format!("{}/answers", case.path);
    app.post_as(&below, &path, &answer).await.problem(409, "handled_above");
    let token = app.access_token(&above).await;
    app.post_as(&token, &format!("{}/answers", case.path), &answer)
        .await
        .expect(201);
    case.rate(&app, "dissatisfied").await;
    let view = case.view(&app).await;
    assert_eq!(
        (&view["state"], last_line(&view)),
        (&json!("closed"), "已结束，居民不满意")
    );
}
