//! The ledger, its files, the statistics, and the pages of both.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use chrono::TimeDelta;
use minyi_domain::people::{Actor, Role};
use minyi_store::fixtures::COUNTY;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    app::{App, lamp, send},
    pages::{WebDir, sign_in_to_desk},
};

const PHONE: &str = "13800001234";

fn staff(app: &mut App) -> Actor {
    app.city.staff(app.grid.site_id, Role::StationStaff)
}

/// A submission with contact data that is answered at once and rated well.
async fn rated(app: &App) -> Value {
    let mut body = lamp();
    body["contact"] = json!({"name": "王阿姨", "phone": PHONE});
    let sent = app
        .submit(&uuid::Uuid::new_v4().to_string(), &body)
        .await
        .expect(201)
        .json();
    let deputy = app.access_token(&app.deputy.actor).await;
    let id = app.only_submission(&deputy).await;
    let answer = json!({"text": "路灯今天已经修好了。"});
    app.post_as(&deputy, &format!("/api/v1/submissions/{id}/answers"), &answer)
        .await
        .expect(201);
    let rating = json!({"solved": true, "satisfaction": "satisfied"});
    let path = format!("/api/v1/receipts/{}/rating", sent["receipt"].as_str().unwrap());
    assert!(app.post(&path, &rating).await.status < 300);
    sent
}

fn rows(file: &[u8], sheet: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.to_vec())).unwrap();
    let range = book.worksheet_range(sheet).unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

#[actix_web::test]
async fn the_ledger_is_listed_exported_and_archived_without_contact_data_and_each_export_is_recorded() {
    let mut app = App::start().await;
    let actor = staff(&mut app);
    let auditor = app.city.admin(COUNTY, Role::Auditor);
    let stranger = app.city.admin("990102004", Role::Auditor);
    let sent = rated(&app).await;
    let token = app.access_token(&actor).await;
    let list = app
        .get_as(&token, "/api/v1/ledger?satisfaction=satisfied&from=2026-11-20")
        .await
        .expect(200)
        .json();
    let entry = &list["items"][0];
    assert_eq!((&list["total"], &entry["number"]), (&json!(1), &sent["number"]));
    assert_eq!(
        (&entry["days_used"], &entry["solved"], &entry["state"]),
        (&json!(0), &json!(true), &json!("closed"))
    );
    assert_eq!(entry["handler"], json!(app.deputy.actor.display_name));
    let none = app
        .get_as(&token, "/api/v1/ledger?overdue=true")
        .await
        .expect(200)
        .json();
    assert_eq!((&none["total"], &none["items"]), (&json!(0), &json!([])));

    let xlsx = app
        .get_as(&token, "/api/v1/ledger.xlsx?from=2026-01-01&q=")
        .await
        .expect(200);
    assert!(xlsx.header("content-disposition").contains("taizhang-2026-11-20.xlsx"));
    let table = rows(&xlsx.bytes, "台账");
    assert_eq!((table.len(), table[0].len()), (2, 16));
    assert_eq!(table[1][0], Data::String(sent["number"].as_str().unwrap().to_owned()));
    assert!(matches!(table[1][1], Data::DateTime(_)), "{:?}", table[1]);
    app.advance(TimeDelta::seconds(1));
    let pdf = app.get_as(&token, "/api/v1/ledger.pdf").await.expect(200);
    assert!(pdf.bytes.starts_with(b"%PDF"));
    app.advance(TimeDelta::seconds(1));
    let archive = app.get_as(&token, "/api/v1/archives/2026.xlsx").await.expect(200);
    let answers = rows(&archive.bytes, "答复");
    assert_eq!(answers[1][4], Data::String("路灯今天已经修好了。".to_owned()));
    let steps = rows(&archive.bytes, "办理经过");
    assert!(steps.len() > 4, "{steps:?}");
    let everything = format!("{table:?}{answers:?}{steps:?}{:?}{list}", rows(&archive.bytes, "台账"));
    assert!(!everything.contains(PHONE) && !everything.contains("王阿姨"));
    assert_eq!(
        rows(
            &app.get_as(&token, "/api/v1/archives/2025.xlsx").await.expect(200).bytes,
            "台账"
        )
        .len(),
        1
    );
    app.get_as(&token, "/api/v1/archives/26.xlsx")
        .await
        .problem(422, "invalid_fields");

    let watcher = app.access_token(&auditor).await;
    let exports = app.get_as(&watcher, "/api/v1/audit/exports").await.expect(200).json();
    let kinds: Vec<_> = exports["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["kind"])
        .collect();
    assert_eq!(kinds, ["archive", "archive", "ledger_pdf", "ledger_xlsx"]);
    assert_eq!(exports["items"][3]["filter"], json!({"from": "2026-01-01"}));
    assert_eq!(
        (&exports["items"][3]["row_count"], &exports["items"][3]["account_role"]),
        (&json!(1), &json!("station_staff"))
    );
    let elsewhere = app.access_token(&stranger).await;
    let none = app.get_as(&elsewhere, "/api/v1/audit/exports").await.expect(200).json();
    assert_eq!(none["items"], json!([]));
    let none = app.get_as(&elsewhere, "/api/v1/ledger").await.expect(200).json();
    assert_eq!(none["total"], json!(0));
}

#[actix_web::test]
async fn wrong_filters_are_all_told_at_once() {
    let mut app = App::start().await;
    let actor = staff(&mut app);
    let token = app.access_token(&actor).await;
    let wrong =
        "/api/v1/ledger?from=gestern&kind=x&deputy=somebody&measure=due,nonsense&region=9%25&square=gcj02,200,1";
    let body = app.get_as(&token, wrong).await.problem(422, "invalid_fields");
    let pointers: Vec<_> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["pointer"])
        .collect();
    assert_eq!(pointers, ["from", "region", "deputy", "kind", "measure", "square"]);
    app.get_as(&token, "/api/v1/ledger.xlsx?to=x")
        .await
        .problem(422, "invalid_fields");
    app.get_as(&token, "/api/v1/statistics?group_by=weather")
        .await
        .problem(422, "invalid_fields");
    app.get_as(&token, "/api/v1/statistics?from=2026-02-01&to=2026-01-01")
        .await
        .problem(422, "invalid_fields");
}

