use minyi_domain::people::Role;
use minyi_store::fixtures::COUNTY;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, lamp, send};

#[actix_web::test]
async fn what_came_in_lies_in_the_inbox_of_the_deputy_and_of_nobody_else() {
    let mut app = App::start().await;
    let (_, stranger) = app.city.grid_with_lead();
    app.receipt().await;
    let (mine, theirs) = (
        app.access_token(&app.deputy.actor).await,
        app.access_token(&stranger.actor).await,
    );
    let id = app.only_submission(&mine).await;
    let path = format!("/api/v1/submissions/{id}");
    let detail = app.get_as(&mine, &path).await.expect(200).json();
    assert_eq!(detail["text"], lamp()["text"]);
    assert_eq!(detail["route_reason"], "lead");
    let inbox = app.get_as(&theirs, "/api/v1/inbox").await.expect(200).json();
    assert_eq!(inbox, json!({"items": [], "next_cursor": null}));
    app.get_as(&theirs, &path).await.problem(404, "submission_unknown");
    let text = json!({"text": "这件事归我管吗？"});
    app.post_as(&theirs, &format!("{path}/answers"), &text)
        .await
        .problem(404, "submission_unknown");
    app.get_as(&mine, "/api/v1/submissions/not-an-id")
        .await
        .problem(404, "not_found");
}

#[actix_web::test]
async fn the_inbox_is_read_page_by_page_and_by_state() {
    let app = App::start().await;
    for _ in 0..5 {
        app.receipt().await;
    }
    let token = app.access_token(&app.deputy.actor).await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/inbox?limit=2".to_owned();
    loop {
        let page = app.get_as(&token, &path).await.expect(200).json();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].to_string()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/inbox?limit=2&cursor={cursor}");
    }
    assert_eq!(seen.len(), 5);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
    let count = |page: Value| page["items"].as_array().unwrap().len();
    assert_eq!(count(app.get_as(&token, "/api/v1/inbox?state=open").await.json()), 5);
    assert_eq!(
        count(app.get_as(&token, "/api/v1/inbox?state=answered,closed").await.json()),
        0
    );
    for wrong in ["limit=0", "limit=101", "cursor=xyz", "state=lost"] {
        app.get_as(&token, &format!("/api/v1/inbox?{wrong}"))
            .await
            .problem(422, "invalid_fields");
    }
}

#[actix_web::test]
async fn contact_data_open_only_for_handlers_and_leave_a_trace() {
    let mut app = App::start().await;
    let auditor = app.city.admin(minyi_store::fixtures::COUNTY, Role::Auditor);
    let mut body = lamp();
    body["contact"] = json!({"name": "王阿姨", "phone": "13800001234"});
    app.submit("with-contact", &body).await.expect(201);
    let token = app.access_token(&app.deputy.actor).await;
    let path = format!("/api/v1/submissions/{}", app.only_submission(&token).await);
    let closed = app.get_as(&token, &path).await.expect(200).json();
    assert_eq!((&closed["has_contact"], closed.get("contact")), (&json!(true), None));
    assert!(!closed["timeline"].to_string().contains("contact_viewed"));
    let watcher = app.access_token(&auditor).await;
    app.get_as(&watcher, &path).await.expect(200);
    let contact = format!("{path}/contact");
    app.post_as(&watcher, &contact, &json!({}))
        .await
        .problem(403, "forbidden");
    // Reading leaves no trace, so it opens nothing.
    app.get_as(&token, &format!("{path}?contact=true")).await.expect(200);
    let after = app.get_as(&token, &path).await.json();
    assert!(!after["timeline"].to_string().contains("contact_viewed"));
    let opened = app.post_as(&token, &contact, &json!({})).await.expect(200);
    assert_eq!(opened.header("cache-control"), "no-store");
    assert_eq!(opened.json(), json!({"name": "王阿姨", "phone": "13800001234"}));
    let after = app.get_as(&token, &path).await.json();
    assert!(after["timeline"].to_string().contains("contact_viewed"));
}

#[actix_web::test]
async fn an_answer_is_checked_and_refused_where_none_is_expected() {
    let mut app = App::start().await;
    let auditor = app.city.admin(minyi_store::fixtures::COUNTY, Role::Auditor);
    let receipt = app.receipt().await;
    let token = app.access_token(&app.deputy.actor).await;
    let path = format!("/api/v1/submissions/{}/answers", app.only_submission(&token).await);
    app.post_as(&token, &path, &json!({"text": "好"}))
        .await
        .problem(422, "invalid_fields");
    let missing = json!({"text": "已经修好了。", "photo_ids": [uuid::Uuid::from_u128(1)]});
    app.post_as(&token, &path, &missing)
        .await
        .problem(422, "invalid_fields");
    let watcher = app.access_token(&auditor).await;
    app.post_as(&watcher, &path, &json!({"text": "已经修好了。"}))
        .await
        .problem(403, "forbidden");
    let with_photo = json!({"text": "已经修好了。", "photo_ids": [app.city.photo()]});
    app.post_as(&token, &path, &with_photo).await.expect(201);
    let rating = json!({"solved": true, "satisfaction": "satisfied"});
    app.post(&format!("/api/v1/receipts/{receipt}/rating"), &rating)
        .await
        .expect(201);
    app.post_as(&token, &path, &json!({"text": "再补充一点。"}))
        .await
        .problem(409, "answer_refused");
}

