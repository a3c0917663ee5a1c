//! Sheets as PDF: posters and labels for the wall, the slip that a resident takes home, lists.
//!
//! The library that writes the PDF keeps all pages until the end, because the font's subset is known only then;
//! so a batch is returned whole and not streamed. A thousand posters take about 5 MB.

mod canvas;
pub mod form;
mod labels;
mod page;
mod poster;
mod report;
mod slip;
mod table;
mod text;

use krilla::Document;
use krilla::metadata::Metadata;

use crate::{Error, font::Font};
use page::Press;
pub use report::report_pdf;
pub use slip::{Slip, slip_pdf};
pub use table::table_pdf;

/// What stands on one sheet. Plain text; line breaks in it count as spaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The heading, as a rule 民意码.
    pub title: String,
    /// Whose code this is, such as the city, the street and the grid (网格).
    pub place: String,
    /// The station (站) that answers for the grid.
    pub station: String,
    /// What the code says: the full address of the grid's page.
    pub url: String,
    /// The code's token in groups, to be typed when scanning fails, such as `ACDE-3467-KMNP`.
    pub typed_token: String,
    /// Where that is typed, without the scheme, such as `my.example.gov.cn/c`.
    pub typed_address: String,
    /// The deputies whose names are published; a poster names up to twelve and counts the others.
    pub deputies: Vec<Deputy>,
    /// A telephone number for those without a smartphone.
    pub hotline: Option<String>,
}

/// A deputy (人大代表) as named on a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deputy {
    /// The name.
    pub name: String,
    /// The deputy's level in words, such as 区人大代表.
    pub level: String,
}

/// How the sheets are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A poster of 210 × 297 mm, a page a sheet.
    A4,
    /// The same poster at 148 × 210 mm.
    A5,
    /// Labels of 70 × 37 mm, 24 on an A4 page, in the given order; repeat a sheet to have its label more often.
    Labels,
}

/// The sheets as one PDF with embedded font and text that can be searched and copied.
///
/// With `crop_marks` a poster's page grows by 12 mm on each side for marks and 3 mm of bleed, and labels get a
/// small cross at each corner.
///
/// # Errors
/// [`Error::NoSheets`] for none; [`Error::Sheet`] with the number of the sheet that has a text too long for its
/// place, a character that the font lacks, or an address too long for a code; [`Error::Pdf`].
pub fn poster_pdf(sheets: &[Sheet], format: Format, crop_marks: bool, font: &Font) -> Result<Vec<u8>, Error> {
    let first = sheets.first().ok_or(Error::NoSheets)?;
    let mut document = Document::new();
    document.set_metadata(metadata(first, sheets.len()));
    let press = Press {
        regular: font.regular()?,
        bold: font.bold()?,
        crop_marks,
    };
    match format {
        Format::A4 => press.posters(&mut document, sheets, 1.0)?,
        // A5 is half of A4 in the same proportion.
        Format::A5 => press.posters(&mut document, sheets, std::f32::consts::FRAC_1_SQRT_2)?,
        Format::Labels => press.labels(&mut document, sheets)?,
    }
    document.finish().map_err(|error| Error::Pdf(error.to_string()))
}

fn metadata(first: &Sheet, count: usize) -> Metadata {
    let title = if count == 1 {
        format!("{} {}", first.title, first.place)
    } else {
        format!("{} {}（共{count}张）", first.title, first.station)
    };
    Metadata::new().title(title).language("zh-CN".to_owned())
}

/// Says which sheet of the batch an error belongs to.
fn numbered(index: usize) -> impl FnOnce(Error) -> Error {
    move |source| Error::Sheet {
        number: index + 1,
        source: Box::new(source),
    }
}
