//! How deputies come in: invitation, phone, text message.

use chrono::TimeDelta;
use minyi_domain::{audit::Action, people::Role};
use minyi_store::fixtures::openid_of;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Answer, App, send},
    pages::{WebDir, sign_in_to_desk, value_of},
};

const PHONE: &str = "13800000001";
const STRANGER: &str = "oStranger00000000000000000000";

async fn invite(app: &mut App, body: Value) -> Value {
    let staff = app.city.staff(app.grid.site_id, Role::StationStaff);
    let token = app.access_token(&staff).await;
    let path = format!("/api/v1/deputies/{}/invitations", app.deputy.id);
    app.post_as(&token, &path, &body).await.expect(201).json()
}

/// The deputy has come in by nothing yet.
fn unbind(app: &App) {
    app.sql("UPDATE accounts SET wechat_openid = NULL WHERE role = 'deputy'");
}

async fn put_phone(app: &App, token: &str, code: &str) -> Answer {
    let body = json!({"phone": PHONE, "code": code});
    let request = app.request(Method::PUT, "/api/v1/me/phone");
    send(request.bearer_auth(token).json(&body)).await
}

/// A deputy who has left a phone; gives the token.
async fn with_phone(app: &App) -> String {
    let token = app.access_token(&app.deputy.actor).await;
    let body = json!({"phone": PHONE});
    app.post_as(&token, "/api/v1/me/phone-codes", &body).await.expect(202);
    let code = app.texted_code(PHONE, 1).await;
    put_phone(app, &token, &code).await.expect(204);
    app.advance(TimeDelta::minutes(2));
    token
}

async fn sign_in_by_code(app: &App, phone: &str, code: &str) -> Answer {
    let body = json!({"phone": phone, "code": code});
    app.post("/api/v1/sessions/one-time-code", &body).await
}

#[actix_web::test]
async fn an_invitation_opens_once_and_for_a_week() {
    let mut app = App::start().await;
    let invited = invite(&mut app, json!({})).await;
    assert!(
        invited["url"]
            .as_str()
            .unwrap()
            .starts_with("http://my.example.test/deputy/#/"),
        "{invited}"
    );
    let typed = invited["invitation"].as_str().unwrap().to_lowercase();
    let body = json!({"invitation": typed});
    let tokens = app.post("/api/v1/sessions/invitation", &body).await.expect(201).json();
    let me = app
        .get_as(tokens["access_token"].as_str().unwrap(), "/api/v1/me")
        .await
        .json();
    assert_eq!(me["deputy_id"], json!(app.deputy.id));
    app.post("/api/v1/sessions/invitation", &body)
        .await
        .problem(403, "invitation_invalid");
    let late = invite(&mut app, json!({})).await;
    app.advance(TimeDelta::days(7));
    let body = json!({"invitation": late["invitation"]});
    app.post("/api/v1/sessions/invitation", &body)
        .await
        .problem(403, "invitation_invalid");
    // Twice the station's, once the deputy.
    assert_eq!(app.logged(Action::SignedIn), 3);
}

#[actix_web::test]
async fn a_later_invitation_takes_the_place_of_the_earlier() {
    let mut app = App::start().await;
    let first = invite(&mut app, json!({})).await;
    let second = invite(&mut app, json!({})).await;
    let enter = async |invited: Value| {
        let body = json!({"invitation": invited["invitation"]});
        app.post("/api/v1/sessions/invitation", &body).await
    };
    enter(first).await.problem(403, "invitation_invalid");
    enter(second).await.expect(201);
}

#[actix_web::test]
async fn wechat_is_bound_by_invitation_and_the_lost_answer_can_be_asked_again() {
    let mut app = App::start().await;
    unbind(&app);
    let invited = invite(&mut app, json!({})).await;
    let invitation = &invited["invitation"];
    let bind = async |openid: &str| {
        let js_code = app.js_code(openid).await;
        let body = json!({"js_code": js_code, "invitation": invitation});
        app.post("/api/v1/bindings/wechat", &body).await
    };
    bind(STRANGER).await.expect(201);
    bind(STRANGER).await.expect(201);
    bind("oAnother000000000000000000000")
        .await
        .problem(403, "invitation_invalid");
    let body = json!({"js_code": app.js_code(STRANGER).await});
    app.post("/api/v1/sessions/wechat", &body).await.expect(201);
}