#[actix_web::test]
async fn five_thousand_rows_are_too_many_for_paper_and_not_for_a_workbook() {
    let mut app = App::start().await;
    let actor = staff(&mut app);
    app.sql(&format!(
        "INSERT INTO submissions (id, number, receipt, idempotency_key, request_digest, code_id, grid_id, site_id,
            region_code, kind, text, route_reason, state, submitted_at, answer_due_at, answer_due_provisional,
            clock_started_at)
        SELECT gen_random_uuid(), '20261120-' || translate(lpad(i::text, 7, '0'), '0123456789', 'ACDEFGHJKM'),
            translate(lpad(i::text, 20, '0'), '0123456789', 'ACDEFGHJKM'), 'many-rows-' || i, sha256('x'), '{code}', '{grid}',
            '{site}', '{region}', 'problem', '路灯坏了没有人修', 'station_staff', 'registered', '2026-11-20T01:00:00Z',
            '2026-11-27T15:59:59Z', false, '2026-11-20T01:00:00Z'
        FROM generate_series(1, 5001) AS i",
        code = app.grid.code_id,
        grid = app.grid.id,
        site = app.grid.site_id,
        region = app.grid.region_code,
    ));
    let token = app.access_token(&actor).await;
    let refused = app
        .get_as(&token, "/api/v1/ledger.pdf")
        .await
        .problem(422, "too_many_rows");
    assert!(refused["detail"].as_str().unwrap().contains("5001"), "{refused}");
    let xlsx = app.get_as(&token, "/api/v1/ledger.xlsx").await.expect(200);
    assert_eq!(rows(&xlsx.bytes, "台账").len(), 5002);
    app.get_as(&token, "/api/v1/ledger.pdf?q=AAAAAC").await.expect(200);
}

#[actix_web::test]
async fn statistics_come_with_numerators_denominators_and_definitions() {
    let mut app = App::start().await;
    let actor = staff(&mut app);
    rated(&app).await;
    app.advance(TimeDelta::days(8));
    let token = app.access_token(&actor).await;
    let found = app.get_as(&token, "/api/v1/statistics").await.expect(200).json();
    assert_eq!(
        (&found["group_by"], &found["from"], &found["to"]),
        (&json!("deputy"), &json!("2026-01-01"), &json!("2026-11-28"))
    );
    let total = &found["total"];
    assert_eq!(
        (&total["volumes"]["registered"], &total["median_days"]),
        (&json!(1), &json!(0.0))
    );
    assert_eq!(found["groups"][0]["volumes"], total["volumes"]);
    assert_eq!(found["groups"][0]["key"], json!(app.deputy.id.to_string()));
    let rates = total["rates"].as_array().unwrap();
    let response =
        json!({"rate": "response", "name": "响应率", "value": 1.0, "numerator": 1, "denominator": 1, "small": true});
    assert_eq!(rates[0], response);
    assert_eq!(rates.len(), found["definitions"].as_array().unwrap().len());
    let months = app
        .get_as(&token, "/api/v1/statistics?group_by=month")
        .await
        .expect(200)
        .json();
    assert_eq!(months["groups"][0]["label"], "2026-11");
    let stranger = app.city.admin("990102004", Role::StreetAdmin);
    let stranger = app.access_token(&stranger).await;
    let none = app.get_as(&stranger, "/api/v1/statistics").await.expect(200).json();
    assert_eq!(
        (&none["groups"], &none["total"]["rates"][0]["value"]),
        (&json!([]), &Value::Null)
    );
}

