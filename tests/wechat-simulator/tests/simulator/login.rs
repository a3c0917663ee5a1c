use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APPID, DEFAULT_SECRET};

use crate::world::{DEPUTY, OTHER, World};

async fn exchange(world: &World, code: &str, appid: &str, secret: &str) -> Value {
    let query = format!("appid={appid}&secret={secret}&js_code={code}&grant_type=authorization_code");
    world.get(&format!("/sns/jscode2session?{query}")).await
}

async fn js_code(world: &World) -> String {
    let path = format!("/_sim/users/{DEPUTY}/js_code");
    let answer = world.post(&path, &json!({})).await;
    answer["js_code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_code_gives_the_openid_once() {
    let world = World::start().await;
    let code = js_code(&world).await;
    assert_eq!(code.len(), 32);
    let session = exchange(&world, &code, DEFAULT_APPID, DEFAULT_SECRET).await;
    assert_eq!(session["openid"], DEPUTY);
    assert_eq!(session["session_key"].as_str().unwrap().len(), 24);
    assert!(session.get("errcode").is_none());

    let again = exchange(&world, &code, DEFAULT_APPID, DEFAULT_SECRET).await;
    assert_eq!(again["errcode"], 40163);
    assert!(again["errmsg"].as_str().unwrap().starts_with("code been used rid: "));
}

#[tokio::test]
async fn a_code_is_unknown_after_five_minutes() {
    let world = World::start().await;
    let (early, late) = (js_code(&world).await, js_code(&world).await);
    world.clock.advance(299);
    let session = exchange(&world, &early, DEFAULT_APPID, DEFAULT_SECRET).await;
    assert_eq!(session["openid"], DEPUTY);
    world.clock.advance(1);
    let session = exchange(&world, &late, DEFAULT_APPID, DEFAULT_SECRET).await;
    assert_eq!(session["errcode"], 40029);
}

#[tokio::test]
async fn a_wrong_account_does_not_use_the_code_up() {
    let world = World::start().await;
    let code = js_code(&world).await;
    let other = "wx0000000000000000";
    assert_eq!(exchange(&world, &code, other, DEFAULT_SECRET).await["errcode"], 40013);
    assert_eq!(exchange(&world, &code, DEFAULT_APPID, "x").await["errcode"], 40125);
    assert_eq!(
        exchange(&world, "", DEFAULT_APPID, DEFAULT_SECRET).await["errcode"],
        41008
    );
    assert_eq!(
        exchange(&world, "nothing", DEFAULT_APPID, DEFAULT_SECRET).await["errcode"],
        40029
    );
    let session = exchange(&world, &code, DEFAULT_APPID, DEFAULT_SECRET).await;
    assert_eq!(session["openid"], DEPUTY);
}

#[tokio::test]
async fn a_phone_code_gives_the_number_once() {
    let world = World::start().await;
    let minted = world
        .post(&format!("/_sim/users/{DEPUTY}/phone_code"), &json!({}))
        .await;
    let code = minted["code"].as_str().unwrap();
    assert_eq!(code.len(), 64);
    let (token, _) = world.stable(false).await;
    let path = format!("/wxa/business/getuserphonenumber?access_token={token}");

    let stranger = json!({"code": code, "openid": OTHER});
    assert_eq!(world.post(&path, &stranger).await["errcode"], 40029);
    let answer = world.post(&path, &json!({"code": code, "openid": DEPUTY})).await;
    assert_eq!(answer["errcode"], 0);
    let phone = &answer["phone_info"];
    assert_eq!(phone["purePhoneNumber"], "13900000001");
    assert_eq!(phone["countryCode"], "86");
    assert_eq!(phone["watermark"]["appid"], DEFAULT_APPID);
    assert_eq!(phone["watermark"]["timestamp"], crate::world::noon().timestamp());

    assert_eq!(world.post(&path, &json!({"code": code})).await["errcode"], 40029);
    let untrusted = "/wxa/business/getuserphonenumber";
    assert_eq!(world.post(untrusted, &json!({"code": code})).await["errcode"], 41001);
}

#[tokio::test]
async fn people_can_be_added_while_it_runs() {
    let world = World::start().await;
    let added = world.post("/_sim/users", &json!({"name": "新居民"})).await;
    let openid = added[0]["openid"].as_str().unwrap();
    assert!(openid.starts_with('o') && openid.len() == 28, "{openid}");
    let users = world
        .post("/_sim/users", &json!([{"openid": DEPUTY, "name": "改名"}]))
        .await;
    assert_eq!(users, json!([{"openid": DEPUTY, "name": "改名"}]));
    assert_eq!(
        world.get("/_sim/users").await,
        json!([
            {"openid": DEPUTY, "name": "改名"},
            {"openid": OTHER, "name": "代表乙"},
            {"openid": openid, "name": "新居民"},
        ])
    );
    let refused = world.post("/_sim/users", &json!({"openid": "<b>", "name": "x"})).await;
    assert!(refused["error"].is_string());
}

#[tokio::test]
async fn nobody_gets_a_code_for_an_unknown_person() {
    let world = World::start().await;
    let call = world.http.post(world.url("/_sim/users/onobody/js_code"));
    assert_eq!(call.send().await.unwrap().status(), 404);
    let phoneless = world.url(&format!("/_sim/users/{OTHER}/phone_code"));
    assert_eq!(world.http.post(phoneless).send().await.unwrap().status(), 409);
}