#[actix_web::test]
async fn grids_that_nobody_leads_are_listed() {
    let mut app = App::start().await;
    let lonely = app.city.grid(app.grid.site_id);
    let head = app.city.staff(app.grid.site_id, Role::StationHead);
    let token = app.access_token(&head).await;
    let page = app
        .get_as(&token, "/api/v1/grids?unassigned=true")
        .await
        .expect(200)
        .json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1, "{page}");
    assert_eq!(page["items"][0]["id"], lonely.id.to_string());
    let dead = app
        .get_as(&token, "/api/v1/notifications?state=dead")
        .await
        .expect(200)
        .json();
    assert_eq!(dead, json!({"items": [], "next_cursor": null}));
    app.get_as(&token, "/api/v1/notifications?state=sent")
        .await
        .problem(422, "invalid_fields");
}

#[actix_web::test]
async fn another_method_is_told_which_ones_there_are() {
    let app = App::start().await;
    let answer = send(app.request(Method::PUT, "/api/v1/photos")).await;
    answer.problem(405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "POST");
    app.get("/api/v1/nothing").await.problem(404, "not_found");
}

#[actix_web::test]
async fn what_needs_somebodys_eye_is_not_for_deputies() {
    let app = App::start().await;
    let token = app.access_token(&app.deputy.actor).await;
    for path in ["/api/v1/grids?unassigned=true", "/api/v1/notifications?state=dead"] {
        app.get_as(&token, path).await.problem(403, "forbidden");
    }
}

#[actix_web::test]
async fn an_answer_sent_twice_with_its_key_is_one() {
    let app = App::start().await;
    let receipt = app.receipt().await;
    let token = app.access_token(&app.deputy.actor).await;
    let path = format!("/api/v1/submissions/{}/answers", app.only_submission(&token).await);
    let (app, path, token) = (&app, &path, &token);
    let answer = async |key: &str, text: &str| {
        let request = app.request(Method::POST, path).bearer_auth(token);
        send(request.header("idempotency-key", key).json(&json!({"text": text}))).await
    };
    let first = answer("the-first-answer", "路灯已经修好了。").await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = answer("the-first-answer", "路灯已经修好了。").await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    assert_eq!(again.json(), first.json());
    // A person who changed the text means another answer and must not lose it unnoticed.
    answer("the-first-answer", "路灯还要等两天。")
        .await
        .problem(422, "idempotency_key_reused");
    answer("short", "路灯已经修好了。")
        .await
        .problem(400, "idempotency_key_required");
    let view = app.get(&format!("/api/v1/receipts/{receipt}")).await.json();
    assert_eq!(view["answers"].as_array().unwrap().len(), 1, "{view}");
    answer("the-second-answer", "路灯已经修好了。").await.expect(201);
    // Also when the matter is closed meanwhile.
    let rating = json!({"solved": true, "satisfaction": "satisfied"});
    app.post(&format!("/api/v1/receipts/{receipt}/rating"), &rating)
        .await
        .expect(201);
    let late = answer("the-first-answer", "路灯已经修好了。").await.expect(201);
    assert_eq!(late.json(), first.json());
}

#[actix_web::test]
async fn who_looked_at_contact_data_is_seen_by_the_auditor_of_the_division_alone() {
    let mut app = App::start().await;
    let sent = json!({"kind": "problem", "text": "门口的路灯坏了半个多月。", "contact": {"phone": "13800001234"}});
    app.submit("a-key-of-its-own", &sent).await.expect(201);
    let deputy = app.access_token(&app.deputy.actor).await;
    let id = app.only_submission(&deputy).await;
    let path = format!("/api/v1/submissions/{id}/contact");
    app.post_as(&deputy, &path, &json!({})).await.expect(200);

    let log = "/api/v1/audit/contact-views";
    let (here, elsewhere) = (
        app.city.admin(COUNTY, Role::Auditor),
        app.city.admin("990102004", Role::Auditor),
    );
    let (here, elsewhere) = (app.access_token(&here).await, app.access_token(&elsewhere).await);
    let seen = app.get_as(&here, log).await.expect(200).json();
    assert_eq!(seen["items"][0]["viewer_name"], app.deputy.actor.display_name);
    assert_eq!(seen["items"].as_array().unwrap().len(), 1);
    assert!(!seen.to_string().contains("13800001234"));
    let unseen = app.get_as(&elsewhere, log).await.expect(200).json();
    assert_eq!(unseen, json!({"items": [], "next_cursor": null}));
    app.get_as(&deputy, log).await.problem(403, "forbidden");
}
