//! An SVG as paper: text becomes outlines, so that it looks the same where the font is missing.

use std::fmt::Write as _;

use ttf_parser::OutlineBuilder;

use super::canvas::Area;
use super::paper::{Ink, Paper, Shape, Step};
use crate::{code::Picture, font::Glyphs};

/// An SVG that grows; the unit is a millimetre.
pub(super) struct SvgPaper(String);

// Writing to a String cannot fail.
impl SvgPaper {
    pub fn new(width: f32, height: f32) -> Self {
        Self(format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}mm" height="{height}mm"><path fill="#fff" d="M0 0h{width}v{height}H0z"/>"##
        ))
    }

    pub fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

impl Paper for SvgPaper {
    fn push(&mut self, [a, b, c, d, e, f]: [f32; 6]) {
        let _ = write!(self.0, r#"<g transform="matrix({a} {b} {c} {d} {e} {f})">"#);
    }

    fn pop(&mut self) {
        self.0.push_str("</g>");
    }

    fn fill(&mut self, shape: &Shape, ink: Ink) {
        let _ = write!(self.0, r#"<path fill="{}" d="{}"/>"#, colour(ink), data(shape));
    }

    fn stroke(&mut self, shape: &Shape, width: f32, ink: Ink) {
        let _ = write!(
            self.0,
            r#"<path fill="none" stroke="{}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round" d="{}"/>"#,
            colour(ink),
            data(shape)
        );
    }

    fn text(&mut self, (x, y): (f32, f32), line: &Glyphs<'_>, size: f32, ink: Ink) {
        let face = line.face.face();
        let scale = size / f32::from(face.units_per_em());
        let _ = write!(self.0, r#"<path fill="{}" d=""#, colour(ink));
        let mut pen = Pen {
            data: &mut self.0,
            x,
            y,
            scale,
        };
        for glyph in &line.glyphs {
            let id = u16::try_from(glyph.glyph_id.to_u32()).unwrap_or(0);
            face.outline_glyph(ttf_parser::GlyphId(id), &mut pen);
            pen.x += glyph.x_advance * size;
        }
        self.0.push_str(r#""/>"#);
    }

    fn picture(&mut self, picture: &Picture, place: Area) {
        let Area { x, y, width, height } = place;
        let _ = write!(
            self.0,
            r#"<image x="{x}" y="{y}" width="{width}" height="{height}" preserveAspectRatio="none" href="{}"/>"#,
            picture.data_url()
        );
    }
}

fn colour(ink: Ink) -> String {
    match ink {
        Ink::Black => "#000".to_owned(),
        Ink::White => "#fff".to_owned(),
        Ink::Colour(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

fn data(shape: &Shape) -> String {
    let mut data = String::new();
    for step in &shape.0 {
        let _ = match *step {
            Step::Move(x, y) => write!(data, "M{x} {y}"),
            Step::Line(x, y) => write!(data, "L{x} {y}"),
            Step::Quad(x1, y1, x, y) => write!(data, "Q{x1} {y1} {x} {y}"),
            Step::Cubic(x1, y1, x2, y2, x, y) => write!(data, "C{x1} {y1} {x2} {y2} {x} {y}"),
            Step::Close => write!(data, "Z"),
        };
    }
    data
}

/// Writes a glyph's outline at its place; fonts count upwards, sheets downwards.
struct Pen<'a> {
    data: &'a mut String,
    x: f32,
    y: f32,
    scale: f32,
}

impl Pen<'_> {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        let _ = write!(self.data, "M{x:.3} {y:.3}");
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        let _ = write!(self.data, "L{x:.3} {y:.3}");
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        let _ = write!(self.data, "Q{x1:.3} {y1:.3} {x:.3} {y:.3}");
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        let _ = write!(self.data, "C{x1:.3} {y1:.3} {x2:.3} {y2:.3} {x:.3} {y:.3}");
    }

    fn close(&mut self) {
        self.data.push('Z');
    }
}
