//! Logins in two steps, passwords, accounts in the hands of the security administrator.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use minyi_api::auth::{csrf, sessions::new_secret, totp::Secret};
use minyi_domain::{
    access::{LoginPolicy, Obliged},
    audit::Action,
    people::{Actor, Role},
};
use minyi_store::{
    By, NewSetupLink,
    fixtures::{COUNTY, TOWNSHIP},
};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::app::{Answer, App, PASSWORD, PUBLIC_URL, noon, send};

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
