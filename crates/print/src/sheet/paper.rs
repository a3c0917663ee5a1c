//! What can be drawn on: a page of a PDF, or an SVG for the screen. Both get the same strokes from the same layout, so
//! that a preview shows what will be printed.

use minyi_domain::sheet::Colour;

use super::canvas::Area;
use crate::{code::Picture, font::Glyphs};

/// A colour of the sheet; black and white are grey values, so that they print with black ink alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Black,
    White,
    Colour(u8, u8, u8),
}

impl From<Colour> for Ink {
    fn from(colour: Colour) -> Self {
        match colour {
            Colour::BLACK => Self::Black,
            Colour::WHITE => Self::White,
            Colour(red, green, blue) => Self::Colour(red, green, blue),
        }
    }
}

/// Where a shape goes on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Move(f32, f32),
    Line(f32, f32),
    Quad(f32, f32, f32, f32),
    Cubic(f32, f32, f32, f32, f32, f32),
    Close,
}

/// An outline.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape(pub Vec<Step>);

impl Shape {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn move_to(&mut self, x: f32, y: f32) {
        self.0.push(Step::Move(x, y));
    }

    pub fn line_to(&mut self, x: f32, y: f32) {
        self.0.push(Step::Line(x, y));
    }

    pub fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.push(Step::Quad(x1, y1, x, y));
    }

    pub fn cubic_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.push(Step::Cubic(x1, y1, x2, y2, x, y));
    }

    pub fn close(&mut self) {
        self.0.push(Step::Close);
    }

    pub fn rectangle(&mut self, place: Area) {
        let (right, bottom) = (place.x + place.width, place.bottom());
        self.move_to(place.x, place.y);
        self.line_to(right, place.y);
        self.line_to(right, bottom);
        self.line_to(place.x, bottom);
        self.close();
    }
}

/// Something to draw on.
pub(super) trait Paper {
    /// From here to the matching [`Paper::pop`], `(x, y)` is drawn at `(a·x + c·y + e, b·x + d·y + f)`.
    fn push(&mut self, transform: [f32; 6]);
    fn pop(&mut self);
    fn fill(&mut self, shape: &Shape, ink: Ink);
    /// With round ends and joints.
    fn stroke(&mut self, shape: &Shape, width: f32, ink: Ink);
    /// A line of text, whose base line begins at `start`; `size` is that of an em.
    fn text(&mut self, start: (f32, f32), line: &Glyphs<'_>, size: f32, ink: Ink);
    fn picture(&mut self, picture: &Picture, place: Area);
}
