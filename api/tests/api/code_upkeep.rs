//! The console's codes and prints through the interface.

use minyi_domain::people::Role;
use minyi_store::fixtures::{COUNTY, TOWNSHIP};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{App, PUBLIC_URL, send},
    codes::unknown_token,
};

async fn staff(app: &mut App) -> String {
    let staff = app.city.staff(app.grid.site_id, Role::StationStaff);
    app.access_token(&staff).await
}

#[actix_web::test]
async fn a_station_makes_its_codes_once_and_finds_them_in_the_list() {
    let mut app = App::start().await;
    let staff = staff(&mut app).await;
    let wanted = |dry_run: bool| {
        json!({"selection": {"site_id": app.grid.site_id}, "dry_run": dry_run,
            "purposes": [{"purpose": "单元门", "count": 2}, {"purpose": "公告栏", "count": 1}]})
    };
    let tried = app
        .post_as(&staff, "/api/v1/codes", &wanted(true))
        .await
        .expect(200)
        .json();
    assert_eq!((&tried["missing"], &tried["made"]), (&json!(3), &json!(0)));
    let made = app
        .post_as(&staff, "/api/v1/codes", &wanted(false))
        .await
        .expect(200)
        .json();
    assert_eq!(made["made"], 3);
    let again = app
        .post_as(&staff, "/api/v1/codes", &wanted(false))
        .await
        .expect(200)
        .json();
    assert_eq!(again["made"], 0);
    let list = app
        .get_as(&staff, "/api/v1/codes?purpose=单元门&limit=1")
        .await
        .expect(200)
        .json();
    assert_eq!(list["items"][0]["serial"].as_i64().map(|serial| serial > 0), Some(true));
    let next = list["next_cursor"].as_str().unwrap();
    let rest = app
        .get_as(&staff, &format!("/api/v1/codes?purpose=单元门&cursor={next}"))
        .await
        .expect(200)
        .json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn wishes_that_make_no_sense_are_told_apart() {
    let mut app = App::start().await;
    let staff = staff(&mut app).await;
    let grid = app.grid.id;
    for (body, status, code) in [
        (
            json!({"selection": {}, "purposes": [{"purpose": "电梯", "count": 1}]}),
            422,
            "invalid_fields",
        ),
        (
            json!({"selection": {"grid_id": grid}, "purposes": []}),
            422,
            "invalid_fields",
        ),
        (
            json!({"selection": {"grid_id": grid}, "purposes": [{"purpose": "电梯", "count": 51}]}),
            422,
            "invalid_fields",
        ),
        (
            json!({"selection": {"grid_id": uuid::Uuid::nil()}, "purposes": [{"purpose": "电梯", "count": 1}]}),
            404,
            "nothing_selected",
        ),
    ] {
        app.post_as(&staff, "/api/v1/codes", &body).await.problem(status, code);
    }
}

#[actix_web::test]
async fn a_code_is_replaced_with_a_reason_and_its_record_tells_it() {
    let mut app = App::start().await;
    let staff = staff(&mut app).await;
    let token = app.grid.token.clone();
    let act = |act: &str, reason: Option<&str>| json!({"tokens": [token.grouped()], "act": act, "reason": reason});
    app.post_as(&staff, "/api/v1/codes/acts", &act("replace", None))
        .await
        .problem(422, "invalid_fields");
    let done = app
        .post_as(&staff, "/api/v1/codes/acts", &act("replace", Some("贴纸破损")))
        .await
        .expect(200)
        .json();
    let successor = done["items"][0]["successor"].as_str().unwrap();
    app.post_as(&staff, "/api/v1/codes/acts", &act("suspend", Some("装修")))
        .await
        .problem(409, "code_act_refused");
    let record = app
        .get_as(&staff, &format!("/api/v1/codes/{token}/record"))
        .await
        .expect(200)
        .json();
    assert_eq!(record["successor"], successor);
    assert_eq!(record["events"][0]["reason"], "贴纸破损");
    let page = app.get(&format!("/api/v1/codes/{token}")).await.expect(200).json();
    assert_eq!(
        page["successor"], successor,
        "who scans the old one is led to the new one"
    );
}

#[actix_web::test]
async fn a_code_hangs_with_a_photo_and_is_taken_down() {
    let mut app = App::start().await;
    let staff = staff(&mut app).await;
    let photo = app.city.photo();
    let path = format!("/api/v1/codes/{}", app.grid.token);
    let hung = json!({"hung_on": "2026-11-19", "hung_by": "张三", "note": "电梯左侧", "photo_id": photo});
    app.post_as(&staff, &format!("{path}/installations"), &hung)
        .await
        .expect(201);
    let tomorrow = json!({"hung_on": "2030-01-01", "hung_by": "张三"});
    app.post_as(&staff, &format!("{path}/installations"), &tomorrow)
        .await
        .problem(422, "invalid_fields");
    let record = app.get_as(&staff, &format!("{path}/record")).await.expect(200).json();
    let url = record["installations"][0]["photo"]["thumbnail_url"].as_str().unwrap();
    assert!(url.contains(&photo.to_string()), "{url}");
    assert_eq!(record["code"]["hung_on"], "2026-11-19");
    let row = app.get_as(&staff, "/api/v1/codes?hung=true").await.expect(200).json()["items"][0].clone();
    assert_eq!(
        (&row["hung_on"], &row["hung_by"], &row["hung_note"]),
        (&json!("2026-11-19"), &json!("张三"), &json!("电梯左侧"))
    );
    assert_eq!(row["hung_photo"]["id"], photo.to_string());
}

#[actix_web::test]
async fn a_code_is_taken_down_on_a_day_for_a_reason() {
    let mut app = App::start().await;
    let staff = staff(&mut app).await;
    let path = format!("/api/v1/codes/{}", app.grid.token);
    let hung = json!({"hung_on": "2026-11-19", "hung_by": "张三"});
    app.post_as(&staff, &format!("{path}/installations"), &hung)
        .await
        .expect(201);
    let take_down = async |day: &str, reason: &str| {
        let body = json!({"removed_on": day, "reason": reason});
        app.post_as(&staff, &format!("{path}/removal"), &body).await
    };
    let problem = take_down("2026-11-20", " ").await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["pointer"], "/reason");
    take_down("2030-01-01", "墙面翻新").await.problem(422, "invalid_fields");
    take_down("2026-11-18", "墙面翻新").await.problem(409, "target_unfit");
    take_down("2026-11-20", "墙面翻新").await.expect(204);
    let record = app.get_as(&staff, &format!("{path}/record")).await.expect(200).json();
    assert_eq!(record["installations"][0]["removed_on"], "2026-11-20");
    let events = record["events"].as_array().unwrap();
    let taken_down = events.iter().find(|event| event["kind"] == "taken_down").unwrap();
    assert_eq!(taken_down["reason"], "墙面翻新");
    assert!(record["code"]["hung_by"].is_null(), "it hangs nowhere");
}

