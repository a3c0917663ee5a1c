//! What may stand in the centre of a code.

use std::fmt::Write as _;
use std::io::Cursor;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::{ImageFormat, ImageReader, Limits};

use crate::Error;

/// The side of the grid in which the mark is drawn; its tile leaves a white border inside the hole.
pub(crate) const MARK_GRID: f32 = 24.0;
/// The red tile: where it begins on both axes, its side, the radius of its corners, in units of the grid.
pub(crate) const MARK_TILE: (f32, f32, f32) = (1.5, 21.0, 4.5);
/// The mark's red (中国红).
pub(crate) const MARK_RED: (u8, u8, u8) = (0xB8, 0x14, 0x1E);
/// The strokes of 民 as lines through these points; drawn by hand so that a picture needs no font.
pub(crate) const MARK_STROKES: [&[(f32, f32)]; 4] = [
    &[(7.0, 10.2), (16.8, 10.2), (16.8, 6.2), (7.0, 6.2)],
    &[(7.0, 6.2), (7.0, 18.2), (11.2, 16.4)],
    &[(7.0, 13.8), (18.4, 13.8)],
    &[
        (11.8, 10.2),
        (12.6, 13.8),
        (14.2, 16.6),
        (16.4, 18.3),
        (17.9, 18.3),
        (18.5, 16.2),
    ],
];
/// The width of those strokes, in units of the grid.
pub(crate) const MARK_STROKE_WIDTH: f32 = 1.7;

/// No side of a caller's picture may be longer, in pixels.
const MAXIMUM_SIDE_PX: u32 = 2048;
/// To this it is shrunk: a logo is a few millimetres wide.
const KEPT_SIDE_PX: u32 = 256;

/// What stands in the centre of a code (中心标志).
#[derive(Debug, Clone)]
pub enum Logo {
    /// The plain mark 民: white on a red tile.
    Mark,
    /// A picture of the city's own, made by [`Logo::from_png`].
    Picture(Picture),
}

/// A PNG that has been decoded once and so is known to be drawable.
#[derive(Debug, Clone)]
pub struct Picture(Vec<u8>);

impl Logo {
    /// A logo from a PNG file's bytes; it is shrunk and written anew, so that nothing but its pixels remains.
    ///
    /// # Errors
    /// [`Error::LogoPicture`] when the bytes are no PNG or a side has more than 2048 px.
    pub fn from_png(bytes: &[u8]) -> Result<Self, Error> {
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAXIMUM_SIDE_PX);
        limits.max_image_height = Some(MAXIMUM_SIDE_PX);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), ImageFormat::Png);
        reader.limits(limits);
        let picture = reader.decode().map_err(Error::LogoPicture)?;
        let mut kept = Cursor::new(Vec::new());
        picture
            .thumbnail(KEPT_SIDE_PX, KEPT_SIDE_PX)
            .to_rgba8()
            .write_to(&mut kept, ImageFormat::Png)
            .map_err(Error::LogoPicture)?;
        Ok(Self::Picture(Picture(kept.into_inner())))
    }

    /// The logo in a square hole that begins at `start` on both axes and is `side` modules wide.
    pub(super) fn svg(&self, start: u32, side: u32) -> String {
        let (from, tile, _) = MARK_TILE;
        match self {
            Self::Mark => mark_svg(start, side),
            // The same white border as the mark's, which keeps the picture apart from the modules.
            Self::Picture(Picture(png)) => format!(
                r#"<svg x="{start}" y="{start}" width="{side}" height="{side}" viewBox="0 0 {MARK_GRID} {MARK_GRID}"><image x="{from}" y="{from}" width="{tile}" height="{tile}" href="data:image/png;base64,{}"/></svg>"#,
                STANDARD.encode(png)
            ),
        }
    }
}

fn mark_svg(start: u32, side: u32) -> String {
    let (from, tile, radius) = MARK_TILE;
    let (red, green, blue) = MARK_RED;
    let mut svg = format!(
        r##"<svg x="{start}" y="{start}" width="{side}" height="{side}" viewBox="0 0 {MARK_GRID} {MARK_GRID}"><rect x="{from}" y="{from}" width="{tile}" height="{tile}" rx="{radius}" fill="#{red:02x}{green:02x}{blue:02x}"/><path fill="none" stroke="#fff" stroke-width="{MARK_STROKE_WIDTH}" stroke-linejoin="round" stroke-linecap="round" d=""##
    );
    for stroke in MARK_STROKES {
        for (index, (x, y)) in stroke.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(svg, "{}{x} {y}", if index == 0 { 'M' } else { 'L' });
        }
    }
    svg.push_str(r#""/></svg>"#);
    svg
}
