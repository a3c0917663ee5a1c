use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

use crate::{
    app::{App, PASSWORD, lamp, send},
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
async fn guessing_has_a_narrow_limit_that_never_stops_the_right_one() {
    let app = App::with(&["--limit-guesses-per-minute", "3"]).await;
    let receipt = app.receipt().await;
    let code = |seed| format!("/api/v1/codes/{}", unknown_token(seed));
    for seed in 0..3 {
        app.get(&code(seed)).await.problem(404, "code_unknown");
        app.get(&unknown_receipt(seed)).await.problem(404, "receipt_unknown");
    }
    for seed in 3..5 {
        app.get(&code(seed)).await.problem(429, "rate_limited");
        app.get(&unknown_receipt(seed)).await.problem(429, "rate_limited");
    }
    // A whole street shares the guesser's address.
    app.get(&format!("/api/v1/codes/{}", app.grid.token)).await.expect(200);
    app.get(&format!("/api/v1/receipts/{receipt}")).await.expect(200);
    app.receipt().await;
}

fn unknown_receipt(seed: u64) -> String {
    use rand::SeedableRng as _;
    let receipt = minyi_domain::token::ReceiptToken::random(&mut rand::rngs::StdRng::seed_from_u64(seed));
    format!("/api/v1/receipts/{receipt}")
}

#[actix_web::test]
async fn phones_cannot_be_tried_for_one_number_while_other_numbers_are_still_found() {
    let app = App::with(&["--limit-guesses-per-minute", "3"]).await;
    let with_phone = async |key: &str| {
        let mut body = lamp();
        body["contact"] = json!({"phone": "13800001234"});
        let sent = app.submit(key, &body).await.expect(201).json();
        sent["number"].as_str().unwrap().to_owned()
    };
    let (tried, other) = (with_phone("the-tried-one").await, with_phone("the-other-one").await);
    let lookup = async |number: &str, phone: &str| {
        let body = json!({"number": number, "phone": phone});
        app.post("/api/v1/receipts/lookup", &body).await
    };
    for last in 0..3 {
        let phone = format!("1390000000{last}");
        lookup(&tried, &phone).await.problem(404, "receipt_unknown");
    }
    lookup(&tried, "13900000009").await.problem(429, "rate_limited");
    // Not even the right one is looked up, so that nothing is learnt by going on.
    lookup(&tried, "13800001234").await.problem(429, "rate_limited");
    lookup(&other, "13800001234").await.expect(200);
    app.advance(TimeDelta::minutes(1));
    lookup(&tried, "13800001234").await.expect(200);
}

#[actix_web::test]
async fn passwords_cannot_be_tried_without_end_but_colleagues_still_sign_in() {
    let app = App::with(&["--limit-guesses-per-minute", "2"]).await;
    app.administrator();
    let login = json!({"username": "nobody", "password": "guess"});
    for _ in 0..2 {
        app.post("/api/v1/sessions", &login).await.problem(401, "login_failed");
    }
    app.post("/api/v1/sessions", &login).await.problem(429, "rate_limited");
    let right = json!({"username": "admin", "password": PASSWORD});
    app.post("/api/v1/sessions", &right).await.expect(201);
    // An address that tries many names comes to an end too.
    let mut last = 0;
    for name in 0..30 {
        let login = json!({"username": format!("nobody{name}"), "password": "guess"});
        last = app.post("/api/v1/sessions", &login).await.status;
    }
    assert_eq!(last, 429);
}

#[actix_web::test]
async fn one_address_has_so_many_pictures_drawn() {
    let app = App::with(&["--limit-address-per-minute", "30"]).await;
    let token = app.grid.token.as_str();
    let svg = format!("/api/v1/codes/{token}/image.svg");
    for _ in 0..3 {
        app.get(&svg).await.expect(200);
    }
    app.get(&svg).await.problem(429, "rate_limited");
    app.get(&format!("/api/v1/codes/{token}/poster.pdf"))
        .await
        .problem(429, "rate_limited");
    app.get(&format!("/api/v1/codes/{token}")).await.expect(200);
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