#[actix_web::test]
async fn what_is_escalated_now_and_a_square_of_the_map_lead_to_their_rows() {
    let mut app = App::start().await;
    let actor = staff(&mut app);
    rated(&app).await;
    app.receipt().await;
    app.sql("UPDATE submissions SET escalated_at = submitted_at");
    app.sql(
        "UPDATE submissions SET longitude = 126.6421, latitude = 45.7572, coordinate_system = 'gcj02'
        WHERE state <> 'closed'",
    );
    let token = app.access_token(&actor).await;
    let found = app
        .get_as(&token, "/api/v1/statistics?group_by=site")
        .await
        .expect(200)
        .json();
    let site = &found["groups"][0];
    assert_eq!(
        (&site["volumes"]["escalated"], &site["volumes"]["escalated_open"]),
        (&json!(2), &json!(1))
    );
    let listed = async |filter: &str| {
        let path = format!("/api/v1/ledger?{filter}");
        let list = app.get_as(&token, &path).await.expect(200).json();
        let state = list["items"][0]["state"].clone();
        (list["total"].clone(), state)
    };
    let key = site["key"].as_str().unwrap();
    let open = (json!(1), json!("registered"));
    assert_eq!(listed(&format!("measure=escalated_open&site={key}")).await, open);

    let map = app.get_as(&token, "/api/v1/statistics/map").await.expect(200).json();
    let cell = &map["cells"][0];
    assert_eq!((&map["cells"][1], &cell["count"]), (&Value::Null, &json!(1)));
    let square = format!(
        "square={},{},{}",
        cell["coordinate_system"].as_str().unwrap(),
        cell["longitude"],
        cell["latitude"]
    );
    assert_eq!(listed(&square).await, open);
    assert_eq!(listed("square=gcj02,126.643,45.757").await.0, json!(0));
    let stranger = app.city.admin("990102004", Role::StreetAdmin);
    let stranger = app.access_token(&stranger).await;
    let foreign = app.get_as(&stranger, &format!("/api/v1/ledger?{square}")).await;
    assert_eq!(foreign.expect(200).json()["total"], json!(0));
}

#[actix_web::test]
async fn numbers_on_the_page_lead_to_their_rows() {
    let web = WebDir::new();
    let mut app = web.app().await;
    let actor = staff(&mut app);
    let sent = rated(&app).await;
    app.receipt().await;
    app.advance(TimeDelta::days(8));
    let cookie = sign_in_to_desk(&app, &actor).await;
    let get = |path: String| send(app.request(Method::GET, &path).header("cookie", &cookie));
    let numbers = get("/desk/numbers".to_owned()).await.expect(200).text();
    for words in [
        "样本少",
        "响应率",
        "怎么算的",
        "没有评价的不算满意",
        "50.0%",
        "2026-11 登记 2 件",
    ] {
        assert!(numbers.contains(words), "{words}: {numbers}");
    }
    let links: Vec<&str> = numbers
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .collect();
    let links: Vec<&&str> = links.iter().filter(|link| link.starts_with("/desk/ledger?")).collect();
    assert!(links.len() > 20, "{links:?}");
    let with = |measure: &str| {
        links
            .iter()
            .find(|link| link.ends_with(&format!("measure={measure}")))
            .unwrap()
    };
    for (measure, count) in [
        ("registered", 2),
        ("in_time,due", 1),
        ("due", 2),
        ("solved,rated", 1),
        ("overdue", 1),
    ] {
        let page = get(with(measure).replace("&#38;", "&").replace("&amp;", "&"))
            .await
            .expect(200)
            .text();
        assert!(page.contains(&format!("共 {count} 件")), "{measure}: {page}");
    }
    let ledger = get("/desk/ledger?state=closed&q=".to_owned()).await.expect(200).text();
    assert!(
        ledger.contains(sent["number"].as_str().unwrap()) && ledger.contains("共 1 件"),
        "{ledger}"
    );
    assert!(ledger.contains("/api/v1/ledger.xlsx?state=closed\""), "{ledger}");
    assert!(
        get("/desk/ledger?from=x".to_owned())
            .await
            .expect(422)
            .text()
            .contains("日期要写成")
    );
    let deputy = sign_in_to_desk(&app, &app.deputy.actor).await;
    let page = send(app.request(Method::GET, "/desk/numbers").header("cookie", &deputy))
        .await
        .expect(200)
        .text();
    assert!(page.contains("样本少") && !page.contains("/desk/ledger"), "{page}");
    send(app.request(Method::GET, "/desk/ledger").header("cookie", &deputy))
        .await
        .expect(403);
}
