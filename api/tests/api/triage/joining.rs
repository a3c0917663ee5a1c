use chrono::TimeDelta;
use minyi_domain::people::Role;
use minyi_store::fixtures::COUNTY;
use serde_json::json;

use super::Case;
use crate::app::{App, lamp};

#[actix_web::test]
async fn one_answer_reaches_all_that_were_merged_photos_included() {
    let mut app = App::start().await;
    let first = Case::new(&app).await;
    app.advance(TimeDelta::minutes(5));
    let second = Case::with(&app, &first.token, &lamp()).await;
    let number = first.detail(&app).await["number"].clone();
    first
        .act(&app, "merge", &json!({"into": second.id()}))
        .await
        .problem(409, "target_unfit");
    second
        .act(&app, "merge", &json!({"into": second.id()}))
        .await
        .problem(409, "target_unfit");
    second
        .act(&app, "merge", &json!({"into": "这一件"}))
        .await
        .problem(422, "invalid_fields");
    let unknown = json!({"into": uuid::Uuid::from_u128(5).to_string()});
    second.act(&app, "merge", &unknown).await.problem(422, "target_unknown");
    second.act(&app, "merge", &json!({"into": number})).await.expect(204);
    second
        .act(&app, "merge", &json!({"into": number}))
        .await
        .problem(409, "not_now");
    assert_eq!(second.view(&app).await["state"], "merged");
    let kin = &first.detail(&app).await["kin"][0];
    assert_eq!((&kin["kinship"], &kin["id"]), (&json!("taken_in"), &json!(second.id())));

    let photo = app.city.photo();
    let answer = json!({"text": "两盏灯都修好了。", "photo_ids": [photo]});
    first.act(&app, "answers", &answer).await.expect(201);
    for case in [&first, &second] {
        let view = case.view(&app).await;
        assert_eq!((&view["state"], &view["may_rate"]), (&json!("answered"), &json!(true)));
        let answer = &view["answers"][0];
        assert_eq!(answer["text"], "两盏灯都修好了。");
        assert!(answer["photos"].to_string().contains(&photo.to_string()), "{answer}");
    }
}

#[actix_web::test]
async fn a_foreign_submission_takes_nothing_in_and_a_merged_one_comes_out_again() {
    let mut app = App::start().await;
    let (grid, other) = app.city.grid_with_lead();
    let foreign = app
        .submit_to(grid.token.as_str(), "of-another-grid", &lamp())
        .await
        .expect(201)
        .json();
    app.advance(TimeDelta::minutes(5));
    let first = Case::new(&app).await;
    first
        .act(&app, "merge", &json!({"into": foreign["number"]}))
        .await
        .problem(422, "target_unknown");
    app.advance(TimeDelta::minutes(5));
    let second = Case::with(&app, &first.token, &lamp()).await;
    second.act(&app, "unmerge", &json!({})).await.problem(409, "not_now");
    second
        .act(&app, "merge", &json!({"into": first.id()}))
        .await
        .expect(204);
    let stranger = app.access_token(&other.actor).await;
    let path = format!("{}/unmerge", second.path);
    app.post_as(&stranger, &path, &json!({}))
        .await
        .problem(404, "submission_unknown");
    second.act(&app, "unmerge", &json!({})).await.expect(200);
    assert_eq!(second.view(&app).await["state"], "accepted");
}

#[actix_web::test]
async fn what_was_split_off_has_a_receipt_and_the_contact_data_of_its_own() {
    let mut app = App::start().await;
    let token = app.access_token(&app.deputy.actor).await;
    let mut body = lamp();
    body["contact"] = json!({"name": "王阿姨", "phone": "13800001234"});
    let case = Case::with(&app, &token, &body).await;
    let parts = json!({"parts": [{"kind": "suggestion", "text": "建议装一个电动车棚。"}, {"kind": "problem", "text": "下水道也堵了。"}]});
    case.act(&app, "split", &json!({"parts": []}))
        .await
        .problem(422, "invalid_fields");
    case.act(&app, "split", &json!({"parts": [{"kind": "problem", "text": "堵"}]}))
        .await
        .problem(422, "invalid_fields");
    let auditor = app.city.admin(COUNTY, Role::Auditor);
    let watcher = app.access_token(&auditor).await;
    app.post_as(&watcher, &format!("{}/split", case.path), &parts)
        .await
        .problem(403, "forbidden");
    let made = case.act(&app, "split", &parts).await.expect(201).json();
    let again = case.act(&app, "split", &parts).await.expect(201).json();
    assert_eq!(made, again);
    let child = format!("/api/v1/submissions/{}", made["parts"][0]["id"].as_str().unwrap());
    let contact = app
        .post_as(&token, &format!("{child}/contact"), &json!({}))
        .await
        .expect(200);
    assert_eq!(contact.json(), json!({"name": "王阿姨", "phone": "13800001234"}));
    let view = case.view(&app).await;
    let receipts = view["split_into"].as_array().unwrap();
    assert_eq!(receipts.len(), 2);
    let path = format!("/api/v1/receipts/{}", receipts[0]["receipt"].as_str().unwrap());
    let child = app.get(&path).await.expect(200).json();
    assert_eq!(
        (&child["state"], &child["answer_due_at"]),
        (&json!("registered"), &view["answer_due_at"])
    );
    let lookup = json!({"number": child["number"], "phone": "13800001234"});
    app.post("/api/v1/receipts/lookup", &lookup).await.expect(200);
}
