//! Cards of 90 × 54 mm, as deputies hand them out: two in a row and five rows on A4.

use minyi_domain::sheet::{Design, Sheet};

use super::canvas::{Align, Area, Canvas, Ink, Style, area};
use super::numbered;
use super::page::{HEIGHT, WIDTH};
use super::poster::GREY;
use crate::Error;
use crate::code::{ErrorCorrection, matrix::Matrix};

const COLUMNS: u8 = 2;
const ROWS: u8 = 5;
const CARD_WIDTH: f32 = 90.0;
const CARD_HEIGHT: f32 = 54.0;
const LEFT: f32 = (WIDTH - 2.0 * CARD_WIDTH) / 2.0;
const TOP: f32 = (HEIGHT - 5.0 * CARD_HEIGHT) / 2.0;
/// The cut is never exact, in millimetres.
const PADDING: f32 = 4.0;
/// The band at the card's head.
const BAND: f32 = 12.0;
/// The code with its quiet zone.
const CODE: f32 = 37.0;

/// A page of cards; `before` sheets of the batch have been printed already.
pub(super) fn draw(canvas: &mut Canvas, sheets: &[Sheet], design: &Design, before: usize) -> Result<(), Error> {
    let places = (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (row, column)));
    for ((index, sheet), (row, column)) in sheets.iter().enumerate().zip(places) {
        let origin = (
            LEFT + f32::from(column) * CARD_WIDTH,
            TOP + f32::from(row) * CARD_HEIGHT,
        );
        canvas
            .moved(origin, false, |canvas| card(canvas, sheet, design))
            .map_err(numbered(before + index))?;
    }
    Ok(())
}

fn card(canvas: &mut Canvas, sheet: &Sheet, design: &Design) -> Result<(), Error> {
    let palette = canvas.palette;
    canvas.rectangle(area(0.0, 0.0, CARD_WIDTH, BAND), palette.main);
    canvas.rectangle(area(0.0, BAND, CARD_WIDTH, 0.8), palette.accent);
    let title = Style::new("title", 20.0, 10.0)
        .bold()
        .ink(Ink::White)
        .align(Align::Left);
    canvas.text(&design.title, area(PADDING, 1.0, 38.0, BAND - 2.0), &title)?;
    let hint = Style::new("hint", 10.0, 5.5).ink(palette.pale).align(Align::Right);
    let right = CARD_WIDTH - PADDING;
    canvas.text(&design.hint, area(44.0, 1.0, right - 44.0, BAND - 2.0), &hint)?;
    code(canvas, sheet, area(1.5, BAND + 2.0, CODE, CODE))?;

    let (x, width) = (CODE + 2.5, right - CODE - 2.5);
    let line = |y: f32, height: f32| area(x, BAND + y, width, height);
    let place = Style::new("place", 10.5, 5.5).bold().align(Align::Left);
    canvas.text(&sheet.place, line(3.0, 14.0), &place)?;
    let station = Style::new("station", 8.5, 5.0).align(Align::Left);
    canvas.text(&sheet.station, line(17.5, 7.0), &station)?;
    if let Some(hotline) = design.hotline.as_ref().or(sheet.hotline.as_ref()) {
        let hotline_style = Style::new("hotline", 10.0, 6.0)
            .bold()
            .ink(palette.main)
            .align(Align::Left);
        canvas.text(&format!("电话 {hotline}"), line(24.8, 5.0), &hotline_style)?;
    }
    let token = Style::new("token", 9.5, 6.0).ink(GREY).align(Align::Left);
    canvas.text(&format!("编号 {}", sheet.typed_token), line(30.5, 5.0), &token)?;
    Ok(())
}

/// The code with the standard's quiet zone of 4 modules inside of its area.
pub(super) fn code(canvas: &mut Canvas, sheet: &Sheet, place: Area) -> Result<(), Error> {
    let matrix = Matrix::encode(&sheet.url, ErrorCorrection::H)?;
    // A code has at most 177 modules.
    #[expect(clippy::cast_precision_loss, reason = "small whole number")]
    let modules = matrix.side() as f32;
    let module = place.width / (modules + 8.0);
    let quiet = 4.0 * module;
    canvas.code(&matrix, place.x + quiet, place.y + quiet, modules * module, true);
    Ok(())
}

/// A small cross where cards meet, for cutting.
pub(super) fn crosses(canvas: &mut Canvas) {
    const FROM: f32 = 1.5;
    const ARM: f32 = 4.0;
    for column in 0..=COLUMNS {
        let x = LEFT + f32::from(column) * CARD_WIDTH;
        for (y, outward) in [(TOP, -1.0), (HEIGHT - TOP, 1.0)] {
            canvas.line((x, y + outward * FROM), (x, y + outward * ARM), 0.1, Ink::Black);
        }
    }
    for row in 0..=ROWS {
        let y = TOP + f32::from(row) * CARD_HEIGHT;
        for (x, outward) in [(LEFT, -1.0), (WIDTH - LEFT, 1.0)] {
            canvas.line((x + outward * FROM, y), (x + outward * ARM, y), 0.1, Ink::Black);
        }
    }
}
