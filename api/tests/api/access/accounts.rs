//! Accounts and their sessions in the hands of the security administrator.

use std::collections::BTreeSet;

use minyi_domain::{
    audit::Action,
    people::{Actor, Role},
};
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use reqwest::Method;
use serde_json::{Value, json};

use super::{Browser, GOOD};
use crate::app::{App, send};

async fn security_admin(app: &mut App, region: Option<&str>) -> (Actor, String) {
    let actor = match region {
        Some(region) => app.city.admin(region, Role::SecurityAdmin),
        None => app.city.security_admin(),
    };
    let token = app.access_token(&actor).await;
    (actor, token)
}

#[actix_web::test]
async fn a_security_administrator_creates_changes_and_disables_accounts_within_the_own_division_and_it_is_audited() {
    let mut app = App::start().await;
    let (actor, token) = security_admin(&mut app, Some(COUNTY)).await;
    let auditor = app.city.admin(COUNTY, Role::Auditor);
    let site = app.grid.site_id;
    let new = |username: &str, role: &str, place: Value| {
        let mut body = json!({"username": username, "role": role, "display_name": "倪小雨"});
        body.as_object_mut().unwrap().extend(place.as_object().unwrap().clone());
        body
    };
    let create = async |body: Value| app.post_as(&token, "/api/v1/accounts", &body).await;
    let staff = new("ni.xiaoyu", "station_staff", json!({"site_id": site}));
    let created = create(staff.clone()).await.expect(201).json();
    let id = created["account_id"].as_str().unwrap().to_owned();
    create(staff).await.problem(409, "username_taken");
    let region = |code: &str| json!({"region_code": code});
    create(new("a.city", "city_admin", region("9901")))
        .await
        .problem(422, "place_unknown");
    create(new("a.county", "county_admin", region(TOWNSHIP)))
        .await
        .problem(422, "place_unfit");
    create(new("a.system", "system_admin", json!({})))
        .await
        .problem(422, "place_unknown");
    create(new("Nein Nein", "station_staff", json!({"site_id": site})))
        .await
        .problem(422, "invalid_fields");

    let (_, secret) = created["url"].as_str().unwrap().split_once('#').unwrap();
    let Ok(browser) = Browser::by_link(&app, secret).await else {
        panic!("the link is new")
    };
    browser
        .send(Method::PUT, "/api/v1/me/password", &json!({"password": GOOD}))
        .await
        .expect(204);
    browser.get("/api/v1/inbox").await.expect(200);
    let put = async |id: &str, body: Value| {
        send(
            app.request(Method::PUT, &format!("/api/v1/accounts/{id}"))
                .bearer_auth(&token)
                .json(&body),
        )
        .await
    };
    let head = json!({"role": "station_head", "display_name": "倪小雨", "site_id": site});
    put(&id, head.clone()).await.expect(204);
    assert_eq!(
        browser.get("/api/v1/me").await.expect(200).json()["role"],
        "station_head"
    );
    put(
        &id,
        json!({"role": "auditor", "display_name": "倪小雨", "region_code": COUNTY}),
    )
    .await
    .problem(409, "separate_duty");
    put(&actor.account_id.to_string(), head)
        .await
        .problem(409, "own_account");

    app.post_as(&token, &format!("/api/v1/accounts/{id}/disable"), &json!({}))
        .await
        .expect(204);
    browser.get("/api/v1/me").await.problem(401, "not_signed_in");
    let token = app.access_token(&auditor).await;
    let log = app
        .get_as(&token, &format!("/api/v1/audit/log?object_id={id}"))
        .await
        .expect(200)
        .json();
    // All at one instant: the clock of the test stands still.
    let actions: BTreeSet<_> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["action"].as_str().unwrap())
        .collect();
    let expected = [
        "account_created",
        "signed_in",
        "password_changed",
        "account_changed",
        "account_disabled",
    ];
    assert_eq!(actions, BTreeSet::from(expected));
    assert_eq!(app.store.verify_audit_log().unwrap().1, 0);
}

#[actix_web::test]
async fn a_place_for_an_account_is_found_by_a_part_of_its_name_within_the_own_division() {
    let mut app = App::start().await;
    let (_, token) = security_admin(&mut app, Some(TOWNSHIP)).await;
    let (own, above) = (app.city.office(TOWNSHIP), app.city.office(COUNTY));
    let ask = async |query: &str| {
        let found = app.get_as(&token, &format!("/api/v1/account-places?{query}")).await;
        let items = found.expect(200).json()["items"].clone();
        let ids = items.as_array().unwrap().iter().map(|item| item["id"].clone());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(ask("kind=office").await, [json!(own)], "not {above}");
    assert_eq!(ask("kind=site").await, [json!(app.grid.site_id)]);
    assert!(ask("kind=site&q=没有这个站").await.is_empty());
    app.get_as(&token, "/api/v1/account-places?kind=moon")
        .await
        .problem(400, "malformed_request");
}

#[actix_web::test]
async fn sessions_are_seen_and_ended_by_their_owner_and_by_the_security_administrator() {
    let mut app = App::start().await;
    let (_, keeper) = security_admin(&mut app, None).await;
    let staff = app.city.staff(app.grid.site_id, Role::StationStaff);
    let (one, other) = (app.access_token(&staff).await, app.access_token(&staff).await);
    let sessions = app.get_as(&one, "/api/v1/me/sessions").await.expect(200).json();
    let items = sessions["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(
        (&items[0]["way"], &items[0]["address"]),
        (&json!("wechat"), &json!("127.0.0.1"))
    );
    let mine = items.iter().find(|item| item["current"] == true).unwrap();
    let its = items.iter().find(|item| item["current"] == false).unwrap();
    let path = format!("/api/v1/me/sessions/{}", its["id"].as_str().unwrap());
    send(app.request(Method::DELETE, &path).bearer_auth(&one))
        .await
        .expect(204);
    app.get_as(&other, "/api/v1/me").await.problem(401, "not_signed_in");
    let path = format!(
        "/api/v1/accounts/{}/sessions/{}",
        staff.account_id,
        mine["id"].as_str().unwrap()
    );
    send(app.request(Method::DELETE, &path).bearer_auth(&keeper))
        .await
        .expect(204);
    app.get_as(&one, "/api/v1/me").await.problem(401, "not_signed_in");
    assert_eq!(
        (app.logged(Action::SignedIn), app.logged(Action::SessionRevoked)),
        (3, 2)
    );
    let policy = json!({
        "min_length": 12, "max_age_days": 30, "remembered": 5, "idle_minutes": 10, "second_factor": "everybody"
    });
    let put = |body: &Value| {
        app.request(Method::PUT, "/api/v1/login-policy")
            .bearer_auth(&keeper)
            .json(body)
    };
    let mut low = policy.clone();
    low["min_length"] = json!(6);
    send(put(&low)).await.problem(422, "invalid_fields");
    send(put(&policy)).await.expect(204);
    app.get_as(&keeper, "/api/v1/login-policy")
        .await
        .problem(403, "enrolment_needed");
}
