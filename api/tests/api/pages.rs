//! The pages as a browser without a script meets them.

use std::{fs, path::PathBuf};

use minyi_store::fixtures::openid_of;
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use uuid::Uuid;

use crate::{
    app::{Answer, App, send},
    pictures::jpeg,
};

/// A built web client in miniature.
pub struct WebDir(PathBuf);

impl WebDir {
    pub fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("minyi-pages-test-{}", Uuid::new_v4()));
        let dist = folder.join("resident/dist");
        fs::create_dir_all(&dist).unwrap();
        let names = ["resident.css", "resident.js", "desk.css", "desk.js", "icon.svg"];
        for name in names {
            fs::write(dist.join(name), name).unwrap();
            fs::write(dist.join(format!("{name}.gz")), "compressed").unwrap();
        }
        let manifest: serde_json::Map<_, _> = names.iter().map(|name| ((*name).to_owned(), (*name).into())).collect();
        fs::write(
            dist.join("manifest.json"),
            serde_json::Value::from(manifest).to_string(),
        )
        .unwrap();
        Self(folder)
    }

    pub async fn app(&self) -> App {
        App::with(&["--web-dir", self.0.to_str().unwrap()]).await
    }
}

impl Drop for WebDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn submit(app: &App, fields: &[(&'static str, &'static str)]) -> Answer {
    let form = fields
        .iter()
        .fold(Form::new(), |form, (name, value)| form.text(*name, *value));
    let path = format!("/c/{}", app.grid.token.as_str());
    send(app.request(Method::POST, &path).multipart(form)).await
}

/// The value of the first hidden field of this name.
pub fn value_of(page: &str, name: &str) -> String {
    let after = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

/// The cookie of a person who enters the desk from WeChat.
pub async fn sign_in_to_desk(app: &App, actor: &minyi_domain::people::Actor) -> String {
    let js_code = app.js_code(&openid_of(actor)).await;
    let form = [("js_code", js_code.as_str()), ("page", "pages/case/index")];
    let request = app.request(Method::POST, "/deputy/open");
    let opened = send(request.header("sec-fetch-site", "same-origin").form(&form))
        .await
        .expect(303);
    opened.header("set-cookie").split(';').next().unwrap().to_owned()
}

const TEXT: &str = "门口的路灯坏了半个多月，老人晚上出门看不清。";

#[actix_web::test]
async fn a_form_is_sent_without_a_script_and_twice_is_once() {
    let web = WebDir::new();
    let app = web.app().await;
    let page = app.get(&format!("/c/{}", app.grid.token.as_str())).await.expect(200);
    assert!(page.text().contains("5 个工作日内答复"), "{}", page.text());
    let fields = [
        ("kind", "problem"),
        ("text", TEXT),
        ("address", "东门"),
        ("idempotency_key", "a-key-of-the-form"),
    ];
    let first = submit(&app, &fields).await.expect(303);
    let again = submit(&app, &fields).await.expect(303);
    assert_eq!(first.header("location"), again.header("location"));
    let receipt = app.get(first.header("location")).await.expect(200);
    assert_eq!(receipt.header("cache-control"), "no-store");
    assert!(
        receipt.text().contains(TEXT) && receipt.text().contains("提交成功"),
        "{}",
        receipt.text()
    );
}

#[actix_web::test]
async fn a_form_with_photos_sent_twice_is_once() {
    let web = WebDir::new();
    let app = web.app().await;
    let path = format!("/c/{}", app.grid.token);
    let page = app.get(&path).await.expect(200).text();
    let key = value_of(&page, "idempotency_key");
    let send_form = |text: &'static str| {
        let photo = |width| Part::bytes(jpeg(width, 20)).file_name("lamp.jpg");
        let form = Form::new()
            .text("idempotency_key", key.clone())
            .text("kind", "problem")
            .text("text", text)
            .part("photos", photo(30))
            .part("photos", photo(40))
            // The same one chosen twice.
            .part("photos", photo(30));
        send(app.request(Method::POST, &path).multipart(form))
    };
    let first = send_form(TEXT).await.expect(303);
    let again = send_form(TEXT).await.expect(303);
    assert_eq!(first.header("location"), again.header("location"));
    let receipt = app.get(first.header("location")).await.expect(200).text();
    assert_eq!(receipt.matches("/thumbnail.jpg").count(), 2, "{receipt}");
    // Another text is another matter: it gets a key of its own, and no photos that belong to the first.
    let other = send_form("桥头的护栏也松了，请来看看。").await.expect(422).text();
    assert_ne!(value_of(&other, "idempotency_key"), key);
    assert!(!other.contains("name=\"photo_ids\""), "{other}");
}

