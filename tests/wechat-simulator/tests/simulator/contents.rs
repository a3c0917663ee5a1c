use std::sync::Arc;

use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};
use wechat_simulator::{DEFAULT_APPID, DEFAULT_SECRET, push::Target};

use crate::world::{DEPUTY, World};

async fn visit(world: &World) {
    let minted = world.post(&format!("/_sim/users/{DEPUTY}/js_code"), &json!({})).await;
    let code = minted["js_code"].as_str().unwrap();
    let query = format!("appid={DEFAULT_APPID}&secret={DEFAULT_SECRET}&js_code={code}&grant_type=authorization_code");
    assert_eq!(
        world.get(&format!("/sns/jscode2session?{query}")).await["openid"],
        DEPUTY
    );
}

async fn check(world: &World, path: &str, body: &Value) -> Value {
    let (token, _) = world.stable(false).await;
    world.post(&format!("{path}?access_token={token}"), body).await
}

fn text(content: &str) -> Value {
    json!({"version": 2, "scene": 3, "openid": DEPUTY, "content": content})
}

async fn limits(world: &World, limits: &Value) {
    let answer = world
        .http
        .put(world.url("/_sim/limits"))
        .json(limits)
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success());
}

#[tokio::test]
async fn a_text_is_judged_for_two_hours_after_a_visit() {
    const PATH: &str = "/wxa/msg_sec_check";
    let world = World::start().await;
    assert_eq!(check(&world, PATH, &text("路灯坏了")).await["errcode"], 61010);
    visit(&world).await;
    let answer = check(&world, PATH, &text("路灯坏了")).await;
    assert_eq!(answer["result"], json!({"suggest": "pass", "label": 100}));
    limits(&world, &json!({"risky_words": ["游行"]})).await;
    let answer = check(&world, PATH, &text("周六游行")).await;
    assert_eq!(answer["result"], json!({"suggest": "risky", "label": 20001}));
    world.clock.advance(7199);
    assert_eq!(check(&world, PATH, &text("路灯坏了")).await["errcode"], 0);
    world.clock.advance(1);
    assert_eq!(check(&world, PATH, &text("路灯坏了")).await["errcode"], 61010);
}

#[tokio::test]
async fn a_wrong_question_has_its_number() {
    const PATH: &str = "/wxa/msg_sec_check";
    let world = World::start().await;
    visit(&world).await;
    for (change, errcode) in [
        (json!({"openid": "o-of-another-account"}), 43104),
        (json!({"openid": ""}), 40003),
        (json!({"scene": 9}), 40129),
        (json!({"version": 1}), 47001),
        (json!({"content": ""}), 44002),
        (json!({"content": "长".repeat(2501)}), 44991),
    ] {
        let mut body = text("路灯坏了");
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        assert_eq!(check(&world, PATH, &body).await["errcode"], errcode, "{change}");
    }
    let untrusted = world.post(PATH, &text("路灯坏了")).await;
    assert_eq!(untrusted["errcode"], 41001);
}

/// Somebody who has photos, and who is told by the platform.
async fn product() -> (String, mpsc::UnboundedReceiver<Value>) {
    let (tell, told) = mpsc::unbounded_channel();
    let tell = web::Data::new(Arc::new(Mutex::new(tell)));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(tell.clone())
            .route(
                "/photo.jpg",
                web::get().to(|| async { HttpResponse::Ok().body("jpeg") }),
            )
            .route("/push", web::post().to(take))
    })
    .workers(1)
    .disable_signals()
    .bind(("127.0.0.1", 0))
    .unwrap();
    let address = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    (address, told)
}

type Tell = web::Data<Arc<Mutex<mpsc::UnboundedSender<Value>>>>;

async fn take(body: web::Json<Value>, tell: Tell) -> &'static str {
    tell.lock().await.send(body.into_inner()).unwrap();
    "success"
}

#[actix_web::test]
async fn a_photo_is_fetched_and_its_result_told_later() {
    let (product, mut told) = product().await;
    let target = Target {
        url: format!("{product}/push"),
        token: "t".to_owned(),
        aes_key: "q".repeat(43),
    };
    let world = World::with(|config| config.push = Some(target)).await;
    visit(&world).await;
    let photo = |path: &str| json!({"version": 2, "scene": 3, "openid": DEPUTY, "media_type": 2, "media_url": format!("{product}{path}")});
    let asked = check(&world, "/wxa/media_check_async", &photo("/photo.jpg")).await;
    assert_eq!(asked["errcode"], 0);
    assert_eq!(asked["trace_id"].as_str().unwrap().len(), 26);
    // What it says is sealed: that it comes at all is what can be seen here.
    assert!(told.recv().await.unwrap()["Encrypt"].is_string());
    check(&world, "/wxa/media_check_async", &photo("/nothing.jpg")).await;
    assert!(told.recv().await.unwrap()["Encrypt"].is_string());
    let wrong = check(
        &world,
        "/wxa/media_check_async",
        &json!({"version": 2, "scene": 3, "openid": DEPUTY}),
    )
    .await;
    assert_eq!(wrong["errcode"], 47001);
}

#[tokio::test]
async fn a_minute_and_a_day_have_so_many_checks_and_a_photo_one() {
    const TEXT: &str = "/wxa/msg_sec_check";
    const PHOTO: &str = "/wxa/media_check_async";
    let world = World::start().await;
    visit(&world).await;
    limits(&world, &json!({"text_checks_a_minute": 1, "photo_checks_a_minute": 1})).await;
    let photo = |name: &str| json!({"version": 2, "scene": 3, "openid": DEPUTY, "media_type": 2, "media_url": format!("http://127.0.0.1:1/{name}")});
    assert_eq!(check(&world, TEXT, &text("一")).await["errcode"], 0);
    assert_eq!(check(&world, TEXT, &text("二")).await["errcode"], 45009);
    assert_eq!(check(&world, PHOTO, &photo("1")).await["errcode"], 0);
    assert_eq!(check(&world, PHOTO, &photo("1")).await["errcode"], 87020);
    assert_eq!(check(&world, PHOTO, &photo("2")).await["errcode"], 45009);
    world.clock.advance(60);
    assert_eq!(check(&world, TEXT, &text("二")).await["errcode"], 0);
    assert_eq!(check(&world, PHOTO, &photo("2")).await["errcode"], 0);
    limits(&world, &json!({"text_checks_a_day": 2, "photo_checks_a_day": 2})).await;
    assert_eq!(check(&world, TEXT, &text("三")).await["errcode"], 45009);
    assert_eq!(check(&world, PHOTO, &photo("3")).await["errcode"], 45009);
}
