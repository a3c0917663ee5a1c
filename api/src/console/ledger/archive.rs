//! A year as one file (年度档案): the ledger, the way of each submission, and every answer.

use actix_web::{HttpResponse, get, web::Path};
use chrono::{DateTime, Utc};
use minyi_domain::{
    calendar::{CHINA, local_date},
    people::Scope,
    rights::Permission,
};
use minyi_print::{
    book::Book,
    table::{Cell, Column},
};
use minyi_store::{AnswerKind, ExportKind, LedgerFilter, Store};
use uuid::Uuid;

use super::{
    LedgerQuery,
    export::{MOST_XLSX_ROWS, XLSX, file},
    sheet::{COLUMNS, cells},
};
use crate::{auth::SignedIn, problem::Problem, state::State, timeline::sentence};

const STEPS: [Column; 3] = [
    Column::new("编号", 34.0),
    Column::new("时间", 34.0),
    Column::new("经过", 150.0),
];
const ANSWERS: [Column; 5] = [
    Column::new("编号", 34.0),
    Column::new("时间", 34.0),
    Column::new("答复人", 24.0),
    Column::new("种类", 24.0),
    Column::new("内容", 200.0),
];

/// A year's archive (年度档案)
///
/// Three sheets: the ledger of what was registered in that year in China, the way of each submission, and its answers.
/// No contact data. The export is recorded.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(
    ("year" = String, Path, description = "four digits", example = "2026")
), responses(
    (status = 200, description = "a workbook", body = crate::openapi::File,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 403, description = "`forbidden`：角色不看台账"),
    (status = 422, description = "`invalid_fields`：年份不对；`too_many_rows`：超过 100000 件，请下级分别归档"),
))]
#[get("/archives/{year}.xlsx")]
pub(super) async fn get_archive(
    state: State,
    signed_in: SignedIn,
    year: Path<String>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Ledger)?;
    let known = year.parse::<u16>().ok().filter(|year| (2000..=2200).contains(year));
    let year = known.ok_or_else(|| Problem::field("year", "out_of_range", "年份要写成 2026 这样的四位数。"))?;
    let query = LedgerQuery {
        from: Some(format!("{year}-01-01")),
        to: Some(format!("{year}-12-31")),
        ..LedgerQuery::default()
    };
    state.must_fit(&signed_in, &query, MOST_XLSX_ROWS).await?;
    let (scope, filter, now) = (signed_in.actor.scope(), query.filter()?, state.now());
    let (store, rules) = (state.store.clone(), state.rules_in_force().await?);
    let write = move || write(&store, &scope, &filter, &rules.calendar, now, year);
    let (bytes, count) = state.draw(write).await??;
    state
        .record_export(&signed_in, ExportKind::Archive, &query, count)
        .await?;
    Ok(file(bytes, XLSX, &format!("dangan-{year}.xlsx")))
}

fn write(
    store: &Store,
    scope: &Scope,
    filter: &LedgerFilter,
    calendar: &minyi_domain::calendar::WorkCalendar,
    now: DateTime<Utc>,
    year: u16,
) -> Result<(Vec<u8>, i64), Problem> {
    let mut book = Book::new(&format!("{year} 年民意档案"), local_date(now))?;
    let ledger = book.sheet("台账", &COLUMNS)?;
    let steps = book.sheet("办理经过", &STEPS)?;
    let answers = book.sheet("答复", &ANSWERS)?;
    let count = store.ledger_in_batches::<Problem>(scope, filter, now, |rows| {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        for row in rows {
            book.row(ledger, &cells(row, calendar))?;
        }
        let records = store.records(scope, &ids)?;
        for (number, event) in records.events {
            let row = [
                Cell::Text(number),
                moment(event.occurred_at),
                Cell::Text(sentence(&event)),
            ];
            book.row(steps, &row)?;
        }
        for (number, author, kind, text, at) in records.answers {
            let kind = match kind {
                AnswerKind::Answer => "答复",
                AnswerKind::Decline => "不予受理告知",
            };
            let kind = Cell::Text(kind.to_owned());
            let row = [
                Cell::Text(number),
                moment(at),
                Cell::Text(author),
                kind,
                Cell::Text(text),
            ];
            book.row(answers, &row)?;
        }
        Ok(())
    })?;
    Ok((book.finish()?, count))
}

fn moment(at: DateTime<Utc>) -> Cell {
    Cell::Text(at.with_timezone(&CHINA).format("%Y-%m-%d %H:%M").to_string())
}
