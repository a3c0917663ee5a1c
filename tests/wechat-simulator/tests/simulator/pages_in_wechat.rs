//! Pages inside WeChat (网页授权): who opens one, told to the service account.

use serde_json::{Value, json};
use url::Url;
use wechat_simulator::platform::service::{APPID, SECRET};

use crate::world::{DEPUTY, World};

/// Below the product's own address.
const BACK: &str = "http://127.0.0.1:1/bind/service-account";

fn authorize(changed: &[(&str, &str)]) -> String {
    let mut query = vec![
        ("appid", APPID),
        ("redirect_uri", BACK),
        ("response_type", "code"),
        ("scope", "snsapi_base"),
        ("state", "0a1b2c"),
    ];
    for (name, value) in changed {
        query.retain(|(known, _)| known != name);
        query.push((name, value));
    }
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(query)
        .finish();
    format!("/connect/oauth2/authorize?{query}")
}

/// Whoever's WeChat it is: the code that the page is led back with.
async fn code(world: &World, follow: &str) -> String {
    let url = world.url(&authorize(&[("_as", DEPUTY), ("_follow", follow)]));
    let answer = world.http.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 302);
    let back = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    let value = |name: &str| {
        back.query_pairs()
            .find(|(known, _)| known == name)
            .unwrap()
            .1
            .into_owned()
    };
    assert_eq!(
        (back.path(), value("state").as_str()),
        ("/bind/service-account", "0a1b2c")
    );
    value("code")
}

async fn exchange(world: &World, code: &str, secret: &str) -> Value {
    let query = format!("appid={APPID}&secret={secret}&code={code}&grant_type=authorization_code");
    world.get(&format!("/sns/oauth2/access_token?{query}")).await
}

#[tokio::test]
async fn a_code_gives_the_service_accounts_openid_once() {
    let world = World::start().await;
    let code = code(&world, "false").await;
    assert_eq!(exchange(&world, &code, "x").await["errcode"], 40125);
    let told = exchange(&world, &code, SECRET).await;
    let openid = told["openid"].as_str().unwrap();
    assert!(
        openid.len() == 28 && openid.starts_with('o') && openid != DEPUTY,
        "{told}"
    );
    assert_eq!((&told["scope"], told.get("errcode")), (&json!("snsapi_base"), None));
    assert_eq!(exchange(&world, &code, SECRET).await["errcode"], 40163);
    assert_eq!(exchange(&world, "nothing", SECRET).await["errcode"], 40029);
    assert_eq!(exchange(&world, "", SECRET).await["errcode"], 41008);
    world.clock.advance(300);
    let late = self::code(&world, "false").await;
    world.clock.advance(300);
    assert_eq!(exchange(&world, &late, SECRET).await["errcode"], 40029);
}

#[tokio::test]
async fn the_page_names_what_is_wrong() {
    let world = World::start().await;
    for (name, value, number) in [
        ("appid", "wx0000000000000000", "10012"),
        ("redirect_uri", "", "10011"),
        ("redirect_uri", "http://127.0.0.2:1/", "10003"),
        ("scope", "", "10010"),
        ("scope", "snsapi_login", "10005"),
        ("state", "", "10013"),
        ("state", "a-b", "10013"),
    ] {
        let page = world.page(&authorize(&[(name, value)])).await;
        assert!(page.contains(number), "{name}={value}: {page}");
    }
    assert!(world.page(&authorize(&[])).await.contains("用谁的微信打开"));
}

#[tokio::test]
async fn whether_somebody_follows_is_told_and_of_followers_the_unionid() {
    let world = World::start().await;
    let token = world
        .post(
            "/cgi-bin/stable_token",
            &json!({"grant_type": "client_credential", "appid": APPID, "secret": SECRET}),
        )
        .await;
    let token = token["access_token"].as_str().unwrap();
    let info = async |openid: &str| {
        world
            .get(&format!("/cgi-bin/user/info?access_token={token}&openid={openid}"))
            .await
    };
    let openid = exchange(&world, &code(&world, "false").await, SECRET).await["openid"].clone();
    let openid = openid.as_str().unwrap();
    assert_eq!(info(openid).await, json!({"subscribe": 0, "openid": openid}));
    code(&world, "true").await;
    assert_eq!(info(openid).await["subscribe"], 1);
    assert_eq!(info(openid).await.get("unionid"), None);
    let limits = world
        .http
        .put(world.url("/_sim/limits"))
        .json(&json!({"open_platform": true}));
    limits.send().await.unwrap();
    assert_eq!(info(openid).await["unionid"].as_str().unwrap().len(), 28);
    assert_eq!(info("x").await["errcode"], 40003);
    let wrong = world
        .get(&format!("/cgi-bin/user/info?access_token=x&openid={openid}"))
        .await;
    assert_eq!(wrong["errcode"], 40014);
}
