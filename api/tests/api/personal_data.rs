//! Personal-information requests.

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
