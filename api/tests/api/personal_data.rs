//! Personal-information requests.

use std::io::Cursor;

use calamine::{Reader as _, Xlsx};
use chrono::TimeDelta;
use minyi_domain::{audit::Action, people::Role};
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{App, lamp};

const PHONE: &str = "13800001234";

/// A submission with contact data; its id.
async fn submitted(app: &App, token: &str) -> String {
    // The newest stands first in the inbox.
    app.advance(TimeDelta::minutes(1));
    let mut body = lamp();
    body["contact"] = json!({"name": "王阿姨", "phone": PHONE});
    app.submit(&Uuid::new_v4().to_string(), &body).await.expect(201);
    let inbox = app.get_as(token, "/api/v1/inbox").await.expect(200).json();
    inbox["items"][0]["id"].as_str().unwrap().to_owned()
}

async fn ask(app: &App, token: &str, kind: &str) -> Value {
    let body = json!({"phone": PHONE, "kind": kind, "reason": "本人到站，核对了身份证。"});
    app.post_as(token, "/api/v1/personal-data/requests", &body)
        .await
        .expect(201)
        .json()
}

async fn decide(app: &App, token: &str, request: &Value) -> crate::app::Answer {
    let path = format!(
        "/api/v1/personal-data/requests/{}/decision",
        request["id"].as_str().unwrap()
    );
    app.post_as(
        token,
        &path,
        &json!({"granted": true, "reason": "身份已经核对，同意。"}),
    )
    .await
}

#[actix_web::test]
async fn what_is_done_is_deleted_what_is_open_is_frozen_by_two_persons_and_the_timeline_stays_whole() {
    let mut app = App::start().await;
    let (one, other) = (
        app.city.admin(TOWNSHIP, Role::StreetAdmin),
        app.city.admin(COUNTY, Role::CountyAdmin),
    );
    let stranger = app.city.admin("990102004", Role::StreetAdmin);
    let deputy = app.access_token(&app.deputy.actor).await;
    let (one, other, stranger) = (
        app.access_token(&one).await,
        app.access_token(&other).await,
        app.access_token(&stranger).await,
    );
    let open = submitted(&app, &deputy).await;
    let done = submitted(&app, &deputy).await;
    let answer = json!({"text": "路灯今天已经修好了。"});
    app.post_as(&deputy, &format!("/api/v1/submissions/{done}/answers"), &answer)
        .await
        .expect(201);
    app.sql(&format!(
        "UPDATE submissions SET state = 'closed', closed_at = submitted_at, close_reason = 'no_rating' WHERE id = '{done}'"
    ));

    let phone = json!({"phone": "138-0000-1234"});
    let search = async |token: &str| {
        let found = app
            .post_as(token, "/api/v1/personal-data/search", &phone)
            .await
            .expect(200);
        assert!(!found.text().contains("王阿姨"), "{}", found.text());
        found.json()["items"].as_array().unwrap().len()
    };
    assert_eq!((search(&one).await, search(&stranger).await), (2, 0));
    let copy = app
        .post_as(&one, "/api/v1/personal-data/copy", &phone)
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&copy["items"][0]["name"], &copy["items"][0]["phone"]),
        (&json!("王阿姨"), &json!(PHONE))
    );

    let request = ask(&app, &one, "erase").await;
    decide(&app, &one, &request).await.problem(409, "own_request");
    decide(&app, &stranger, &request)
        .await
        .problem(404, "data_request_unknown");
    decide(&app, &other, &request).await.expect(204);
    decide(&app, &other, &request).await.problem(409, "request_decided");
    let path = format!("/api/v1/personal-data/requests/{}", request["id"].as_str().unwrap());
    let proof = app.get_as(&one, &path).await.expect(200).json();
    assert_eq!(
        (&proof["granted"], &proof["erased"], &proof["frozen"]),
        (&json!(true), &json!(1), &json!(1))
    );
    assert_eq!(search(&one).await, 1, "only the open one is found by the number");
    let seen = app
        .get_as(&other, &format!("/api/v1/submissions/{done}"))
        .await
        .expect(200);
    assert!(!seen.text().contains("路灯坏了"), "{}", seen.text());
    let contact = format!("/api/v1/submissions/{open}/contact");
    let opened = app.post_as(&deputy, &contact, &json!({})).await;
    assert!(matches!(opened.status, 404 | 409), "{}", opened.text());
    assert!(app.store.verify_timelines(|_| ()).unwrap().breaks.is_empty());
    assert_eq!(app.store.verify_audit_log().unwrap().1, 0);
    for act in [Action::PersonalDataRequested, Action::PersonalDataDecided] {
        assert_eq!(app.logged(act), 1, "{act}");
    }
}

