//! What many people say, as JSON and as pages.

use minyi_domain::people::{Actor, Role};
use minyi_store::{NewSuggestion, fixtures::COUNTY};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{Answer, App, noon, send},
    pages::{WebDir, sign_in_to_desk},
};

/// Three that say the same, as the worker would have read them.
async fn crowd(app: &App) {
    for _ in 0..3 {
        app.receipt().await;
    }
    for unread in app.store.unread_submissions(10).unwrap() {
        let new = NewSuggestion {
            submission_id: unread.id,
            category: Some(("城乡建设".to_owned(), 0.82)),
            reason: vec!["路灯".to_owned()],
            candidates: Vec::new(),
            danger: Vec::new(),
            terms: vec![("路灯".to_owned(), 0.8), ("门口".to_owned(), 0.6)],
            model: "test".to_owned(),
        };
        app.store.record_suggestion(&new, noon()).unwrap();
    }
}

async fn desk(app: &App, actor: &Actor, path: &str) -> Answer {
    let cookie = sign_in_to_desk(app, actor).await;
    send(app.request(Method::GET, path).header("cookie", cookie)).await
}

#[actix_web::test]
async fn clusters_are_listed_and_read_by_those_who_see_their_cases() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let stranger = app.city.admin("990102004", Role::StreetAdmin);
    crowd(&app).await;
    app.sql("UPDATE sites SET longitude = 120.25, latitude = 36.5");
    let (admin, stranger) = (app.access_token(&admin).await, app.access_token(&stranger).await);
    let deputy = app.access_token(&app.deputy.actor).await;
    let list = app.get_as(&admin, "/api/v1/clusters").await.expect(200).json();
    let found = &list["items"][0];
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(
        (&list["from"], &list["to"]),
        (&json!("2026-10-24"), &json!("2026-11-20"))
    );
    assert_eq!(
        (&list["before_from"], &list["next_cursor"]),
        (&json!("2026-09-26"), &Value::Null)
    );
    assert_eq!(
        (&found["count"], &found["before"], &found["open"]),
        (&json!(3), &json!(0), &json!(3))
    );
    assert_eq!(found["words"], json!(["路灯", "门口"]));
    assert_eq!(found["weeks"], json!([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]));
    assert_eq!(found["categories"], json!([{"category": "城乡建设", "count": 3}]));
    assert_eq!(
        (&found["places"][0]["longitude"], &found["places"][0]["count"]),
        (&json!(120.25), &json!(3))
    );
    assert_eq!(found["typical"].as_array().unwrap().len(), 3);
    let path = format!("/api/v1/clusters/{}", found["id"].as_str().unwrap());
    let one = app.get_as(&deputy, &format!("{path}?limit=2")).await.expect(200).json();
    assert_eq!(one["cluster"], *found, "the deputy has all of them");
    assert_eq!(
        one["extent"],
        json!({"west": 120.25, "south": 36.5, "east": 120.25, "north": 36.5})
    );
    let next = one["next_cursor"].as_str().unwrap();
    let rest = app
        .get_as(&deputy, &format!("{path}?limit=2&cursor={next}"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (
            one["items"].as_array().unwrap().len(),
            rest["items"].as_array().unwrap().len()
        ),
        (2, 1)
    );
    let week = format!(
        "/api/v1/ledger?from=2026-11-14&to=2026-11-20&cluster={}",
        found["id"].as_str().unwrap()
    );
    for (token, count) in [(&admin, 3), (&stranger, 0)] {
        let listed = app.get_as(token, &week).await.expect(200).json();
        assert_eq!(listed["total"], json!(count), "behind the week's number");
    }
    let none = app.get_as(&stranger, "/api/v1/clusters").await.expect(200).json();
    assert_eq!(none["items"], json!([]));
    app.get_as(&stranger, &path).await.problem(404, "cluster_unknown");
    let elsewhere = "/api/v1/clusters?region=990102004";
    assert_eq!(
        app.get_as(&admin, elsewhere).await.expect(200).json()["items"],
        json!([])
    );
}

#[actix_web::test]
async fn an_address_that_says_nonsense_is_refused_with_all_that_is_wrong() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let admin = app.access_token(&admin).await;
    let office = app.city.office(COUNTY);
    let office = app.city.office_handler(office);
    let wrong = "/api/v1/clusters?from=gestern&region=abc&site=1&min_size=viele&sort=colour";
    let problem = app.get_as(&admin, wrong).await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 5, "{problem}");
    for wrong in [
        "from=2026-11-21",
        "from=2025-01-01",
        "cursor=x",
        "from=0001-01-01&to=0001-01-02",
        "limit=0",
    ] {
        let path = format!("/api/v1/clusters?{wrong}");
        app.get_as(&admin, &path).await.problem(422, "invalid_fields");
    }
    let office = app.access_token(&office).await;
    app.get_as(&office, "/api/v1/clusters").await.problem(403, "forbidden");
}

#[actix_web::test]
async fn the_pages_say_in_words_what_they_draw() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let stranger = app.city.admin("990102004", Role::StreetAdmin);
    crowd(&app).await;
    let page = desk(&app, &admin, "/desk/clusters").await.expect(200).text();
    for words in [
        "路灯、门口",
        "本期 3 件",
        "比上期多 3 件",
        "每周件数：0、0、0、0、0、0、0、0、0、0、0、3",
        "还没有登记坐标",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    app.sql("UPDATE sites SET longitude = 120.25, latitude = 36.5");
    let path = page
        .split("href=\"")
        .find(|part| part.starts_with("/desk/clusters/"))
        .unwrap();
    let path = path.split(['"', '?']).next().unwrap();
    let one = desk(&app, &admin, path).await.expect(200).text();
    for words in ["<figure class=\"map\">", "圆点越大件数越多", "role=\"img\"", "上北下南"] {
        assert!(one.contains(words), "{words}: {one}");
    }
    assert_eq!(
        one.matches("<th scope=\"row\"><a href=\"/desk/submissions/").count(),
        3,
        "{one}"
    );
    desk(&app, &stranger, path).await.expect(404);
    let empty = desk(&app, &stranger, "/desk/clusters").await.expect(200).text();
    assert!(empty.contains("这段时间没有") && !empty.contains("路灯"), "{empty}");
    let wrong = desk(&app, &admin, "/desk/clusters?to=heute").await.expect(422).text();
    assert!(wrong.contains("日期要写成") && wrong.contains("路灯、门口"), "{wrong}");
}
