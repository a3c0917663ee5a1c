use std::time::Instant;

use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, PATIENCE, send};

/// Asks until it says so: what takes seconds, as anything does on a busy machine, is told as absent at that moment.
async fn says(app: &App, expected: &Value) {
    let asked = Instant::now();
    loop {
        let answer = app.get("/health/ready").await;
        if answer.status == 200 && answer.json() == *expected {
            return;
        }
        assert!(asked.elapsed() < PATIENCE, "{} {}", answer.status, answer.text());
    }
}

#[actix_web::test]
async fn every_answer_carries_the_headers_that_protect_a_browser() {
    let app = App::start().await;
    for path in ["/health/live", "/api/v1/nothing", "/api/v1/me"] {
        let answer = app.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert!(!answer.header("x-request-id").is_empty());
        assert_eq!(answer.header("strict-transport-security"), "");
    }
}

#[actix_web::test]
async fn behind_https_browsers_are_told_to_stay_there() {
    let app = App::with(&["--public-url", "https://my.example.test"]).await;
    assert_eq!(
        app.get("/health/live").await.header("strict-transport-security"),
        "max-age=31536000"
    );
}

#[actix_web::test]
async fn the_program_says_how_it_is() {
    let app = App::start().await;
    says(&app, &json!({"ready": true, "database": true, "redis": true})).await;
    let figures = app.get("/metrics").await.expect(200).text();
    assert!(figures.contains("http_requests_total"), "{figures}");
    let receipt = app.receipt().await;
    app.get(&format!("/api/v1/receipts/{receipt}")).await.expect(200);
    let figures = app.get("/metrics").await.expect(200).text();
    assert!(
        figures.contains("/api/v1/receipts/{receipt}") && !figures.contains(&receipt),
        "{figures}"
    );
    let forwarded = app
        .request(Method::GET, "/metrics")
        .header("x-forwarded-for", "203.0.113.1");
    send(forwarded).await.problem(404, "not_found");
}

#[actix_web::test]
async fn large_answers_are_compressed_for_those_who_can() {
    let app = App::start().await;
    let request = app
        .request(Method::GET, "/openapi.yaml")
        .header("accept-encoding", "gzip");
    let packed = send(request).await.expect(200);
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.bytes.len() * 3 < app.get("/openapi.yaml").await.bytes.len());
}

#[actix_web::test]
async fn without_redis_people_are_still_served() {
    let app = App::with(&["--redis-url", "redis://127.0.0.1:1/0", "--limit-code-per-minute", "2"]).await;
    says(&app, &json!({"ready": true, "database": true, "redis": false})).await;
    app.receipt().await;
    app.receipt().await;
    app.submit("counted-in-the-process", &crate::app::lamp())
        .await
        .problem(429, "rate_limited");
}

#[actix_web::test]
async fn head_is_answered_like_get_without_a_body() {
    let app = App::start().await;
    let path = format!("/api/v1/codes/{}", app.grid.token);
    let answer = send(app.request(Method::HEAD, &path)).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert!(answer.bytes.is_empty());
}
