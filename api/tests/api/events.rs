//! The stream of hints for open pages.

use std::time::Duration;

use minyi_domain::people::Role;
use reqwest::{Method, Response};

use crate::app::{App, PATIENCE};

async fn open(app: &App, token: &str) -> Response {
    let request = app.request(Method::GET, "/api/v1/me/events").bearer_auth(token);
    request.header("accept-encoding", "gzip").send().await.unwrap()
}

/// What comes next on the stream; fails when nothing does. Of a slow machine signs of life come between.
async fn next(stream: &mut Response) -> String {
    let told = async {
        loop {
            let chunk = stream.chunk().await.unwrap().expect("the stream has ended");
            let line = String::from_utf8(chunk.to_vec()).unwrap();
            if !line.starts_with(':') {
                return line;
            }
        }
    };
    tokio::time::timeout(PATIENCE, told).await.expect("nothing comes")
}

/// Fails when more than a sign of life is on the stream.
async fn hears_nothing(stream: &mut Response) {
    let nothing = async {
        loop {
            let chunk = stream.chunk().await;
            if !matches!(&chunk, Ok(Some(chunk)) if chunk.starts_with(b":")) {
                return chunk;
            }
        }
    };
    let nothing = tokio::time::timeout(Duration::from_millis(200), nothing).await;
    assert!(nothing.is_err(), "{nothing:?}");
}

#[actix_web::test]
async fn whoever_must_act_is_told_at_once_and_nobody_else() {
    let mut app = App::start().await;
    let token = app.access_token(&app.deputy.actor).await;
    let stranger = app.city.deputy();
    let other = app.access_token(&stranger.actor).await;
    let (mut mine, mut foreign) = (open(&app, &token).await, open(&app, &other).await);
    for stream in [&mut mine, &mut foreign] {
        assert_eq!(stream.status(), 200);
        assert_eq!(stream.headers()["content-type"], "text/event-stream");
        assert_eq!(stream.headers()["cache-control"], "no-store");
        // Compressed, it would wait for more.
        assert!(
            stream
                .headers()
                .get("content-encoding")
                .is_none_or(|value| value == "identity")
        );
        assert_eq!(next(stream).await, "retry: 5000\n\n");
    }
    app.receipt().await;
    let line = next(&mut mine).await;
    assert!(
        line.starts_with("id: ") && line.contains("event: news\ndata: {\"kind\":\""),
        "{line}"
    );
    hears_nothing(&mut foreign).await;
}

#[actix_web::test]
async fn an_account_keeps_few_streams_open() {
    let app = App::start().await;
    let token = app.access_token(&app.deputy.actor).await;
    let mut streams = Vec::new();
    for _ in 0..40 {
        let mut stream = open(&app, &token).await;
        next(&mut stream).await;
        streams.push(stream);
    }
    let refused = app.get_as(&token, "/api/v1/me/events").await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "5");
}

#[actix_web::test]
async fn whoever_sees_a_place_hears_of_what_comes_there() {
    let mut app = App::start().await;
    let site = app.city.site();
    let station = app.city.staff(app.grid.site_id, Role::StationHead);
    let other = app.city.staff(site, Role::StationHead);
    let mut streams = Vec::new();
    for actor in [&station, &other] {
        let token = app.access_token(actor).await;
        let mut stream = open(&app, &token).await;
        next(&mut stream).await;
        streams.push(stream);
    }
    app.receipt().await;
    let line = next(&mut streams[0]).await;
    assert!(line.contains("data: {\"kind\":\"arrived\"}"), "{line}");
    hears_nothing(&mut streams[1]).await;
}
