//! Logins in two steps, and passwords.

use chrono::{DateTime, TimeDelta, Utc};
use minyi_api::auth::{csrf, sessions::new_secret, totp::Secret};
use minyi_domain::{
    access::{LoginPolicy, Obliged},
    audit::Action,
    people::Role,
};
use minyi_store::{By, NewSetupLink};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::app::{Answer, App, PASSWORD, PUBLIC_URL, noon, send};

mod accounts;

const GOOD: &str = "杏林路3号的Deng";

fn oblige(app: &App) {
    let policy = LoginPolicy {
        second_factor: Obliged::Administrators,
        ..app.store.login_policy().unwrap()
    };
    app.store
        .set_login_policy(&By::command_line(), &policy, noon())
        .unwrap();
}

/// What an app shows that was given this secret in base32.
fn code(base32: &str, at: DateTime<Utc>) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = base32
        .chars()
        .map(|c| format!("{:05b}", LETTERS.find(c).unwrap()))
        .collect();
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap())
        .collect();
    use base64::Engine as _;
    let kept = base64::engine::general_purpose::STANDARD.encode(bytes);
    Secret::read(&kept).unwrap().code(at)
}

/// A browser with the cookie of a session.
struct Browser<'a> {
    app: &'a App,
    cookie: String,
}

impl<'a> Browser<'a> {
    /// Opens a link to set a password.
    async fn by_link(app: &'a App, secret: &str) -> Result<Self, Answer> {
        let request = app.request(Method::POST, "/api/v1/sessions/setup-link");
        let request = request.header("origin", PUBLIC_URL).json(&json!({"token": secret}));
        let answer = send(request).await;
        if answer.status != 204 {
            return Err(answer);
        }
        let cookie = answer.header("set-cookie");
        let value = cookie.split(';').next().unwrap().split_once('=').unwrap().1;
        let cookie = value.to_owned();
        Ok(Self { app, cookie })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.app
            .request(method, path)
            .header("cookie", format!("minyi_session={}", self.cookie))
            .header("origin", PUBLIC_URL)
            .header(csrf::HEADER, csrf::token(&self.cookie))
    }

    async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        send(self.request(method, path).json(body)).await
    }
}

fn link(app: &App) -> (String, NewSetupLink) {
    let (secret, digest) = new_secret();
    let now = app.clock.now();
    let link = NewSetupLink {
        digest,
        now,
        expires_at: now + TimeDelta::hours(24),
    };
    (secret, link)
}

#[actix_web::test]
async fn the_first_administrator_sets_a_password_and_binds_a_second_factor_before_anything_else() {
    let app = App::start().await;
    oblige(&app);
    let (secret, link) = link(&app);
    app.store
        .create_administrator("keeper", Role::SecurityAdmin, "安全员", &link)
        .unwrap()
        .unwrap();
    let Ok(browser) = Browser::by_link(&app, &secret).await else {
        panic!("the link is new")
    };
    let Err(again) = Browser::by_link(&app, &secret).await else {
        panic!("the link is used")
    };
    again.problem(403, "setup_link_invalid");
    let me = browser.get("/api/v1/me").await.expect(200).json();
    assert_eq!(me["needs"], json!(["new_password", "enrolment"]));
    browser
        .get("/api/v1/accounts")
        .await
        .problem(403, "new_password_needed");

    let set = async |password: &str| {
        browser
            .send(Method::PUT, "/api/v1/me/password", &json!({"password": password}))
            .await
    };
    let short = set("Keeper9!").await.problem(422, "invalid_fields");
    assert_eq!(short["errors"][0]["code"], "password_contains_username");
    set(GOOD).await.expect(204);
    browser.get("/api/v1/accounts").await.problem(403, "enrolment_needed");

    let begun = browser.send(Method::POST, "/api/v1/me/second-factor", &json!({})).await;
    let begun = begun.expect(201).json();
    assert!(begun["qr_svg"].as_str().unwrap().starts_with("<svg"), "{begun}");
    let shown = |steps: i64| {
        code(
            begun["secret"].as_str().unwrap(),
            noon() + TimeDelta::seconds(30 * steps),
        )
    };
    // One that is right neither now nor shortly before or after.
    let mut others = (0..6).map(|number| format!("{number:06}"));
    let wrong = others
        .find(|wrong| (-2..=2).all(|steps| shown(steps) != *wrong))
        .unwrap();
    let refused = browser
        .send(Method::PUT, "/api/v1/me/second-factor", &json!({"code": wrong}))
        .await;
    refused.problem(422, "second_factor_invalid");
    let shown = shown(0);
    let bound = browser
        .send(Method::PUT, "/api/v1/me/second-factor", &json!({"code": shown}))
        .await;
    assert_eq!(bound.expect(200).json()["recovery_codes"].as_array().unwrap().len(), 10);
    browser.get("/api/v1/accounts").await.expect(200);
}

