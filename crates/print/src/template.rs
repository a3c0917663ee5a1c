//! Workbooks that people fill in and send back (导入模板): one sheet for the rows, one that explains the columns. What
//! comes back with mistakes is written again with a column that says them, to be corrected and sent once more.

use std::io::Cursor;

use calamine::{Data, DataType as _, Reader as _, Sheets, open_workbook_auto_from_rs};
use rust_xlsxwriter::{Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, Workbook, Worksheet};

use crate::Error;

/// A column of a template.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field {
    /// The name for programs.
    pub key: &'static str,
    /// The heading.
    pub title: &'static str,
    /// In characters.
    pub width: f64,
    pub required: bool,
    /// What to write there.
    pub note: &'static str,
    /// If not empty, only these.
    pub choices: &'static [&'static str],
}

/// A row as it was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilledRow {
    /// As the program that shows it counts: the heading is 1.
    pub row: u32,
    /// In the order of the fields; empty where nothing stands.
    pub cells: Vec<String>,
}

/// Why a file cannot be read as a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// No workbook, or a broken one.
    #[error("no workbook")]
    NotAWorkbook,
    /// Columns are missing: their headings.
    #[error("missing columns: {0:?}")]
    MissingColumns(Vec<&'static str>),
    /// A heading and nothing below.
    #[error("no rows")]
    NoRows,
    /// More rows than are taken at once.
    #[error("too many rows")]
    TooManyRows,
}

/// The sheet that is filled in.
const ROWS: &str = "数据";
const EXPLANATION: &str = "填写说明";
/// The heading of the mistakes; on the way back it is passed over.
const MISTAKES: &str = "需要修改";
/// Rows for which a program offers the choices.
const OFFERED: u32 = 10_000;

/// An empty template with one row as an example in its explanation.
///
/// # Errors
/// [`Error::Xlsx`].
pub fn write(fields: &[Field], example: &[&str]) -> Result<Vec<u8>, Error> {
    let mut workbook = Workbook::new();
    rows_sheet(workbook.add_worksheet(), fields)?;
    explain(workbook.add_worksheet(), fields, example)?;
    Ok(workbook.save_to_buffer()?)
}

/// What was filled in, with the mistakes of each row in a column of their own at the right.
///
/// # Errors
/// [`Error::Xlsx`].
pub fn write_mistakes(fields: &[Field], rows: &[FilledRow], mistakes: &[(u32, String)]) -> Result<Vec<u8>, Error> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    rows_sheet(sheet, fields)?;
    let last = u16::try_from(fields.len()).unwrap_or(u16::MAX);
    let marked = Format::new()
        .set_background_color(Color::RGB(0x00FF_E7C2))
        .set_text_wrap();
    sheet.write_string_with_format(0, last, MISTAKES, &heading())?;
    sheet.set_column_width(last, 60)?;
    for (at, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(&row.cells) {
            sheet.write_string(at, column, cell)?;
        }
        let said: Vec<&str> = mistakes
            .iter()
            .filter(|(wrong, _)| *wrong == row.row)
            .map(|(_, said)| said.as_str())
            .collect();
        if !said.is_empty() {
            sheet.write_string_with_format(at, last, said.join("\n"), &marked)?;
        }
    }
    explain(workbook.add_worksheet(), fields, &[])?;
    Ok(workbook.save_to_buffer()?)
}

fn heading() -> Format {
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_background_color(Color::RGB(0x00F6_E3DF))
}

fn title(field: &Field) -> String {
    format!("{}{}", field.title, if field.required { "*" } else { "" })
}

fn rows_sheet(sheet: &mut Worksheet, fields: &[Field]) -> Result<(), Error> {
    sheet.set_name(ROWS)?.set_freeze_panes(1, 0)?;
    // A code keeps its zeros only as a text.
    let text = Format::new().set_num_format("@");
    for (column, field) in (0..).zip(fields) {
        sheet.set_column_width(column, field.width)?;
        sheet.set_column_format(column, &text)?;
        sheet.write_string_with_format(0, column, title(field), &heading())?;
        if !field.choices.is_empty() {
            let choices = DataValidation::new()
                .allow_list_strings(field.choices)?
                .set_error_style(DataValidationErrorStyle::Stop)
                .set_error_message("请从下拉列表里选一个。")?;
            sheet.add_data_validation(1, column, OFFERED, column, &choices)?;
        }
    }
    Ok(())
}

fn explain(sheet: &mut Worksheet, fields: &[Field], example: &[&str]) -> Result<(), Error> {
    sheet.set_name(EXPLANATION)?.set_freeze_panes(1, 0)?;
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (column, (title, width)) in (0..).zip([("列", 18), ("必填", 8), ("怎么填", 70), ("举例", 28)]) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, title, &heading())?;
    }
    for (index, field) in fields.iter().enumerate() {
        let row = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let mut note = field.note.to_owned();
        if !field.choices.is_empty() {
            note = format!("{note}只能填：{}。", field.choices.join("、"));
        }
        let required = if field.required { "必填" } else { "" };
        let example = example.get(index).copied().unwrap_or_default();
        for (column, words) in (0..).zip([field.title, required, note.as_str(), example]) {
            sheet.write_string_with_format(row, column, words, &wrapped)?;
        }
    }
    let last = u32::try_from(fields.len() + 2).unwrap_or(u32::MAX);
    let rule = "带 * 的列必须填。列的顺序可以换，别的列不看。一个文件要么全部导入，要么一行也不导入；改好后可以再导一次，已经有的会更新，不会重复。";
    sheet.write_string_with_format(last, 2, rule, &wrapped)?;
    Ok(())
}

