//! Rules that people set: deadlines for some matters, words of messages, phrases for answers, words of the check.

use minyi_domain::{audit::Action, people::Role, rights::Permission};
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, App, send};

async fn put(app: &App, token: &str, path: &str, body: &Value) -> Answer {
    send(app.request(Method::PUT, path).bearer_auth(token).json(body)).await
}

/// The amount that is promised where the code hangs.
async fn promised(app: &App) -> Value {
    let page = app.get(&format!("/api/v1/codes/{}", app.grid.token.as_str())).await;
    page.expect(200).json()["answer_within"]["amount"].clone()
}

#[actix_web::test]
async fn a_county_sets_deadlines_for_itself_and_the_law_limits_them() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let county = app.access_token(&admin).await;
    let system = app.city.system_admin();
    let system = app.access_token(&system).await;
    let path = "/api/v1/deadline-policies";
    let policy = |region: Value, amount: u16| {
        json!({"applies_to": "submission", "step": "answer", "amount": amount, "unit": "working_days",
            "effective_from": "2026-11-21", "region_code": region})
    };
    let pointer = |answer: Answer| answer.problem(422, "invalid_fields")["errors"][0]["pointer"].clone();
    for foreign in [Value::Null, json!("9901")] {
        assert_eq!(
            pointer(app.post_as(&county, path, &policy(foreign, 3)).await),
            "/region_code"
        );
    }
    let own = policy(json!(COUNTY), 3);
    let set = app.post_as(&county, path, &own).await.expect(201).json();
    assert_eq!(set, own);
    let listed = app.get_as(&county, path).await.expect(200).json();
    let entry = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["region_code"] == COUNTY);
    assert_eq!(entry.unwrap()["amount"], 3);
    assert!(
        listed["limits"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["applies_to"] == "proposal")
    );
    app.post_as(&system, path, &policy(Value::Null, 6)).await.expect(201);

    let long = json!({"applies_to": "proposal", "step": "answer", "amount": 4, "unit": "months",
        "effective_from": "2026-11-21", "region_code": COUNTY});
    let refused = app.post_as(&county, path, &long).await.problem(422, "invalid_fields");
    assert_eq!(refused["errors"][0]["code"], "over_legal_limit");
    let tried = json!({"policy": long});
    assert_eq!(
        pointer(app.post_as(&county, &format!("{path}/preview"), &tried).await),
        "/amount"
    );
    let ended = json!({"applies_to": "submission", "step": "answer", "effective_from": "2026-11-21"});
    assert_eq!(pointer(app.post_as(&system, path, &ended).await), "/amount");
}

/// A job of clocks, after a worker has computed what waits.
pub async fn computed(app: &App, token: &str, asked: &Value) -> Value {
    let now = app.clock.now();
    let until = now + chrono::TimeDelta::minutes(1);
    while let Some(work) = app.store.claim_clock_job(uuid::Uuid::new_v4(), now, until).unwrap() {
        let mut tell = |done, total| app.store.advance_clock_job(&work, (done, total), until);
        assert!(app.store.run_clock_job(&work, now, &mut tell).unwrap());
    }
    let path = format!("/api/v1/clock-jobs/{}", asked["id"].as_str().unwrap());
    app.get_as(token, &path).await.expect(200).json()
}

#[actix_web::test]
async fn running_clocks_are_computed_again_by_a_worker_and_it_can_be_stopped() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let above = app.city.system_admin();
    let (token, system) = (app.access_token(&admin).await, app.access_token(&above).await);
    let receipt = format!("/api/v1/receipts/{}", app.receipt().await);
    let due = async || app.get(&receipt).await.expect(200).json()["answer_due_at"].clone();
    let before = due().await;
    let path = "/api/v1/deadline-policies";
    let policy = json!({"applies_to": "submission", "step": "answer", "amount": 9, "unit": "working_days",
        "effective_from": "2026-11-20", "region_code": COUNTY});
    let preview = format!("{path}/preview");
    let asked = app
        .post_as(&token, &preview, &json!({"policy": policy}))
        .await
        .expect(201);
    let seen = computed(&app, &token, &asked.json()).await;
    assert_eq!(
        (
            &seen["state"],
            &seen["done"],
            &seen["total"],
            &seen["policies"]["moved"]
        ),
        (&json!("done"), &json!(1), &json!(1), &json!(1))
    );
    assert_eq!(due().await, before, "a preview changes nothing");
    app.post_as(&token, path, &policy).await.expect(201);

    let recompute = format!("{path}/recompute");
    let asked = app.post_as(&token, &recompute, &json!({})).await.expect(201).json();
    let one = format!("/api/v1/clock-jobs/{}", asked["id"].as_str().unwrap());
    let stop = async |token: &str| send(app.request(Method::DELETE, &one).bearer_auth(token)).await;
    stop(&system).await.problem(404, "clock_job_unknown");
    assert_eq!(stop(&token).await.expect(200).json()["state"], "cancelled");
    assert_eq!(computed(&app, &token, &asked).await["state"], "cancelled");
    assert_eq!((due().await, app.logged(Action::ClocksRecomputed)), (before, 0));

    let again = app.post_as(&token, &recompute, &json!({})).await.expect(201).json();
    app.get_as(&token, &one).await.problem(404, "clock_job_unknown");
    let done = computed(&app, &token, &again).await;
    assert_eq!(done["policies"], seen["policies"]);
    assert_eq!(due().await, seen["policies"]["items"][0]["to"]);
    assert_eq!(app.logged(Action::ClocksRecomputed), 1);
}

