//! What may stand in the centre of a code.

use std::fmt::Write as _;
use std::io::Cursor;
use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use image::error::{ImageError, UnsupportedError, UnsupportedErrorKind};
use image::{ImageFormat, ImageReader, Limits, RgbaImage};

use crate::{Error, sheet::Area};

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

/// A picture that has been decoded, and so is known to be drawable.
#[derive(Debug, Clone)]
pub struct Picture {
    png: Vec<u8>,
    rgba: Arc<RgbaImage>,
}

impl Picture {
    /// A picture from a PNG or JPEG file's bytes; it is shrunk and written anew, so that nothing but its pixels remains.
    ///
    /// # Errors
    /// [`Error::LogoPicture`] when the bytes are none of these or a side has more than 2048 px.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let format = image::guess_format(bytes).map_err(Error::LogoPicture)?;
        if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
            return Err(Error::LogoPicture(ImageError::Unsupported(
                UnsupportedError::from_format_and_kind(format.into(), UnsupportedErrorKind::Format(format.into())),
            )));
        }
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAXIMUM_SIDE_PX);
        limits.max_image_height = Some(MAXIMUM_SIDE_PX);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        reader.limits(limits);
        let picture = reader.decode().map_err(Error::LogoPicture)?;
        let small = picture.width() <= KEPT_SIDE_PX && picture.height() <= KEPT_SIDE_PX;
        let picture = if small {
            picture
        } else {
            picture.thumbnail(KEPT_SIDE_PX, KEPT_SIDE_PX)
        };
        let rgba = picture.to_rgba8();
        let mut png = Cursor::new(Vec::new());
        rgba.write_to(&mut png, ImageFormat::Png).map_err(Error::LogoPicture)?;
        Ok(Self {
            png: png.into_inner(),
            rgba: Arc::new(rgba),
        })
    }

    /// The file that is kept.
    #[must_use]
    pub fn png(&self) -> &[u8] {
        &self.png
    }

    /// Red, green, blue and opacity of each pixel, width and height.
    pub(crate) fn pixels(&self) -> (&[u8], u32, u32) {
        (self.rgba.as_raw(), self.rgba.width(), self.rgba.height())
    }

    pub(crate) fn data_url(&self) -> String {
        format!("data:image/png;base64,{}", STANDARD.encode(&self.png))
    }

    /// The largest area of the picture's proportions in the middle of another.
    pub(crate) fn within(&self, place: Area) -> Area {
        // A side has at most 256 px.
        #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
        let (width, height) = (self.rgba.width() as f32, self.rgba.height() as f32);
        let scale = (place.width / width).min(place.height / height);
        let (width, height) = (width * scale, height * scale);
        Area {
            x: place.x + (place.width - width) / 2.0,
            y: place.y + (place.height - height) / 2.0,
            width,
            height,
        }
    }
}

impl Logo {
    /// A logo from a PNG file's bytes; it is shrunk and written anew, so that nothing but its pixels remains.
    ///
    /// # Errors
    /// [`Error::LogoPicture`] when the bytes are no such picture or a side has more than 2048 px.
    pub fn from_png(bytes: &[u8]) -> Result<Self, Error> {
        Picture::read(bytes).map(Self::Picture)
    }

    /// The logo in a square hole that begins at `start` on both axes and is `side` modules wide.
    pub(super) fn svg(&self, start: u32, side: u32) -> String {
        let (from, tile, _) = MARK_TILE;
        match self {
            Self::Mark => mark_svg(start, side),
            // The same white border as the mark's, which keeps the picture apart from the modules.
            Self::Picture(picture) => format!(
                r#"<svg x="{start}" y="{start}" width="{side}" height="{side}" viewBox="0 0 {MARK_GRID} {MARK_GRID}"><image x="{from}" y="{from}" width="{tile}" height="{tile}" href="{}"/></svg>"#,
                picture.data_url()
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
