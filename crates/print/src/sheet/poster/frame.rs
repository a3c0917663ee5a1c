//! The red head and the foot of a poster; both bleed over the edge.

use krilla::geom::{Path, PathBuilder};

use super::{CREAM, GOLD, GREY, RED, SIDE};
use crate::Error;
use crate::sheet::Sheet;
use crate::sheet::canvas::{Align, Canvas, Ink, Style, area};
use crate::sheet::page::{BLEED, HEIGHT, WIDTH};

/// A red a little lighter than the ground, for the rays behind the title.
const RAY: Ink = Ink::Colour(0xC2, 0x21, 0x2B);
const PALE_GOLD: Ink = Ink::Colour(0xFF, 0xE3, 0xA6);

/// How far down the red reaches at the sides and in the middle, in millimetres.
const HEAD_SIDES: f32 = 41.0;
const HEAD_MIDDLE: f32 = 49.0;
/// The foot's top edge, in millimetres from the top of the sheet.
const FOOT: f32 = 275.0;

/// Draws the head and says where what follows may begin.
pub(super) fn header(canvas: &mut Canvas, sheet: &Sheet) -> Result<f32, Error> {
    canvas.fill(arched(2.2), PALE_GOLD);
    canvas.fill(arched(1.6), GOLD);
    canvas.fill(arched(0.0), RED);
    rays(canvas);
    let title = Style::new("title", 62.0, 24.0).bold().ink(Ink::White).tracking(0.12);
    canvas.text(&sheet.title, area(SIDE, 4.0, WIDTH - 2.0 * SIDE, 27.0), &title)?;
    let motto = Style::new("motto", 24.0, 24.0).bold().ink(PALE_GOLD).tracking(0.08);
    canvas.text("扫一扫，有事找代表", area(SIDE, 32.0, WIDTH - 2.0 * SIDE, 11.5), &motto)?;
    Ok(HEAD_MIDDLE + 3.5)
}

/// The head's shape, `lower` millimetres further down.
fn arched(lower: f32) -> Option<Path> {
    let (left, right) = (-BLEED, WIDTH + BLEED);
    let mut path = PathBuilder::new();
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
    path.finish()
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
        let mut path = PathBuilder::new();
        path.move_to(x, y);
        path.line_to(from.clamp(-BLEED, WIDTH + BLEED), TOP);
        path.line_to(to.clamp(-BLEED, WIDTH + BLEED), TOP);
        path.close();
        canvas.fill(path.finish(), RAY);
    }
}

/// Draws the foot and says where what stands above it must end.
pub(super) fn footer(canvas: &mut Canvas, sheet: &Sheet) -> Result<f32, Error> {
    let full = WIDTH + 2.0 * BLEED;
    canvas.rectangle(area(-BLEED, FOOT, full, HEIGHT + BLEED - FOOT), CREAM);
    canvas.rectangle(area(-BLEED, FOOT, full, 0.9), GOLD);
    let (caption_top, text_top) = (FOOT + 2.5, FOOT + 8.0);
    let caption = Style::new("caption", 11.5, 11.5).ink(GREY);
    let station = Style::new("station", 19.0, 9.0).bold();
    let Some(hotline) = &sheet.hotline else {
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
    let number = Style::new("hotline", 25.0, 10.0).bold().ink(RED).align(Align::Right);
    canvas.text(hotline, area(x, text_top, right, 10.0), &number)?;
    Ok(FOOT - 2.5)
}
