//! Binding the service account: begun in a login, answered by WeChat, confirmed on a phone that is not signed in.

use chrono::TimeDelta;
use minyi_domain::people::Role;
use minyi_store::fixtures::COUNTY;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Answer, App, PUBLIC_URL, send},
    pages::{WebDir, value_of},
};

const BINDING: &str = "/api/v1/me/service-account/binding";
const OWN: &str = "/api/v1/me/service-account";
/// WeChat's ids have 28 characters.
const WECHAT: &str = "oPersonWithTheirOwnPhone0001";
const OTHER: &str = "oAnotherPersonsWechat0000002";

async fn begin(app: &App, token: &str) -> String {
    let begun = app.post_as(token, BINDING, &json!({})).await.expect(201).json();
    assert!(begun["qr_svg"].as_str().unwrap().starts_with("<svg"));
    assert_eq!(begun["expires_at"], json!(app.clock.now() + TimeDelta::minutes(10)));
    begun["authorize_url"].as_str().unwrap().to_owned()
}

/// This person's WeChat opens the address; where it leads, below our own address.
async fn open(app: &App, authorize_url: &str, openid: &str, follow: bool) -> String {
    let users = format!("{}/_sim/users", app.simulator.address);
    let user = json!({"openid": openid, "name": "某人"});
    app.client.post(users).json(&user).send().await.unwrap();
    let url = authorize_url.replace("#wechat_redirect", &format!("&_as={openid}&_follow={follow}"));
    let answer = send(app.client.get(url)).await.expect(302);
    let back = answer.header("location").to_owned();
    back.strip_prefix(PUBLIC_URL).unwrap().to_owned()
}

/// The person presses the button of the page.
async fn confirm(app: &App, page: &Answer) -> Answer {
    let form = [("state", value_of(&page.text(), "state"))];
    send(app.request(Method::POST, "/bind/service-account").form(&form)).await
}

async fn is_bound(app: &App, token: &str) -> Value {
    app.get_as(token, OWN).await.expect(200).json()["bound"].clone()
}

#[actix_web::test]
async fn a_person_binds_the_service_account_and_is_told_through_it() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let token = app.access_token(&admin).await;
    app.sql("UPDATE accounts SET wechat_openid = NULL WHERE role = 'county_admin'");
    let test_message = async || {
        let answer = app
            .post_as(&token, "/api/v1/settings/wechat/test-message", &json!({}))
            .await;
        answer.expect(200).json()["outcome"].clone()
    };
    assert_eq!(
        app.get_as(&token, OWN).await.json(),
        json!({"available": true, "bound": false})
    );
    assert_eq!(test_message().await, "not_bound");

    let url = begin(&app, &token).await;
    let page = app.get(&open(&app, &url, WECHAT, true).await).await.expect(200);
    assert!(
        page.text().contains(&admin.display_name) && page.text().contains("县级管理员"),
        "{}",
        page.text()
    );
    assert_eq!(is_bound(&app, &token).await, false, "not without a yes");
    let done = confirm(&app, &page).await.expect(200);
    assert!(done.text().contains("绑定好了"), "{}", done.text());
    assert_eq!(is_bound(&app, &token).await, true);
    assert_eq!(test_message().await, "sent");
    let inbox = format!("{}/_sim/inbox?way=service_account", app.simulator.address);
    let arrived = send(app.client.get(inbox)).await.json();
    assert_eq!(arrived["items"].as_array().unwrap().len(), 1, "{arrived}");

    // Once: the same page again binds nothing, and no phone that comes later.
    confirm(&app, &page).await.expect(403);
    app.get(&open(&app, &url, OTHER, true).await).await.expect(403);
    send(app.request(Method::DELETE, OWN).bearer_auth(&token))
        .await
        .expect(204);
    assert_eq!(is_bound(&app, &token).await, false);
    let log = app.city.admin(COUNTY, Role::Auditor);
    let log = app.access_token(&log).await;
    let acts = app.get_as(&log, "/api/v1/audit/log").await.expect(200).text();
    for act in ["service_account_bound", "service_account_unbound"] {
        assert_eq!(acts.matches(act).count(), 1, "{act}: {acts}");
    }
}

