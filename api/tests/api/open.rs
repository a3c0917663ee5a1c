//! Publishing a case, the public side of it, and joining.

use chrono::TimeDelta;
use minyi_domain::people::Role;
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Answer, App, lamp, send},
    pages::{WebDir, sign_in_to_desk, value_of},
};

/// An answered case of the app's deputy.
struct Case {
    path: String,
    receipt: String,
    token: String,
}

async fn answered(app: &App, consent: bool) -> Case {
    let mut body = lamp();
    body["text"] = json!("门口的路灯坏了。请打138 0000 1234找王小明，住3栋2单元501室，车牌湘A12345。");
    body["contact"] = json!({"name": "王小明"});
    if consent {
        body["publish_consent"] = json!(true);
    }
    let sent = app.submit(&format!("publish-{consent}"), &body).await.expect(201);
    let token = app.access_token(&app.deputy.actor).await;
    let path = format!("/api/v1/submissions/{}", app.only_submission(&token).await);
    let text = json!({"text": "路灯今天已经修好了。"});
    app.post_as(&token, &format!("{path}/answers"), &text).await.expect(201);
    Case {
        path,
        receipt: sent.json()["receipt"].as_str().unwrap().to_owned(),
        token,
    }
}

fn confirmed() -> Value {
    json!({"title": "门口的路灯坏了", "text": "门口的路灯坏了。", "answer": "已经修好了。", "confirmed": true})
}

async fn release(app: &App, case: &Case, body: &Value) -> Answer {
    app.post_as(&case.token, &format!("{}/release", case.path), body).await
}

async fn consent(app: &App, case: &Case, method: Method) -> Answer {
    let path = format!("/api/v1/receipts/{}/publish-consent", case.receipt);
    send(app.request(method, &path)).await
}

/// Publishes; the address of the case in the API.
async fn published(app: &App, case: &Case) -> String {
    let created = release(app, case, &confirmed()).await.expect(201).json();
    format!("/api/v1/open/cases/{}", created["token"].as_str().unwrap())
}

#[actix_web::test]
async fn a_case_is_published_only_with_consent_and_as_it_was_confirmed() {
    let app = App::start().await;
    let case = answered(&app, false).await;
    release(&app, &case, &confirmed()).await.problem(409, "no_consent");
    consent(&app, &case, Method::PUT).await.expect(204);
    consent(&app, &case, Method::PUT).await.expect(204);
    let draft = app
        .get_as(&case.token, &format!("{}/release-draft", case.path))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&draft["allowed"], &draft["title"]),
        (&json!(true), &json!("门口的路灯坏了"))
    );
    let kinds: Vec<&str> = draft["text"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["phone", "name", "door", "plate"], "{draft}");
    let redacted = "门口的路灯坏了。请打（电话已隐去）找某某，住（门牌已隐去），车牌（车牌已隐去）。";
    assert_eq!(draft["text"]["redacted"], redacted);
    let page = published(&app, &case).await;
    let read = app.get(&page).await.expect(200).json();
    assert_eq!(
        (&read["text"], &read["answer"]),
        (&confirmed()["text"], &confirmed()["answer"])
    );
    let number = app.get(&format!("/api/v1/receipts/{}", case.receipt)).await.json();
    assert_eq!(number["publish_consented"], true);
    let (number, id) = (
        number["number"].as_str().unwrap(),
        case.path.rsplit('/').next().unwrap(),
    );
    let told = read.to_string();
    assert!(
        !told.contains(number) && !told.contains(id) && !told.contains(&case.receipt),
        "{told}"
    );
}

#[actix_web::test]
async fn what_is_unconfirmed_or_names_somebody_is_refused() {
    let app = App::start().await;
    let case = answered(&app, true).await;
    let mut body = confirmed();
    body["confirmed"] = json!(false);
    let refused = release(&app, &case, &body).await.problem(422, "invalid_fields");
    assert_eq!(refused["errors"][0]["code"], "not_confirmed");
    for left in ["请打１３８－００００－１２３４", "430102 19900307 123X", "湘A·D12345"] {
        for part in ["title", "text", "answer"] {
            let mut body = confirmed();
            body[part] = json!(left);
            let refused = release(&app, &case, &body).await.problem(422, "invalid_fields");
            let error = &refused["errors"][0];
            assert_eq!(
                (&error["pointer"], &error["code"]),
                (&json!(format!("/{part}")), &json!("personal_data"))
            );
        }
    }
    app.get("/api/v1/open/cases/ACDE3467KMNPRTVW")
        .await
        .problem(404, "open_unknown");
}

