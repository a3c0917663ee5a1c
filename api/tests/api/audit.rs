//! The audit log as the auditor sees it.

use std::io::Cursor;

use calamine::{Reader as _, Xlsx};
use minyi_domain::people::Role;
use minyi_store::fixtures::COUNTY;

use crate::app::App;

#[actix_web::test]
async fn an_export_of_the_log_stands_in_the_log_with_the_address_that_asked_for_it() {
    let mut app = App::start().await;
    let auditor = app.city.admin(COUNTY, Role::Auditor);
    let token = app.access_token(&auditor).await;
    let path = "/api/v1/audit/log.xlsx?from=2026-11-01&action=audit_exported";
    let file = app.get_as(&token, path).await.expect(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes)).unwrap();
    assert_eq!(
        book.worksheet_range("审计日志").unwrap().rows().count(),
        1,
        "the heading"
    );

    let list = app
        .get_as(&token, "/api/v1/audit/log?action=audit_exported&person=")
        .await;
    let list = list.expect(200).json();
    let entry = &list["items"][0];
    assert_eq!(entry["account_id"], auditor.account_id.to_string());
    assert_eq!(
        (&entry["action_name"], &entry["result"]),
        (&"导出审计日志".into(), &"done".into())
    );
    assert_eq!(
        (&entry["address"], &entry["detail"]["rows"]),
        (&"127.0.0.1".into(), &0.into())
    );
    assert_eq!(entry["detail"]["filter"]["from"], "2026-11-01");
    let file = app
        .get_as(&token, "/api/v1/audit/log.xlsx?result=done")
        .await
        .expect(200);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.bytes)).unwrap();
    assert!(book.worksheet_range("审计日志").unwrap().rows().count() > 1);
}

#[actix_web::test]
async fn a_wrong_filter_is_named() {
    let mut app = App::start().await;
    let auditor = app.city.admin(COUNTY, Role::Auditor);
    let token = app.access_token(&auditor).await;
    let answer = app
        .get_as(&token, "/api/v1/audit/log?from=1.11.2026&action=danced")
        .await;
    let body = answer.problem(422, "invalid_fields");
    let pointers: Vec<_> = body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["pointer"])
        .collect();
    assert_eq!(pointers, ["from", "action"]);
}
