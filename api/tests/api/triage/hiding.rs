use minyi_domain::people::{Actor, Role};
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use serde_json::json;

use super::Case;
use crate::app::{App, lamp};

/// Whether it stands in any list of this person, and opens.
async fn sees(app: &App, actor: &Actor, path: &str) -> bool {
    let token = app.access_token(actor).await;
    let id = path.rsplit('/').next().unwrap();
    let mut listed = false;
    for list in ["inbox", "inbox?state=open"] {
        let page = app.get_as(&token, &format!("/api/v1/{list}")).await.expect(200).json();
        listed |= page.to_string().contains(id);
    }
    let opened = app.get_as(&token, path).await.status == 200;
    let targets = app.get_as(&token, &format!("{path}/transfer-targets")).await.status == 200;
    assert_eq!((listed, targets), (opened, opened), "{:?}", actor.role);
    opened
}

#[actix_web::test]
async fn a_report_on_an_official_leaves_the_sight_of_those_below() {
    let mut app = App::start().await;
    let head = app.city.staff(app.grid.site_id, Role::StationHead);
    let street = app.city.admin(TOWNSHIP, Role::StreetAdmin);
    let other = app.city.admin("990102004", Role::StreetAdmin);
    let county = app.city.admin(COUNTY, Role::CountyAdmin);
    let token = app.access_token(&app.deputy.actor).await;
    let mut body = lamp();
    body["contact"] = json!({"phone": "13800001234"});
    let case = Case::with(&app, &token, &body).await;
    let admin = app.access_token(&county).await;
    let contact = format!("{}/contact", case.path);
    app.post_as(&admin, &contact, &json!({}))
        .await
        .problem(403, "forbidden");
    case.act(&app, "restrict", &json!({"level": "village"}))
        .await
        .problem(422, "invalid_fields");
    case.act(&app, "restrict", &json!({"level": "county"}))
        .await
        .expect(204);
    case.act(&app, "restrict", &json!({"level": "county"}))
        .await
        .problem(404, "submission_unknown");
    for blind in [&app.deputy.actor, &head, &street, &other] {
        assert!(!sees(&app, blind, &case.path).await, "{:?}", blind.role);
    }
    assert!(sees(&app, &county, &case.path).await);
    // Whom it came to may ask back.
    app.post_as(&admin, &contact, &json!({})).await.expect(200);
    let again = format!("{}/restrict", case.path);
    app.post_as(&admin, &again, &json!({"level": "city"}))
        .await
        .problem(403, "forbidden");
    let answer = json!({"text": "县人大已经核实处理。"});
    app.post_as(&admin, &format!("{}/answers", case.path), &answer)
        .await
        .expect(201);
    assert_eq!(case.view(&app).await["state"], "answered");
}

#[actix_web::test]
async fn a_resident_may_send_past_the_officials() {
    let mut app = App::start().await;
    let head = app.city.staff(app.grid.site_id, Role::StationHead);
    let county = app.city.admin(COUNTY, Role::CountyAdmin);
    let mut body = lamp();
    body["confidential"] = json!(true);
    let sent = app.submit("past-the-officials", &body).await.expect(201).json();
    let again = app.submit("past-the-officials", &body).await.expect(201);
    assert_eq!(again.header("idempotency-replayed"), "true");
    app.submit("past-the-officials", &lamp())
        .await
        .problem(422, "idempotency_key_reused");
    let token = app.access_token(&county).await;
    let path = format!("/api/v1/submissions/{}", app.only_submission(&token).await);
    for blind in [&app.deputy.actor, &head] {
        assert!(!sees(&app, blind, &path).await);
    }
    assert!(sees(&app, &county, &path).await);
    let receipt = format!("/api/v1/receipts/{}", sent["receipt"].as_str().unwrap());
    let view = app.get(&receipt).await.expect(200).json();
    assert!(view["timeline"].to_string().contains("保密件"), "{view}");
}