/// Reads what was filled in: the first sheet, by the headings of its first row; empty rows are passed over.
///
/// # Errors
/// [`ReadError`].
pub fn read(bytes: &[u8], fields: &[Field], most: usize) -> Result<Vec<FilledRow>, ReadError> {
    let mut workbook: Sheets<_> =
        open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|_| ReadError::NotAWorkbook)?;
    let names = workbook.sheet_names();
    let name = names.iter().find(|name| *name == ROWS).or_else(|| names.first());
    let name = name.cloned().ok_or(ReadError::NotAWorkbook)?;
    let range = workbook.worksheet_range(&name).map_err(|_| ReadError::NotAWorkbook)?;
    // Where the used part begins, so that a row keeps the number that people see.
    let first = range.start().map_or(0, |(row, _)| row);
    let mut rows = range.rows();
    let headings: Vec<String> = rows.next().unwrap_or_default().iter().map(words).collect();
    let column = |field: &Field| {
        headings
            .iter()
            .position(|heading| heading.trim_end_matches('*').trim() == field.title)
    };
    let missing: Vec<&'static str> = fields
        .iter()
        .filter(|field| field.required && column(field).is_none())
        .map(|field| field.title)
        .collect();
    if !missing.is_empty() {
        return Err(ReadError::MissingColumns(missing));
    }
    let columns: Vec<Option<usize>> = fields.iter().map(column).collect();
    let filled: Vec<FilledRow> = (first + 2..)
        .zip(rows)
        .map(|(row, cells)| FilledRow {
            row,
            cells: columns
                .iter()
                .map(|column| {
                    column
                        .and_then(|column| cells.get(column))
                        .map(words)
                        .unwrap_or_default()
                })
                .collect(),
        })
        .filter(|row| row.cells.iter().any(|cell| !cell.is_empty()))
        .collect();
    match filled.len() {
        0 => Err(ReadError::NoRows),
        count if count > most => Err(ReadError::TooManyRows),
        _ => Ok(filled),
    }
}

/// What stands in a cell, as people would write it.
fn words(cell: &Data) -> String {
    match cell {
        Data::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Data::Error(_) => String::new(),
        other => other.as_string().unwrap_or_default().trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    const FIELDS: [Field; 3] = [
        Field {
            key: "code",
            title: "编码",
            width: 20.0,
            required: true,
            note: "15 位数字。",
            choices: &[],
        },
        Field {
            key: "kind",
            title: "类型",
            width: 12.0,
            required: true,
            note: "",
            choices: &["代表之家", "代表联络站"],
        },
        Field {
            key: "from",
            title: "起",
            width: 12.0,
            required: false,
            note: "",
            choices: &[],
        },
    ];

    fn row(row: u32, cells: [&str; 3]) -> FilledRow {
        FilledRow {
            row,
            cells: cells.map(str::to_owned).to_vec(),
        }
    }

    #[test]
    fn an_empty_template_has_its_headings_and_no_rows() {
        let bytes = write(&FIELDS, &["990102003001001", "代表之家"]).unwrap();
        assert_eq!(read(&bytes, &FIELDS, 10), Err(ReadError::NoRows));
        let other = [Field {
            title: "名称",
            ..FIELDS[0]
        }];
        assert_eq!(read(&bytes, &other, 10), Err(ReadError::MissingColumns(vec!["名称"])));
        assert_eq!(read(b"no workbook", &FIELDS, 10), Err(ReadError::NotAWorkbook));
    }

    #[test]
    fn what_comes_with_mistakes_comes_back_as_it_was() {
        let rows = [
            row(2, ["990102003001001", "代表之家", "2026-01-01"]),
            row(5, ["0", "什么", ""]),
        ];
        let bytes = write_mistakes(&FIELDS, &rows, &[(5, "编码要有 15 位。".to_owned())]).unwrap();
        let again = read(&bytes, &FIELDS, 10).unwrap();
        let cells = |rows: &[FilledRow]| rows.iter().map(|row| row.cells.clone()).collect::<Vec<_>>();
        assert_eq!(cells(&again), cells(&rows));
        assert_eq!(again[1].row, 3);
        assert_eq!(read(&bytes, &FIELDS, 1), Err(ReadError::TooManyRows));
        let mut book: Sheets<_> = open_workbook_auto_from_rs(Cursor::new(&bytes[..])).unwrap();
        let sheet = book.worksheet_range(ROWS).unwrap();
        assert_eq!(sheet.get_value((2, 3)).unwrap().to_string(), "编码要有 15 位。");
    }

    #[test]
    fn numbers_and_dates_are_read_as_people_see_them() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (column, title) in (0..).zip(["起", "编码*", "类型"]) {
            sheet.write_string(0, column, title).unwrap();
        }
        let day = chrono::NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
        let date = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_date_with_format(2, 0, day, &date).unwrap();
        sheet.write_number(2, 1, 990_102_003_001_001.0).unwrap();
        sheet.write_string(2, 2, " 代表之家 ").unwrap();
        let bytes = workbook.save_to_buffer().unwrap();
        let read = read(&bytes, &FIELDS, 10).unwrap();
        assert_eq!(read, [row(3, ["990102003001001", "代表之家", "2026-03-01"])]);
    }
}
