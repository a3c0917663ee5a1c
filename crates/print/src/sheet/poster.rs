//! The poster, laid out on A4 from the top down to the code and from the bottom up to it: the code takes what is left.

mod deputies;
mod frame;

use minyi_domain::sheet::{Design, Sheet};

use super::canvas::{Align, Area, Canvas, Ink, Style, area};
use super::page::WIDTH;
use crate::Error;
use crate::code::{ErrorCorrection, matrix::Matrix};

pub(super) const GREY: Ink = Ink::Colour(0x55, 0x50, 0x4C);

/// White at both sides, in millimetres.
const SIDE: f32 = 14.0;
/// The width of what stands between the sides, in millimetres.
const COLUMN: f32 = WIDTH - 2.0 * SIDE;
/// The standard's quiet zone, in modules.
const QUIET_ZONE: u32 = 4;
/// The code grows no larger than this, in millimetres.
const LARGEST_CODE: f32 = 112.0;

const PLACE_HEIGHT: f32 = 17.5;
const TOKEN_HEIGHT: f32 = 13.0;
const HELP_HEIGHT: f32 = 6.5;
const STEPS_HEIGHT: f32 = 21.0;
const GAP: f32 = 2.5;
/// Between the code, the corners that frame it, the token and the help, in millimetres.
const NARROW_GAP: f32 = 1.5;

/// The three steps: what one does, and how, in words for old people.
const STEPS: [(&str, &str); 3] = [
    ("扫码", "打开微信扫一扫"),
    ("说事", "写字拍照都可以"),
    ("等答复", "代表会答复您"),
];

pub(super) fn draw(canvas: &mut Canvas, sheet: &Sheet, design: &Design) -> Result<(), Error> {
    let matrix = Matrix::encode(&sheet.url, ErrorCorrection::H)?;
    let top = frame::header(canvas, design)?;
    let bottom = frame::footer(canvas, sheet, design)?;

    let place_style = Style::new("place", 27.0, 11.0).bold();
    let place = area(SIDE, top, COLUMN, PLACE_HEIGHT);
    canvas.text(&sheet.place, place, &place_style)?;

    let deputies_top = bottom - deputies::height(&sheet.deputies);
    deputies::draw(
        canvas,
        &sheet.deputies,
        area(SIDE, deputies_top, COLUMN, bottom - deputies_top),
    )?;
    let steps_top = deputies_top - GAP - STEPS_HEIGHT;
    steps(canvas, area(SIDE, steps_top, COLUMN, STEPS_HEIGHT))?;
    let help = area(SIDE, steps_top - GAP - HELP_HEIGHT, COLUMN, HELP_HEIGHT);
    let help_text = format!("扫不开？在手机浏览器输入 {} 再键入上面的编号", sheet.typed_address);
    canvas.text(&help_text, help, &Style::new("typed address", 13.5, 8.0).ink(GREY))?;
    let token = area(SIDE, help.y - NARROW_GAP - TOKEN_HEIGHT, COLUMN, TOKEN_HEIGHT);
    typed_token(canvas, &sheet.typed_token, token)?;

    code(
        canvas,
        &matrix,
        area(SIDE, place.bottom(), COLUMN, token.y - NARROW_GAP - place.bottom()),
    );
    Ok(())
}

/// The code in the middle of its area, as large as its quiet zone allows, with corners like those of a viewfinder.
fn code(canvas: &mut Canvas, matrix: &Matrix, place: Area) {
    // A code has at most 177 modules.
    #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
    let share = matrix.side() as f32 / (matrix.side() + 2 * QUIET_ZONE) as f32;
    let side = ((place.height - 2.0 * NARROW_GAP) * share).min(LARGEST_CODE);
    let left = place.x + (place.width - side) / 2.0;
    let top = place.y + (place.height - side) / 2.0;
    canvas.code(matrix, left, top, side, true);
    corners(
        canvas,
        area(left, top, side, side),
        (side / share - side) / 2.0 + NARROW_GAP / 2.0,
    );
}

/// Four golden angles, `away` millimetres outside of the code.
fn corners(canvas: &mut Canvas, code: Area, away: f32) {
    const ARM: f32 = 11.0;
    let ink = canvas.palette.accent;
    for (x, inward_x) in [(code.x - away, ARM), (code.x + code.width + away, -ARM)] {
        for (y, inward_y) in [(code.y - away, ARM), (code.bottom() + away, -ARM)] {
            canvas.polyline(&[(x + inward_x, y), (x, y), (x, y + inward_y)], 1.1, ink);
        }
    }
}

fn typed_token(canvas: &mut Canvas, token: &str, place: Area) -> Result<(), Error> {
    let band = area(place.x + 26.0, place.y, place.width - 52.0, place.height);
    let ground = canvas.palette.cream;
    canvas.rounded(band, 3.0, ground);
    let label = Style::new("token", 15.0, 15.0).ink(GREY).align(Align::Left);
    canvas.text("编号", area(band.x + 6.0, band.y, 14.0, band.height), &label)?;
    let groups = Style::new("token", 33.0, 12.0).bold().tracking(0.06);
    let text = area(band.x + 21.0, band.y, band.width - 26.0, band.height);
    canvas.text(token, text, &groups)?;
    Ok(())
}

fn steps(canvas: &mut Canvas, place: Area) -> Result<(), Error> {
    let width = place.width / 3.0;
    let mut left = place.x;
    for (number, (what, how)) in (1_u8..).zip(STEPS) {
        step(canvas, number, what, how, area(left, place.y, width, place.height))?;
        left += width;
        if number < 3 {
            let (x, y) = (left + 0.5, place.y + place.height / 2.0);
            let ink = canvas.palette.accent;
            canvas.polyline(&[(x - 1.6, y - 3.2), (x + 1.6, y), (x - 1.6, y + 3.2)], 0.9, ink);
        }
    }
    Ok(())
}

fn step(canvas: &mut Canvas, number: u8, what: &str, how: &str, place: Area) -> Result<(), Error> {
    let main = canvas.palette.main;
    let disc = area(place.x + 5.0, place.y + (place.height - 13.0) / 2.0, 13.0, 13.0);
    canvas.rounded(disc, 6.5, main);
    let digit = Style::new("step", 22.0, 22.0).bold().ink(Ink::White);
    canvas.text(&number.to_string(), disc, &digit)?;
    let (x, width) = (place.x + 20.5, place.width - 21.5);
    let word = Style::new("step", 25.0, 25.0).bold().ink(main).align(Align::Left);
    canvas.text(what, area(x, place.y, width, 12.5), &word)?;
    let words = Style::new("step", 14.5, 10.0).align(Align::Left);
    canvas.text(how, area(x, place.y + 12.5, width, 8.0), &words)?;
    Ok(())
}
