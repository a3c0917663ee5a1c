use minyi_domain::{people::Role, token::CodeToken};
use minyi_store::{CodeFilter, CodeState, Directory, NewCode, new_id};
use reqwest::Method;

use crate::app::{App, PUBLIC_URL, noon, send};

/// Another code of the app's grid.
fn hang(app: &App, token: &str, state: CodeState, successor: Option<uuid::Uuid>) -> uuid::Uuid {
    let id = new_id(noon());
    let code = NewCode {
        id,
        token: CodeToken::parse(token).unwrap(),
        grid_id: app.grid.id,
        state,
        successor_id: successor,
        created_at: noon(),
    };
    app.store
        .import_directory(&Directory {
            codes: vec![code],
            ..Directory::default()
        })
        .unwrap();
    id
}

/// A well-formed token that hangs nowhere.
pub fn unknown_token(seed: u64) -> String {
    use rand::SeedableRng as _;
    CodeToken::random(&mut rand::rngs::StdRng::seed_from_u64(seed)).to_string()
}

#[actix_web::test]
async fn a_code_says_whose_it_is_however_it_is_typed() {
    let app = App::start().await;
    let typed = app.grid.token.grouped().to_lowercase();
    let code = app.get(&format!("/api/v1/codes/{typed}")).await.expect(200).json();
    assert_eq!(code["token"], app.grid.token.as_str());
    assert_eq!(code["state"], "active");
    assert_eq!(code["deputies"][0]["lead"], true);
    assert_eq!(code["answer_within"]["text"], "5个工作日");
    assert_eq!(code["page_url"], format!("{PUBLIC_URL}/c/{}", app.grid.token));
    assert!(code["notice"].is_null());
}

#[actix_web::test]
async fn a_mistyped_code_is_told_before_anybody_is_asked() {
    let app = App::start().await;
    app.get("/api/v1/codes/ACDE").await.problem(400, "code_mistyped");
    let impossible = app
        .get("/api/v1/codes/ACDE3467KMN0")
        .await
        .problem(400, "code_mistyped");
    assert!(
        impossible["detail"].as_str().unwrap().contains("第 12 个字符"),
        "{impossible}"
    );
    app.get(&format!("/api/v1/codes/{}", unknown_token(1)))
        .await
        .problem(404, "code_unknown");
}

#[actix_web::test]
async fn codes_out_of_use_say_what_to_do() {
    let app = App::start().await;
    let (suspended, retired, replaced) = (unknown_token(1), unknown_token(2), unknown_token(3));
    hang(&app, &suspended, CodeState::Suspended, None);
    hang(&app, &retired, CodeState::Retired, None);
    hang(&app, &replaced, CodeState::Replaced, Some(app.grid.code_id));
    let app = &app;
    let code = async |token: &str| app.get(&format!("/api/v1/codes/{token}")).await.expect(200).json();
    assert!(code(&suspended).await["notice"].as_str().unwrap().contains("过些时候"));
    assert!(code(&retired).await["notice"].as_str().unwrap().contains("附近"));
    assert_eq!(code(&replaced).await["successor"], app.grid.token.as_str());
    app.submit_to(&suspended, "suspended-1", &crate::app::lamp())
        .await
        .problem(409, "code_suspended");
    app.submit_to(&retired, "retired-1", &crate::app::lamp())
        .await
        .problem(410, "code_retired");
    app.submit_to(&replaced, "replaced-1", &crate::app::lamp())
        .await
        .expect(201);
    app.get(&format!("/api/v1/codes/{retired}/image.svg"))
        .await
        .problem(410, "code_retired");
}

