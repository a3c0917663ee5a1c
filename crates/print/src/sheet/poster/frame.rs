//! The red head and the foot of a poster; both bleed over the edge.

use minyi_domain::sheet::{Design, Sheet};

use super::{GREY, SIDE};
use crate::Error;
use crate::sheet::canvas::{Align, Canvas, Ink, Style, area};
use crate::sheet::page::{BLEED, HEIGHT, WIDTH};
use crate::sheet::paper::Shape;

/// How far down the red reaches at the sides and in the middle, in millimetres.
const HEAD_SIDES: f32 = 41.0;
const HEAD_MIDDLE: f32 = 49.0;
/// The foot's top edge, in millimetres from the top of the sheet.
const FOOT: f32 = 275.0;

/// Draws the head and says where what follows may begin.
pub(super) fn header(canvas: &mut Canvas, design: &Design) -> Result<f32, Error> {
    let palette = canvas.palette;
    canvas.fill(&arched(2.2), palette.pale);
    canvas.fill(&arched(1.6), palette.accent);
    canvas.fill(&arched(0.0), palette.main);
    rays(canvas);
    let side = logo(canvas);
    let title = Style::new("title", 62.0, 24.0).bold().ink(Ink::White).tracking(0.12);
    canvas.text(&design.title, area(side, 4.0, WIDTH - 2.0 * side, 27.0), &title)?;
    let hint = Style::new("hint", 24.0, 12.0).bold().ink(palette.pale).tracking(0.08);
    canvas.text(&design.hint, area(SIDE, 32.0, WIDTH - 2.0 * SIDE, 11.5), &hint)?;
    Ok(HEAD_MIDDLE + 3.5)
}

/// The logo on its white tile at the left; says how much room the title leaves on both sides.
fn logo(canvas: &mut Canvas) -> f32 {
    const TILE: f32 = 22.0;
    let Some(logo) = canvas.logo else { return SIDE };
    let tile = area(SIDE, 7.0, TILE, TILE);
    canvas.rounded(tile, 2.5, Ink::White);
    let inside = area(tile.x + 1.5, tile.y + 1.5, TILE - 3.0, TILE - 3.0);
    canvas.paper.picture(logo, logo.within(inside));
    SIDE + TILE + 3.0
}

/// The head's shape, `lower` millimetres further down.
fn arched(lower: f32) -> Shape {
    let (left, right) = (-BLEED, WIDTH + BLEED);
    let mut path = Shape::new();
    path.move_to(left, -BLEED);
    path.line_to(right, -BLEED);
    path.line_to(right, HEAD_SIDES + lower);
    // A quadratic curve reaches half-way to its control point.
    path.quad_to(
        WIDTH / 2.0,
        2.0 * HEAD_MIDDLE - HEAD_SIDES + lower,
        left,
        HEAD_SIDES + lower,
    );
    path.close();
    path
}

/// Rays of a rising sun, from the middle of the head's lower edge up to its borders.
fn rays(canvas: &mut Canvas) {
    const TOP: f32 = -BLEED;
    let (x, y) = (WIDTH / 2.0, HEAD_MIDDLE - 2.0);
    for ray in -4_i8..=4 {
        // Each ray is as wide as the gap beside it; outer ones lean further and so are spread wider.
        let tangent = |position: f32| (position * 0.17).tan();
        let at = |edge: f32| x + tangent(f32::from(ray) * 2.0 + edge) * (y - TOP);
        let (from, to) = (at(-0.5), at(0.5));
        let mut path = Shape::new();
        path.move_to(x, y);
        path.line_to(from.clamp(-BLEED, WIDTH + BLEED), TOP);
        path.line_to(to.clamp(-BLEED, WIDTH + BLEED), TOP);
        path.close();
        let ink = canvas.palette.ray;
        canvas.fill(&path, ink);
    }
}

/// Draws the foot and says where what stands above it must end.
pub(super) fn footer(canvas: &mut Canvas, sheet: &Sheet, design: &Design) -> Result<f32, Error> {
    let palette = canvas.palette;
    let full = WIDTH + 2.0 * BLEED;
    canvas.rectangle(area(-BLEED, FOOT, full, HEIGHT + BLEED - FOOT), palette.cream);
    canvas.rectangle(area(-BLEED, FOOT, full, 0.9), palette.accent);
    let (caption_top, text_top) = (FOOT + 2.5, FOOT + 8.0);
    let caption = Style::new("caption", 11.5, 11.5).ink(GREY);
    let station = Style::new("station", 19.0, 9.0).bold();
    if let Some(purpose) = &sheet.purpose {
        let small = Style::new("purpose", 7.5, 4.0).ink(GREY).align(Align::Right);
        canvas.text(purpose, area(WIDTH - SIDE - 60.0, FOOT + 18.2, 60.0, 3.4), &small)?;
    }
    let Some(hotline) = design.hotline.as_ref().or(sheet.hotline.as_ref()) else {
        let width = WIDTH - 2.0 * SIDE;
        canvas.text("联络站", area(SIDE, caption_top, width, 5.5), &caption)?;
        canvas.text(&sheet.station, area(SIDE, text_top, width, 10.0), &station)?;
        return Ok(FOOT - 2.5);
    };
    let (caption, station) = (caption.align(Align::Left), station.align(Align::Left));
    let (left, right) = (108.0, 70.0);
    canvas.text("联络站", area(SIDE, caption_top, left, 5.5), &caption)?;
    canvas.text(&sheet.station, area(SIDE, text_top, left, 10.0), &station)?;
    let x = WIDTH - SIDE - right;
    let caption = caption.align(Align::Right);
    canvas.text("不会扫码，请打电话", area(x, caption_top, right, 5.5), &caption)?;
    let number = Style::new("hotline", 25.0, 10.0)
        .bold()
        .ink(palette.main)
        .align(Align::Right);
    canvas.text(hotline, area(x, text_top, right, 10.0), &number)?;
    Ok(FOOT - 2.5)
}
