//! Labels of 70 × 37 mm, three in a row and eight rows on A4.

use minyi_domain::sheet::{Design, Sheet};

use super::canvas::{Align, Area, Canvas, Ink, Style, area};
use super::numbered;
use super::page::{HEIGHT, WIDTH};
use super::poster::GREY;
use crate::Error;
use crate::code::{ErrorCorrection, matrix::Matrix};

const COLUMNS: u8 = 3;
const ROWS: u8 = 8;
const LABEL_WIDTH: f32 = WIDTH / 3.0;
/// The usual sheets leave half a millimetre at the top and at the bottom.
const LABEL_HEIGHT: f32 = 37.0;
const TOP: f32 = (HEIGHT - 8.0 * LABEL_HEIGHT) / 2.0;
/// Printers leave an edge white and the cut is never exact, in millimetres.
const PADDING: f32 = 3.0;

/// A page of labels; `before` sheets of the batch have been printed already.
pub(super) fn draw(canvas: &mut Canvas, sheets: &[Sheet], design: &Design, before: usize) -> Result<(), Error> {
    for ((index, sheet), place) in sheets.iter().enumerate().zip(places()) {
        label(canvas, sheet, design, place).map_err(numbered(before + index))?;
    }
    Ok(())
}

fn places() -> impl Iterator<Item = Area> {
    (0..ROWS)
        .flat_map(|row| (0..COLUMNS).map(move |column| (row, column)))
        .map(|(row, column)| {
            let (x, y) = (f32::from(column) * LABEL_WIDTH, TOP + f32::from(row) * LABEL_HEIGHT);
            area(
                x + PADDING,
                y + PADDING,
                LABEL_WIDTH - 2.0 * PADDING,
                LABEL_HEIGHT - 2.0 * PADDING,
            )
        })
}

/// The code at the left, where its quiet zone reaches into the padding; beside it what it is and how to type it.
fn label(canvas: &mut Canvas, sheet: &Sheet, design: &Design, place: Area) -> Result<(), Error> {
    let matrix = Matrix::encode(&sheet.url, ErrorCorrection::H)?;
    // A code has at most 177 modules; the standard's quiet zone is 4 modules.
    #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
    let (side, module) = (
        place.height * matrix.side() as f32 / (matrix.side() + 8) as f32,
        place.height / (matrix.side() + 8) as f32,
    );
    canvas.code(&matrix, place.x + 4.0 * module, place.y + 4.0 * module, side, false);

    let left = place.x + place.height + 0.5;
    let width = place.x + place.width - left;
    let line = |y: f32, height: f32| area(left, place.y + y, width, height);
    let title = Style::new("title", 15.0, 7.0)
        .bold()
        .ink(canvas.palette.main)
        .align(Align::Left);
    canvas.text(&design.title, line(1.5, 6.5), &title)?;
    let hint = Style::new("hint", 8.5, 4.5).ink(GREY).align(Align::Left);
    canvas.text(&design.hint, line(8.0, 4.0), &hint)?;
    let place_style = Style::new("place", 9.0, 5.0).bold().align(Align::Left);
    canvas.text(&sheet.place, line(12.2, 11.3), &place_style)?;
    let caption = Style::new("token", 6.5, 6.5).ink(GREY).align(Align::Left);
    canvas.text("编号", line(23.6, 3.0), &caption)?;
    let token = Style::new("token", 11.0, 6.0).bold().align(Align::Left);
    canvas.text(&sheet.typed_token, line(26.0, 4.8), &token)?;
    Ok(())
}

/// A small cross where four labels meet, for cutting plain paper.
pub(super) fn crosses(canvas: &mut Canvas) {
    const ARM: f32 = 1.5;
    for row in 0..=ROWS {
        for column in 0..=COLUMNS {
            let (x, y) = (f32::from(column) * LABEL_WIDTH, TOP + f32::from(row) * LABEL_HEIGHT);
            canvas.line((x - ARM, y), (x + ARM, y), 0.1, Ink::Black);
            canvas.line((x, y - ARM), (x, y + ARM), 0.1, Ink::Black);
        }
    }
}