#[actix_web::test]
async fn whoever_may_not_publish_sees_no_draft_and_publishes_nothing() {
    let mut app = App::start().await;
    let auditor = app.city.admin(COUNTY, Role::Auditor);
    let foreign = app.city.admin("990102004", Role::StreetAdmin);
    let (_, stranger) = app.city.grid_with_lead();
    let case = answered(&app, true).await;
    let (draft, path) = (format!("{}/release-draft", case.path), format!("{}/release", case.path));
    for (actor, status, code) in [
        (&auditor, 403, "forbidden"),
        (&foreign, 404, "submission_unknown"),
        (&stranger.actor, 404, "submission_unknown"),
    ] {
        let token = app.access_token(actor).await;
        app.get_as(&token, &draft).await.problem(status, code);
        app.post_as(&token, &path, &confirmed()).await.problem(status, code);
        let off = app
            .request(Method::DELETE, &path)
            .bearer_auth(&token)
            .json(&json!({"reason": "不合适"}));
        send(off).await.problem(status, code);
    }
}

#[actix_web::test]
async fn a_withdrawn_case_is_gone_at_once_for_everybody() {
    let app = App::start().await;
    let case = answered(&app, true).await;
    let page = published(&app, &case).await;
    let listed = async || {
        let mut counts = Vec::new();
        for place in [format!("stations/{}", app.grid.site_id), format!("regions/{TOWNSHIP}")] {
            let list = app.get(&format!("/api/v1/open/{place}")).await.expect(200).json();
            counts.push(list["cases"].as_array().unwrap().len());
        }
        counts
    };
    assert_eq!(listed().await, [1, 1]);
    consent(&app, &case, Method::DELETE).await.expect(204);
    app.get(&page).await.problem(404, "open_unknown");
    assert_eq!(listed().await, [0, 0]);
    consent(&app, &case, Method::PUT).await.expect(204);
    app.advance(TimeDelta::seconds(1));
    let page = published(&app, &case).await;
    let deeds = async || {
        let detail = app.get_as(&case.token, &case.path).await.expect(200).json();
        let possible = detail["possible"].as_array().unwrap().clone();
        ["release", "withdraw_release"].map(|deed| possible.contains(&json!(deed)))
    };
    assert_eq!(deeds().await, [true, true]);
    let off = app
        .request(Method::DELETE, &format!("{}/release", case.path))
        .bearer_auth(&case.token);
    send(off.json(&json!({"reason": "居民来电要求"}))).await.expect(204);
    assert_eq!(deeds().await, [true, false]);
    app.get(&page).await.problem(404, "open_unknown");
    for unknown in [
        "stations/00000000-0000-0000-0000-000000000000",
        "regions/12",
        "cases/nothing",
    ] {
        app.get(&format!("/api/v1/open/{unknown}"))
            .await
            .problem(404, "open_unknown");
    }
    let wrong = format!("/api/v1/open/stations/{}?cursor=x", app.grid.site_id);
    app.get(&wrong).await.problem(422, "invalid_fields");
}

#[actix_web::test]
async fn a_reader_who_has_it_already_is_told_so_until_it_changes() {
    let app = App::start().await;
    let case = answered(&app, true).await;
    let page = published(&app, &case).await;
    let first = app.get(&page).await.expect(200);
    assert_eq!(first.header("cache-control"), "public, no-cache");
    let tag = first.header("etag").to_owned();
    let again = async || send(app.request(Method::GET, &page).header("if-none-match", &tag)).await;
    let same = again().await.expect(304);
    assert!(same.bytes.is_empty() && same.header("etag") == tag);
    app.post(&format!("{page}/support"), &json!({})).await.expect(200);
    assert_eq!(again().await.expect(200).json()["support_count"], 1);
}

#[actix_web::test]
async fn a_browser_joins_once_and_another_site_cannot_make_it() {
    let app = App::start().await;
    let case = answered(&app, true).await;
    let path = format!("{}/support", published(&app, &case).await);
    let first = app.post(&path, &json!({})).await.expect(200);
    assert_eq!(first.json(), json!({"support_count": 1, "counted": true}));
    assert!(first.header("set-cookie").contains("HttpOnly") && first.header("set-cookie").contains("SameSite=Lax"));
    let cookie = first.header("set-cookie").split(';').next().unwrap().to_owned();
    let join = async |cookie: &str| {
        send(app.request(Method::POST, &path).header("cookie", cookie))
            .await
            .expect(200)
    };
    assert_eq!(
        join(&cookie).await.json(),
        json!({"support_count": 1, "counted": false})
    );
    // A mark that we have not signed is as good as none.
    let forged = join(&format!("{cookie}x")).await;
    assert!(!forged.header("set-cookie").is_empty());
    assert_eq!(forged.json(), json!({"support_count": 2, "counted": true}));
    let foreign = app.request(Method::POST, &path).header("sec-fetch-site", "cross-site");
    send(foreign).await.problem(403, "csrf_failed");
}

