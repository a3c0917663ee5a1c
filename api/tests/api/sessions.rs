use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, PASSWORD, send};

async fn sign_in(app: &App, password: &str) -> crate::app::Answer {
    app.post("/api/v1/sessions", &json!({"username": "Admin ", "password": password}))
        .await
}

async fn refresh(app: &App, tokens: &Value) -> crate::app::Answer {
    app.post(
        "/api/v1/sessions/refresh",
        &json!({"refresh_token": tokens["refresh_token"]}),
    )
    .await
}

#[actix_web::test]
async fn a_password_gives_a_token_for_a_quarter_of_an_hour() {
    let app = App::start().await;
    app.administrator();
    let answer = sign_in(&app, PASSWORD).await.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    let tokens = answer.json();
    assert_eq!(tokens["expires_in"], 900);
    let token = tokens["access_token"].as_str().unwrap();
    let me = app.get_as(token, "/api/v1/me").await.expect(200).json();
    assert_eq!(
        (&me["role"], &me["role_name"]),
        (&json!("county_admin"), &json!("县级管理员"))
    );
    app.advance(TimeDelta::minutes(15));
    app.get_as(token, "/api/v1/me").await.problem(401, "not_signed_in");
}

#[actix_web::test]
async fn every_failed_login_looks_the_same_and_five_lock_the_account() {
    let app = App::start().await;
    app.administrator();
    let wrong = sign_in(&app, "wrong").await.problem(401, "login_failed");
    let unknown = app
        .post("/api/v1/sessions", &json!({"username": "nobody", "password": "wrong"}))
        .await;
    let unknown = unknown.problem(401, "login_failed");
    assert_eq!(
        (&wrong["title"], &wrong["detail"]),
        (&unknown["title"], &unknown["detail"])
    );
    for _ in 0..4 {
        sign_in(&app, "wrong").await.problem(401, "login_failed");
    }
    let locked = sign_in(&app, PASSWORD).await.problem(401, "login_failed");
    assert_eq!(locked["detail"], wrong["detail"]);
    app.advance(TimeDelta::minutes(16));
    sign_in(&app, PASSWORD).await.expect(201);
}

#[actix_web::test]
async fn empty_fields_are_named() {
    let app = App::start().await;
    let body = app
        .post("/api/v1/sessions", &json!({"username": "", "password": ""}))
        .await
        .problem(422, "invalid_fields");
    assert_eq!(body["errors"][0]["pointer"], "/username");
    assert_eq!(body["errors"][1]["pointer"], "/password");
}

#[actix_web::test]
async fn a_refresh_token_is_good_once_and_its_reuse_ends_the_session() {
    let app = App::start().await;
    let first = app.sign_in(&app.deputy.actor).await;
    let second = refresh(&app, &first).await.expect(200).json();
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    let token = second["access_token"].as_str().unwrap();
    app.get_as(token, "/api/v1/me").await.expect(200);
    refresh(&app, &first).await.problem(401, "refresh_token_reused");
    refresh(&app, &second).await.problem(401, "refresh_token_invalid");
    app.get_as(token, "/api/v1/me").await.problem(401, "not_signed_in");
}

#[actix_web::test]
async fn an_unknown_or_old_refresh_token_is_refused() {
    let app = App::start().await;
    refresh(&app, &json!({"refresh_token": "never issued"}))
        .await
        .problem(401, "refresh_token_invalid");
    let tokens = app.sign_in(&app.deputy.actor).await;
    app.advance(TimeDelta::days(31));
    refresh(&app, &tokens).await.problem(401, "refresh_token_invalid");
}

#[actix_web::test]
async fn signing_out_ends_both_tokens() {
    let app = App::start().await;
    let tokens = app.sign_in(&app.deputy.actor).await;
    let token = tokens["access_token"].as_str().unwrap();
    send(
        app.request(Method::DELETE, "/api/v1/sessions/current")
            .bearer_auth(token),
    )
    .await
    .expect(204);
    app.get_as(token, "/api/v1/me").await.problem(401, "not_signed_in");
    refresh(&app, &tokens).await.problem(401, "refresh_token_invalid");
}

#[actix_web::test]
async fn wechat_codes_are_good_once_and_only_for_bound_users() {
    let app = App::start().await;
    let js_code = app.js_code(&app.deputy.openid).await;
    let body = json!({"js_code": js_code});
    app.post("/api/v1/sessions/wechat", &body).await.expect(201);
    app.post("/api/v1/sessions/wechat", &body)
        .await
        .problem(401, "wechat_code_refused");
    let stranger = app.js_code("oStranger00000000000000000000").await;
    app.post("/api/v1/sessions/wechat", &json!({"js_code": stranger}))
        .await
        .problem(403, "wechat_not_bound");
}

#[actix_web::test]
async fn without_a_good_token_nothing_internal_opens() {
    let app = App::start().await;
    for path in [
        "/api/v1/me",
        "/api/v1/inbox",
        "/api/v1/notifications",
        "/api/v1/grids?unassigned=true",
    ] {
        let refused = app.get(path).await;
        refused.problem(401, "not_signed_in");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
        app.get_as("not.a.token", path).await.problem(401, "not_signed_in");
    }
}
