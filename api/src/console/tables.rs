//! What a table of the console shows, as a workbook (导出列表). The page that shows it has asked for every row within the
//! scope and sends what stood in its cells; so every table goes out in one way, and none brings more than it shows.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, post, web::Payload};
use chrono::{DateTime, Utc};
use minyi_domain::{
    audit::{Action, ObjectKind},
    calendar::local_date,
};
use minyi_print::{
    book::Book,
    table::{Cell, Column},
};
use minyi_store::Act;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::ledger::{XLSX, file};
use crate::{auth::SignedIn, extract::json_up_to, problem::Problem, state::State};

/// Some twenty thousand rows of all columns.
const MOST_BYTES: usize = 24 << 20;
const MOST_ROWS: usize = 20_000;
const MOST_COLUMNS: usize = 40;
const MOST_FILTERS: usize = 20;
/// Characters of a title, a heading, a filter.
const MOST_WORDS: usize = 60;
/// In millimetres, for want of a better one.
const WIDTH: f32 = 34.0;

/// A table as it is shown, all pages of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "网格", "filters": {"region": "990102003"}, "columns": ["名称", "代表"], "rows": [["第一网格", 2], ["第二网格", null]]
}))]
pub struct TableRequest {
    #[schema(min_length = 1, max_length = 60)]
    title: String,
    /// By which filters it was narrowed; for the audit.
    #[serde(default)]
    filters: BTreeMap<String, String>,
    /// Headings, up to 40.
    columns: Vec<String>,
    /// Up to 20,000; each with a cell for every column.
    rows: Vec<Vec<Option<TableCell>>>,
}

/// What stands in a cell.
#[derive(Deserialize, ToSchema)]
#[serde(untagged)]
pub enum TableCell {
    Number(i64),
    Text(String),
}

impl TableRequest {
    fn check(&self) -> Result<(), Problem> {
        let fits = |words: &String| words.chars().count() <= MOST_WORDS;
        if self.title.trim().is_empty() || !fits(&self.title) {
            return Err(Problem::field("/title", "out_of_range", "标题是 1 到 60 个字。"));
        }
        let narrowed = self.filters.iter().all(|(name, value)| fits(name) && fits(value));
        if self.filters.len() > MOST_FILTERS || !narrowed {
            return Err(Problem::field("/filters", "too_many", "筛选条件太多或者太长。"));
        }
        if self.columns.is_empty() || self.columns.len() > MOST_COLUMNS || !self.columns.iter().all(fits) {
            return Err(Problem::field("/columns", "out_of_range", "要有 1 到 40 列。"));
        }
        if self.rows.len() > MOST_ROWS {
            return Err(Problem::too_many_rows(self.rows.len(), MOST_ROWS));
        }
        if self.rows.iter().any(|row| row.len() != self.columns.len()) {
            return Err(Problem::field("/rows", "mismatch", "每一行都要和表头一样长。"));
        }
        Ok(())
    }

    fn book(self, now: DateTime<Utc>) -> Result<Vec<u8>, Problem> {
        let columns: Vec<Column> = self.columns.iter().map(|title| Column::new(title, WIDTH)).collect();
        let mut book = Book::new(&self.title, local_date(now))?;
        let sheet = book.sheet("列表", &columns)?;
        for row in self.rows {
            let cells: Vec<Cell> = row.into_iter().map(cell).collect();
            book.row(sheet, &cells)?;
        }
        Ok(book.finish()?)
    }
}

fn cell(cell: Option<TableCell>) -> Cell {
    match cell {
        Some(TableCell::Number(number)) => Cell::Number(number),
        Some(TableCell::Text(text)) => Cell::Text(text),
        None => Cell::Empty,
    }
}

/// A table as a workbook (导出列表)
///
/// Made of what the page shows. The export stands in the audit log: who, which table, by which filters, how many rows.
#[utoipa::path(tag = "管理", security(("bearer" = [])), request_body = TableRequest, responses(
    (status = 200, description = "a workbook", body = crate::openapi::File,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 422, description = "`invalid_fields`：内容不对；`too_many_rows`：超过 20000 行，请缩小范围"),
))]
#[post("/tables")]
pub(super) async fn export_table(
    state: State,
    signed_in: SignedIn,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let table: TableRequest = json_up_to(MOST_BYTES, &request, payload).await?;
    table.check()?;
    let act = Act::done(Action::ListExported, ObjectKind::List, &table.title);
    let act = act.with(json!({"filters": table.filters, "rows": table.rows.len()}));
    let (by, now) = (signed_in.by(), state.now());
    let bytes = state.draw(move || table.book(now)).await??;
    // Before it is handed out.
    state.ask(move |store| store.record_act(&by, &act, now)).await?;
    Ok(file(bytes, XLSX, &format!("liebiao-{}.xlsx", state.today())))
}
