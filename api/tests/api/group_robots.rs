//! Robots in the groups of stations and offices.

use minyi_domain::people::Role;
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use reqwest::Method;
use serde_json::{Value, json};
use wechat_simulator::dingtalk::{ROBOT_SECRET, ROBOT_TOKEN};

use crate::app::{Answer, App, send};

async fn put(app: &App, token: &str, path: &str, body: &Value) -> Answer {
    send(app.request(Method::PUT, path).bearer_auth(token).json(body)).await
}

fn key(secret: &str) -> Value {
    let webhook = format!("https://oapi.dingtalk.com/robot/send?access_token={ROBOT_TOKEN}");
    json!({"webhook": webhook, "secret": secret})
}

#[actix_web::test]
async fn who_keeps_a_place_sets_tries_and_removes_its_robot() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let token = app.access_token(&admin).await;
    let office = app.city.office(TOWNSHIP);
    for place in [app.grid.site_id, office] {
        let path = format!("/api/v1/group-robots/{place}");
        let trial = format!("{path}/trial");
        assert_eq!(app.get_as(&token, &path).await.expect(200).json()["robot"], Value::Null);
        app.post_as(&token, &trial, &json!({}))
            .await
            .problem(409, "robot_missing");
        let wrong = json!({"webhook": "https://oapi.dingtalk.com/robot/send", "secret": "x"});
        let problem = put(&app, &token, &path, &wrong).await.problem(422, "invalid_fields");
        assert_eq!(problem["errors"][0]["code"], "wrong_webhook");

        put(&app, &token, &path, &key("SECwrong")).await.expect(204);
        let said = app.post_as(&token, &trial, &json!({})).await.expect(200).json();
        assert_eq!(
            (&said["sent"], &said["dingtalk_code"]),
            (&json!(false), &json!("310000"))
        );
        put(&app, &token, &path, &key(ROBOT_SECRET)).await.expect(204);
        let said = app.post_as(&token, &trial, &json!({})).await.expect(200).json();
        assert_eq!(said["sent"], true, "{said}");
        let shown = app.get_as(&token, &path).await.expect(200);
        assert_eq!(shown.json()["robot"]["set_by"], admin.display_name);
        assert!(!shown.text().contains(ROBOT_SECRET) && !shown.text().contains(ROBOT_TOKEN));

        send(app.request(Method::DELETE, &path).bearer_auth(&token))
            .await
            .expect(204);
        assert_eq!(app.get_as(&token, &path).await.expect(200).json()["robot"], Value::Null);
    }
    let inbox = format!("{}/_sim/inbox?way=dingtalk_robot", app.simulator.address);
    let arrived = send(app.client.get(inbox)).await.json();
    assert_eq!(arrived["items"].as_array().unwrap().len(), 2, "{arrived}");
    let auditor = app.city.admin(COUNTY, Role::Auditor);
    let auditor = app.access_token(&auditor).await;
    let acts = app.get_as(&auditor, "/api/v1/audit/log").await.expect(200).text();
    assert_eq!(
        (acts.matches("robot_set").count(), acts.matches("robot_removed").count()),
        (4, 2)
    );
}

#[actix_web::test]
async fn a_place_elsewhere_is_unknown() {
    let mut app = App::start().await;
    let street = app.city.admin(TOWNSHIP, Role::StreetAdmin);
    let token = app.access_token(&street).await;
    // The county's, above the street.
    let path = format!("/api/v1/group-robots/{}", app.city.office(COUNTY));
    app.get_as(&token, &path).await.problem(404, "place_unknown");
    put(&app, &token, &path, &key(ROBOT_SECRET))
        .await
        .problem(404, "place_unknown");
}
