use minyi_domain::people::Role;
use minyi_store::{NewSuggestion, fixtures::COUNTY};
use reqwest::Method;
use serde_json::json;

use crate::app::{Answer, App, noon, send};

const SCHEME: &str = "level1,level2,level3\n城乡建设,市政设施,路灯照明\n环境保护,噪声,\n";

async fn put(app: &App, token: &str, kind: &str, body: &str) -> Answer {
    let request = app.request(Method::PUT, "/api/v1/categories").bearer_auth(token);
    send(request.header("content-type", kind).body(body.to_owned())).await
}

/// What the worker would write.
fn read(app: &App, terms: &[(&str, f64)]) {
    for unread in app.store.unread_submissions(10).unwrap() {
        let scheme = app.store.categories().unwrap();
        let new = NewSuggestion {
            submission_id: unread.id,
            category: Some(("城乡建设".to_owned(), 0.82)),
            reason: vec!["路灯".to_owned()],
            candidates: scheme.iter().filter(|row| row.level == 3).map(|row| row.id).collect(),
            danger: vec!["漏电".to_owned()],
            terms: terms
                .iter()
                .map(|(term, weight)| ((*term).to_owned(), *weight))
                .collect(),
            model: "test".to_owned(),
        };
        app.store.record_suggestion(&new, noon()).unwrap();
    }
}

#[actix_web::test]
async fn a_scheme_is_taken_whole_or_not_at_all() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let admin = app.access_token(&admin).await;
    let deputy = app.access_token(&app.deputy.actor).await;
    put(&app, &deputy, "text/csv", SCHEME).await.problem(403, "forbidden");
    put(&app, &admin, "application/json", "{}")
        .await
        .problem(415, "unsupported_media_type");
    let wrong = format!("{SCHEME}城乡建设,,路灯\n城乡建设,市政设施,路灯照明\n");
    let problem = put(&app, &admin, "text/csv", &wrong)
        .await
        .problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["pointer"], "/4");
    assert_eq!(problem["errors"][1]["detail"], "第 5 行：和第 2 行重复。");
    let list = app.get_as(&deputy, "/api/v1/categories").await.expect(200).json();
    assert_eq!(list, json!({"items": []}));
    let done = put(&app, &admin, "text/csv", SCHEME).await.expect(200).json();
    assert_eq!(done, json!({"added": 5, "restored": 0, "retired": 0, "active": 5}));
    let list = app.get_as(&deputy, "/api/v1/categories").await.expect(200).json();
    assert_eq!(list["items"][2]["path"], "城乡建设/市政设施/路灯照明");

    // The same file out of a form is the same scheme.
    let upload = async |name: &'static str| {
        let part = reqwest::multipart::Part::bytes(SCHEME.as_bytes().to_vec()).file_name("scheme.csv");
        let form = reqwest::multipart::Form::new().part(name, part);
        let request = app.request(Method::PUT, "/api/v1/categories").bearer_auth(&admin);
        send(request.multipart(form)).await
    };
    assert_eq!(upload("file").await.expect(200).json()["active"], 5);
    upload("other").await.problem(422, "invalid_fields");
}

#[actix_web::test]
async fn a_suggestion_is_shown_with_its_reason_and_a_person_decides() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let (_, stranger) = app.city.grid_with_lead();
    put(&app, &app.access_token(&admin).await, "text/csv", SCHEME)
        .await
        .expect(200);
    app.receipt().await;
    read(&app, &[("路灯", 1.0)]);
    let token = app.access_token(&app.deputy.actor).await;
    let path = format!("/api/v1/submissions/{}", app.only_submission(&token).await);
    let sorting = app.get_as(&token, &path).await.expect(200).json()["sorting"].clone();
    assert_eq!(sorting["category"], json!(null), "it decides nothing");
    let made = &sorting["suggestion"];
    assert_eq!(
        (&made["category"], &made["reason"]),
        (&json!("城乡建设"), &json!(["路灯"]))
    );
    assert_eq!(made["candidates"][0]["path"], "城乡建设/市政设施/路灯照明");
    let choice = json!({"category_id": made["candidates"][0]["id"]});
    let category = format!("{path}/category");
    let foreign = app.access_token(&stranger.actor).await;
    app.post_as(&foreign, &category, &choice)
        .await
        .problem(404, "submission_unknown");
    let nothing = json!({"category_id": uuid::Uuid::nil()});
    app.post_as(&token, &category, &nothing)
        .await
        .problem(422, "target_unknown");
    app.post_as(&token, &category, &choice).await.expect(204);
    let sorting = app.get_as(&token, &path).await.json()["sorting"].clone();
    assert_eq!(sorting["category"]["path"], "城乡建设/市政设施/路灯照明");
}

#[actix_web::test]
async fn likes_name_what_is_shared() {
    let mut app = App::start().await;
    let (_, stranger) = app.city.grid_with_lead();
    app.receipt().await;
    read(&app, &[("路灯", 0.8), ("门口", 0.6)]);
    let token = app.access_token(&app.deputy.actor).await;
    let first = app.only_submission(&token).await;
    app.receipt().await;
    read(&app, &[("路灯", 1.0)]);
    let path = format!("/api/v1/submissions/{first}/like");
    let likes = app.get_as(&token, &path).await.expect(200).json();
    assert_eq!(likes["items"].as_array().unwrap().len(), 1, "{likes}");
    assert_eq!(likes["items"][0]["shared"], json!(["路灯"]));
    assert_eq!(likes["items"][0]["same"], true);
    let foreign = app.access_token(&stranger.actor).await;
    app.get_as(&foreign, &path).await.problem(404, "submission_unknown");
}
