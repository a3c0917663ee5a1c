//! The slip that a resident takes home from the station (登记回执): A6, what the resident's own phone would have shown.

use krilla::Document;
use krilla::metadata::Metadata;

use super::canvas::{Align, Canvas, Style, area};
use super::page::Press;
use super::poster::GREY;
use crate::code::{ErrorCorrection, matrix::Matrix};
use crate::{Error, font::Font};

/// A6, in millimetres.
const SIZE: (f32, f32) = (105.0, 148.0);
const LEFT: f32 = 8.0;
const COLUMN: f32 = SIZE.0 - 2.0 * LEFT;
const LABEL: f32 = 21.0;
const LINE: f32 = 8.2;
/// The code with its quiet zone, in millimetres.
const CODE: f32 = 46.0;
/// Light modules around a code, by its standard.
const QUIET: f32 = 4.0;

/// What stands on a slip. Whoever has it can open the submission.
#[derive(Debug, Clone)]
pub struct Slip<'a> {
    /// 登记编号.
    pub number: &'a str,
    /// 回执码, in groups.
    pub receipt: &'a str,
    /// Address of the receipt's page.
    pub url: &'a str,
    /// Where the receipt is typed, without the scheme.
    pub typed_address: &'a str,
    /// The day of registration in words.
    pub registered_on: &'a str,
    /// The promised day in words.
    pub answer_by: &'a str,
    pub place: &'a str,
    pub station: &'a str,
    pub hotline: Option<&'a str>,
}

/// One slip as a PDF of 105 × 148 mm.
///
/// # Errors
/// [`Error::MissingGlyph`], [`Error::DoesNotFit`], [`Error::Pdf`].
pub fn slip_pdf(slip: &Slip<'_>, font: &Font) -> Result<Vec<u8>, Error> {
    let mut document = Document::new();
    let title = format!("登记回执 {}", slip.number);
    document.set_metadata(Metadata::new().title(title).language("zh-CN".to_owned()));
    let press = Press::plain(font)?;
    press.page(&mut document, SIZE, |canvas| draw(canvas, slip))?;
    document.finish().map_err(|error| Error::Pdf(error.to_string()))
}

fn draw(canvas: &mut Canvas, slip: &Slip<'_>) -> Result<(), Error> {
    let title = Style::new("title", 18.0, 12.0).bold().ink(canvas.palette.main);
    canvas.text("民意登记回执", area(LEFT, 7.0, COLUMN, 10.0), &title)?;
    let lines = [
        ("登记编号", slip.number),
        ("登记日期", slip.registered_on),
        ("最晚答复", slip.answer_by),
        ("地方", slip.place),
        ("联络站", slip.station),
        ("电话", slip.hotline.unwrap_or("请到站里询问")),
    ];
    let mut y = 19.0;
    for (label, value) in lines {
        let label_style = Style::new("label", 9.5, 9.5).ink(GREY).align(Align::Left);
        canvas.text(label, area(LEFT, y, LABEL, LINE), &label_style)?;
        let value_style = Style::new("place", 11.5, 6.0).bold().align(Align::Left);
        canvas.text(value, area(LEFT + LABEL, y, COLUMN - LABEL, LINE), &value_style)?;
        y += LINE;
    }
    code(canvas, slip.url, y + 1.0)?;
    let receipt = Style::new("token", 14.0, 9.0).bold();
    canvas.text(slip.receipt, area(LEFT, y + CODE + 2.0, COLUMN, 7.0), &receipt)?;
    let help = format!(
        "扫码看进展、收答复、作评价；扫不开，在手机浏览器输入 {} 再输入上面的回执码。请收好，不要给外人看。",
        slip.typed_address
    );
    let small = Style::new("typed address", 8.5, 6.0).ink(GREY);
    canvas.text(&help, area(LEFT, y + CODE + 10.0, COLUMN, 12.0), &small)?;
    Ok(())
}

/// The code of the receipt's address in the middle of the sheet.
fn code(canvas: &mut Canvas, url: &str, y: f32) -> Result<(), Error> {
    let matrix = Matrix::encode(url, ErrorCorrection::M)?;
    // A code has at most 177 modules.
    #[expect(clippy::cast_precision_loss, reason = "small whole number")]
    let modules = matrix.side() as f32;
    let module = CODE / (modules + 2.0 * QUIET);
    let left = (SIZE.0 - CODE) / 2.0 + QUIET * module;
    canvas.code(&matrix, left, y + QUIET * module, modules * module, false);
    Ok(())
}
