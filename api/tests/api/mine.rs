//! What the deputies' client asks for besides the cases.

use chrono::TimeDelta;
use minyi_domain::people::Role;
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Answer, App, lamp, send};

async fn put_as(app: &App, token: &str, path: &str, body: &Value) -> Answer {
    send(app.request(Method::PUT, path).bearer_auth(token).json(body)).await
}

async fn keyed(app: &App, token: &str, path: &str, key: &str, body: &Value) -> Answer {
    let request = app.request(Method::POST, path).bearer_auth(token);
    send(request.header("idempotency-key", key).json(body)).await
}

#[actix_web::test]
async fn the_first_page_says_what_waits_and_until_when() {
    let mut app = App::start().await;
    app.receipt().await;
    let token = app.access_token(&app.deputy.actor).await;
    let home = app.get_as(&token, "/api/v1/me/home").await.expect(200).json();
    // Friday noon; due on the next Friday.
    assert_eq!(
        home["waiting"],
        json!({"overdue": 0, "today": 0, "this_week": 0, "later": 1})
    );
    assert_eq!(home["grids"][0]["open"], 1);
    assert_eq!(
        (&home["next_duty"], &home["next_appointment"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(home["unread_messages"], 1);
    let item = &app.get_as(&token, "/api/v1/inbox").await.json()["items"][0];
    assert_eq!(item["time_left"]["words"], "还有 5 个工作日");
    app.advance(TimeDelta::days(6));
    let site = app.grid.site_id;
    app.city.now = app.clock.now();
    let deputy = app.deputy.clone();
    app.city.on_duty(site, &deputy);
    let token = app.access_token(&app.deputy.actor).await;
    let home = app.get_as(&token, "/api/v1/me/home").await.expect(200).json();
    assert_eq!(home["waiting"]["this_week"], 1);
    assert_eq!(
        (&home["next_duty"]["today"], &home["next_duty"]["signed_in"]),
        (&json!(true), &json!(false))
    );
    app.advance(TimeDelta::days(2));
    let token = app.access_token(&app.deputy.actor).await;
    let home = app.get_as(&token, "/api/v1/me/home").await.expect(200).json();
    assert_eq!(home["waiting"]["overdue"], 1);
    let id = app.only_submission(&token).await;
    let detail = app.get_as(&token, &format!("/api/v1/submissions/{id}")).await.json();
    assert_eq!(detail["time_left"]["working_days"], -1);
    let stranger = app.city.deputy();
    let token = app.access_token(&stranger.actor).await;
    let home = app.get_as(&token, "/api/v1/me/home").await.expect(200).json();
    assert_eq!(
        (&home["waiting"]["overdue"], &home["unread_messages"]),
        (&json!(0), &json!(0))
    );
}

#[actix_web::test]
async fn a_paused_clock_says_so_and_the_timeline_names_who() {
    let app = App::start().await;
    app.receipt().await;
    let token = app.access_token(&app.deputy.actor).await;
    let id = app.only_submission(&token).await;
    let path = format!("/api/v1/submissions/{id}");
    app.post_as(
        &token,
        &format!("{path}/info-requests"),
        &json!({"question": "请问是几号楼？"}),
    )
    .await
    .expect(201);
    let detail = app.get_as(&token, &path).await.json();
    assert_eq!(detail["time_left"]["paused"], true);
    let last = detail["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(
        (&last["kind"], &last["by"]),
        (&json!("info_asked"), &json!(app.deputy.actor.display_name))
    );
    let home = app.get_as(&token, "/api/v1/me/home").await.json();
    assert_eq!(home["waiting"]["later"], 0);
}

#[actix_web::test]
async fn messages_stand_there_until_they_are_seen_and_only_for_whom_they_are() {
    let mut app = App::start().await;
    app.receipt().await;
    let token = app.access_token(&app.deputy.actor).await;
    let page = app.get_as(&token, "/api/v1/me/messages").await.expect(200).json();
    assert_eq!(page["unread"], 1);
    let message = &page["items"][0];
    assert_eq!(
        (&message["title"], &message["read"]),
        (&json!("待办提醒"), &json!(false))
    );
    assert!(message["text"].as_str().unwrap().contains('：'), "{message}");
    let until = message["at"].clone();
    let seen = json!({"until": until});
    put_as(&app, &token, "/api/v1/me/messages/read", &seen)
        .await
        .expect(204);
    let earlier = json!({"until": "2026-01-01T00:00:00Z"});
    put_as(&app, &token, "/api/v1/me/messages/read", &earlier)
        .await
        .expect(204);
    let page = app.get_as(&token, "/api/v1/me/messages").await.json();
    assert_eq!((&page["unread"], &page["items"][0]["read"]), (&json!(0), &json!(true)));
    let stranger = app.city.deputy();
    let token = app.access_token(&stranger.actor).await;
    let page = app.get_as(&token, "/api/v1/me/messages").await.json();
    assert!(page["items"].as_array().unwrap().is_empty());
}

#[actix_web::test]
async fn messages_come_in_pages() {
    let app = App::start().await;
    for _ in 0..3 {
        app.receipt().await;
        app.advance(TimeDelta::seconds(1));
    }
    let token = app.access_token(&app.deputy.actor).await;
    let first = app
        .get_as(&token, "/api/v1/me/messages?limit=2")
        .await
        .expect(200)
        .json();
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let path = format!(
        "/api/v1/me/messages?limit=2&cursor={}",
        first["next_cursor"].as_str().unwrap()
    );
    let second = app.get_as(&token, &path).await.expect(200).json();
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(second["next_cursor"], Value::Null);
    assert!(second["items"][0]["at"].as_str() < first["items"][1]["at"].as_str());
}

#[actix_web::test]
async fn phrases_are_those_of_the_nearest_division_and_the_last_own_answers() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let county = app.access_token(&admin).await;
    let set = json!({"templates": [{"title": "已转办", "text": "已经转给有关部门办理。"}]});
    put_as(&app, &county, "/api/v1/answer-templates", &set)
        .await
        .expect(204);
    let near = json!({"region_code": TOWNSHIP, "templates": [{"title": "镇里的", "text": "镇里已经在办。"}]});
    put_as(&app, &county, "/api/v1/answer-templates", &near)
        .await
        .expect(204);
    let foreign = json!({"region_code": "9901", "templates": []});
    put_as(&app, &county, "/api/v1/answer-templates", &foreign)
        .await
        .problem(422, "target_unknown");
    let wrong = json!({"templates": [{"title": "", "text": "字"}]});
    let wrong = put_as(&app, &county, "/api/v1/answer-templates", &wrong).await;
    assert_eq!(
        wrong.problem(422, "invalid_fields")["errors"][0]["pointer"],
        "/templates/0/title"
    );
    app.receipt().await;
    let token = app.access_token(&app.deputy.actor).await;
    let id = app.only_submission(&token).await;
    let answer = json!({"text": "路灯今天修好了。"});
    app.post_as(&token, &format!("/api/v1/submissions/{id}/answers"), &answer)
        .await
        .expect(201);
    let phrases = app.get_as(&token, "/api/v1/me/phrases").await.expect(200).json();
    assert_eq!(phrases["templates"][0]["title"], "镇里的");
    assert_eq!(phrases["recent"], json!(["路灯今天修好了。"]));
}

#[actix_web::test]
async fn the_ledger_of_pushes_counts_what_was_said() {
    let app = App::start().await;
    let token = app.access_token(&app.deputy.actor).await;
    let say = async |results: Value| {
        let body = json!({"results": results});
        let answer = app.post_as(&token, "/api/v1/me/push-permissions", &body).await;
        answer.expect(200).json()
    };
    let nothing = say(json!({})).await;
    assert_eq!(nothing["remaining"], 0);
    assert!(nothing["words"].as_str().unwrap().contains("用完"), "{nothing}");
    say(json!({"template-1": "accept", "template-2": "accept", "unknown": "accept"})).await;
    let more = say(json!({"template-1": "accept", "template-2": "filter"})).await;
    assert_eq!(more["remaining"], 3);
    assert_eq!(
        (&more["templates"][0]["kind"], &more["templates"][0]["remaining"]),
        (&json!("deputy_new"), &json!(2))
    );
    let fewer = say(json!({"template-1": "ban"})).await;
    assert_eq!(fewer["remaining"], 1);
    let body = json!({"results": {"template-1": "perhaps"}});
    app.post_as(&token, "/api/v1/me/push-permissions", &body)
        .await
        .problem(422, "invalid_fields");
}

#[actix_web::test]
async fn figures_and_dossier_are_the_deputys_own() {
    let mut app = App::start().await;
    app.receipt().await;
    let token = app.access_token(&app.deputy.actor).await;
    let id = app.only_submission(&token).await;
    let answer = json!({"text": "路灯今天修好了。"});
    app.post_as(&token, &format!("/api/v1/submissions/{id}/answers"), &answer)
        .await
        .expect(201);
    for (period, from, to) in [
        ("month", "2026-11-01", "2026-11-30"),
        ("year", "2026-01-01", "2026-12-31"),
    ] {
        let work = app.get_as(&token, &format!("/api/v1/me/work?period={period}")).await;
        let work = work.expect(200).json();
        assert_eq!((&work["from"], &work["to"]), (&json!(from), &json!(to)));
        assert_eq!(
            (&work["registered"], &work["answered"], &work["median_days"]),
            (&json!(1), &json!(1), &json!(0.0))
        );
        assert_eq!(work["rates"][1]["percent"], Value::Null);
    }
    app.get_as(&token, "/api/v1/me/work?period=week")
        .await
        .problem(400, "malformed_request");
    let dossier = app.get_as(&token, "/api/v1/me/dossier").await.expect(200).json();
    assert_eq!(dossier["handled"], json!({"registered": 1, "answered": 1, "closed": 0}));
    assert_eq!(
        (&dossier["name"], &dossier["grids"][0]["role"]),
        (&json!(app.deputy.actor.display_name), &json!("lead"))
    );
    let stranger = app.city.deputy();
    let token = app.access_token(&stranger.actor).await;
    let dossier = app.get_as(&token, "/api/v1/me/dossier").await.json();
    assert_eq!(dossier["handled"]["registered"], 0);
}

#[actix_web::test]
async fn signing_in_needs_the_roster_and_the_stations_own_code() {
    let mut app = App::start().await;
    let token = app.access_token(&app.deputy.actor).await;
    let code = app.grid.token.to_string();
    let scan = async |app: &App, code: &str| app.post_as(&token, "/api/v1/me/sign-ins", &json!({"code": code})).await;
    scan(&app, &code).await.problem(422, "not_on_duty");
    let other = app.city.site();
    let elsewhere = app.city.grid(other);
    let (site, deputy) = (app.grid.site_id, app.deputy.clone());
    app.city.on_duty(site, &deputy);
    scan(&app, elsewhere.token.as_str())
        .await
        .problem(422, "code_of_another_station");
    scan(&app, "34679").await.problem(400, "code_mistyped");
    let address = format!("https://my.example.cn/c/{code}");
    let first = scan(&app, &address).await.expect(201).json();
    assert_eq!(first["date"], "2026-11-20");
    app.advance(TimeDelta::minutes(1));
    assert_eq!(scan(&app, &code).await.expect(200).json(), first);
    let dossier = app.get_as(&token, "/api/v1/me/dossier").await.json();
    assert_eq!(dossier["duties"], json!({"done": 1, "until_today": 1, "planned": 0}));
    let days = json!([{"date": "2026-11-20", "site_id": site, "site_name": first["site_name"], "today": true, "signed_in": true}]);
    assert_eq!(dossier["duty_days"], days);
}

#[actix_web::test]
async fn the_same_key_is_the_same_act() {
    let mut app = App::start().await;
    app.receipt().await;
    let office = app.city.office(TOWNSHIP);
    let token = app.access_token(&app.deputy.actor).await;
    let id = app.only_submission(&token).await;
    let path = format!("/api/v1/submissions/{id}/handovers");
    let body = json!({"office_id": office, "demand": "请到现场查看，修好路灯。"});
    let first = keyed(&app, &token, &path, "key-of-the-phone", &body).await.expect(201);
    let again = keyed(&app, &token, &path, "key-of-the-phone", &body).await.expect(201);
    assert_eq!(first.json(), again.json());
    assert_eq!(
        (
            first.header("idempotency-replayed"),
            again.header("idempotency-replayed")
        ),
        ("", "true")
    );
    let other = json!({"office_id": office, "demand": "另外的要求。"});
    keyed(&app, &token, &path, "key-of-the-phone", &other)
        .await
        .problem(422, "idempotency_key_reused");
    keyed(&app, &token, &path, "short", &body)
        .await
        .problem(400, "idempotency_key_required");
    let list = app.get_as(&token, "/api/v1/handovers").await.json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
}

#[actix_web::test]
async fn what_was_refused_may_come_again_with_its_key_and_keys_belong_to_their_account() {
    let mut app = App::start().await;
    app.receipt().await;
    let token = app.access_token(&app.deputy.actor).await;
    let id = app.only_submission(&token).await;
    let path = format!("/api/v1/submissions/{id}/info-requests");
    let key = Uuid::new_v4().to_string();
    keyed(&app, &token, &path, &key, &json!({"question": ""}))
        .await
        .problem(422, "invalid_fields");
    let question = json!({"question": "请问是几号楼？"});
    keyed(&app, &token, &path, &key, &question).await.expect(201);
    let staff = app.city.staff(app.grid.site_id, Role::StationStaff);
    let others = app.access_token(&staff).await;
    keyed(&app, &others, &path, &key, &question)
        .await
        .problem(409, "not_now");
    keyed(&app, "not.a.token", &path, &key, &question)
        .await
        .problem(401, "not_signed_in");
    let again = keyed(&app, &token, &path, &key, &question).await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
}

#[actix_web::test]
async fn nobody_outside_learns_who_did_it() {
    let app = App::start().await;
    let sent = app.submit("key-for-names", &lamp()).await.expect(201).json();
    let receipt = sent["receipt"].as_str().unwrap();
    let page = app.get(&format!("/api/v1/receipts/{receipt}")).await.expect(200).json();
    assert!(
        page["timeline"]
            .as_array()
            .unwrap()
            .iter()
            .all(|step| step.get("by").is_none())
    );
}
