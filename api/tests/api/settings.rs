//! What people set at the desk and through the interface.

use minyi_domain::{audit::Action, people::Role};
use minyi_store::fixtures::COUNTY;
use reqwest::Method;
use serde_json::{Value, json};
use wechat_simulator::{DEFAULT_APPID, DEFAULT_SECRET, platform::service};

use crate::{
    app::{Answer, App, send},
    pages::{WebDir, sign_in_to_desk, value_of},
};

async fn put(app: &App, token: &str, path: &str, body: &Value) -> Answer {
    send(app.request(Method::PUT, path).bearer_auth(token).json(body)).await
}

#[actix_web::test]
async fn a_station_cuts_its_own_duty_days_and_no_others() {
    let mut app = App::start().await;
    let own = app.grid.site_id;
    let other = app.city.site();
    let head = app.city.staff(own, Role::StationHead);
    let token = app.access_token(&head).await;
    let path = format!("/api/v1/sites/{own}/slot-schemes");
    assert_eq!(app.get_as(&token, &path).await.expect(200).json(), json!({"items": []}));
    let morning = json!({"weekday": null, "from": "09:00", "until": "11:30", "slot_minutes": 30, "capacity": 4});
    let friday = json!({"weekday": 5, "from": "19:00", "until": "20:00", "slot_minutes": 20, "capacity": 1});
    let body = json!({"items": [morning, friday]});
    put(&app, &token, &path, &body).await.expect(204);
    put(&app, &token, &path, &body).await.expect(204);
    assert_eq!(app.get_as(&token, &path).await.expect(200).json(), body);

    let overlapping = json!({"items": [morning, {"weekday": null, "from": "11:00", "until": "12:00", "slot_minutes": 30, "capacity": 1}]});
    let wrong = put(&app, &token, &path, &overlapping)
        .await
        .problem(422, "invalid_fields");
    assert_eq!(wrong["errors"][0]["code"], "overlap");
    let short =
        json!({"items": [{"weekday": 8, "from": "09:00", "until": "09:10", "slot_minutes": 30, "capacity": 1}]});
    put(&app, &token, &path, &short).await.problem(422, "invalid_fields");
    let foreign = format!("/api/v1/sites/{other}/slot-schemes");
    app.get_as(&token, &foreign).await.problem(404, "site_unknown");
    put(&app, &token, &foreign, &body).await.problem(404, "site_unknown");
    let (_, stranger) = app.city.grid_with_lead();
    let deputy = app.access_token(&stranger.actor).await;
    put(&app, &deputy, &path, &body).await.problem(404, "site_unknown");
}

