use reqwest::Method;
use serde_json::json;

use crate::app::{App, lamp, send};
use crate::pages::WebDir;

async fn answer(app: &App) {
    let token = app.access_token(&app.deputy.actor).await;
    let id = app.only_submission(&token).await;
    let path = format!("/api/v1/submissions/{id}/answers");
    app.post_as(&token, &path, &json!({"text": "路灯已经修好了。"}))
        .await
        .expect(201);
}

#[actix_web::test]
async fn the_receipt_shows_the_way_to_the_answer() {
    let app = App::start().await;
    let receipt = app.receipt().await;
    let path = format!("/api/v1/receipts/{receipt}");
    let fresh = app.get(&path).await.expect(200);
    assert_eq!(fresh.header("cache-control"), "no-store");
    let fresh = fresh.json();
    assert_eq!(
        (&fresh["state"], &fresh["may_rate"]),
        (&json!("registered"), &json!(false))
    );
    let kinds: Vec<_> = fresh["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kind"].clone())
        .collect();
    assert_eq!(kinds, ["registered", "routed"]);
    assert!(
        fresh["timeline"][1]["text"].as_str().unwrap().contains("网格责任代表"),
        "{fresh}"
    );
    answer(&app).await;
    let answered = app.get(&path).await.expect(200).json();
    assert_eq!(
        (&answered["state"], &answered["may_rate"]),
        (&json!("answered"), &json!(true))
    );
    assert_eq!(answered["answers"][0]["text"], "路灯已经修好了。");
    assert_eq!(answered["answers"][0]["author_name"], app.deputy.actor.display_name);
}

#[actix_web::test]
async fn a_wrong_receipt_opens_nothing() {
    let app = App::start().await;
    let receipt = app.receipt().await;
    app.get("/api/v1/receipts/ACDE").await.problem(400, "receipt_mistyped");
    let mut swapped: Vec<char> = receipt.chars().collect();
    swapped[0] = if swapped[0] == 'A' { 'C' } else { 'A' };
    let swapped: String = swapped.into_iter().collect();
    app.get(&format!("/api/v1/receipts/{swapped}"))
        .await
        .problem(400, "receipt_mistyped");
    use rand::SeedableRng as _;
    let unknown = minyi_domain::token::ReceiptToken::random(&mut rand::rngs::StdRng::seed_from_u64(1));
    app.get(&format!("/api/v1/receipts/{unknown}"))
        .await
        .problem(404, "receipt_unknown");
}

#[actix_web::test]
async fn a_good_rating_closes_and_may_not_be_repeated() {
    let app = App::start().await;
    let receipt = app.receipt().await;
    let path = format!("/api/v1/receipts/{receipt}/rating");
    let rating = json!({"solved": true, "satisfaction": "satisfied", "comment": "修得很快"});
    app.post(&path, &rating).await.problem(409, "rating_refused");
    answer(&app).await;
    let result = app.post(&path, &rating).await.expect(201).json();
    assert_eq!(result, json!({"state": "closed", "answer_due_at": null}));
    app.post(&path, &rating).await.problem(409, "rating_refused");
    let view = app.get(&format!("/api/v1/receipts/{receipt}")).await.json();
    assert_eq!(
        (&view["state"], &view["ratings"][0]["comment"]),
        (&json!("closed"), &json!("修得很快"))
    );
}

#[actix_web::test]
async fn a_dissatisfied_rating_sends_it_back_with_a_new_date() {
    let app = App::start().await;
    let receipt = app.receipt().await;
    answer(&app).await;
    let path = format!("/api/v1/receipts/{receipt}/rating");
    let bad = json!({"solved": false, "satisfaction": "dissatisfied"});
    let long = json!({"solved": false, "satisfaction": "dissatisfied", "comment": "差".repeat(501)});
    app.post(&path, &long).await.problem(422, "invalid_fields");
    app.post(&path, &json!({"solved": false, "satisfaction": "bad"}))
        .await
        .problem(422, "invalid_fields");
    let result = app.post(&path, &bad).await.expect(201).json();
    assert_eq!(
        result,
        json!({"state": "reopened", "answer_due_at": "2026-11-27T15:59:59Z"})
    );
}

#[actix_web::test]
async fn a_lost_receipt_is_found_by_number_and_phone_together() {
    let app = App::start().await;
    let mut body = lamp();
    body["contact"] = json!({"name": "王阿姨", "phone": "138-0000-1234"});
    let sent = app.submit("with-a-phone", &body).await.expect(201).json();
    let lookup = async |phone: &str| {
        let body = json!({"number": sent["number"].as_str().unwrap().to_lowercase(), "phone": phone});
        app.post("/api/v1/receipts/lookup", &body).await
    };
    assert_eq!(
        lookup("+86 13800001234").await.expect(200).json()["receipt"],
        sent["receipt"]
    );
    lookup("13800001235").await.problem(404, "receipt_unknown");
    lookup("1380").await.problem(422, "invalid_fields");
    let text = app
        .get(&format!("/api/v1/receipts/{}", sent["receipt"].as_str().unwrap()))
        .await
        .text();
    assert!(!text.contains("13800001234") && !text.contains("王阿姨"), "{text}");
}

#[actix_web::test]
async fn a_resident_subscribes_with_the_code_of_wechat() {
    let app = App::start().await;
    let path = format!("/api/v1/receipts/{}/subscription", app.receipt().await);
    for _ in 0..2 {
        let js_code = app.js_code("oResident00000000000000000000").await;
        app.post(&path, &json!({"js_code": js_code})).await.expect(204);
    }
    app.post(&path, &json!({"js_code": "made-up"}))
        .await
        .problem(401, "wechat_code_refused");
}

#[actix_web::test]
async fn a_subscription_is_ended_by_the_receipt_with_and_without_a_script() {
    let web = WebDir::new();
    let app = web.app().await;
    let receipt = app.receipt().await;
    let (page, api) = (format!("/r/{receipt}"), format!("/api/v1/receipts/{receipt}"));
    let subscription = format!("{api}/subscription");
    let subscribe = async || {
        let js_code = app.js_code("oResident00000000000000000000").await;
        let body = json!({"js_code": js_code});
        app.post(&subscription, &body).await.expect(204);
    };
    let offered = async |address: &str| app.get(address).await.expect(200).text().contains("不再接收</button>");
    assert!(!offered(page.as_str()).await);
    subscribe().await;
    assert_eq!(app.get(&api).await.json()["subscribed"], true);
    assert!(offered(page.as_str()).await);

    let form = app.request(Method::POST, &format!("{page}/end-messages"));
    let ended = send(form).await.expect(303);
    assert_eq!(ended.header("location"), format!("{page}?ended=1#messages"));
    let told = app.get(&format!("{page}?ended=1")).await.expect(200).text();
    assert!(told.contains("不会再给您发微信消息"), "{told}");
    assert!(!offered(page.as_str()).await);

    subscribe().await;
    for _ in 0..2 {
        send(app.request(Method::DELETE, &subscription)).await.expect(204);
    }
    assert_eq!(app.get(&api).await.json()["subscribed"], false);
    send(app.request(Method::DELETE, "/api/v1/receipts/ACDE/subscription"))
        .await
        .problem(400, "receipt_mistyped");
}
