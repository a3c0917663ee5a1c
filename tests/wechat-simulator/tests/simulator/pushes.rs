//! What the platform tells the product, read by the product's own parser.

use std::sync::Arc;

use actix_web::{App, HttpServer, web};
use minyi_gateways::wechat::push::{Answer, Event, Push, PushQuery, Pushes, WechatPushConfig};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};
use wechat_simulator::{DEFAULT_APPID, push::Target};

use crate::world::{DEPUTY, ONE_TIME_ID, World, good_message};

const TOKEN: &str = "push-token-for-tests";

type Tell = web::Data<Arc<Mutex<mpsc::UnboundedSender<(PushQuery, Vec<u8>)>>>>;

/// A world that pushes, and what arrives at the product.
struct Listener {
    world: World,
    told: mpsc::UnboundedReceiver<(PushQuery, Vec<u8>)>,
}

async fn take(query: web::Query<PushQuery>, body: web::Bytes, tell: Tell) -> &'static str {
    // Nobody listens any more once the test has seen enough.
    let _ = tell.lock().await.send((query.into_inner(), body.to_vec()));
    "success"
}

fn aes_key() -> String {
    "q".repeat(43)
}

/// The product's parser, with the key or without.
fn gate(with_key: bool) -> Pushes {
    let config = WechatPushConfig {
        wechat_push_token: Some(TOKEN.into()),
        wechat_push_aes_key: with_key.then(|| aes_key().into()),
    };
    Pushes::new(&config, DEFAULT_APPID).unwrap().unwrap()
}

impl Listener {
    async fn start() -> Self {
        let (tell, told) = mpsc::unbounded_channel();
        let tell: Tell = web::Data::new(Arc::new(Mutex::new(tell)));
        let app = move || App::new().app_data(tell.clone()).route("/push", web::post().to(take));
        let server = HttpServer::new(app).workers(1).disable_signals();
        let server = server.bind(("127.0.0.1", 0)).unwrap();
        let target = Target {
            url: format!("http://{}/push", server.addrs()[0]),
            token: TOKEN.to_owned(),
            aes_key: aes_key(),
        };
        tokio::spawn(server.run());
        Self {
            world: World::with(|config| config.push = Some(target)).await,
            told,
        }
    }

    async fn manner(&self, manner: Value) {
        let put = self.world.http.put(self.world.url("/_sim/pushes"));
        let answer = put.json(&json!({"manner": manner})).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }

    async fn answer(&self, body: Value) {
        let path = format!("/_sim/users/{DEPUTY}/subscriptions");
        self.world.post(&path, &body).await;
    }

    async fn next(&mut self, with_key: bool) -> Push {
        let (query, body) = self.told.recv().await.unwrap();
        gate(with_key).open(&query, &body).unwrap()
    }
}

#[actix_web::test]
async fn every_mode_and_format_says_the_same() {
    let mut listener = Listener::start().await;
    let accepted = Event::Permissions(vec![(ONE_TIME_ID.to_owned(), Answer::Accept)]);
    for mode in ["plain", "compatible", "encrypted"] {
        for format in ["json", "xml"] {
            listener.manner(json!({"mode": mode, "format": format})).await;
            listener
                .answer(json!({"template_id": ONE_TIME_ID, "accept": true}))
                .await;
            let (query, body) = listener.told.recv().await.unwrap();
            for with_key in [false, true] {
                let opened = gate(with_key).open(&query, &body);
                // Who has agreed on a key believes nothing plain, and who has none cannot read what is sealed.
                let may = match mode {
                    "plain" => !with_key,
                    "encrypted" => with_key,
                    _ => true,
                };
                assert_eq!(opened.is_ok(), may, "{mode} {format} {with_key}");
                if let Ok(push) = opened {
                    assert_eq!((push.openid.as_str(), &push.event), (DEPUTY, &accepted));
                }
            }
        }
    }
}

#[actix_web::test]
async fn a_repetition_is_written_anew_and_has_the_same_key() {
    let mut listener = Listener::start().await;
    for (mode, with_key) in [
        ("plain", false),
        ("compatible", false),
        ("compatible", true),
        ("encrypted", true),
    ] {
        listener.manner(json!({"mode": mode, "duplicates": 1.0})).await;
        listener
            .answer(json!({"template_id": ONE_TIME_ID, "accept": true}))
            .await;
        let (first, second) = (listener.next(with_key).await, listener.next(with_key).await);
        assert_eq!(first, second, "{mode}");
    }
}

#[actix_web::test]
async fn the_next_one_overtakes() {
    let mut listener = Listener::start().await;
    listener.manner(json!({"disorder": 1.0})).await;
    listener
        .answer(json!({"template_id": ONE_TIME_ID, "accept": true}))
        .await;
    listener.manner(json!({})).await;
    listener
        .answer(json!({"template_id": ONE_TIME_ID, "reject": true}))
        .await;
    let kinds = [listener.next(true).await.kind, listener.next(true).await.kind];
    assert_eq!(kinds, ["subscribe_msg_change_event", "subscribe_msg_popup_event"]);
}

#[actix_web::test]
async fn each_message_has_its_result_and_some_are_lost_after_the_yes() {
    let mut listener = Listener::start().await;
    listener.manner(json!({"mode": "plain"})).await;
    let sent = listener.world.send(&good_message()).await;
    let result = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap()["List"].clone();
    let (query, body) = listener.told.recv().await.unwrap();
    assert_eq!(
        gate(false).open(&query, &body).unwrap().kind,
        "subscribe_msg_sent_event"
    );
    let entry = result(&body);
    assert_eq!(entry["MsgID"], sent["msgid"].to_string());
    assert_eq!(
        (&entry["ErrorCode"], &entry["ErrorStatus"]),
        (&json!("0"), &json!("success"))
    );

    listener.manner(json!({"mode": "plain", "late_failure": 1})).await;
    let lost = listener.world.send(&good_message()).await;
    assert_eq!(lost["errcode"], 0);
    let entry = result(&listener.told.recv().await.unwrap().1);
    assert_eq!(entry["MsgID"], lost["msgid"].to_string());
    assert_eq!(
        (&entry["ErrorCode"], &entry["ErrorStatus"]),
        (&json!("1"), &json!("failed"))
    );
    assert_eq!(listener.world.messages(DEPUTY).await.len(), 1);
    assert_eq!(listener.world.get("/_sim/counts").await["messages"], 1);
}