#[actix_web::test]
async fn what_was_typed_survives_a_mistake() {
    let web = WebDir::new();
    let app = web.app().await;
    let fields = [
        ("kind", "thanks"),
        ("text", TEXT),
        ("name", "王阿姨"),
        ("phone", "123"),
        ("address", "东门"),
    ];
    let page = submit(&app, &fields).await.expect(422).text();
    for kept in [
        TEXT,
        "王阿姨",
        "value=\"123\"",
        "东门",
        "value=\"thanks\" required checked",
        "href=\"#phone\"",
    ] {
        assert!(page.contains(kept), "{kept} is missing in {page}");
    }
    let page = submit(&app, &[("text", "<b>好")]).await.expect(422).text();
    assert!(page.contains("请选一种") && page.contains("&#60;b&#62;好"), "{page}");
}

#[actix_web::test]
async fn a_form_of_another_site_is_refused() {
    let web = WebDir::new();
    let app = web.app().await;
    let path = format!("/c/{}", app.grid.token.as_str());
    let form = Form::new().text("kind", "problem").text("text", TEXT);
    let request = app
        .request(Method::POST, &path)
        .header("sec-fetch-site", "cross-site")
        .multipart(form);
    assert!(send(request).await.expect(403).text().contains("页面已经失效"));
}

#[actix_web::test]
async fn a_mistyped_code_is_told_on_the_page_where_it_is_typed() {
    let web = WebDir::new();
    let app = web.app().await;
    let page = app.get("/c?code=ACDE-3467-KMN0").await.expect(400).text();
    assert!(
        page.contains("第 12 个字符不对") && page.contains("ACDE-3467-KMN0"),
        "{page}"
    );
    let typed = format!("/c?code={}", app.grid.token.grouped().to_lowercase());
    assert_eq!(
        app.get(&typed).await.expect(303).header("location"),
        format!("/c/{}", app.grid.token)
    );
}

#[actix_web::test]
async fn the_large_mode_lasts_and_leads_back_only_into_this_site() {
    let web = WebDir::new();
    let app = web.app().await;
    let switched = app.get("/elder?on=1&back=/privacy").await.expect(303);
    assert_eq!(switched.header("location"), "/privacy");
    let cookie = switched.header("set-cookie").split(';').next().unwrap().to_owned();
    let page = send(app.request(Method::GET, "/privacy").header("cookie", cookie))
        .await
        .expect(200)
        .text();
    assert!(page.contains("class=\"elder\""), "{page}");
    assert_eq!(
        app.get("/elder?on=1&back=//evil.example")
            .await
            .expect(303)
            .header("location"),
        "/c"
    );
}