/// An account `admin` with a second factor; its secret and its recovery codes.
async fn enrolled(app: &App) -> (String, Vec<String>) {
    app.administrator();
    let token = sign_in(app).await;
    let begun = app
        .post_as(&token, "/api/v1/me/second-factor", &json!({}))
        .await
        .expect(201)
        .json();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    let body = json!({"code": code(&secret, app.clock.now())});
    let request = app.request(Method::PUT, "/api/v1/me/second-factor").bearer_auth(&token);
    let bound = send(request.json(&body)).await.expect(200).json();
    let codes = bound["recovery_codes"].as_array().unwrap().iter();
    (secret, codes.map(|code| code.as_str().unwrap().to_owned()).collect())
}

async fn sign_in(app: &App) -> String {
    let body = json!({"username": "admin", "password": PASSWORD});
    let tokens = app.post("/api/v1/sessions", &body).await.expect(201).json();
    tokens["access_token"].as_str().unwrap().to_owned()
}

async fn second_step(app: &App, token: &str, code: &str) -> Answer {
    app.post_as(token, "/api/v1/me/second-step", &json!({"code": code}))
        .await
}

#[actix_web::test]
async fn a_code_and_a_recovery_code_open_once() {
    let app = App::start().await;
    let (secret, recovery) = enrolled(&app).await;
    let used = code(&secret, app.clock.now());
    let token = sign_in(&app).await;
    app.get_as(&token, "/api/v1/inbox")
        .await
        .problem(403, "second_factor_needed");
    // The one that bound it is used up too.
    second_step(&app, &token, &used)
        .await
        .problem(422, "second_factor_invalid");
    app.advance(TimeDelta::seconds(30));
    let next = code(&secret, app.clock.now());
    second_step(&app, &token, &next).await.expect(204);
    app.get_as(&token, "/api/v1/inbox").await.expect(200);
    let other = sign_in(&app).await;
    second_step(&app, &other, &next)
        .await
        .problem(422, "second_factor_invalid");
    second_step(&app, &other, &recovery[0].to_lowercase()).await.expect(204);
    app.get_as(&other, "/api/v1/inbox").await.expect(200);
    let third = sign_in(&app).await;
    second_step(&app, &third, &recovery[0])
        .await
        .problem(422, "second_factor_invalid");
    let logged = [Action::SignedIn, Action::SecondFactorBound, Action::SecondStepPassed].map(|act| app.logged(act));
    // Four passwords, and three second steps that were refused.
    assert_eq!(logged, [7, 1, 2]);
}

#[actix_web::test]
async fn five_wrong_codes_lock_and_the_right_password_between_them_does_not_help() {
    let app = App::start().await;
    let (secret, _) = enrolled(&app).await;
    app.advance(TimeDelta::minutes(1));
    for _ in 0..5 {
        let token = sign_in(&app).await;
        second_step(&app, &token, "123")
            .await
            .problem(422, "second_factor_invalid");
    }
    let body = json!({"username": "admin", "password": PASSWORD});
    app.post("/api/v1/sessions", &body).await.problem(401, "login_failed");
    app.advance(TimeDelta::minutes(15));
    let token = sign_in(&app).await;
    second_step(&app, &token, &code(&secret, app.clock.now()))
        .await
        .expect(204);
}

#[actix_web::test]
async fn passwords_age_are_not_taken_again_and_a_change_ends_the_other_sessions() {
    let app = App::start().await;
    app.administrator();
    let (one, other) = (sign_in(&app).await, sign_in(&app).await);
    let put = async |token: &str, present: &str, password: &str| {
        let body = json!({"present": present, "password": password});
        send(
            app.request(Method::PUT, "/api/v1/me/password")
                .bearer_auth(token)
                .json(&body),
        )
        .await
    };
    put(&one, "wrong", GOOD).await.problem(422, "password_wrong");
    put(&one, PASSWORD, GOOD).await.expect(204);
    app.get_as(&other, "/api/v1/me").await.problem(401, "not_signed_in");
    let again = put(&one, GOOD, GOOD).await.problem(422, "invalid_fields");
    assert_eq!(again["errors"][0]["code"], "password_used_before");
    app.advance(TimeDelta::days(90));
    let body = json!({"username": "admin", "password": GOOD});
    let tokens = app.post("/api/v1/sessions", &body).await.expect(201).json();
    let token = tokens["access_token"].as_str().unwrap();
    app.get_as(token, "/api/v1/inbox")
        .await
        .problem(403, "new_password_needed");
}