#[actix_web::test]
async fn the_desk_previews_what_everybody_will_read() {
    let web = WebDir::new();
    let app = web.app().await;
    let case = answered(&app, true).await;
    let desk = case.path.replace("/api/v1", "/desk");
    let cookie = sign_in_to_desk(&app, &app.deputy.actor).await;
    let get = async |path: &str| {
        send(app.request(Method::GET, path).header("cookie", &cookie))
            .await
            .expect(200)
            .text()
    };
    assert!(get(&desk).await.contains("准备公开"));
    let edit = get(&format!("{desk}/release")).await;
    assert!(edit.contains("<mark title=\"电话号码\">138 0000 1234</mark>"), "{edit}");
    let csrf = value_of(&edit, "csrf");
    let post = async |path: &str, text: &str, confirmed: bool| {
        let mut form = vec![
            ("csrf", csrf.as_str()),
            ("title", "门口的路灯"),
            ("text", text),
            ("answer", "修好了。"),
        ];
        form.extend(confirmed.then_some(("confirmed", "yes")));
        let request = app
            .request(Method::POST, &format!("{desk}/{path}"))
            .header("cookie", &cookie);
        send(request.form(&form)).await
    };
    let wrong = post("release/preview", "请打13800001234", true)
        .await
        .expect(422)
        .text();
    assert!(
        wrong.contains("第 3 个字起还有电话号码") && wrong.contains("请打13800001234"),
        "{wrong}"
    );
    let preview = post("release/preview", "路灯坏了半个月。", false)
        .await
        .expect(200)
        .text();
    post("release", "路灯坏了半个月。", false).await.expect(422);
    post("release", "路灯坏了半个月。", true).await.expect(303);
    let published = get(&desk).await;
    let page = published
        .split("href=\"/open/cases/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let page = app.get(&format!("/open/cases/{page}")).await.expect(200).text();
    // The same words in the same frame: from the kind to the hint below the answer.
    let body = |html: &str| {
        let from = html.find("<p class=\"row\">").unwrap();
        html[from..html.find("个人信息已隐去").unwrap()].to_owned()
    };
    assert_eq!(body(&preview), body(&page));
    assert!(!page.contains("noindex") && page.contains("我也遇到"), "{page}");
    let csrf_form = [("csrf", csrf.as_str()), ("reason", "居民要求")];
    let off = app
        .request(Method::POST, &format!("{desk}/release/withdraw"))
        .header("cookie", &cookie);
    send(off.form(&csrf_form)).await.expect(303);
    assert!(get(&desk).await.contains("准备公开"));
}

#[actix_web::test]
async fn neighbours_are_led_from_the_code_to_the_case_and_join_there() {
    let web = WebDir::new();
    let app = web.app().await;
    let code = format!("/c/{}", app.grid.token);
    let station = format!("/open/stations/{}", app.grid.site_id);
    let before = app.get(&code).await.expect(200).text();
    assert!(
        before.contains(&station) && !before.contains("附近的人最近反映"),
        "{before}"
    );
    assert!(
        before.contains("name=\"publish_consent\" value=\"yes\">"),
        "off by default: {before}"
    );
    let case = answered(&app, true).await;
    let token = published(&app, &case).await.rsplit('/').next().unwrap().to_owned();
    let after = app.get(&code).await.expect(200).text();
    assert!(
        after.contains("附近的人最近反映") && after.contains(&format!("/open/cases/{token}")),
        "{after}"
    );
    assert!(after.len() < 16 * 1024, "{} bytes", after.len());
    let list = app.get(&station).await.expect(200);
    assert!(
        list.text().contains("门口的路灯坏了") && list.text().contains("少于 5 件"),
        "{}",
        list.text()
    );
    assert!(!list.header("etag").is_empty() && !list.text().contains("noindex"));
    assert!(
        app.get(&format!("/open/regions/{TOWNSHIP}"))
            .await
            .expect(200)
            .text()
            .contains(&token)
    );
    let page = format!("/open/cases/{token}");
    let joined = send(app.request(Method::POST, &format!("{page}/support")))
        .await
        .expect(303);
    assert_eq!(joined.header("location"), format!("{page}?joined=1"));
    assert!(app.get(&page).await.expect(200).text().contains("1 人也遇到"));
    // The resident sees that it is public and takes it back without a script.
    let receipt = format!("/r/{}", case.receipt);
    assert!(app.get(&receipt).await.expect(200).text().contains(&page));
    let form = app
        .request(Method::POST, &format!("{receipt}/publish-consent"))
        .form(&[("given", "no")]);
    send(form).await.expect(303);
    let gone = app.get(&page).await.expect(404).text();
    assert!(gone.contains("可能已经停止公开"), "{gone}");
}
