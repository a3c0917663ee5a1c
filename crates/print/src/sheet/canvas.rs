//! Drawing on a page in millimetres.

use minyi_domain::sheet::{Colour, Design};

pub(super) use super::paper::Ink;
use super::paper::{Paper, Shape};
use super::text::{self, Block, Sizes};
use crate::code::matrix::{Matrix, Run};
use crate::code::{MARK_GRID, MARK_STROKE_WIDTH, MARK_STROKES, MARK_TILE, Picture};
use crate::{Error, font::Typeface};

/// How far a quarter circle's control points lie from its ends, as a share of the radius.
const ARC: f32 = 0.552_3;
/// The height of a Chinese character above the base line, in em.
const ASCENT: f32 = 0.88;

/// A rectangle on the sheet, in millimetres from its top left corner.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
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

/// The inks of a design.
#[derive(Debug, Clone, Copy)]
pub(super) struct Palette {
    pub main: Ink,
    /// The main colour a little lighter.
    pub ray: Ink,
    pub accent: Ink,
    /// The accent on the main colour.
    pub pale: Ink,
    /// The accent as a ground for black words.
    pub cream: Ink,
    pub code: Ink,
}

impl Palette {
    pub fn of(design: &Design) -> Self {
        Self {
            main: design.main.into(),
            ray: design.main.mixed(Colour::WHITE, 0.09).into(),
            accent: design.accent.into(),
            pale: design.pale().into(),
            cream: design.accent.mixed(Colour::WHITE, 0.88).into(),
            code: design.code.into(),
        }
    }
}

/// Paper with faces and inks; every text stays inside the area that it is given, or is an error.
pub(super) struct Canvas<'c> {
    pub paper: &'c mut dyn Paper,
    pub regular: &'c Typeface<'c>,
    pub bold: &'c Typeface<'c>,
    pub palette: Palette,
    /// Stands where else the mark 民 does.
    pub logo: Option<&'c Picture>,
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

impl Canvas<'_> {
    pub fn rectangle(&mut self, place: Area, ink: Ink) {
        let mut shape = Shape::new();
        shape.rectangle(place);
        self.fill(&shape, ink);
    }

    pub fn rounded(&mut self, place: Area, radius: f32, ink: Ink) {
        self.fill(&rounded(place, radius), ink);
    }

    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, ink: Ink) {
        self.polyline(&[from, to], width, ink);
    }

    pub fn polyline(&mut self, points: &[(f32, f32)], width: f32, ink: Ink) {
        let mut shape = Shape::new();
        for (index, &(x, y)) in points.iter().enumerate() {
            if index == 0 {
                shape.move_to(x, y);
            } else {
                shape.line_to(x, y);
            }
        }
        self.paper.stroke(&shape, width, ink);
    }

    pub fn fill(&mut self, shape: &Shape, ink: Ink) {
        self.paper.fill(shape, ink);
    }

    /// Draws with another origin; a half-turned part lies on its head.
    pub fn moved(
        &mut self,
        (x, y): (f32, f32),
        half_turned: bool,
        draw: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let direction = if half_turned { -1.0 } else { 1.0 };
        self.paper.push([direction, 0.0, 0.0, direction, x, y]);
        let drawn = draw(self);
        self.paper.pop();
        drawn
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
        let face = if style.bold { self.bold } else { self.regular };
        let mut base = top + block.size * ((leading - 1.0) / 2.0 + ASCENT);
        for line in &block.lines {
            // The air behind the last character is not seen.
            let spare = place.width - (line.width - tracking) * block.size;
            let indent = match style.align {
                Align::Left => 0.0,
                Align::Centre => spare / 2.0,
                Align::Right => spare,
            };
            let glyphs = face.glyphs(&line.text, tracking, field)?;
            self.paper
                .text((place.x + indent, base), &glyphs, block.size, style.ink);
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
        let mut shape = Shape::new();
        let hole = if with_mark { matrix.logo_hole() } else { None };
        for Run { x, y, length } in matrix.runs(hole.as_ref()) {
            shape.rectangle(area(float(x), float(y), float(length), 1.0));
        }
        let module = side / float(matrix.side());
        self.paper.push([module, 0.0, 0.0, module, x, y]);
        let ink = self.palette.code;
        self.fill(&shape, ink);
        if let Some(hole) = hole {
            let start = float(hole.start);
            self.mark(start, start, float(hole.end - hole.start));
        }
        self.paper.pop();
    }

    /// The mark 民 on its tile, or the logo in its place.
    fn mark(&mut self, x: f32, y: f32, side: f32) {
        let unit = side / MARK_GRID;
        self.paper.push([unit, 0.0, 0.0, unit, x, y]);
        let (from, tile, radius) = MARK_TILE;
        let tile = area(from, from, tile, tile);
        if let Some(logo) = self.logo {
            self.paper.picture(logo, logo.within(tile));
        } else {
            let ink = self.palette.main;
            self.rounded(tile, radius, ink);
            for points in MARK_STROKES {
                self.polyline(points, MARK_STROKE_WIDTH, Ink::White);
            }
        }
        self.paper.pop();
    }
}

fn rounded(place: Area, radius: f32) -> Shape {
    let Area { x, y, width, height } = place;
    let (right, bottom, bend) = (x + width, y + height, radius * (1.0 - ARC));
    let mut path = Shape::new();
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
    path
}
