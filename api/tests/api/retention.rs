//! Retention periods, their preview and runs, as the system administrator and those of a division see them.

use chrono::TimeDelta;
use minyi_domain::{audit::Action, people::Role};
use minyi_store::fixtures::TOWNSHIP;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{Answer, App, lamp, noon, send};

async fn call(app: &App, method: &str, token: &str, path: &str, body: &Value) -> Answer {
    let method = method.parse().unwrap();
    send(app.request(method, path).bearer_auth(token).json(body)).await
}

/// A closed submission with contact data, long ago.
async fn closed(app: &App, deputy: &str) -> String {
    let mut body = lamp();
    body["contact"] = json!({"name": "王阿姨", "phone": "13800001234"});
    app.submit(&Uuid::new_v4().to_string(), &body).await.expect(201);
    let id = app.only_submission(deputy).await;
    let answer = json!({"text": "路灯今天已经修好了。"});
    app.post_as(deputy, &format!("/api/v1/submissions/{id}/answers"), &answer)
        .await
        .expect(201);
    app.sql(&format!(
        "UPDATE submissions SET state = 'closed', closed_at = '2021-01-01', close_reason = 'no_rating' WHERE id = '{id}'"
    ));
    id
}

#[actix_web::test]
async fn the_system_administrator_sets_periods_within_their_bounds() {
    let mut app = App::start().await;
    let (keeper, county) = (app.city.system_admin(), app.city.admin(TOWNSHIP, Role::CountyAdmin));
    let (keeper, county) = (app.access_token(&keeper).await, app.access_token(&county).await);
    let periods = "/api/v1/retention/periods";
    let set = async |class: &str, body: Value| call(&app, "PUT", &keeper, &format!("{periods}/{class}"), &body).await;
    let pointer = |answer: Answer| answer.problem(422, "invalid_fields")["errors"][0]["pointer"].clone();
    assert_eq!(
        pointer(set("audit_log", json!({"amount": 5, "daily": true})).await),
        "/amount"
    );
    assert_eq!(
        pointer(set("drafts", json!({"amount": 3, "daily": false})).await),
        "/daily"
    );
    assert_eq!(
        pointer(set("weather", json!({"amount": 3, "daily": true})).await),
        "class"
    );
    set("contact", json!({"amount": 12, "daily": true})).await.expect(204);
    let seen = app.get_as(&county, periods).await.expect(200).json();
    let contact = &seen["items"][0];
    assert_eq!(
        (
            &contact["class"],
            &contact["amount"],
            &contact["daily"],
            &contact["unit_name"]
        ),
        (&json!("contact"), &json!(12), &json!(true), &json!("个月"))
    );
    assert_eq!(contact["changed_by"], "系统管理员");
    let other = json!({"amount": 24, "daily": true});
    let refused = call(&app, "PUT", &county, &format!("{periods}/contact"), &other).await;
    refused.problem(403, "forbidden");
    assert_eq!(app.logged(Action::RetentionSet), 1);
}

#[actix_web::test]
async fn a_run_removes_what_was_previewed_is_asked_for_once_and_can_be_stopped() {
    let mut app = App::start().await;
    let (keeper, near, far) = (
        app.city.system_admin(),
        app.city.admin(TOWNSHIP, Role::StreetAdmin),
        app.city.admin("990102004", Role::StreetAdmin),
    );
    let (keeper, near, far) = (
        app.access_token(&keeper).await,
        app.access_token(&near).await,
        app.access_token(&far).await,
    );
    let deputy = app.access_token(&app.deputy.actor).await;
    let id = closed(&app, &deputy).await;

    let due = async |token: &str| app.get_as(token, "/api/v1/retention/due").await.expect(200).json();
    let preview = due(&keeper).await;
    assert_eq!(
        (
            &preview["items"][0]["found"],
            preview["items"].as_array().unwrap().len()
        ),
        (&json!(1), 11)
    );
    assert_eq!(
        (
            &due(&near).await["items"][0]["found"],
            &due(&far).await["items"][0]["found"]
        ),
        (&json!(1), &json!(0))
    );
    let listed = "/api/v1/retention/due/submissions?class=contact";
    let list = app.get_as(&near, listed).await.expect(200);
    assert!(!list.text().contains("路灯"));
    assert_eq!(list.json()["items"][0]["id"], id.as_str());
    assert_eq!(app.get_as(&far, listed).await.expect(200).json()["items"], json!([]));
    let wrong = app.get_as(&near, "/api/v1/retention/due/submissions?class=all").await;
    wrong.problem(422, "invalid_fields");

    let runs = "/api/v1/retention/runs";
    let ask = async |classes: Value, previewed_at: &Value| {
        let body = json!({"classes": classes, "previewed_at": previewed_at});
        app.post_as(&keeper, runs, &body).await
    };
    let at = &preview["previewed_at"];
    ask(json!([]), at).await.problem(422, "invalid_fields");
    ask(json!(["contact"]), &json!(noon() - TimeDelta::hours(2)))
        .await
        .problem(422, "invalid_fields");
    let run = ask(json!(["contact", "photos"]), at).await.expect(201).json();
    assert_eq!(
        (&run["state"], &run["found"], &run["asked_by"]),
        (&json!("waiting"), &json!(1), &json!("系统管理员"))
    );
    ask(json!(["contact"]), at).await.problem(409, "retention_running");
    let path = format!("{runs}/{}", run["id"].as_str().unwrap());
    app.get_as(&near, &path).await.problem(403, "forbidden");
    let stopped = call(&app, "DELETE", &keeper, &path, &json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(stopped["state"], "cancelled");
    call(&app, "DELETE", &keeper, &format!("{runs}/{}", Uuid::nil()), &json!({}))
        .await
        .problem(404, "retention_run_unknown");

    app.advance(TimeDelta::minutes(1));
    let set = json!({"amount": 24, "daily": true});
    let changed = call(&app, "PUT", &keeper, "/api/v1/retention/periods/contact", &set).await;
    changed.expect(204);
    ask(json!(["contact"]), at).await.problem(409, "preview_outdated");
    let page = app.get_as(&keeper, runs).await.expect(200).json();
    assert_eq!(
        (&page["items"][0]["id"], &page["next_cursor"]),
        (&run["id"], &json!(null))
    );
    let logged = [Action::RetentionStarted, Action::RetentionCancelled].map(|act| app.logged(act));
    assert_eq!(logged, [1, 1]);
}
