use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use crate::{
    app::{App, lamp, send},
    codes::unknown_token,
};

#[actix_web::test]
async fn a_whole_street_behind_one_address_can_send() {
    let mut app = App::start().await;
    let tokens: Vec<_> = (0..3).map(|_| app.city.grid(app.grid.site_id).token).collect();
    for number in 0..105 {
        let token = &tokens[number % tokens.len()];
        app.submit_to(token.as_str(), &format!("street-{number:04}"), &lamp())
            .await
            .expect(201);
    }
}

#[actix_web::test]
async fn one_code_takes_so_many_a_minute_and_says_when_to_come_again() {
    let app = App::with(&["--limit-code-per-minute", "3"]).await;
    for number in 0..3 {
        app.submit(&format!("within-{number:04}"), &lamp()).await.expect(201);
    }
    let refused = app.submit("one-too-many", &lamp()).await;
    let problem = refused.problem(429, "rate_limited");
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert!(problem["detail"].as_str().unwrap().contains("秒"), "{problem}");
    app.advance(TimeDelta::seconds(wait));
    app.submit("one-too-many", &lamp()).await.expect(201);
}

#[actix_web::test]
async fn one_address_makes_so_many_requests_and_only_our_proxy_names_another() {
    let app = App::with(&["--limit-address-per-minute", "5", "--trusted-proxies", "127.0.0.1"]).await;
    let path = format!("/api/v1/codes/{}", app.grid.token);
    let from = |address: &'static str| send(app.request(Method::GET, &path).header("x-forwarded-for", address));
    for _ in 0..5 {
        from("203.0.113.1").await.expect(200);
    }
    from("203.0.113.1").await.problem(429, "rate_limited");
    from("198.51.100.9, 203.0.113.1").await.problem(429, "rate_limited");
    from("203.0.113.2").await.expect(200);
}

#[actix_web::test]
async fn guessing_has_a_narrow_limit_of_its_own() {
    let app = App::with(&["--limit-guesses-per-minute", "3"]).await;
    for seed in 0..3 {
        app.get(&format!("/api/v1/codes/{}", unknown_token(seed)))
            .await
            .problem(404, "code_unknown");
    }
    app.get(&format!("/api/v1/codes/{}", unknown_token(9)))
        .await
        .problem(429, "rate_limited");
    // From now on not even the right one is looked up, so that nothing is learnt by going on.
    let right = format!("/api/v1/codes/{}", app.grid.token);
    app.get(&right).await.problem(429, "rate_limited");
    app.advance(TimeDelta::minutes(1));
    app.get(&right).await.expect(200);
}

#[actix_web::test]
async fn passwords_cannot_be_tried_without_end() {
    let app = App::with(&["--limit-guesses-per-minute", "2"]).await;
    let login = json!({"username": "nobody", "password": "guess"});
    for _ in 0..2 {
        app.post("/api/v1/sessions", &login).await.problem(401, "login_failed");
    }
    app.post("/api/v1/sessions", &login).await.problem(429, "rate_limited");
}

#[actix_web::test]
async fn one_receipt_is_read_so_often() {
    let app = App::with(&["--limit-receipt-per-minute", "2"]).await;
    let path = format!("/api/v1/receipts/{}", app.receipt().await);
    for _ in 0..2 {
        app.get(&path).await.expect(200);
    }
    app.get(&path).await.problem(429, "rate_limited");
}
