//! The ledger as a workbook and as a PDF. Who took what is recorded before it is handed out.

use actix_web::{HttpResponse, get, web::Query};
use minyi_domain::{calendar::local_date, rights::Permission};
use minyi_print::{book::Book, sheet::table_pdf, table::Cell};
use minyi_store::{Export, ExportKind};

use super::{
    LedgerQuery,
    sheet::{COLUMNS, cells},
};
use crate::{
    auth::SignedIn,
    problem::Problem,
    state::{AppState, State},
};

/// Rows of a PDF: some 250 pages.
const MOST_PDF_ROWS: i64 = 5_000;
/// Rows of a workbook: a large county's year, some 10 MB.
pub const MOST_XLSX_ROWS: i64 = 100_000;

/// A file that is handed out.
pub fn file(bytes: Vec<u8>, content_type: &str, name: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header(("cache-control", "no-store"))
        .insert_header(("content-disposition", format!("attachment; filename=\"{name}\"")))
        .body(bytes)
}

/// The content type of a workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

impl AppState {
    /// Refuses what is too long for its kind of file.
    ///
    /// # Errors
    /// [`Problem::TooManyRows`], and those of the filter.
    pub async fn must_fit(&self, signed_in: &SignedIn, query: &LedgerQuery, most: i64) -> Result<(), Problem> {
        let (scope, filter, now) = (signed_in.actor.scope(), query.filter()?, self.now());
        let found = self.ask(move |store| store.ledger_count(&scope, &filter, now)).await?;
        if found > most {
            return Err(Problem::TooManyRows { found, most });
        }
        Ok(())
    }

    /// Records what is about to be handed out.
    ///
    /// # Errors
    /// If it cannot be recorded: then nothing is handed out.
    pub async fn record_export(
        &self,
        signed_in: &SignedIn,
        kind: ExportKind,
        query: &LedgerQuery,
        row_count: i64,
    ) -> Result<(), Problem> {
        let export = Export {
            account_id: signed_in.actor.account_id,
            kind,
            filter: query.recorded()?,
            row_count,
        };
        let (by, now) = (signed_in.by(), self.now());
        self.ask(move |store| store.record_export(&by, &export, now)).await
    }
}

/// The ledger as a workbook (导出台账，XLSX)
///
/// The same filters as the list; up to 100,000 rows. No contact data. The export is recorded.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(LedgerQuery), responses(
    (status = 200, description = "a workbook whose first row stays in sight and filters", body = crate::openapi::File,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：角色不看台账"),
    (status = 422, description = "`invalid_fields`：筛选条件不对；`too_many_rows`：超过 100000 行，请缩小范围"),
))]
#[get("/ledger.xlsx")]
pub(super) async fn get_ledger_xlsx(
    state: State,
    signed_in: SignedIn,
    query: Query<LedgerQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Ledger)?;
    state.must_fit(&signed_in, &query, MOST_XLSX_ROWS).await?;
    let (scope, filter, now) = (signed_in.actor.scope(), query.filter()?, state.now());
    let (store, rules) = (state.store.clone(), state.rules_in_force().await?);
    let write = move || -> Result<(Vec<u8>, i64), Problem> {
        let mut book = Book::new("民意台账", local_date(now))?;
        let sheet = book.sheet("台账", &COLUMNS)?;
        let count = store.ledger_in_batches::<Problem>(&scope, &filter, now, |rows| {
            for row in rows {
                book.row(sheet, &cells(row, &rules.calendar))?;
            }
            Ok(())
        })?;
        Ok((book.finish()?, count))
    };
    let (bytes, count) = state.draw(write).await??;
    state
        .record_export(&signed_in, ExportKind::LedgerXlsx, &query, count)
        .await?;
    Ok(file(bytes, XLSX, &format!("taizhang-{}.xlsx", state.today())))
}

/// The ledger as pages to print (导出台账，PDF)
///
/// The same filters as the list; up to 5,000 rows on A4. No contact data. The export is recorded.
#[utoipa::path(tag = "管理", security(("bearer" = [])), params(LedgerQuery), responses(
    (status = 200, description = "A4 lying, with page numbers", body = crate::openapi::File, content_type = "application/pdf"),
    (status = 400, description = "`malformed_request`：参数不对"),
    (status = 403, description = "`forbidden`：角色不看台账"),
    (status = 422, description = "`invalid_fields`：筛选条件不对；`too_many_rows`：超过 5000 行，请缩小范围，或者导出 XLSX"),
))]
#[get("/ledger.pdf")]
pub(super) async fn get_ledger_pdf(
    state: State,
    signed_in: SignedIn,
    query: Query<LedgerQuery>,
) -> Result<HttpResponse, Problem> {
    signed_in.must(Permission::Ledger)?;
    state.must_fit(&signed_in, &query, MOST_PDF_ROWS).await?;
    let (scope, filter, now) = (signed_in.actor.scope(), query.filter()?, state.now());
    let (store, rules, font) = (state.store.clone(), state.rules_in_force().await?, state.font.clone());
    let period = (filter.from, filter.to);
    let by = signed_in.actor.display_name.clone();
    let write = move || -> Result<(Vec<u8>, i64), Problem> {
        let mut table: Vec<Vec<Cell>> = Vec::new();
        let count = store.ledger_in_batches::<Problem>(&scope, &filter, now, |rows| {
            table.extend(rows.into_iter().map(|row| cells(row, &rules.calendar)));
            Ok(())
        })?;
        let say =
            |day: Option<chrono::NaiveDate>, open: &str| day.map_or_else(|| open.to_owned(), |day| day.to_string());
        let note = format!(
            "登记日期 {} 至 {}，共 {count} 件；{} 于 {} 导出",
            say(period.0, "最早"),
            say(period.1, "今天"),
            by,
            local_date(now),
        );
        Ok((table_pdf("民意台账", &note, &COLUMNS, &table, &font)?, count))
    };
    let (bytes, count) = state.draw(write).await??;
    state
        .record_export(&signed_in, ExportKind::LedgerPdf, &query, count)
        .await?;
    Ok(file(
        bytes,
        "application/pdf",
        &format!("taizhang-{}.pdf", state.today()),
    ))
}