#[actix_web::test]
async fn a_scope_for_codes_is_found_by_name_code_or_id_within_the_own_place() {
    let mut app = App::start().await;
    let far_site = app.city.site();
    let far_grid = app.city.grid(far_site);
    let county = app.city.admin(COUNTY, Role::CountyAdmin);
    let (staff, county) = (staff(&mut app).await, app.access_token(&county).await);
    let (app, grid, site) = (&app, app.grid.id.to_string(), app.grid.site_id.to_string());
    let find = async |token: &str, kind: &str, q: &str| {
        let path = format!("/api/v1/code-places?kind={kind}&q={q}");
        let found = app.get_as(token, &path).await.expect(200).json();
        let ids = found["items"].as_array().unwrap().iter();
        ids.map(|item| item["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    for q in ["", app.grid.code.as_str(), grid.as_str()] {
        assert_eq!(find(&staff, "grid", q).await, std::slice::from_ref(&grid), "{q}");
    }
    assert_eq!(find(&staff, "site", "").await, std::slice::from_ref(&site));
    assert!(find(&staff, "grid", "没有这样的").await.is_empty());
    for q in [far_grid.code.clone(), far_grid.id.to_string()] {
        assert!(find(&staff, "grid", &q).await.is_empty(), "another station's: {q}");
    }
    let sites = find(&county, "site", "").await;
    assert!(sites.contains(&site) && sites.contains(&far_site.to_string()));
    assert_eq!(find(&county, "grid", &far_grid.code).await, [far_grid.id.to_string()]);
    let wish = json!({"selection": {"grid_id": grid}, "purposes": [{"purpose": "电梯", "count": 1}], "dry_run": true});
    let counted = app.post_as(&county, "/api/v1/codes", &wish).await.expect(200).json();
    assert_eq!(counted["grids"], 1);
}

#[actix_web::test]
async fn unusual_scans_are_counted_for_who_keeps_the_code() {
    let mut app = App::start().await;
    let staff = staff(&mut app).await;
    let elsewhere = app.city.site();
    let stranger = app.city.staff(elsewhere, Role::StationStaff);
    let stranger = app.access_token(&stranger).await;
    app.sql(&format!(
        "INSERT INTO code_alarms (code_id, on_date, scans, usual, noticed_at)
        SELECT '{}', day, 60, 2, day FROM unnest('{{2026-11-19,2026-11-12,2026-11-01}}'::date[]) AS day",
        app.grid.code_id
    ));
    let app = &app;
    let list = async |token: &str, query: &str| {
        let answer = app.get_as(token, &format!("/api/v1/code-alarms?{query}")).await;
        answer.expect(200).json()
    };
    let all = list(&staff, "limit=1").await;
    assert_eq!((&all["total"], all["items"].as_array().unwrap().len()), (&json!(3), 1));
    let week = list(&staff, "days=7").await;
    assert_eq!(
        (&week["total"], &week["items"][0]["on_date"]),
        (&json!(1), &json!("2026-11-19"))
    );
    assert_eq!(list(&stranger, "").await["total"], 0);
    for days in ["0", "31"] {
        app.get_as(&staff, &format!("/api/v1/code-alarms?days={days}"))
            .await
            .problem(422, "invalid_fields");
    }
}

#[actix_web::test]
async fn a_found_code_is_told_apart_from_its_imitations() {
    let mut app = App::start().await;
    let staff = staff(&mut app).await;
    let ours = format!("{PUBLIC_URL}/c/{}", app.grid.token);
    let host = PUBLIC_URL.split_once("://").unwrap().1;
    for (text, verdict) in [
        (ours.clone(), "alive"),
        (app.grid.token.grouped(), "alive"),
        (format!("{PUBLIC_URL}/c/{}", unknown_token(77)), "never_made"),
        (format!("{PUBLIC_URL}/c/ACDE3467KMNA"), "damaged"),
        (format!("https://{host}.evil.test/c/{}", app.grid.token), "imitation"),
        ("https://shop.test/pay".to_owned(), "foreign"),
        ("你好".to_owned(), "no_code"),
    ] {
        let answer = app
            .post_as(&staff, "/api/v1/codes/check", &json!({"text": text}))
            .await
            .expect(200)
            .json();
        assert_eq!(answer["verdict"], verdict, "{text}");
    }
    let retired = json!({"tokens": [app.grid.token.as_str()], "act": "retire", "reason": "拆除"});
    app.post_as(&staff, "/api/v1/codes/acts", &retired).await.expect(200);
    let answer = app
        .post_as(&staff, "/api/v1/codes/check", &json!({"text": ours}))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&answer["verdict"], &answer["state"]),
        (&json!("out_of_use"), &json!("retired"))
    );
}

