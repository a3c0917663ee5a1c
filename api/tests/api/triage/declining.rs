use minyi_domain::people::Role;
use minyi_store::fixtures::COUNTY;
use reqwest::Method;
use serde_json::json;

use super::{Case, last_line};
use crate::app::{App, send};

#[actix_web::test]
async fn what_is_not_taken_is_guided_and_reviewed_once() {
    let mut app = App::start().await;
    let above = app.city.admin(COUNTY, Role::CountyAdmin);
    let case = Case::new(&app).await;
    let kinds = app
        .get_as(&case.token, "/api/v1/decline-kinds")
        .await
        .expect(200)
        .json();
    let kind = &kinds["items"][1];
    let decline = json!({"kind": kind["code"], "text": kind["guidance"]});
    let nonsense = json!({"kind": "nonsense", "text": "不归这里管。"});
    case.act(&app, "decline", &nonsense)
        .await
        .problem(422, "target_unknown");
    let review = format!("/api/v1/receipts/{}/review", case.receipt);
    app.post(&review, &json!({})).await.problem(409, "not_now");
    case.act(&app, "decline", &decline).await.expect(204);
    case.act(&app, "decline", &decline).await.problem(409, "not_now");
    let view = case.view(&app).await;
    assert_eq!(
        (&view["state"], &view["may_ask_review"]),
        (&json!("declined"), &json!(true))
    );
    assert_eq!(view["declined"]["right_channel"], kind["right_channel"]);
    assert_eq!(
        (&view["answers"][0]["kind"], &view["answers"][0]["text"]),
        (&json!("decline"), &kind["guidance"])
    );

    app.post(&review, &json!({})).await.expect(201);
    app.post(&review, &json!({})).await.problem(409, "only_once");
    let view = case.view(&app).await;
    assert_eq!(
        (&view["state"], &view["may_ask_review"]),
        (&json!("reopened"), &json!(false))
    );
    assert!(view["timeline"].to_string().contains("已转上级人大复核办理"));
    case.act(&app, "decline", &decline).await.problem(403, "forbidden");
    let possible = case.detail(&app).await["possible"].to_string();
    assert!(
        !possible.contains("decline") && !possible.contains("transfer"),
        "{possible}"
    );
    let token = app.access_token(&above).await;
    app.post_as(&token, &format!("{}/decline", case.path), &decline)
        .await
        .expect(204);
    app.post(&review, &json!({})).await.problem(409, "only_once");
    app.sql("UPDATE deadline_steps SET due_at = '2026-11-20T04:00:00Z' WHERE step = 'auto_close'");
    for step in app.store.claim_due_steps(app.clock.now(), 10).unwrap() {
        app.store.run_step(step, app.clock.now()).unwrap();
    }
    let view = case.view(&app).await;
    assert_eq!(
        (&view["state"], last_line(&view)),
        (&json!("closed"), "没有申请复核，已结束")
    );
}

#[actix_web::test]
async fn kinds_are_set_by_administrators() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let office = app.city.admin(COUNTY, Role::Auditor);
    let kind = json!({"position": 9, "name": "邻里纠纷", "guidance": "请找人民调解委员会。",
        "right_channel": "人民调解委员会", "is_active": true});
    let put = async |token: &str, code: &str, body: &serde_json::Value| {
        let request = app.request(Method::PUT, &format!("/api/v1/decline-kinds/{code}"));
        send(request.bearer_auth(token).json(body)).await
    };
    let (admin, other) = (app.access_token(&admin).await, app.access_token(&office).await);
    put(&other, "dispute", &kind).await.problem(403, "forbidden");
    put(&admin, "Dispute!", &kind).await.problem(422, "invalid_fields");
    put(
        &admin,
        "dispute",
        &json!({"position": 0, "name": "", "guidance": "", "right_channel": "", "is_active": true}),
    )
    .await
    .problem(422, "invalid_fields");
    put(&admin, "dispute", &kind).await.expect(200);
    put(&admin, "dispute", &kind).await.expect(200);
    let kinds = app.get_as(&other, "/api/v1/decline-kinds").await.expect(200).json();
    let last = kinds["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["code"], &last["position"]), (&json!("dispute"), &json!(9)));
}

#[actix_web::test]
async fn a_new_kind_is_offered_at_once_and_a_matter_is_declined_under_it() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let admin = app.access_token(&admin).await;
    let case = Case::new(&app).await;
    let decline = json!({"kind": "kind_abcdefgh", "text": "请先找物业公司。"});
    case.act(&app, "decline", &decline).await.problem(422, "target_unknown");
    let kind = json!({"position": 7, "name": "业主之间的约定", "guidance": "请先找物业公司。", "right_channel": "业主委员会",
        "is_active": true});
    let request = app.request(Method::PUT, "/api/v1/decline-kinds/kind_abcdefgh");
    let made = send(request.bearer_auth(&admin).json(&kind)).await.expect(200).json();
    assert_eq!((&made["code"], &made["name"]), (&json!("kind_abcdefgh"), &kind["name"]));
    let kinds = app
        .get_as(&case.token, "/api/v1/decline-kinds")
        .await
        .expect(200)
        .json();
    assert_eq!(kinds["items"].as_array().unwrap().last(), Some(&made));
    case.act(&app, "decline", &decline).await.expect(204);
    assert_eq!(case.view(&app).await["declined"]["right_channel"], "业主委员会");
}
