use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{App, PUBLIC_URL, lamp, send};

#[actix_web::test]
async fn a_submission_gets_a_number_a_receipt_and_a_promised_date() {
    let app = App::start().await;
    let receipt = app.submit("a-first-key", &lamp()).await.expect(201).json();
    assert!(
        receipt["number"].as_str().unwrap().starts_with("20261120-"),
        "{receipt}"
    );
    let token = receipt["receipt"].as_str().unwrap();
    assert_eq!(receipt["receipt_url"], format!("{PUBLIC_URL}/r/{token}"));
    // Five working days after a Friday: the Friday after.
    assert_eq!(receipt["answer_due_at"], "2026-11-27T15:59:59Z");
    assert_eq!(receipt["answer_due_provisional"], false);
}

#[actix_web::test]
async fn a_repeated_send_is_the_same_submission() {
    let app = App::start().await;
    let first = app.submit("repeated-key", &lamp()).await.expect(201);
    assert_eq!(first.header("idempotency-replayed"), "");
    let same = json!({"text": lamp()["text"], "kind": "problem", "photo_ids": [], "contact": null});
    let second = app.submit("repeated-key", &same).await.expect(201);
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(first.json(), second.json());
    let token = app.access_token(&app.deputy.actor).await;
    app.only_submission(&token).await;
}

#[actix_web::test]
async fn two_sends_at_the_same_moment_are_one_submission() {
    let app = App::start().await;
    let body = lamp();
    let (one, other) = tokio::join!(app.submit("same-moment", &body), app.submit("same-moment", &body));
    assert_eq!(one.expect(201).json(), other.expect(201).json());
    let token = app.access_token(&app.deputy.actor).await;
    app.only_submission(&token).await;
}

#[actix_web::test]
async fn a_key_stands_for_one_request_only() {
    let app = App::start().await;
    app.submit("reused-key", &lamp()).await.expect(201);
    let other = json!({"kind": "thanks", "text": "路灯修好了，谢谢大家。"});
    app.submit("reused-key", &other)
        .await
        .problem(422, "idempotency_key_reused");
}

#[actix_web::test]
async fn a_send_needs_a_key_of_8_to_128_visible_characters() {
    let app = App::start().await;
    for key in ["short", &"k".repeat(129), "with a space", ""] {
        app.submit(key, &lamp()).await.problem(400, "idempotency_key_required");
    }
    let path = format!("/api/v1/codes/{}/submissions", app.grid.token);
    send(app.request(Method::POST, &path).json(&lamp()))
        .await
        .problem(400, "idempotency_key_required");
}

#[actix_web::test]
async fn everything_that_is_wrong_is_named_at_once() {
    let app = App::start().await;
    let body = json!({
        "kind": "problem", "text": "灯坏了",
        "location": {"longitude": 181.0, "latitude": 30.0, "coordinate_system": "gcj02", "address": "路".repeat(201)},
        "contact": {"name": "王阿姨", "phone": "12345"}
    });
    let problem = app.submit("wrong-in-all", &body).await.problem(422, "invalid_fields");
    let errors = problem["errors"].as_array().unwrap();
    let at = |pointer: &str| {
        errors
            .iter()
            .find(|error| error["pointer"] == pointer)
            .unwrap_or(&Value::Null)
    };
    assert_eq!(at("/text")["detail"], "至少写 5 个字，现在有 3 个字。");
    assert_eq!(at("/location/longitude")["code"], "out_of_range");
    assert_eq!(at("/location/address")["code"], "too_long");
    assert_eq!(at("/contact/phone")["code"], "phone_invalid");
    assert_eq!(errors.len(), 4, "{problem}");
}

