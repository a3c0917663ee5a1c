//! The desk's cookie at the JSON API: what the pages' scripts use.

use chrono::TimeDelta;
use minyi_api::auth::csrf;
use minyi_domain::{audit::Action, people::Actor};
use minyi_store::fixtures::login;
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::app::{Answer, App, PASSWORD, PUBLIC_URL, noon, send};

const SECRET: &str = "a-browser-secret";

fn open(app: &App, actor: &Actor) {
    let digest: [u8; 32] = Sha256::digest(SECRET.as_bytes()).into();
    let until = noon() + TimeDelta::hours(12);
    app.store
        .open_cookie_session(&login(actor.account_id, noon(), until), digest)
        .unwrap();
}

fn with_cookie(app: &App, method: Method, path: &str) -> RequestBuilder {
    app.request(method, path)
        .header("cookie", format!("minyi_session={SECRET}"))
}

async fn answer(app: &App, id: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = with_cookie(app, Method::POST, &format!("/api/v1/submissions/{id}/answers"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(request.json(&json!({"text": "已经修好了。"}))).await
}

#[actix_web::test]
async fn a_cookie_reads_and_changes_only_with_the_token_of_its_page() {
    let app = App::start().await;
    open(&app, &app.deputy.actor);
    app.receipt().await;
    let inbox = send(with_cookie(&app, Method::GET, "/api/v1/inbox"))
        .await
        .expect(200)
        .json();
    let id = inbox["items"][0]["id"].as_str().unwrap();
    let token = csrf::token(SECRET);
    answer(&app, id, &[]).await.problem(403, "csrf_failed");
    answer(&app, id, &[("x-csrf-token", &csrf::token("another session"))])
        .await
        .problem(403, "csrf_failed");
    let cross_site = [("x-csrf-token", token.as_str()), ("sec-fetch-site", "cross-site")];
    answer(&app, id, &cross_site).await.problem(403, "csrf_failed");
    let foreign = [("x-csrf-token", token.as_str()), ("origin", "https://evil.example")];
    answer(&app, id, &foreign).await.problem(403, "csrf_failed");
    answer(&app, id, &[("x-csrf-token", &token), ("origin", PUBLIC_URL)])
        .await
        .expect(201);
}

#[actix_web::test]
async fn a_cookie_ends_after_a_quarter_of_an_hour_without_use() {
    let app = App::start().await;
    open(&app, &app.deputy.actor);
    for _ in 0..3 {
        app.advance(TimeDelta::minutes(14));
        send(with_cookie(&app, Method::GET, "/api/v1/me")).await.expect(200);
    }
    app.advance(TimeDelta::minutes(16));
    send(with_cookie(&app, Method::GET, "/api/v1/me"))
        .await
        .problem(401, "not_signed_in");
}

#[actix_web::test]
async fn a_browser_signs_in_by_json_and_is_given_its_token() {
    let app = App::start().await;
    app.administrator();
    let ask = |site: &'static str| {
        let login = app.request(Method::POST, "/api/v1/sessions/browser");
        login
            .header("sec-fetch-site", site)
            .json(&json!({"username": "admin", "password": PASSWORD}))
    };
    send(ask("cross-site")).await.problem(403, "csrf_failed");
    let signed_in = send(ask("same-origin")).await.expect(204);
    assert_eq!(app.logged(Action::SignedIn), 1);
    let cookie = signed_in.header("set-cookie").split(';').next().unwrap().to_owned();
    assert!(signed_in.header("set-cookie").contains("HttpOnly; SameSite=Lax"));
    let me = send(app.request(Method::GET, "/api/v1/me").header("cookie", &cookie)).await;
    let me = me.expect(200).json();
    assert!(
        me["permissions"].as_array().unwrap().contains(&json!("configure")),
        "{me}"
    );
    assert!(me["place_name"].is_string(), "{me}");
    let leave = |token: &str| {
        let leave = app
            .request(Method::DELETE, "/api/v1/sessions/current")
            .header("cookie", &cookie);
        leave.header("x-csrf-token", token)
    };
    send(leave("")).await.problem(403, "csrf_failed");
    send(leave(me["csrf_token"].as_str().unwrap())).await.expect(204);
    assert_eq!(app.logged(Action::SignedOut), 1);
    send(app.request(Method::GET, "/api/v1/me").header("cookie", &cookie))
        .await
        .problem(401, "not_signed_in");
}

#[actix_web::test]
async fn what_a_page_asks_by_itself_keeps_nobody_signed_in() {
    let app = App::start().await;
    open(&app, &app.deputy.actor);
    let ask = async |unattended: bool| {
        let request = with_cookie(&app, Method::GET, "/api/v1/inbox");
        let request = match unattended {
            true => request.header("x-unattended", "1"),
            false => request,
        };
        send(request).await.status
    };
    app.advance(TimeDelta::minutes(10));
    assert_eq!(ask(false).await, 200);
    for _ in 0..2 {
        app.advance(TimeDelta::minutes(7));
        assert_eq!(ask(true).await, 200);
    }
    app.advance(TimeDelta::minutes(2));
    assert_eq!(ask(true).await, 401);
}