#[actix_web::test]
async fn what_is_promised_at_the_code_holds_for_every_kind_and_the_receipt_says_more_exactly() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let token = app.access_token(&admin).await;
    assert_eq!(promised(&app).await, 5);
    let thanks = json!({"applies_to": "submission", "step": "answer", "amount": 10, "unit": "working_days",
        "effective_from": "2026-11-20", "region_code": TOWNSHIP, "kind": "thanks"});
    let problems = json!({"applies_to": "submission", "step": "answer", "amount": 2, "unit": "working_days",
        "effective_from": "2026-11-20", "region_code": TOWNSHIP, "kind": "problem"});
    for policy in [&thanks, &problems] {
        app.post_as(&token, "/api/v1/deadline-policies", policy)
            .await
            .expect(201);
    }
    // The rules are kept for a minute.
    app.advance(chrono::TimeDelta::minutes(2));
    assert_eq!(promised(&app).await, 10);
    let receipt = app.receipt().await;
    let view = app.get(&format!("/api/v1/receipts/{receipt}")).await.expect(200).json();
    let due: chrono::DateTime<chrono::Utc> = view["answer_due_at"].as_str().unwrap().parse().unwrap();
    assert!(due < app.clock.now() + chrono::TimeDelta::days(5), "{due}");
}

#[actix_web::test]
async fn messages_are_worded_where_the_platform_takes_free_text() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let token = app.access_token(&admin).await;
    let list = async || app.get_as(&token, "/api/v1/message-templates").await.expect(200).json();
    let of = |list: &Value, channel: &str| {
        let items = list["items"].as_array().unwrap();
        let found = items
            .iter()
            .find(|one| one["channel"] == channel && one["kind"] == "deputy_new");
        found.unwrap().clone()
    };
    let before = list().await;
    let wechat = of(&before, "wechat");
    assert_eq!((&wechat["editable"], &wechat["text"]), (&json!(false), &Value::Null));
    assert!(wechat["template_id"].as_str().is_some_and(|id| !id.is_empty()));
    assert_eq!(wechat["values"][0]["label"], "编号");
    let mail = of(&before, "mail");
    assert_eq!((&mail["editable"], &mail["own"]), (&json!(true), &json!(false)));
    assert!(
        mail["preview"]
            .as_str()
            .unwrap()
            .starts_with("【待办提醒】幸福社区三网格")
    );

    let path = "/api/v1/message-templates/mail/deputy_new";
    let words = json!({"text": "请办 {编号}（{状态}）\n{内容}\n{链接}"});
    let preview = app
        .post_as(&token, &format!("{path}/preview"), &words)
        .await
        .expect(200)
        .json();
    assert!(preview["preview"].as_str().unwrap().starts_with("请办 "));
    assert_eq!(of(&list().await, "mail"), mail, "a preview changes nothing");
    put(&app, &token, path, &words).await.expect(204);
    let own = of(&list().await, "mail");
    assert_eq!(
        (&own["own"], &own["text"], &own["preview"]),
        (&json!(true), &words["text"], &preview["preview"])
    );
    put(&app, &token, path, &json!({"text": null})).await.expect(204);
    assert_eq!(of(&list().await, "mail"), mail);
    assert_eq!(app.logged(Action::MessageWordingSet), 2);

    for (words, code) in [
        ("没有编号 {链接}", "required"),
        ("{编号} {链接} {电话}", "unknown_value"),
        ("{编号}{编号} {链接}", "repeated"),
        (" ", "too_short"),
    ] {
        let refused = put(&app, &token, path, &json!({"text": words}))
            .await
            .problem(422, "invalid_fields");
        assert_eq!(refused["errors"][0]["code"], code, "{words}");
    }
    // The platform's words, and a message that residents get by the mini-program alone.
    for path in ["wechat/deputy_new", "mail/resident_progress"] {
        let path = format!("/api/v1/message-templates/{path}");
        put(&app, &token, &path, &words).await.problem(422, "invalid_fields");
    }
    let to_residents: Vec<_> = before["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["kind"] == "resident_progress")
        .map(|one| &one["channel"])
        .collect();
    assert_eq!(to_residents, ["wechat"]);
}