#[actix_web::test]
async fn wechat_is_bound_by_the_phone_that_the_station_knows_and_the_phone_stays() {
    let mut app = App::start().await;
    unbind(&app);
    let bind = async |app: &App, openid: &str, phone: &str| {
        let body = json!({"js_code": app.js_code(openid).await, "phone_code": app.phone_code(openid, phone).await});
        app.post("/api/v1/bindings/wechat", &body).await
    };
    bind(&app, STRANGER, PHONE).await.problem(403, "phone_unknown");
    invite(&mut app, json!({"phone": "138 0000 0001"})).await;
    let tokens = bind(&app, STRANGER, PHONE).await.expect(201).json();
    let me = app
        .get_as(tokens["access_token"].as_str().unwrap(), "/api/v1/me")
        .await
        .json();
    assert_eq!(
        (&me["phone"], &me["wechat_bound"]),
        (&json!("138****0001"), &json!(true))
    );
    bind(&app, STRANGER, PHONE).await.expect(201);
    bind(&app, "oAnother000000000000000000000", PHONE)
        .await
        .problem(409, "already_bound");
}

#[actix_web::test]
async fn a_wechat_user_of_another_account_is_not_bound_again() {
    let mut app = App::start().await;
    unbind(&app);
    let staff = app.city.staff(app.grid.site_id, Role::StationStaff);
    let invited = invite(&mut app, json!({})).await;
    let body = json!({"js_code": app.js_code(&openid_of(&staff)).await, "invitation": invited["invitation"]});
    app.post("/api/v1/bindings/wechat", &body)
        .await
        .problem(409, "already_bound");
    // What was refused has used up nothing.
    let body = json!({"js_code": app.js_code(STRANGER).await, "invitation": invited["invitation"]});
    app.post("/api/v1/bindings/wechat", &body).await.expect(201);
}

#[actix_web::test]
async fn one_proof_is_needed_and_only_one() {
    let app = App::start().await;
    for proofs in [json!({}), json!({"phone_code": "c", "invitation": "7KM3PXWA"})] {
        let mut body = proofs;
        body["js_code"] = json!("c");
        app.post("/api/v1/bindings/wechat", &body)
            .await
            .problem(422, "invalid_fields");
    }
    let body = json!({"js_code": "unknown", "phone_code": "unknown"});
    app.post("/api/v1/bindings/wechat", &body)
        .await
        .problem(401, "wechat_code_refused");
}

#[actix_web::test]
async fn a_code_by_text_message_signs_in_once() {
    let app = App::start().await;
    with_phone(&app).await;
    let body = json!({"phone": PHONE});
    let sent = app.post("/api/v1/one-time-codes", &body).await.expect(202).json();
    assert_eq!(sent, json!({"expires_in": 300, "again_in": 60}));
    let code = app.texted_code(PHONE, 2).await;
    let tokens = sign_in_by_code(&app, PHONE, &code).await.expect(201).json();
    app.get_as(tokens["access_token"].as_str().unwrap(), "/api/v1/me")
        .await
        .expect(200);
    sign_in_by_code(&app, PHONE, &code)
        .await
        .problem(401, "one_time_code_invalid");
    assert_eq!(app.logged(Action::SignedIn), 2);
}

#[actix_web::test]
async fn nobody_learns_whose_phone_it_is() {
    let app = App::start().await;
    with_phone(&app).await;
    let known = app
        .post("/api/v1/one-time-codes", &json!({"phone": PHONE}))
        .await
        .expect(202);
    let unknown = app
        .post("/api/v1/one-time-codes", &json!({"phone": "13800000002"}))
        .await
        .expect(202);
    assert_eq!(known.json(), unknown.json());
    let right = app.texted_code(PHONE, 2).await;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    assert!(app.texts("13800000002").await.is_empty());
    let code = sign_in_by_code(&app, PHONE, wrong)
        .await
        .problem(401, "one_time_code_invalid");
    let stranger = sign_in_by_code(&app, "13800000002", wrong)
        .await
        .problem(401, "one_time_code_invalid");
    assert_eq!(code["detail"], stranger["detail"]);
    // One a minute, whoever has the phone.
    for phone in [PHONE, "13800000002"] {
        app.post("/api/v1/one-time-codes", &json!({"phone": phone}))
            .await
            .problem(429, "rate_limited");
    }
}