#[actix_web::test]
async fn wechat_may_lead_back_twice_and_a_second_person_is_refused() {
    let web = WebDir::new();
    let app = web.app().await;
    let token = app.access_token(&app.deputy.actor).await;
    let url = begin(&app, &token).await;
    let back = open(&app, &url, WECHAT, false).await;
    for _ in 0..2 {
        let page = app.get(&back).await.expect(200);
        assert!(page.text().contains("您还没有关注服务号"), "{}", page.text());
    }
    // Somebody else opens the same address: whoever was first stays.
    let other = open(&app, &url, OTHER, true).await;
    assert!(app.get(&other).await.expect(403).text().contains("链接不能用"));
    let page = app.get(&back).await.expect(200);
    let done = confirm(&app, &page).await.expect(200);
    assert!(
        done.text().contains("请关注") && done.text().contains("回到民意码"),
        "{}",
        done.text()
    );
}

#[actix_web::test]
async fn the_address_ends_with_its_time_its_login_and_the_next_one() {
    let web = WebDir::new();
    let app = web.app().await;
    let token = app.access_token(&app.deputy.actor).await;
    let late = begin(&app, &token).await;
    let back = open(&app, &late, WECHAT, true).await;
    app.advance(TimeDelta::minutes(10));
    app.get(&back).await.expect(403);

    let first = begin(&app, &token).await;
    let second = begin(&app, &token).await;
    app.get(&open(&app, &first, WECHAT, true).await).await.expect(403);
    let page = app.get(&open(&app, &second, WECHAT, true).await).await.expect(200);
    send(
        app.request(Method::DELETE, "/api/v1/sessions/current")
            .bearer_auth(&token),
    )
    .await
    .expect(204);
    confirm(&app, &page).await.expect(403);
    for wrong in ["/bind/service-account", "/bind/service-account?code=a&state=b"] {
        app.get(wrong).await.expect(403);
    }
}

#[actix_web::test]
async fn errors_of_wechat_are_told_apart() {
    let web = WebDir::new();
    let app = web.app().await;
    let token = app.access_token(&app.deputy.actor).await;
    let fault = async |fault: Value| {
        let url = format!("{}/_sim/faults", app.simulator.address);
        send(app.client.post(url).json(&fault)).await
    };
    let url = begin(&app, &token).await;
    let back = open(&app, &url, WECHAT, true).await;
    let exchange = "/sns/oauth2/access_token";
    fault(json!({"path": exchange, "errcode": -1, "times": 1})).await;
    app.get(&back).await.expect(503);
    fault(json!({"path": exchange, "errcode": 40029, "times": 1})).await;
    app.get(&back).await.expect(403);
    // Whether the person follows is only good to know.
    fault(json!({"path": "/cgi-bin/user/info", "errcode": 48001, "times": 1})).await;
    let page = app.get(&back).await.expect(200);
    assert!(!page.text().contains("还没有关注"));

    let limits = format!("{}/_sim/limits", app.simulator.address);
    let stand_ins = app.client.put(limits).json(&json!({"snapshot_users": true}));
    stand_ins.send().await.unwrap();
    let url = begin(&app, &token).await;
    let page = app.get(&open(&app, &url, WECHAT, true).await).await.expect(403);
    assert!(page.text().contains("使用完整服务"), "{}", page.text());
}

#[actix_web::test]
async fn another_wechat_than_the_one_of_the_login_is_named() {
    let web = WebDir::new();
    let app = web.app().await;
    let limits = format!("{}/_sim/limits", app.simulator.address);
    let told = app.client.put(limits).json(&json!({"open_platform": true}));
    told.send().await.unwrap();
    app.sql(&format!(
        "UPDATE accounts SET wechat_openid = '{WECHAT}' WHERE role = 'deputy'"
    ));
    let js_code = app.js_code(WECHAT).await;
    let tokens = app.post("/api/v1/sessions/wechat", &json!({"js_code": js_code})).await;
    let token = tokens.expect(201).json()["access_token"].as_str().unwrap().to_owned();
    let words = async |openid| {
        let url = begin(&app, &token).await;
        app.get(&open(&app, &url, openid, true).await).await.expect(200).text()
    };
    assert!(words(OTHER).await.contains("不是同一个"));
    assert!(!words(WECHAT).await.contains("不是同一个"));
}

#[actix_web::test]
async fn where_there_is_no_service_account_nothing_is_begun() {
    let app = App::with(&["--no-service-account"]).await;
    let token = app.access_token(&app.deputy.actor).await;
    assert_eq!(
        app.get_as(&token, OWN).await.json(),
        json!({"available": false, "bound": false})
    );
    app.post_as(&token, BINDING, &json!({}))
        .await
        .problem(409, "service_account_missing");
}