#[actix_web::test]
async fn a_batch_is_asked_for_cancelled_and_its_file_comes_by_ranges() {
    let mut app = App::start().await;
    let staff = staff(&mut app).await;
    let wish = json!({"selection": {"tokens": [app.grid.token.as_str()]}, "template": "stand"});
    let job = app
        .post_as(&staff, "/api/v1/print-jobs", &wish.clone())
        .await
        .expect(201)
        .json();
    assert_eq!((&job["state"], &job["total"]), (&json!("waiting"), &json!(1)));
    let path = format!("/api/v1/print-jobs/{}", job["id"].as_str().unwrap());
    app.get_as(&staff, &format!("{path}/file"))
        .await
        .problem(409, "print_job_unfinished");
    // What the worker would write.
    let name = "prints/test/0123456789.pdf";
    app.objects().put(name, "0123456789".into()).await.unwrap();
    app.sql(&format!(
        "UPDATE print_jobs SET state = 'done', done = 1, object_name = '{name}', size_bytes = 10, finished_at = created_at"
    ));
    let whole = app.get_as(&staff, &format!("{path}/file")).await.expect(200);
    assert_eq!(
        (whole.text().as_str(), whole.header("content-type")),
        ("0123456789", "application/pdf")
    );
    let range = |range: &str| {
        let request = app.request(Method::GET, &format!("{path}/file")).bearer_auth(&staff);
        send(request.header("range", range.to_owned()))
    };
    let part = range("bytes=2-4").await.expect(206);
    assert_eq!(
        (part.text().as_str(), part.header("content-range")),
        ("234", "bytes 2-4/10")
    );
    assert_eq!(range("bytes=-3").await.expect(206).text(), "789");
    assert_eq!(
        range("bytes=10-").await.expect(416).header("content-range"),
        "bytes */10"
    );
    let second = app
        .post_as(&staff, "/api/v1/print-jobs", &wish)
        .await
        .expect(201)
        .json();
    let path = format!("/api/v1/print-jobs/{}", second["id"].as_str().unwrap());
    let cancelled = send(app.request(Method::DELETE, &path).bearer_auth(&staff))
        .await
        .expect(200)
        .json();
    assert_eq!(cancelled["state"], "cancelled");
    let list = app.get_as(&staff, "/api/v1/print-jobs").await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn a_county_has_its_own_look_and_colours_that_cannot_be_read_are_refused() {
    let mut app = App::start().await;
    let admin = app.city.admin(COUNTY, Role::CountyAdmin);
    let (admin, staff) = (app.access_token(&admin).await, staff(&mut app).await);
    let design = |code: &str| {
        json!({"title": "直通车", "hint": "有事您说", "hotline": null, "main_colour": "#0B3D91",
            "accent_colour": "#4caf50", "code_colour": code})
    };
    let path = format!("/api/v1/print-designs/{COUNTY}");
    let put = |design: Value| {
        let request = app.request(Method::PUT, &path).bearer_auth(&admin);
        send(request.json(&json!({"design": design})))
    };
    let problem = put(design("#ffcc00")).await.problem(422, "invalid_fields");
    assert_eq!(problem["errors"][0]["pointer"], "/design/code_colour");
    put(design("#0b2545")).await.expect(204);
    let seen = app
        .get_as(&staff, &format!("/api/v1/print-designs/{TOWNSHIP}"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&seen["design"]["title"], &seen["of_region"]),
        (&json!("直通车"), &json!(COUNTY))
    );
    for (template, format, content_type) in [("a4", "svg", "image/svg+xml"), ("cards", "png", "image/png")] {
        let wish = json!({"template": template, "format": format, "token": app.grid.token.as_str()});
        let preview = app
            .post_as(&staff, "/api/v1/print-designs/preview", &wish)
            .await
            .expect(200);
        assert_eq!(preview.header("content-type"), content_type);
    }
    let faint = json!({"template": "a4", "design": design("#ffcc00")});
    app.post_as(&staff, "/api/v1/print-designs/preview", &faint)
        .await
        .problem(422, "invalid_fields");
}
