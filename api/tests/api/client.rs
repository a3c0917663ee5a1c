//! The deputies' client as a browser is handed it.

use std::{fs, path::PathBuf};

use reqwest::Method;
use uuid::Uuid;

use crate::app::{Answer, App, send};

/// A directory of web clients, with a build of the deputies' client in miniature beside a file that nobody may read.
struct WebDir(PathBuf);

impl WebDir {
    fn empty() -> Self {
        let folder = std::env::temp_dir().join(format!("minyi-client-test-{}", Uuid::new_v4()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn built() -> Self {
        let folder = Self::empty();
        let build = folder.0.join("deputy/dist/build/h5");
        fs::create_dir_all(build.join("assets")).unwrap();
        let page = "<!DOCTYPE html><title>代表</title><script src=\"/x.js\"></script><script>a()</script>";
        fs::write(build.join("index.html"), page).unwrap();
        fs::write(build.join("index.html.gz"), "with gzip").unwrap();
        fs::write(build.join("index.html.br"), "with brotli").unwrap();
        fs::write(build.join("assets/index-AB12.js"), "plain").unwrap();
        fs::write(build.join("assets/index-AB12.js.gz"), "compressed").unwrap();
        fs::write(folder.0.join("deputy/dist/build/secret.json"), "{}").unwrap();
        folder
    }

    async fn app(&self) -> App {
        App::with(&["--web-dir", self.0.to_str().unwrap()]).await
    }
}

impl Drop for WebDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

async fn with_header(app: &App, path: &str, header: (&'static str, &str)) -> Answer {
    send(app.request(Method::GET, path).header(header.0, header.1)).await
}

#[actix_web::test]
async fn the_first_page_is_asked_for_again_and_hashed_files_are_kept() {
    let web = WebDir::built();
    let app = web.app().await;
    assert_eq!(app.get("/deputy").await.expect(307).header("location"), "/deputy/");

    let index = app.get("/deputy/").await.expect(200);
    assert!(index.text().contains("<title>代表</title>"));
    assert_eq!(index.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(index.header("cache-control"), "no-cache");
    let policy = index.header("content-security-policy");
    // The digest of `a()`, and of nothing else: printf 'a()' | openssl dgst -sha256 -binary | base64
    let scripts = "; script-src 'self' 'sha256-qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4='";
    assert!(
        policy.starts_with("default-src 'self';") && policy.ends_with(scripts),
        "{policy}"
    );
    let tag = index.header("etag").to_owned();
    let again = with_header(&app, "/deputy/", ("if-none-match", &tag)).await.expect(304);
    assert!(again.bytes.is_empty());
    with_header(&app, "/deputy/", ("if-none-match", "W/\"old\""))
        .await
        .expect(200);

    let script = app.get("/deputy/assets/index-AB12.js").await.expect(200);
    assert_eq!(script.text(), "plain");
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
    for (path, coding, body) in [
        ("assets/index-AB12.js", "gzip", "compressed"),
        ("", "br", "with brotli"),
    ] {
        let packed = with_header(&app, &format!("/deputy/{path}"), ("accept-encoding", "gzip;q=0.9, br")).await;
        assert_eq!(
            (packed.header("content-encoding"), packed.text().as_str()),
            (coding, body)
        );
    }
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
}

#[actix_web::test]
async fn nothing_but_the_build_is_served() {
    let web = WebDir::built();
    let app = web.app().await;
    let paths = [
        "..%2fsecret.json",
        "%2e%2e%5csecret.json",
        "assets/..%2f..%2fsecret.json",
        "%2fetc%2fpasswd",
    ];
    for path in paths
        .into_iter()
        .chain(["assets/index-AB12.js.gz", "assets", "missing.js"])
    {
        app.get(&format!("/deputy/{path}")).await.expect(404);
    }
}

#[actix_web::test]
async fn the_build_for_the_simulator_may_talk_to_it() {
    let web = WebDir::built();
    fs::write(web.0.join("deputy/dist/build/h5/simulator.txt"), "").unwrap();
    let app = web.app().await;
    let index = app.get("/deputy/").await.expect(200);
    let policy = index.header("content-security-policy");
    assert!(policy.contains("connect-src 'self' http://127.0.0.1:*"), "{policy}");
}

#[actix_web::test]
async fn without_a_build_it_is_said_how_to_make_one() {
    let web = WebDir::empty();
    let app = web.app().await;
    let answer = app.get("/deputy/").await.expect(404);
    assert!(answer.text().contains("npm run build:h5"), "{}", answer.text());
}
