use serde_json::json;

use crate::world::{DEPUTY, World, good_message, message_with};

async fn opened(world: &World, page: &str) -> String {
    let url = world.url(&format!("/_sim/users/{DEPUTY}/open?page={page}"));
    let answer = world.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let location = answer.headers().get("location").unwrap();
    location.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_page_lists_everybody() {
    let world = World::start().await;
    world.send(&good_message()).await;
    let page = world.page("/").await;
    assert!(page.contains(&format!("href=\"/phone/{DEPUTY}\"")));
    assert!(page.contains("代表甲") && page.contains("代表乙"));
    assert!(page.contains("1 条通知"));
}

#[tokio::test]
async fn the_phone_shows_cards_that_open_the_product_and_escapes_their_text() {
    let world = World::start().await;
    let answer = world
        .send(&message_with("/data/thing3/value", json!("<b>灯</b>坏了")))
        .await;
    let page = world.page(&format!("/phone/{DEPUTY}")).await;
    assert!(page.contains("新民意待答复提醒"));
    assert!(page.contains("&#60;b&#62;灯"), "{page}");
    assert!(page.contains("11月21日 12:00"));
    assert!(page.contains(&format!(
        "href=\"/_sim/users/{DEPUTY}/open?page=pages%2Fcase%2Findex%3Fid%3D7\""
    )));

    let newest = answer["msgid"].as_i64().unwrap();
    let path = format!("/phone/{DEPUTY}/cards?after={newest}");
    assert_eq!(world.page(&path).await.trim(), "");
    world.send(&good_message()).await;
    let cards = world.page(&path).await;
    assert_eq!(cards.matches("<li").count(), 1);
    assert!(cards.contains("楼道灯坏了"));
}

#[tokio::test]
async fn a_tap_opens_the_client_with_a_fresh_code_that_no_server_sees() {
    let world = World::start().await;
    let location = opened(&world, "pages%2Fcase%2Findex%3Fid%3D7").await;
    let login = location
        .strip_prefix("http://127.0.0.1:1/deputy/#/pages/case/index?id=7&js_code=")
        .unwrap();
    let (code, rest) = login.split_once('&').unwrap();
    assert_eq!(code.len(), 32);
    let simulator = world.simulator.address.replace(':', "%3A").replace('/', "%2F");
    assert_eq!(rest, format!("openid={DEPUTY}&simulator={simulator}"));
    assert_ne!(opened(&world, "pages%2Fcase%2Findex%3Fid%3D7").await, location);
    assert!(opened(&world, "").await.contains("/deputy/#/pages/home/index?js_code="));
}

#[tokio::test]
async fn the_desk_is_opened_by_a_link_of_its_own() {
    let world = World::start().await;
    let location = opened(&world, "pages%2Fcase%2Findex%3Fid%3D7&desk=true").await;
    assert!(
        location.starts_with("http://127.0.0.1:1/deputy/open?js_code="),
        "{location}"
    );
    assert!(location.ends_with("&page=pages%2Fcase%2Findex%3Fid%3D7"));
}

#[tokio::test]
async fn a_residents_card_opens_the_receipt() {
    let world = World::start().await;
    let location = opened(&world, "pages%2Freceipt%2Findex%3Freceipt%3DABCD-1234").await;
    assert_eq!(location, "http://127.0.0.1:1/r/ABCD-1234");
}

#[tokio::test]
async fn an_unknown_phone_is_not_found() {
    let world = World::start().await;
    for path in [
        "/phone/onobody",
        "/_sim/users/onobody/open",
        "/_sim/users/onobody/messages",
    ] {
        let answer = world.http.get(world.url(path)).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}