#[actix_web::test]
async fn a_mistake_in_the_shape_is_named_by_its_place() {
    let app = App::start().await;
    for (body, pointer, code) in [
        (
            json!({"kind": "complaint", "text": "路灯坏了很久"}),
            "/kind",
            "wrong_type",
        ),
        (json!({"text": "路灯坏了很久"}), "/kind", "required"),
        (json!({"kind": "problem", "text": 5}), "/text", "wrong_type"),
        (
            json!({"kind": "problem", "text": "路灯坏了很久", "photo_ids": ["x"]}),
            "/photo_ids/0",
            "wrong_type",
        ),
        (
            json!({"kind": "problem", "text": "路灯坏了很久", "location": {"longitude": 120.0}}),
            "/location",
            "incomplete",
        ),
    ] {
        let problem = app.submit("wrong-shape", &body).await.problem(422, "invalid_fields");
        assert_eq!(
            (&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]),
            (&json!(pointer), &json!(code))
        );
    }
}

#[actix_web::test]
async fn broken_bodies_are_problems_too() {
    let app = App::start().await;
    let path = format!("/api/v1/codes/{}/submissions", app.grid.token);
    let post = |body: String, kind: &'static str| {
        let request = app
            .request(Method::POST, &path)
            .header("idempotency-key", "broken-body");
        send(request.header("content-type", kind).body(body))
    };
    post("{\"kind\":".to_owned(), "application/json")
        .await
        .problem(400, "malformed_request");
    post(lamp().to_string(), "text/plain")
        .await
        .problem(415, "unsupported_media_type");
    let large = json!({"kind": "problem", "text": "灯".repeat(100_000)});
    post(large.to_string(), "application/json")
        .await
        .problem(413, "payload_too_large");
}

#[actix_web::test]
async fn the_longest_text_is_taken_and_one_character_more_is_not() {
    let app = App::start().await;
    let text = |length: usize| json!({"kind": "opinion", "text": "𠮷".repeat(length)});
    app.submit("longest-text", &text(4000)).await.expect(201);
    app.submit("too-long-text", &text(4001))
        .await
        .problem(422, "invalid_fields");
}

#[actix_web::test]
async fn photos_that_cannot_be_had_stop_the_submission() {
    let mut app = App::start().await;
    let (photo, missing) = (app.city.photo(), uuid::Uuid::from_u128(5));
    let with = |ids: Value| {
        let mut body = lamp();
        body["photo_ids"] = ids;
        body
    };
    let problem = app
        .submit("photo-missing", &with(json!([photo, missing])))
        .await
        .problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["pointer"], "/photo_ids/1");
    app.submit("photo-twice", &with(json!([photo, photo])))
        .await
        .problem(422, "invalid_fields");
    let ten: Vec<_> = (0..10).map(uuid::Uuid::from_u128).collect();
    app.submit("photos-too-many", &with(json!(ten)))
        .await
        .problem(422, "invalid_fields");
    app.submit("photo-there", &with(json!([photo]))).await.expect(201);
    app.submit("photo-taken", &with(json!([photo])))
        .await
        .problem(422, "invalid_fields");
}

#[actix_web::test]
async fn a_repeated_send_finds_its_receipt_after_the_code_was_replaced_or_suspended() {
    let app = App::start().await;
    let first = app.submit("before-the-change", &lamp()).await.expect(201).json();

    app.sql("UPDATE codes SET state = 'suspended'");
    assert_eq!(app.submit("before-the-change", &lamp()).await.expect(201).json(), first);
    app.submit("after-the-change", &lamp())
        .await
        .problem(409, "code_suspended");

    app.sql(
        "INSERT INTO codes (id, token, grid_id, state, created_at)
         SELECT gen_random_uuid(), 'ACDE3467KMNF', grid_id, 'active', created_at FROM codes",
    );
    app.sql(
        "UPDATE codes SET state = 'replaced', successor_id = (SELECT id FROM codes WHERE state = 'active')
         WHERE state = 'suspended'",
    );
    assert_eq!(app.submit("before-the-change", &lamp()).await.expect(201).json(), first);
    app.submit("after-the-change", &lamp()).await.expect(201);
}