#[actix_web::test]
async fn a_deputy_opens_the_message_and_answers_in_the_browser() {
    let web = WebDir::new();
    let app = web.app().await;
    let receipt = app.receipt().await;
    let id = app.only_submission(&app.access_token(&app.deputy.actor).await).await;
    let path = format!("/desk/submissions/{id}");
    assert_eq!(
        app.get(&path).await.expect(303).header("location"),
        format!("/desk/login?next={path}")
    );
    let js_code = app.js_code(&openid_of(&app.deputy.actor)).await;
    let case = format!("pages/case/index?id={id}");
    let message = format!("/deputy/open?js_code={js_code}&page={}", case.replace('?', "%3F"));
    let came_from = |site: &'static str| send(app.request(Method::GET, &message).header("sec-fetch-site", site));
    // The page of another site may lead here, but goes no further without a tap.
    assert!(
        !came_from("cross-site")
            .await
            .expect(200)
            .text()
            .contains("data-by-itself")
    );
    let door = came_from("none").await.expect(200);
    assert!(door.text().contains("data-by-itself") && door.header("set-cookie").is_empty());
    assert!(
        door.text().contains(&js_code) && door.text().contains(&case),
        "{}",
        door.text()
    );
    let enter = |site: &'static str| {
        let form = [("js_code", js_code.as_str()), ("page", case.as_str())];
        let request = app.request(Method::POST, "/deputy/open").header("sec-fetch-site", site);
        send(request.form(&form))
    };
    enter("cross-site").await.expect(403);
    let opened = enter("same-origin").await.expect(303);
    assert_eq!(opened.header("location"), path);
    let cookie = opened.header("set-cookie").split(';').next().unwrap().to_owned();
    let page = send(app.request(Method::GET, &path).header("cookie", &cookie))
        .await
        .expect(200)
        .text();
    let csrf = value_of(&page, "csrf");
    let key = value_of(&page, "idempotency_key");
    let answer = |csrf: String| {
        let photo = Part::bytes(jpeg(30, 20)).file_name("lamp.jpg");
        let form = Form::new()
            .text("csrf", csrf)
            .text("idempotency_key", key.clone())
            .text("text", "路灯今天已经修好了。")
            .part("photos", photo);
        send(
            app.request(Method::POST, &format!("{path}/answers"))
                .header("cookie", &cookie)
                .multipart(form),
        )
    };
    answer("wrong".to_owned()).await.expect(403);
    answer(csrf.clone()).await.expect(303);
    // Tapped twice.
    answer(csrf).await.expect(303);
    let page = app.get(&format!("/r/{receipt}")).await.expect(200).text();
    assert_eq!(page.matches("路灯今天已经修好了。").count(), 1, "{page}");
    assert!(
        page.contains("路灯今天已经修好了。") && page.contains("请您评一评"),
        "{page}"
    );
    let rating = [("solved", "true"), ("satisfaction", "satisfied")];
    let rated = send(app.request(Method::POST, &format!("/r/{receipt}/rating")).form(&rating))
        .await
        .expect(303);
    assert!(
        app.get(rated.header("location"))
            .await
            .expect(200)
            .text()
            .contains("评价已收到")
    );
}

#[actix_web::test]
async fn assets_are_compressed_and_kept_for_good() {
    let web = WebDir::new();
    let app = web.app().await;
    let request = app
        .request(Method::GET, "/assets/resident.css")
        .header("accept-encoding", "gzip");
    let asset = send(request).await.expect(200);
    assert_eq!(
        (asset.header("content-encoding"), asset.text().as_str()),
        ("gzip", "compressed")
    );
    assert!(asset.header("cache-control").contains("immutable"));
    assert_eq!(app.get("/assets/resident.css").await.expect(200).text(), "resident.css");
    app.get("/assets/manifest.json").await.expect(404);
    app.get("/assets/..%2f..%2fmanifest.json").await.expect(404);
}

#[actix_web::test]
async fn a_mistyped_address_is_explained_to_people_and_told_to_programs() {
    let web = WebDir::new();
    let app = web.app().await;
    let page = app.get("/nope").await.expect(404);
    assert!(page.header("content-type").starts_with("text/html"), "{}", page.text());
    assert!(page.text().contains("没有这个地址"), "{}", page.text());
    app.get("/api/v1/nope").await.problem(404, "not_found");
}