#[actix_web::test]
async fn a_wrong_name_and_phone_are_corrected_by_two_persons_and_nobody_reads_the_number_meanwhile() {
    let mut app = App::start().await;
    let (one, other) = (
        app.city.admin(TOWNSHIP, Role::StreetAdmin),
        app.city.admin(COUNTY, Role::CountyAdmin),
    );
    let deputy = app.access_token(&app.deputy.actor).await;
    let (one, other) = (app.access_token(&one).await, app.access_token(&other).await);
    let id = submitted(&app, &deputy).await;
    let mut body = json!({"phone": PHONE, "kind": "correct", "reason": "本人到站，核对了身份证。"});
    let path = "/api/v1/personal-data/requests";
    let problem = app.post_as(&one, path, &body).await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["pointer"], "/new_name");
    body["new_name"] = json!("王秀英");
    body["new_phone"] = json!("13900005678");
    body["kind"] = json!("freeze");
    let problem = app.post_as(&one, path, &body).await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["pointer"], "/kind");
    body["kind"] = json!("correct");
    let request = app.post_as(&one, path, &body).await.expect(201).json();
    assert_eq!(
        (&request["new_name"], &request["new_phone"]),
        (&json!("王秀英"), &json!("139****5678"))
    );
    decide(&app, &one, &request).await.problem(409, "own_request");
    decide(&app, &other, &request).await.expect(204);

    let contact = format!("/api/v1/submissions/{id}/contact");
    let opened = app.post_as(&deputy, &contact, &json!({})).await.expect(200).json();
    assert_eq!(
        (&opened["name"], &opened["phone"]),
        (&json!("王秀英"), &json!("13900005678"))
    );
    let found = async |phone: &str| {
        let search = json!({"phone": phone});
        let found = app.post_as(&one, "/api/v1/personal-data/search", &search).await;
        found.expect(200).json()["items"].as_array().unwrap().len()
    };
    assert_eq!((found(PHONE).await, found("13900005678").await), (0, 1));
    let proof = format!("{path}/{}", request["id"].as_str().unwrap());
    let proof = app.get_as(&one, &proof).await.expect(200).json();
    assert_eq!((&proof["corrected"], &proof["new_phone"]), (&json!(1), &json!(null)));
}

#[actix_web::test]
async fn a_copy_is_handed_out_to_read_and_each_stands_in_the_audit() {
    let mut app = App::start().await;
    let (one, auditor) = (
        app.city.admin(TOWNSHIP, Role::StreetAdmin),
        app.city.admin(COUNTY, Role::Auditor),
    );
    let deputy = app.access_token(&app.deputy.actor).await;
    let (one, auditor) = (app.access_token(&one).await, app.access_token(&auditor).await);
    submitted(&app, &deputy).await;
    let phone = json!({"phone": PHONE});
    let copy = async |ending: &str| {
        let path = format!("/api/v1/personal-data/copy.{ending}");
        app.post_as(&one, &path, &phone).await.expect(200)
    };
    let pdf = copy("pdf").await;
    assert!(pdf.bytes.starts_with(b"%PDF-") && pdf.header("content-disposition").contains("geren-xinxi-2026"));
    assert_eq!(pdf.header("cache-control"), "no-store");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(copy("xlsx").await.bytes)).unwrap();
    let sheet = book.worksheet_range("个人信息副本").unwrap();
    let rows: Vec<String> = sheet.rows().map(|row| format!("{}：{}", row[1], row[2])).collect();
    for expected in ["姓名：王阿姨", "电话：13800001234", "办理状态：已登记，待办理"] {
        assert!(rows.iter().any(|row| row == expected), "{expected} in {rows:?}");
    }
    let log = app
        .get_as(&auditor, "/api/v1/audit/log?action=personal_data_copied")
        .await
        .expect(200)
        .json();
    let mut files: Vec<_> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|entry| entry["detail"]["file"].as_str())
        .collect();
    files.sort_unstable();
    assert_eq!(files, ["pdf", "xlsx"]);
    assert!(!log.to_string().contains(PHONE));
}
