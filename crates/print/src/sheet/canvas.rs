//! Drawing on a page in millimetres.

use krilla::color::{luma, rgb};
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::paint::{Fill, LineCap, LineJoin, Paint, Stroke};
use krilla::surface::Surface;

use super::text::{self, Block, Sizes};
use crate::code::matrix::{Matrix, Run};
use crate::code::{MARK_GRID, MARK_RED, MARK_STROKE_WIDTH, MARK_STROKES, MARK_TILE};
use crate::{Error, font::Typeface};

/// How far a quarter circle's control points lie from its ends, as a share of the radius.
const ARC: f32 = 0.552_3;
/// The height of a Chinese character above the base line, in em.
const ASCENT: f32 = 0.88;

/// A colour of the sheet; black and white are grey values, so that they print with black ink alone.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ink {
    Black,
    White,
    Colour(u8, u8, u8),
}

/// A rectangle on the sheet, in millimetres from its top left corner.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// How a text is set inside its area.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub sizes: Sizes,
    pub bold: bool,
    pub ink: Ink,
    pub align: Align,
}

/// A surface with its faces; every text stays inside the area that it is given, or is an error.
pub(super) struct Canvas<'c, 's> {
    pub surface: &'c mut Surface<'s>,
    pub regular: &'c Typeface<'c>,
    pub bold: &'c Typeface<'c>,
}

pub(super) fn area(x: f32, y: f32, width: f32, height: f32) -> Area {
    Area { x, y, width, height }
}

impl Area {
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }
}

impl Style {
    /// Regular black text in the middle; sizes are in typographic points.
    pub fn new(field: &'static str, largest_pt: f32, smallest_pt: f32) -> Self {
        let sizes = Sizes {
            field,
            largest: millimetres(largest_pt),
            smallest: millimetres(smallest_pt),
            leading: 1.25,
            tracking: 0.0,
        };
        Self {
            sizes,
            bold: false,
            ink: Ink::Black,
            align: Align::Centre,
        }
    }

    pub fn bold(mut self) -> Self {
        self.bold = true;
        self
    }

    pub fn ink(mut self, ink: Ink) -> Self {
        self.ink = ink;
        self
    }

    pub fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    pub fn tracking(mut self, tracking: f32) -> Self {
        self.sizes.tracking = tracking;
        self
    }
}

/// Typographic points in millimetres.
fn millimetres(points: f32) -> f32 {
    points * 25.4 / 72.0
}

impl Canvas<'_, '_> {
    pub fn rectangle(&mut self, place: Area, ink: Ink) {
        self.fill(rectangle(place), ink);
    }

