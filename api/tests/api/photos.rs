use std::time::{Duration, Instant};

use chrono::TimeDelta;
use image::{GenericImageView as _, ImageFormat};
use reqwest::{Method, multipart};
use serde_json::json;

use crate::{
    app::{Answer, App, PUBLIC_URL, lamp, send},
    pictures::{camera_jpeg, encoded, jpeg, png_claiming},
};

async fn upload(app: &App, bytes: Vec<u8>) -> Answer {
    let part = multipart::Part::bytes(bytes).file_name("photo.jpg");
    let form = multipart::Form::new().part("file", part);
    send(app.request(Method::POST, "/api/v1/photos").multipart(form)).await
}

/// The signed paths of the only photo of a submission with this one, full and small.
async fn attach(app: &App, photo: &Answer) -> (String, String) {
    let mut body = lamp();
    body["photo_ids"] = json!([photo.json()["id"]]);
    let key = uuid::Uuid::new_v4().to_string();
    let receipt = app.submit(&key, &body).await.expect(201).json();
    let view = app
        .get(&format!("/api/v1/receipts/{}", receipt["receipt"].as_str().unwrap()))
        .await
        .expect(200)
        .json();
    let path = |name: &str| {
        view["photos"][0][name]
            .as_str()
            .unwrap()
            .strip_prefix(PUBLIC_URL)
            .unwrap()
            .to_owned()
    };
    (path("url"), path("thumbnail_url"))
}

#[actix_web::test]
async fn a_photo_is_shrunk_turned_upright_and_stripped() {
    let app = App::start().await;
    let uploaded = upload(&app, camera_jpeg(2000, 1000)).await.expect(201);
    let (full, small) = attach(&app, &uploaded).await;
    let shown = app.get(&full).await.expect(200);
    assert_eq!(shown.header("content-type"), "image/jpeg");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert!(shown.header("content-disposition").starts_with("inline"));
    assert!(shown.header("cache-control").starts_with("private"));
    let holds = |text: &[u8]| shown.bytes.windows(text.len()).any(|window| window == text);
    assert!(!holds(b"Exif") && !holds(b"2026:11:20"));
    let picture = image::load_from_memory(&shown.bytes).unwrap();
    assert_eq!(picture.dimensions(), (800, 1600));
    let (top, bottom) = (picture.get_pixel(400, 200), picture.get_pixel(400, 1400));
    assert!(top[0] > 150 && top[2] < 60, "the left side is up now: {top:?}");
    assert!(bottom[2] > 150 && bottom[0] < 60, "{bottom:?}");
    let small = image::load_from_memory(&app.get(&small).await.expect(200).bytes).unwrap();
    assert_eq!(small.dimensions(), (160, 320));
}

#[actix_web::test]
async fn png_and_webp_become_jpeg_and_small_ones_are_not_blown_up() {
    let app = App::start().await;
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let (full, _) = attach(&app, &upload(&app, encoded(format)).await.expect(201)).await;
        let shown = app.get(&full).await.expect(200);
        assert_eq!(image::guess_format(&shown.bytes).unwrap(), ImageFormat::Jpeg);
        assert_eq!(image::load_from_memory(&shown.bytes).unwrap().dimensions(), (60, 40));
    }
}

#[actix_web::test]
async fn what_is_no_photo_is_refused_with_a_reason() {
    let app = App::start().await;
    let heic = [&[0, 0, 0, 24][..], b"ftypheic", &[0; 100]].concat();
    let problem = upload(&app, heic).await.problem(415, "photo_heic");
    assert!(problem["detail"].as_str().unwrap().contains("兼容性最佳"));
    upload(&app, b"<html><script>alert(1)</script>".to_vec())
        .await
        .problem(415, "photo_format");
    upload(&app, Vec::new()).await.problem(415, "photo_format");
    let whole = jpeg(300, 200);
    upload(&app, whole[..whole.len() * 2 / 3].to_vec())
        .await
        .problem(422, "photo_incomplete");
    let png = encoded(ImageFormat::Png);
    upload(&app, png[..png.len() / 2].to_vec())
        .await
        .problem(422, "photo_incomplete");
    upload(&app, [&whole[..2], &[0xff, 0xd9]].concat())
        .await
        .problem(422, "photo_unreadable");
    upload(&app, vec![0; 15 * 1024 * 1024 + 1])
        .await
        .problem(413, "payload_too_large");
    let form = multipart::Form::new().text("other", "nothing");
    let answer = send(app.request(Method::POST, "/api/v1/photos").multipart(form)).await;
    assert_eq!(answer.problem(422, "invalid_fields")["errors"][0]["pointer"], "/file");
    app.post("/api/v1/photos", &json!({}))
        .await
        .problem(400, "malformed_request");
}

#[actix_web::test]
async fn bombs_are_seen_by_their_head_and_cost_nothing() {
    let app = App::start().await;
    let (started, worked) = (Instant::now(), processor_time());
    for bomb in [
        png_claiming(60_000, 8, 2),
        png_claiming(8193, 8, 0),
        png_claiming(8000, 16, 6),
    ] {
        upload(&app, bomb).await.problem(422, "photo_too_many_pixels");
    }
    // The shorter of both: a busy machine makes it wait, and other threads of the test work meanwhile.
    let cost = started.elapsed().min(processor_time() - worked);
    assert!(cost < Duration::from_secs(2), "{cost:?}");
}

/// What this process has cost so far.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The name in brackets may hold spaces; of what follows the 12th and 13th count, in hundredths of a second.
    let (_, rest) = stat.rsplit_once(')').unwrap();
    let ticks: u64 = rest
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}

#[actix_web::test]
async fn a_link_opens_one_photo_for_some_minutes() {
    let app = App::start().await;
    let (one, small) = attach(&app, &upload(&app, jpeg(50, 40)).await.expect(201)).await;
    let (other, _) = attach(&app, &upload(&app, jpeg(40, 50)).await.expect(201)).await;
    let query = |path: &str| path.split_once('?').unwrap().1.to_owned();
    let path = |path: &str| path.split_once('?').unwrap().0.to_owned();
    app.get(&format!("{}?{}", path(&other), query(&one)))
        .await
        .problem(403, "link_invalid");
    app.get(&format!("{}?{}", path(&small), query(&one)))
        .await
        .problem(403, "link_invalid");
    app.get(&one.replace("expires=1", "expires=2"))
        .await
        .problem(403, "link_invalid");
    app.get(&path(&one)).await.problem(400, "malformed_request");
    app.advance(TimeDelta::minutes(9));
    app.get(&one).await.expect(200);
    app.advance(TimeDelta::minutes(12));
    app.get(&one).await.problem(410, "link_expired");
}