#[actix_web::test]
async fn a_station_has_phrases_of_its_own_before_those_of_its_division() {
    let mut app = App::start().await;
    let own = app.grid.site_id;
    let other = app.city.site();
    let head = app.city.staff(own, Role::StationHead);
    let staff = app.city.staff(own, Role::StationStaff);
    let street = app.city.admin(TOWNSHIP, Role::StreetAdmin);
    let [head, staff, street] = [
        app.access_token(&head).await,
        app.access_token(&staff).await,
        app.access_token(&street).await,
    ];
    let path = "/api/v1/answer-templates";
    let phrase = |title: &str| json!([{"title": title, "text": "已经转给有关部门办理。"}]);
    put(&app, &street, path, &json!({"templates": phrase("街道的")}))
        .await
        .expect(204);
    let offered = async |token: &str| {
        let phrases = app.get_as(token, "/api/v1/me/phrases").await.expect(200).json();
        phrases["templates"][0]["title"].clone()
    };
    assert_eq!(offered(&staff).await, "街道的");
    assert_eq!(app.get_as(&head, path).await.expect(200).json(), json!({"items": []}));
    put(&app, &head, path, &json!({"templates": phrase("本站的")}))
        .await
        .expect(204);
    assert_eq!(offered(&staff).await, "本站的");
    let of_site = format!("{path}?site_id={own}");
    assert_eq!(
        app.get_as(&street, &of_site).await.expect(200).json()["items"][0]["title"],
        "本站的"
    );

    put(&app, &staff, path, &json!({"templates": []})).await.expect(403);
    let foreign = json!({"site_id": other, "templates": []});
    put(&app, &head, path, &foreign).await.problem(422, "target_unknown");
    let above = json!({"region_code": TOWNSHIP, "templates": []});
    put(&app, &head, path, &above).await.problem(422, "target_unknown");
    app.get_as(&street, &format!("{path}?region_code={COUNTY}"))
        .await
        .problem(422, "target_unknown");
    put(&app, &street, path, &json!({"site_id": own, "templates": []}))
        .await
        .expect(204);
    assert_eq!(offered(&staff).await, "街道的");
}

#[actix_web::test]
async fn a_text_is_held_against_the_list_and_only_marked() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let token = app.access_token(&admin).await;
    let word = json!({"word": "安居宝", "category": "advertising"});
    let added = app
        .post_as(&token, "/api/v1/content-words", &word)
        .await
        .expect(201)
        .json();
    let text = json!({"text": "楼道里贴满安-居-宝的广告。"});
    let tried = app
        .post_as(&token, "/api/v1/content-words/try", &text)
        .await
        .expect(200)
        .json();
    assert_eq!(tried["marks"][0]["text"], "安-居-宝");
    assert_eq!(tried["marks"][0]["word"], "安居宝");
    let path = format!("/api/v1/content-words/{}", added["id"].as_str().unwrap());
    send(app.request(Method::DELETE, &path).bearer_auth(&token))
        .await
        .expect(204);
    let tried = app
        .post_as(&token, "/api/v1/content-words/try", &text)
        .await
        .expect(200)
        .json();
    assert_eq!(tried, json!({"marks": []}));
}

#[actix_web::test]
async fn roles_are_told_as_the_table_of_rights_has_them() {
    let mut app = App::start().await;
    let guard = app.city.security_admin();
    let token = app.access_token(&guard).await;
    let told = app.get_as(&token, "/api/v1/roles").await.expect(200).json();
    assert_eq!(told["items"].as_array().unwrap().len(), Role::ALL.len());
    assert_eq!(told["permissions"].as_array().unwrap().len(), Permission::ALL.len());
    for (item, &role) in told["items"].as_array().unwrap().iter().zip(Role::ALL) {
        assert_eq!((&item["role"], &item["name"]), (&json!(role), &json!(role.zh())));
        let may: Vec<_> = Permission::ALL.iter().filter(|right| role.may(**right)).collect();
        assert_eq!(item["permissions"], json!(may), "{role}");
    }
    let of = |role: Role| {
        let mut items = told["items"].as_array().unwrap().iter();
        items.find(|item| item["role"] == json!(role)).unwrap()
    };
    for (role, sees, contact_of_own_level, separate_duty) in [
        (Role::Deputy, "deputy", false, false),
        (Role::StationHead, "site", false, false),
        (Role::OfficeHandler, "office", false, false),
        (Role::CountyAdmin, "region", true, false),
        (Role::Auditor, "region", false, true),
        (Role::SecurityAdmin, "nothing", false, true),
        (Role::SystemAdmin, "nothing", false, true),
    ] {
        let item = of(role);
        assert_eq!(item["sees"], sees, "{role}");
        assert_eq!(item["contact_of_own_level"], contact_of_own_level, "{role}");
        assert_eq!(item["separate_duty"], separate_duty, "{role}");
    }
}
