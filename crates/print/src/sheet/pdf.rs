//! A page of a PDF as paper.

use krilla::color::{luma, rgb};
use krilla::geom::{Path, PathBuilder, Point, Size, Transform};
use krilla::image::Image;
use krilla::paint::{Fill, LineCap, LineJoin, Paint, Stroke};
use krilla::surface::Surface;

use super::canvas::Area;
use super::paper::{Ink, Paper, Shape, Step};
use crate::{code::Picture, font::Glyphs};

/// The surface of a page. What is pushed is popped in the order of the calls.
pub(super) struct PdfPaper<'c, 's>(pub &'c mut Surface<'s>);

impl Paper for PdfPaper<'_, '_> {
    fn push(&mut self, [a, b, c, d, e, f]: [f32; 6]) {
        self.0.push_transform(&Transform::from_row(a, b, c, d, e, f));
    }

    fn pop(&mut self) {
        self.0.pop();
    }

    fn fill(&mut self, shape: &Shape, ink: Ink) {
        self.0.set_fill(Some(fill(ink)));
        self.0.set_stroke(None);
        if let Some(path) = path(shape) {
            self.0.draw_path(&path);
        }
    }

    fn stroke(&mut self, shape: &Shape, width: f32, ink: Ink) {
        self.0.set_fill(None);
        self.0.set_stroke(Some(Stroke {
            paint: paint(ink),
            width,
            line_cap: LineCap::Round,
            line_join: LineJoin::Round,
            ..Stroke::default()
        }));
        if let Some(path) = path(shape) {
            self.0.draw_path(&path);
        }
    }

    fn text(&mut self, (x, y): (f32, f32), line: &Glyphs<'_>, size: f32, ink: Ink) {
        self.0.set_stroke(None);
        self.0.set_fill(Some(fill(ink)));
        let (font, start) = (line.face.embedded(), Point::from_xy(x, y));
        self.0.draw_glyphs(start, &line.glyphs, font, line.text, size, false);
    }

    fn picture(&mut self, picture: &Picture, place: Area) {
        let (pixels, width, height) = picture.pixels();
        let Some(size) = Size::from_wh(place.width, place.height) else {
            return;
        };
        self.push([1.0, 0.0, 0.0, 1.0, place.x, place.y]);
        // The library embeds equal pixels once a document.
        self.0
            .draw_image(Image::from_rgba8(pixels.to_vec(), width, height), size);
        self.pop();
    }
}

fn path(shape: &Shape) -> Option<Path> {
    let mut path = PathBuilder::new();
    for step in &shape.0 {
        match *step {
            Step::Move(x, y) => path.move_to(x, y),
            Step::Line(x, y) => path.line_to(x, y),
            Step::Quad(x1, y1, x, y) => path.quad_to(x1, y1, x, y),
            Step::Cubic(x1, y1, x2, y2, x, y) => path.cubic_to(x1, y1, x2, y2, x, y),
            Step::Close => path.close(),
        }
    }
    path.finish()
}

fn fill(ink: Ink) -> Fill {
    Fill {
        paint: paint(ink),
        ..Fill::default()
    }
}

fn paint(ink: Ink) -> Paint {
    match ink {
        Ink::Black => luma::Color::black().into(),
        Ink::White => luma::Color::white().into(),
        Ink::Colour(red, green, blue) => rgb::Color::new(red, green, blue).into(),
    }
}