    pub fn rounded(&mut self, place: Area, radius: f32, ink: Ink) {
        self.fill(rounded(place, radius), ink);
    }

    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, ink: Ink) {
        self.polyline(&[from, to], width, ink);
    }

    pub fn polyline(&mut self, points: &[(f32, f32)], width: f32, ink: Ink) {
        let mut path = PathBuilder::new();
        for (index, &(x, y)) in points.iter().enumerate() {
            if index == 0 {
                path.move_to(x, y)
            } else {
                path.line_to(x, y)
            }
        }
        self.draw(path.finish(), None, Some(stroke(width, ink)));
    }

    pub fn fill(&mut self, path: Option<Path>, ink: Ink) {
        self.draw(
            path,
            Some(Fill {
                paint: paint(ink),
                ..Fill::default()
            }),
            None,
        );
    }

    fn draw(&mut self, path: Option<Path>, fill: Option<Fill>, stroke: Option<Stroke>) {
        if let Some(path) = path {
            self.surface.set_fill(fill);
            self.surface.set_stroke(stroke);
            self.surface.draw_path(&path);
        }
    }

    /// Sets a text in the middle of its area's height and says how high it came out, in millimetres.
    pub fn text(&mut self, text: &str, place: Area, style: &Style) -> Result<f32, Error> {
        let block = text::fit(self.face(style), text, place.width, place.height, &style.sizes)?;
        let height = text::block_height(block.lines.len(), block.size, &style.sizes);
        self.block(&block, place, place.y + (place.height - height) / 2.0, style)?;
        Ok(height)
    }

    fn face(&self, style: &Style) -> &Typeface<'_> {
        if style.bold { self.bold } else { self.regular }
    }

    /// Sets lines that are broken already, from `top` on.
    pub fn block(&mut self, block: &Block, place: Area, top: f32, style: &Style) -> Result<(), Error> {
        let Sizes {
            field,
            leading,
            tracking,
            ..
        } = style.sizes;
        let mut base = top + block.size * ((leading - 1.0) / 2.0 + ASCENT);
        self.surface.set_stroke(None);
        self.surface.set_fill(Some(Fill {
            paint: paint(style.ink),
            ..Fill::default()
        }));
        for line in &block.lines {
            // The air behind the last character is not seen.
            let spare = place.width - (line.width - tracking) * block.size;
            let indent = match style.align {
                Align::Left => 0.0,
                Align::Centre => spare / 2.0,
                Align::Right => spare,
            };
            let face = self.face(style);
            let glyphs = face.glyphs(&line.text, tracking, field)?;
            let (font, start) = (face.embedded(), Point::from_xy(place.x + indent, base));
            self.surface
                .draw_glyphs(start, &glyphs, font, &line.text, block.size, false);
            base += block.size * leading;
        }
        Ok(())
    }

    /// A code without its quiet zone, `side` millimetres wide; the caller keeps the quiet zone free. The mark is
    /// left out where it would harm reading.
    pub fn code(&mut self, matrix: &Matrix, x: f32, y: f32, side: f32, with_mark: bool) {
        // A code has at most 177 modules.
        #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
        let float = |modules: u32| modules as f32;
        let mut path = PathBuilder::new();
        let hole = if with_mark { matrix.logo_hole() } else { None };
        for Run { x, y, length } in matrix.runs(hole.as_ref()) {
            if let Some(run) = Rect::from_xywh(float(x), float(y), float(length), 1.0) {
                path.push_rect(run);
            }
        }
        let module = side / float(matrix.side());
        self.surface
            .push_transform(&Transform::from_row(module, 0.0, 0.0, module, x, y));
        self.fill(path.finish(), Ink::Black);
        if let Some(hole) = hole {
            let start = float(hole.start);
            self.mark(start, start, float(hole.end - hole.start));
        }
        self.surface.pop();
    }

    /// The mark 民 on its red tile.
    pub fn mark(&mut self, x: f32, y: f32, side: f32) {
        let unit = side / MARK_GRID;
        self.surface
            .push_transform(&Transform::from_row(unit, 0.0, 0.0, unit, x, y));
        let (from, tile, radius) = MARK_TILE;
        let (red, green, blue) = MARK_RED;
        self.rounded(area(from, from, tile, tile), radius, Ink::Colour(red, green, blue));
        for points in MARK_STROKES {
            self.polyline(points, MARK_STROKE_WIDTH, Ink::White);
        }
        self.surface.pop();
    }
}

fn paint(ink: Ink) -> Paint {
    match ink {
        Ink::Black => luma::Color::black().into(),
        Ink::White => luma::Color::white().into(),
        Ink::Colour(red, green, blue) => rgb::Color::new(red, green, blue).into(),
    }
}

fn stroke(width: f32, ink: Ink) -> Stroke {
    Stroke {
        paint: paint(ink),
        width,
        line_cap: LineCap::Round,
        line_join: LineJoin::Round,
        ..Stroke::default()
    }
}

fn rectangle(place: Area) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(Rect::from_xywh(place.x, place.y, place.width, place.height)?);
    path.finish()
}

fn rounded(place: Area, radius: f32) -> Option<Path> {
    let Area { x, y, width, height } = place;
    let (right, bottom, bend) = (x + width, y + height, radius * (1.0 - ARC));
    let mut path = PathBuilder::new();
    path.move_to(x + radius, y);
    path.line_to(right - radius, y);
    path.cubic_to(right - bend, y, right, y + bend, right, y + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(right, bottom - bend, right - bend, bottom, right - radius, bottom);
    path.line_to(x + radius, bottom);
    path.cubic_to(x + bend, bottom, x, bottom - bend, x, bottom - radius);
    path.line_to(x, y + radius);
    path.cubic_to(x, y + bend, x + bend, y, x + radius, y);
    path.close();
    path.finish()
}