#[actix_web::test]
async fn the_picture_is_an_svg_or_a_png_that_a_browser_keeps() {
    let app = App::start().await;
    let path = format!("/api/v1/codes/{}/image", app.grid.token);
    let svg = app.get(&format!("{path}.svg?size=300&level=Q")).await.expect(200);
    assert_eq!(svg.header("content-type"), "image/svg+xml");
    assert!(svg.text().starts_with("<svg width=\"300\""), "{}", svg.text());
    let etag = svg.header("etag").to_owned();
    let again = app
        .request(Method::GET, &format!("{path}.svg?size=300&level=Q"))
        .header("if-none-match", &etag);
    assert!(send(again).await.expect(304).bytes.is_empty());
    let png = app.get(&format!("{path}.png?size=400&logo=true")).await.expect(200);
    assert_eq!(png.header("content-type"), "image/png");
    let pixels = image::load_from_memory(&png.bytes).unwrap();
    assert!((300..=400).contains(&pixels.width()), "{}", pixels.width());
}

#[actix_web::test]
async fn pictures_that_nobody_could_read_are_refused() {
    let app = App::start().await;
    let path = format!("/api/v1/codes/{}/image", app.grid.token);
    for (query, status, code) in [
        ("size=20", 422, "code_image_refused"),
        ("size=2049", 422, "code_image_refused"),
        ("level=L&logo=true", 422, "code_image_refused"),
        ("quiet_zone=200", 422, "code_image_refused"),
        ("level=Z", 400, "malformed_request"),
    ] {
        app.get(&format!("{path}.png?{query}")).await.problem(status, code);
    }
}

#[actix_web::test]
async fn posters_are_for_everybody_and_a_stations_only_for_its_people() {
    let mut app = App::start().await;
    let poster = app
        .get(&format!(
            "/api/v1/codes/{}/poster.pdf?format=a5&crop_marks=true",
            app.grid.token
        ))
        .await;
    assert_eq!(poster.header("content-type"), "application/pdf");
    assert!(poster.expect(200).bytes.starts_with(b"%PDF-"));
    let path = format!("/api/v1/sites/{}/posters.pdf?format=labels", app.grid.site_id);
    app.get(&path).await.problem(401, "not_signed_in");
    let head = app.city.staff(app.grid.site_id, Role::StationHead);
    let elsewhere = app.city.site();
    let stranger = app.city.staff(elsewhere, Role::StationHead);
    let (head, stranger) = (app.access_token(&head).await, app.access_token(&stranger).await);
    assert!(app.get_as(&head, &path).await.expect(200).bytes.starts_with(b"%PDF-"));
    app.get_as(&stranger, &path).await.problem(404, "site_unknown");
}

#[actix_web::test]
async fn what_does_not_fit_is_told_in_chinese() {
    let long = format!("http://{}.example.test", "a".repeat(60));
    let app = App::with(&["--public-url", &long]).await;
    let path = format!("/api/v1/codes/{}", app.grid.token);
    let logo = app.get(&format!("{path}/image.svg?logo=true")).await;
    let problem = logo.problem(422, "code_image_refused");
    assert!(problem["detail"].as_str().unwrap().contains("网址太长"), "{problem}");
    app.sql(&format!("UPDATE grids SET place = '{}'", "很长的地名".repeat(60)));
    let poster = app.get(&format!("{path}/poster.pdf")).await;
    let problem = poster.problem(422, "code_image_refused");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.starts_with("地点太长"), "{detail}");
}

/// Scans of the app's own code.
pub fn scans(app: &App) -> i64 {
    let scope = minyi_domain::people::Scope::Site(app.grid.site_id);
    let codes = app
        .store
        .codes_in(&scope, &CodeFilter::default(), noon().date_naive(), None, 9)
        .unwrap();
    codes.items[0].scans_30_days
}

#[actix_web::test]
async fn a_scan_is_counted_and_a_look_at_the_head_is_none() {
    let app = App::start().await;
    let path = format!("/api/v1/codes/{}", app.grid.token);
    app.get(&path).await.expect(200);
    send(app.request(Method::HEAD, &path)).await.expect(200);
    assert_eq!(scans(&app), 1);
}

#[actix_web::test]
async fn a_scan_that_cannot_be_counted_keeps_nobody_out() {
    let app = App::start().await;
    app.sql("ALTER TABLE code_scans RENAME TO code_scans_away");
    app.get(&format!("/api/v1/codes/{}", app.grid.token)).await.expect(200);
}
