//! A copy for the person (查阅、复制; 个人信息保护法 Art. 45): for programs as JSON, for people as PDF and as workbook.

use actix_web::{HttpResponse, post};
use minyi_domain::calendar::{CHINA, local_date};
use minyi_print::{
    book::Book,
    sheet::table_pdf,
    table::{Cell, Column},
};
use minyi_store::PersonalRecord;
use secrecy::ExposeSecret as _;

use super::{
    super::ledger::{XLSX, file},
    body::{CopyEntry, CopyResponse, PhoneRequest},
};
use crate::{
    auth::SignedIn,
    extract::JsonBody,
    problem::Problem,
    residents::submissions::{NAME_PURPOSE, PHONE_PURPOSE},
    state::{AppState, State},
};

const TITLE: &str = "个人信息副本";

/// Together as wide as A4 lying, less its margins.
const COLUMNS: [Column; 3] = [
    Column {
        title: "民意编号",
        width: 32.0,
    },
    Column {
        title: "项目",
        width: 30.0,
    },
    Column {
        title: "内容",
        width: 215.0,
    },
];

/// A text is broken into rows of so much, each of which fits on a page.
const MOST_CHARACTERS: usize = 1500;
const MOST_LINES: usize = 30;

impl AppState {
    fn open_copy(&self, record: PersonalRecord) -> Result<CopyEntry, Problem> {
        let open = |purpose: &str, sealed: Option<&Vec<u8>>| -> Result<Option<String>, Problem> {
            let Some(sealed) = sealed else { return Ok(None) };
            let text = self.keys.contact.open(purpose, record.id, sealed)?;
            Ok(Some(text.expose_secret().to_owned()))
        };
        let name = open(NAME_PURPOSE, record.contact_name_sealed.as_ref())?;
        let phone = open(PHONE_PURPOSE, record.contact_phone_sealed.as_ref())?;
        Ok(CopyEntry::new(record, name, phone))
    }

    /// Everything of a person, opened; that it is handed out as this kind of file stands in the audit log.
    async fn personal_copy(
        &self,
        signed_in: &SignedIn,
        phone: &str,
        kind: &'static str,
    ) -> Result<Vec<CopyEntry>, Problem> {
        let held = self.personal_data(signed_in, phone, Some(kind)).await?;
        held.into_iter().map(|record| self.open_copy(record)).collect()
    }
}

/// What stands in a copy, a row for each thing.
fn rows(items: &[CopyEntry]) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    for item in items {
        let submitted = item.submitted_at.with_timezone(&CHINA).format("%Y-%m-%d %H:%M");
        let mut add = |name: &str, text: &str| {
            for (index, part) in parts(text).into_iter().enumerate() {
                let name = if index == 0 {
                    name.to_owned()
                } else {
                    format!("{name}（续）")
                };
                rows.push(vec![
                    Cell::Text(item.number.clone()),
                    Cell::Text(name),
                    Cell::Text(part),
                ]);
            }
        };
        add("提交时间", &submitted.to_string());
        add("办理状态", item.state_name);
        for (name, text) in [("姓名", &item.name), ("电话", &item.phone), ("地址", &item.address)] {
            if let Some(text) = text {
                add(name, text);
            }
        }
        add("反映的内容", &item.text);
        let lists = [
            ("补充的情况", &item.replies),
            ("收到的答复", &item.answers),
            ("评价时的留言", &item.comments),
        ];
        for (name, texts) in lists {
            for text in texts {
                add(name, text);
            }
        }
        if item.photos > 0 {
            add("照片", &format!("{} 张", item.photos));
        }
    }
    rows
}

/// A text in parts that fit on a page each.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut characters, mut lines) = (0, 0);
    for character in text.chars() {
        if characters == MOST_CHARACTERS || lines == MOST_LINES {
            parts.push(String::new());
            (characters, lines) = (0, 0);
        }
        if let Some(part) = parts.last_mut() {
            part.push(character);
        }
        characters += 1;
        lines += usize::from(character == '\n');
    }
    parts
}

/// A copy for the person, for programs (导出个人信息，JSON)
///
/// Everything. That it was handed out stands in the audit log.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), request_body = PhoneRequest, responses(
    (status = 200, description = "a JSON file", body = CopyResponse),
))]
#[post("/personal-data/copy")]
pub(super) async fn copy_personal_data(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<PhoneRequest>,
) -> Result<HttpResponse, Problem> {
    let items = state.personal_copy(&signed_in, &request.phone, "json").await?;
    let name = format!("attachment; filename=\"geren-xinxi-{}.json\"", local_date(state.now()));
    Ok(HttpResponse::Ok()
        .insert_header(("cache-control", "no-store"))
        .insert_header(("content-disposition", name))
        .json(CopyResponse {
            made_at: state.now(),
            items,
        }))
}

/// A copy for the person, to print (导出个人信息，PDF)
///
/// The same as the JSON file. That it was handed out stands in the audit log.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), request_body = PhoneRequest, responses(
    (status = 200, description = "A4 lying, with page numbers", body = crate::openapi::File, content_type = "application/pdf"),
))]
#[post("/personal-data/copy.pdf")]
pub(super) async fn copy_personal_data_pdf(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<PhoneRequest>,
) -> Result<HttpResponse, Problem> {
    let items = state.personal_copy(&signed_in, &request.phone, "pdf").await?;
    let (font, today) = (state.font.clone(), state.today());
    let note = format!("共 {} 件民意；{today} 依本人申请提供，请妥善保管", items.len());
    let draw = move || table_pdf(TITLE, &note, &COLUMNS, &rows(&items), &font);
    let bytes = state.draw(draw).await??;
    Ok(file(bytes, "application/pdf", &format!("geren-xinxi-{today}.pdf")))
}

/// A copy for the person, as a workbook (导出个人信息，XLSX)
///
/// The same as the JSON file. That it was handed out stands in the audit log.
#[utoipa::path(tag = "个人信息", security(("bearer" = [])), request_body = PhoneRequest, responses(
    (status = 200, description = "a workbook", body = crate::openapi::File,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
))]
#[post("/personal-data/copy.xlsx")]
pub(super) async fn copy_personal_data_xlsx(
    state: State,
    signed_in: SignedIn,
    JsonBody(request): JsonBody<PhoneRequest>,
) -> Result<HttpResponse, Problem> {
    let items = state.personal_copy(&signed_in, &request.phone, "xlsx").await?;
    let today = state.today();
    let write = move || -> Result<Vec<u8>, minyi_print::Error> {
        let mut book = Book::new(TITLE, today)?;
        let sheet = book.sheet(TITLE, &COLUMNS)?;
        for row in rows(&items) {
            book.row(sheet, &row)?;
        }
        book.finish()
    };
    let bytes = state.draw(write).await??;
    Ok(file(bytes, XLSX, &format!("geren-xinxi-{today}.xlsx")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_broken_where_a_page_would_be_full_and_nothing_is_lost() {
        let long = "字".repeat(MOST_CHARACTERS + 1);
        let high = "行\n".repeat(MOST_LINES * 2 + 1);
        for (text, count) in [("短", 1), (long.as_str(), 2), (high.as_str(), 3)] {
            let parts = parts(text);
            assert_eq!(parts.len(), count);
            assert_eq!(parts.concat(), text);
        }
    }
}