#[actix_web::test]
async fn the_settings_of_wechat_are_read_without_their_secrets() {
    const PATH: &str = "/api/v1/settings/wechat";
    let mut app = App::with(&["--wechat-push-token", "token-of-pushes"]).await;
    let system = app.city.system_admin();
    let token = app.access_token(&system).await;
    let answer = app.get_as(&token, PATH).await.expect(200);
    let told = answer.json();
    let (mini, service_account, push) = (&told["items"][0], &told["items"][1], &told["items"][2]);
    let entry = |setting: &str, value: &str| json!({"name": "AppID", "setting": setting, "is_set": true, "is_secret": false, "value": value});
    assert_eq!(mini["settings"][0], entry("MINYI_WECHAT_APPID", DEFAULT_APPID));
    assert_eq!(
        service_account["settings"][0],
        entry("MINYI_SERVICE_ACCOUNT_APPID", service::APPID)
    );
    assert_eq!(
        (&mini["settings"][1]["is_set"], &mini["settings"][1]["value"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(mini["settings"][2]["value"], "template-1");
    assert_eq!(
        (&push["settings"][0]["is_set"], &push["settings"][1]["is_set"]),
        (&json!(true), &json!(false))
    );
    for secret in [DEFAULT_SECRET, service::SECRET, "token-of-pushes"] {
        assert!(!answer.text().contains(secret), "a secret is shown");
    }
    let staff = app.city.staff(app.grid.site_id, Role::StationHead);
    let staff = app.access_token(&staff).await;
    app.get_as(&staff, PATH).await.problem(403, "forbidden");

    let mut without = App::with(&["--no-service-account"]).await;
    let system = without.city.system_admin();
    let token = without.access_token(&system).await;
    let told = without.get_as(&token, PATH).await.expect(200).json();
    let service_account = &told["items"][1];
    assert_eq!(service_account["configured"], false);
    assert_eq!(service_account["settings"][1]["is_set"], false);
}

#[actix_web::test]
async fn when_messages_go_out_is_set_and_what_would_not_work_is_refused() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let token = app.access_token(&admin).await;
    let path = "/api/v1/delivery-policy";
    let policy = |quiet: Value, digest_at: &str, unknown_minutes: u32| json!({"quiet_hours": quiet, "digest_at": digest_at, "unknown_minutes": unknown_minutes});
    let hours = |from: &str, until: &str| json!({"from": from, "until": until});
    let usual = policy(hours("22:00", "07:00"), "09:00", 2);
    assert_eq!(app.get_as(&token, path).await.expect(200).json(), usual);
    let other = policy(hours("12:00", "14:00"), "08:30", 30);
    put(&app, &token, path, &other).await.expect(204);
    assert_eq!(app.get_as(&token, path).await.expect(200).json(), other);
    let none = policy(Value::Null, "08:30", 1440);
    put(&app, &token, path, &none).await.expect(204);
    assert_eq!(app.get_as(&token, path).await.expect(200).json(), none);

    for (wrong, pointer, code) in [
        (
            policy(hours("22:00", "07:00"), "06:30", 2),
            "/digest_at",
            "in_quiet_hours",
        ),
        (
            policy(hours("22:00", "22:00"), "09:00", 2),
            "/quiet_hours/until",
            "out_of_range",
        ),
        (
            policy(hours("late", "07:00"), "09:00", 2),
            "/quiet_hours/from",
            "wrong_time",
        ),
        (policy(Value::Null, "25:00", 2), "/digest_at", "wrong_time"),
        (policy(Value::Null, "09:00", 0), "/unknown_minutes", "out_of_range"),
        (policy(Value::Null, "09:00", 1441), "/unknown_minutes", "out_of_range"),
    ] {
        let refused = put(&app, &token, path, &wrong).await.problem(422, "invalid_fields");
        let first = &refused["errors"][0];
        assert_eq!(
            (&first["pointer"], &first["code"]),
            (&json!(pointer), &json!(code)),
            "{refused}"
        );
    }
    assert_eq!(app.get_as(&token, path).await.expect(200).json(), none);
    assert_eq!(app.logged(Action::DeliveryPolicySet), 2);
}

#[actix_web::test]
async fn an_administrator_sets_the_rules_by_forms() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let staff = app.city.staff(app.grid.site_id, Role::StationStaff);
    let cookie = sign_in_to_desk(&app, &admin).await;
    let get = async |cookie: &str, path: &str| send(app.request(Method::GET, path).header("cookie", cookie)).await;
    let post = async |cookie: &str, path: &str, fields: &[(&str, &str)]| {
        send(app.request(Method::POST, path).header("cookie", cookie).form(&fields)).await
    };
    let page = get(&cookie, "/desk/settings").await.expect(200).text();
    assert!(page.contains("接待时段") && page.contains("不予受理的情形"), "{page}");
    let csrf = value_of(&page, "csrf");
    let policy = |percent| [("csrf", csrf.as_str()), ("sample_percent", percent), ("due_days", "20")];
    post(&cookie, "/desk/settings/revisits", &policy("25"))
        .await
        .expect(303);
    let again = post(&cookie, "/desk/settings/revisits", &policy("101"))
        .await
        .expect(422)
        .text();
    assert!(again.contains("0 到 100"), "{again}");
    let token = app.access_token(&admin).await;
    let now = app.get_as(&token, "/api/v1/revisit-policy").await.expect(200).json();
    assert_eq!(now, json!({"sample_percent": 25, "due_days": 20}));

    let kind = [
        ("csrf", csrf.as_str()),
        ("code", "repeat"),
        ("position", "3"),
        ("name", "已经办结"),
        ("guidance", "以前已经办结，有新情况请补充。"),
        ("right_channel", "联络站"),
    ];
    post(&cookie, "/desk/settings/kinds", &kind).await.expect(303);
    let page = get(&cookie, "/desk/settings").await.expect(200).text();
    assert!(page.contains("已经办结（停用）"), "{page}");

    let theirs = sign_in_to_desk(&app, &staff).await;
    let page = get(&theirs, "/desk/settings").await.expect(200).text();
    assert!(page.contains("接待时段") && !page.contains("不予受理的情形"), "{page}");
    let csrf = value_of(&page, "csrf");
    let policy = [("csrf", csrf.as_str()), ("sample_percent", "1"), ("due_days", "2")];
    post(&theirs, "/desk/settings/revisits", &policy).await.expect(403);
    let site = app.grid.site_id.to_string();
    let slots = [
        ("csrf", csrf.as_str()),
        ("site", site.as_str()),
        ("weekday", "0"),
        ("from", "08:30"),
        ("until", "11:30"),
        ("minutes", "20"),
        ("capacity", "2"),
        ("weekday", "0"),
        ("from", ""),
        ("until", ""),
        ("minutes", "30"),
        ("capacity", "4"),
    ];
    post(&theirs, "/desk/settings/slots", &slots).await.expect(303);
    let page = get(&theirs, "/desk/settings").await.expect(200).text();
    assert!(page.contains("value=\"08:30\""), "{page}");
}
