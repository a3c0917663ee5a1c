//! Lists as a workbook (XLSX). Rows go to temporary files as they come, so that a long list takes no more memory than
//! a short one; only the finished, compressed file is held.

use chrono::NaiveDate;
use rust_xlsxwriter::{Color, DocProperties, Format, FormatAlign, Workbook, Worksheet};

use crate::{
    Error,
    table::{Cell, Column},
};

/// A workbook's column is measured in digits of its usual size.
const MILLIMETRES_A_DIGIT: f32 = 1.9;
/// The library's own limit, and Excel's.
const MOST_CHARACTERS: usize = 32_767;

/// A workbook that grows sheet by sheet and row by row.
pub struct Book {
    workbook: Workbook,
    /// Rows written so far to each sheet, the heading included, and its columns.
    sheets: Vec<(u32, u16)>,
    heading: Format,
    text: Format,
    date: Format,
}

/// A sheet of the book that made it.
#[derive(Debug, Clone, Copy)]
pub struct SheetId(usize);

impl Book {
    /// An empty workbook, written on that day.
    ///
    /// # Errors
    /// If the day is none that a workbook knows: never.
    pub fn new(title: &str, written_on: NaiveDate) -> Result<Self, Error> {
        let mut workbook = Workbook::new();
        let written_on = written_on.and_time(chrono::NaiveTime::MIN).and_utc();
        workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&written_on));
        let top = Format::new().set_align(FormatAlign::Top);
        Ok(Self {
            workbook,
            sheets: Vec::new(),
            heading: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_background_color(Color::RGB(0x00F6_E3DF)),
            text: top.clone().set_text_wrap(),
            date: top.set_num_format("yyyy-mm-dd"),
        })
    }

    /// Adds a sheet whose heading stays in sight.
    ///
    /// # Errors
    /// [`Error::Xlsx`] if the name is taken or longer than 31 characters.
    pub fn sheet(&mut self, name: &str, columns: &[Column]) -> Result<SheetId, Error> {
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (index, column) in (0..).zip(columns) {
            sheet.set_column_width(index, f64::from(column.width / MILLIMETRES_A_DIGIT))?;
            sheet.write_string_with_format(0, index, column.title, &self.heading)?;
        }
        let width = u16::try_from(columns.len()).unwrap_or(u16::MAX);
        self.sheets.push((1, width));
        Ok(SheetId(self.sheets.len() - 1))
    }

    /// Adds a row. Whatever a text begins with, it stays a text.
    ///
    /// # Errors
    /// [`Error::Xlsx`] beyond a million rows, or if the temporary file cannot be written.
    pub fn row(&mut self, SheetId(index): SheetId, cells: &[Cell]) -> Result<(), Error> {
        let Some((rows, _)) = self.sheets.get_mut(index) else {
            return Ok(());
        };
        let row = *rows;
        *rows += 1;
        let sheet = self.workbook.worksheet_from_index(index)?;
        for (column, cell) in (0..).zip(cells) {
            write(sheet, row, column, cell, &self.text, &self.date)?;
        }
        Ok(())
    }

    /// The finished file.
    ///
    /// # Errors
    /// [`Error::Xlsx`].
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        for (index, (rows, columns)) in self.sheets.iter().enumerate() {
            let sheet = self.workbook.worksheet_from_index(index)?;
            sheet.autofilter(0, 0, rows - 1, columns.saturating_sub(1))?;
        }
        Ok(self.workbook.save_to_buffer()?)
    }
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, text: &Format, date: &Format) -> Result<(), Error> {
    match cell {
        Cell::Text(words) => {
            let words: String = words.chars().take(MOST_CHARACTERS).collect();
            sheet.write_string_with_format(row, column, words, text)?;
        }
        Cell::Date(day) => {
            sheet.write_date_with_format(row, column, day, date)?;
        }
        Cell::Number(number) => {
            // Counts and days: far below 2^52.
            #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
            sheet.write_number_with_format(row, column, *number as f64, text)?;
        }
        Cell::Empty => {}
    }
    Ok(())
}
