//! Sheets as PDF: posters, labels, stands and cards for the wall, the slip that a resident takes home, lists.
//!
//! The library that writes the PDF keeps all pages until the end, because the font's subset is known only then;
//! so a batch is returned whole. A thousand posters take about 5 MB; larger batches are drawn in parts, which
//! [`crate::join`] makes one file.

mod canvas;
mod cards;
pub mod form;
mod labels;
mod page;
mod paper;
mod pdf;
mod poster;
mod report;
mod slip;
mod stand;
mod svg;
mod table;
mod text;

use krilla::Document;
use krilla::metadata::Metadata;
use minyi_domain::sheet::{Design, Sheet, Template};

use crate::{
    Error,
    code::{Picture, rasterise_to},
    font::Font,
};
pub(crate) use canvas::Area;
use page::Press;
pub use report::report_pdf;
pub use slip::{Slip, slip_pdf};
pub use table::table_pdf;

/// How sheets are laid out and coloured.
#[derive(Debug, Clone)]
pub struct Look {
    /// What is printed.
    pub template: Template,
    /// A poster's page grows by 12 mm on each side for marks and 3 mm of bleed, and labels get a small cross at each
    /// corner.
    pub crop_marks: bool,
    /// Words and colours.
    pub design: Design,
    /// Stands in the poster's head and in the codes, instead of the mark 民.
    pub logo: Option<Picture>,
}

impl Look {
    /// The product's own look.
    #[must_use]
    pub fn plain(template: Template) -> Self {
        Self {
            template,
            crop_marks: false,
            design: Design::default(),
            logo: None,
        }
    }
}

/// The sheets as one PDF with embedded font and text that can be searched and copied; in the given order, so repeat a
/// sheet to have its label more often.
///
/// # Errors
/// [`Error::NoSheets`] for none; [`Error::Sheet`] with the number of the sheet that has a text too long for its
/// place, a character that the font lacks, or an address too long for a code; [`Error::Pdf`].
pub fn sheets_pdf(sheets: &[Sheet], look: &Look, font: &Font) -> Result<Vec<u8>, Error> {
    let first = sheets.first().ok_or(Error::NoSheets)?;
    let mut document = Document::new();
    document.set_metadata(metadata(first, sheets.len(), &look.design));
    Press::of(look, font)?.sheets(&mut document, sheets, look)?;
    document.finish().map_err(|error| Error::Pdf(error.to_string()))
}

/// The first page of these sheets as an SVG whose texts are outlines: what [`sheets_pdf`] would print.
///
/// # Errors
/// As [`sheets_pdf`].
pub fn preview_svg(sheets: &[Sheet], look: &Look, font: &Font) -> Result<String, Error> {
    if sheets.is_empty() {
        return Err(Error::NoSheets);
    }
    Press::of(look, font)?.preview(sheets, look)
}

/// The same page as a PNG, `width_px` wide.
///
/// # Errors
/// As [`sheets_pdf`], and [`Error::Raster`].
pub fn preview_png(sheets: &[Sheet], look: &Look, font: &Font, width_px: u32) -> Result<Vec<u8>, Error> {
    rasterise_to(&preview_svg(sheets, look, font)?, width_px)
}

fn metadata(first: &Sheet, count: usize, design: &Design) -> Metadata {
    let title = if count == 1 {
        format!("{} {}", design.title, first.place)
    } else {
        format!("{} {}（共{count}张）", design.title, first.station)
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