#[actix_web::test]
async fn five_wrong_tries_or_five_minutes_end_a_code() {
    let app = App::start().await;
    with_phone(&app).await;
    app.post("/api/v1/one-time-codes", &json!({"phone": PHONE}))
        .await
        .expect(202);
    let code = app.texted_code(PHONE, 2).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        sign_in_by_code(&app, PHONE, wrong)
            .await
            .problem(401, "one_time_code_invalid");
    }
    sign_in_by_code(&app, PHONE, &code)
        .await
        .problem(401, "one_time_code_invalid");
    app.advance(TimeDelta::minutes(1));
    app.post("/api/v1/one-time-codes", &json!({"phone": PHONE}))
        .await
        .expect(202);
    let code = app.texted_code(PHONE, 3).await;
    app.advance(TimeDelta::minutes(5));
    sign_in_by_code(&app, PHONE, &code)
        .await
        .problem(401, "one_time_code_invalid");
}

#[actix_web::test]
async fn a_phone_belongs_to_one_deputy_and_must_be_proven() {
    let mut app = App::start().await;
    let token = with_phone(&app).await;
    put_phone(&app, &token, "000000")
        .await
        .problem(401, "one_time_code_invalid");
    let other = app.city.deputy();
    let token = app.access_token(&other.actor).await;
    app.post_as(&token, "/api/v1/me/phone-codes", &json!({"phone": PHONE}))
        .await
        .expect(202);
    let code = app.texted_code(PHONE, 2).await;
    put_phone(&app, &token, &code).await.problem(409, "phone_taken");
    app.post_as(&token, "/api/v1/me/phone-codes", &json!({"phone": "057487654321"}))
        .await
        .problem(422, "invalid_fields");
}

#[actix_web::test]
async fn without_a_provider_the_station_is_named() {
    let app = App::with(&["--no-sms"]).await;
    app.post("/api/v1/one-time-codes", &json!({"phone": PHONE}))
        .await
        .problem(503, "sms_not_configured");
}

#[actix_web::test]
async fn taking_a_binding_back_ends_the_sessions() {
    let mut app = App::start().await;
    with_phone(&app).await;
    let staff = app.city.staff(app.grid.site_id, Role::StationHead);
    let (head, deputy) = (
        app.access_token(&staff).await,
        app.access_token(&app.deputy.actor).await,
    );
    let path = format!("/api/v1/deputies/{}/binding", app.deputy.id);
    send(app.request(Method::DELETE, &path).bearer_auth(&head))
        .await
        .expect(204);
    app.get_as(&deputy, "/api/v1/me").await.problem(401, "not_signed_in");
    let body = json!({"js_code": app.js_code(&app.deputy.openid).await});
    app.post("/api/v1/sessions/wechat", &body)
        .await
        .problem(403, "wechat_not_bound");
    let list = app.get_as(&head, "/api/v1/deputies/accounts").await.expect(200).json();
    assert_eq!(list["items"][0]["wechat_bound"], false);
    assert_eq!(list["items"][0]["phone_known"], false);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_station_invites_its_own_deputies_only() {
    let mut app = App::start().await;
    let site = app.city.site();
    let neighbour = app.city.staff(site, Role::StationStaff);
    let token = app.access_token(&neighbour).await;
    let path = format!("/api/v1/deputies/{}/invitations", app.deputy.id);
    app.post_as(&token, &path, &json!({}))
        .await
        .problem(404, "deputy_unknown");
    let list = app.get_as(&token, "/api/v1/deputies/accounts").await.expect(200).json();
    assert!(list["items"].as_array().unwrap().is_empty());
}

#[actix_web::test]
async fn the_desk_prints_a_card_that_opens_the_client() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let staff = app.city.staff(app.grid.site_id, Role::StationStaff);
    let cookie = sign_in_to_desk(&app, &staff).await;
    let page = send(app.request(Method::GET, "/desk/deputies").header("cookie", &cookie))
        .await
        .expect(200)
        .text();
    assert!(page.contains("代表账号") && page.contains("已绑定微信"), "{page}");
    let csrf = value_of(&page, "csrf");
    let path = format!("/desk/deputies/{}/invite", app.deputy.id);
    let form = |csrf: &str| {
        let fields = [("csrf", csrf.to_owned()), ("phone", String::new())];
        app.request(Method::POST, &path).header("cookie", &cookie).form(&fields)
    };
    send(form("wrong")).await.expect(403);
    let card = send(form(&csrf)).await.expect(200).text();
    let after = card.split("number code-type\">").nth(1).unwrap();
    let invitation = after.split('<').next().unwrap();
    assert!(card.contains("<svg"), "{card}");
    app.post("/api/v1/sessions/invitation", &json!({"invitation": invitation}))
        .await
        .expect(201);
}
