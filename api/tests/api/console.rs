//! What the console asks for that no other client does: queues by deadline, many transfers at once, maps, reports.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use chrono::TimeDelta;
use minyi_domain::{
    audit::Action,
    people::{Role, Scope},
};
use minyi_store::{AuditFilter, fixtures::COUNTY};
use serde_json::{Value, json};

use crate::app::App;

async fn queue(app: &App, token: &str, due: &str) -> usize {
    let answer = app.get_as(token, &format!("/api/v1/inbox?due={due}")).await;
    answer.expect(200).json()["items"].as_array().unwrap().len()
}

#[actix_web::test]
async fn a_submission_moves_through_the_queues_as_its_deadline_comes_and_the_counts_agree() {
    let app = App::start().await;
    app.receipt().await;
    // Registered on a Friday noon: five working days end on the Friday after.
    for (days, expected) in [(0, "later"), (4, "this_week"), (3, "today"), (1, "overdue")] {
        app.advance(TimeDelta::days(days));
        let token = app.access_token(&app.deputy.actor).await;
        let home = app.get_as(&token, "/api/v1/me/home").await.expect(200).json();
        for due in ["overdue", "today", "this_week", "later"] {
            let found = queue(&app, &token, due).await;
            assert_eq!(found, usize::from(due == expected), "{expected}: {due}");
            assert_eq!(home["waiting"][due], found, "{expected}: {due}");
        }
    }
    let token = app.access_token(&app.deputy.actor).await;
    app.get_as(&token, "/api/v1/inbox?due=tomorrow")
        .await
        .problem(422, "invalid_fields");
}

#[actix_web::test]
async fn many_are_transferred_at_once_and_each_says_what_became_of_it() {
    let mut app = App::start().await;
    let (_, other) = app.city.grid_with_lead();
    app.receipt().await;
    let head = app.city.staff(app.grid.site_id, Role::StationHead);
    let token = app.access_token(&head).await;
    let id = app.only_submission(&token).await;
    let unknown = uuid::Uuid::from_u128(9);
    let body = json!({"submission_ids": [id, unknown], "deputy_id": other.id, "reason": "李代表休假，由王代表接手。"});
    let moved = app.post_as(&token, "/api/v1/transfers", &body).await.expect(200).json();
    assert_eq!(moved["items"][0], json!({"id": id, "outcome": "transferred"}));
    assert_eq!(moved["items"][1]["outcome"], "refused");
    assert!(moved["items"][1]["detail"].is_string(), "{moved}");
    let theirs = app.access_token(&other.actor).await;
    let case = app
        .get_as(&theirs, &format!("/api/v1/submissions/{id}"))
        .await
        .expect(200)
        .json();
    assert_eq!(case["transfers"][0]["reason"], "李代表休假，由王代表接手。");
    let none: Vec<Value> = Vec::new();
    let nothing = json!({"submission_ids": none, "deputy_id": other.id, "reason": "没有选"});
    app.post_as(&token, "/api/v1/transfers", &nothing)
        .await
        .problem(422, "invalid_fields");
}

#[actix_web::test]
async fn the_map_and_the_report_count_what_the_person_sees() {
    let mut app = App::start().await;
    app.receipt().await;
    let county = app.city.admin(COUNTY, Role::CountyAdmin);
    let elsewhere = app.city.admin("990102004", Role::StreetAdmin);
    for (actor, expected) in [(county, 1), (elsewhere, 0)] {
        let token = app.access_token(&actor).await;
        let map = app.get_as(&token, "/api/v1/statistics/map").await.expect(200).json();
        let counted: i64 = map["sites"]
            .as_array()
            .unwrap()
            .iter()
            .map(|site| site["registered"].as_i64().unwrap())
            .sum();
        assert_eq!(counted, expected);
        let pdf = app.get_as(&token, "/api/v1/reports/2026-11.pdf").await.expect(200);
        assert!(pdf.bytes.starts_with(b"%PDF"));
        let book = app.get_as(&token, "/api/v1/reports/2026-11.xlsx").await.expect(200);
        assert!(book.header("content-disposition").contains("yuebao-2026-11.xlsx"));
        for month in ["2026-12", "2026-13", "2026", "x"] {
            app.get_as(&token, &format!("/api/v1/reports/{month}.pdf"))
                .await
                .problem(422, "invalid_fields");
        }
    }
}

#[actix_web::test]
async fn divisions_are_found_by_name_or_code_within_the_own_one() {
    let mut app = App::start().await;
    let county = app.city.admin(COUNTY, Role::CountyAdmin);
    let token = app.access_token(&county).await;
    let find = async |q: &str| {
        let answer = app.get_as(&token, &format!("/api/v1/region-options?q={q}")).await;
        answer.expect(200).json()["items"].as_array().unwrap().clone()
    };
    let all = find("").await;
    assert!(
        !all.is_empty()
            && all
                .iter()
                .all(|region| region["code"].as_str().unwrap().starts_with(COUNTY))
    );
    assert_eq!(find(COUNTY).await[0]["code"], COUNTY);
    assert!(find("1").await.is_empty());
    let name = all[0]["name"].as_str().unwrap();
    assert!(find(name).await.iter().any(|region| region["name"] == name));
}

#[actix_web::test]
async fn a_table_goes_out_as_it_is_shown_and_the_export_stands_in_the_log() {
    let app = App::start().await;
    let token = app.access_token(&app.deputy.actor).await;
    let send = async |rows: Value| {
        let table = json!({"title": "网格", "filters": {"q": "杏林"}, "columns": ["名称", "代表"], "rows": rows});
        app.post_as(&token, "/api/v1/tables", &table).await
    };
    let file = send(json!([["=1+1", 2], ["第二网格", null]])).await.expect(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes)).unwrap();
    let sheet = book.worksheet_range("列表").unwrap();
    let rows: Vec<_> = sheet.rows().map(|row| row.to_vec()).collect();
    let text = |words: &str| Data::String(words.to_owned());
    assert_eq!(
        rows,
        [
            [text("名称"), text("代表")],
            [text("=1+1"), Data::Float(2.0)],
            [text("第二网格"), Data::Empty],
        ]
    );
    let uneven = send(json!([["只有一格"]])).await.problem(422, "invalid_fields");
    assert_eq!(uneven["errors"][0]["pointer"], "/rows");
    // More than fits into other requests, and still too long.
    let long = vec![json!(["某某网格", 1]); 20_001];
    send(json!(long)).await.problem(422, "too_many_rows");

    assert_eq!(
        app.logged(Action::ListExported),
        1,
        "what was refused was not handed out"
    );
    let filter = AuditFilter {
        action: Some(Action::ListExported),
        ..AuditFilter::default()
    };
    let everywhere = Scope::Region(String::new());
    let entry = app
        .store
        .audit_log(&everywhere, &filter, None, 1)
        .unwrap()
        .items
        .pop()
        .unwrap();
    assert_eq!(
        (entry.object_id.as_str(), entry.detail),
        ("网格", json!({"filters": {"q": "杏林"}, "rows": 2}))
    );
}
