//! One code (二维码) as a picture.

mod logo;
pub(crate) mod matrix;

use std::fmt::Write as _;

use image::{ExtendedColorType, ImageEncoder, codecs::png};
use resvg::{tiny_skia, usvg};

pub use logo::{Logo, Picture};
pub(crate) use logo::{MARK_GRID, MARK_STROKE_WIDTH, MARK_STROKES, MARK_TILE};
use matrix::{Matrix, Run};

use crate::Error;

/// The largest side of a PNG, in pixels.
pub const MAXIMUM_PNG_PX: u32 = 4096;

/// Fewer pixels a module than this are not reliably read from a screen or a copy.
const MINIMUM_MODULE_PX: u32 = 2;

/// How much of the code may be dirty or torn and it still reads (纠错等级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ErrorCorrection {
    /// About 7 %.
    L,
    /// About 15 %.
    M,
    /// About 25 %.
    Q,
    /// About 30 %: for a wall in the street, and the only level that bears a logo.
    #[default]
    H,
}

/// A code to be drawn: what it says and how it looks.
#[derive(Debug, Clone)]
pub struct CodeImage<'a> {
    /// What the code says: the address of the grid's page.
    pub content: &'a str,
    /// How much damage the code bears.
    pub error_correction: ErrorCorrection,
    /// The white border, in modules; the standard asks for 4.
    pub quiet_zone_modules: u8,
    /// What is drawn in the centre, hiding at most 5 % of the code.
    pub logo: Option<Logo>,
}

impl<'a> CodeImage<'a> {
    /// A code of level H with the standard's quiet zone and without a logo.
    #[must_use]
    pub fn new(content: &'a str) -> Self {
        Self {
            content,
            error_correction: ErrorCorrection::default(),
            quiet_zone_modules: 4,
            logo: None,
        }
    }

    /// The code as an SVG whose unit is one module; it has no size of its own and takes that of its place.
    ///
    /// # Errors
    /// [`Error::Content`] when the content is too long; [`Error::LogoNeedsLevelH`] and
    /// [`Error::LogoNeedsShorterContent`] when a logo would make the code hard to read.
    pub fn svg(&self) -> Result<String, Error> {
        Ok(self.draw(&self.matrix()?))
    }

    /// The code as a PNG of about `size_px` a side: rounded down to whole pixels a module, so that no edge is blurred.
    ///
    /// # Errors
    /// As [`Self::svg`], and [`Error::TooSmall`] or [`Error::TooLarge`] when no such picture is drawn.
    pub fn png(&self, size_px: u32) -> Result<Vec<u8>, Error> {
        let matrix = self.matrix()?;
        let modules = self.full_side(&matrix);
        if size_px > MAXIMUM_PNG_PX {
            return Err(Error::TooLarge {
                maximum_px: MAXIMUM_PNG_PX,
            });
        }
        let module_px = size_px / modules;
        if module_px < MINIMUM_MODULE_PX {
            return Err(Error::TooSmall {
                minimum_px: modules * MINIMUM_MODULE_PX,
            });
        }
        let pixels = rasterise(&self.draw(&matrix), module_px, modules * module_px)?;
        encode_png(&pixels, self.logo.is_some())
    }

    fn matrix(&self) -> Result<Matrix, Error> {
        let matrix = Matrix::encode(self.content, self.error_correction)?;
        if self.logo.is_none() {
            Ok(matrix)
        } else if self.error_correction != ErrorCorrection::H {
            Err(Error::LogoNeedsLevelH)
        } else if matrix.logo_hole().is_none() {
            Err(Error::LogoNeedsShorterContent)
        } else {
            Ok(matrix)
        }
    }

    fn full_side(&self, matrix: &Matrix) -> u32 {
        matrix.side() + 2 * u32::from(self.quiet_zone_modules)
    }

    fn draw(&self, matrix: &Matrix) -> String {
        let full = self.full_side(matrix);
        let quiet = u32::from(self.quiet_zone_modules);
        let mut svg = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {full} {full}" role="img"><path fill="#fff" d="M0 0h{full}v{full}H0z"/><path shape-rendering="crispEdges" d=""##
        );
        let logo = self.logo.as_ref().zip(matrix.logo_hole());
        for Run { x, y, length } in matrix.runs(logo.as_ref().map(|(_, hole)| hole)) {
            let left = x + quiet;
            // Writing to a String cannot fail.
            let _ = write!(svg, "M{left} {}h{length}v1H{left}z", y + quiet);
        }
        svg.push_str(r#""/>"#);
        if let Some((logo, hole)) = logo {
            svg.push_str(&logo.svg(hole.start + quiet, hole.end - hole.start));
        }
        svg.push_str("</svg>");
        svg
    }
}

fn rasterise(svg: &str, module_px: u32, side_px: u32) -> Result<tiny_skia::Pixmap, Error> {
    let tree =
        usvg::Tree::from_str(svg, &usvg::Options::default()).map_err(|error| Error::Raster(error.to_string()))?;
    let mut pixels = tiny_skia::Pixmap::new(side_px, side_px).ok_or_else(|| Error::Raster("no pixels".to_owned()))?;
    // A module is at most 4096 px, which a float holds exactly.
    #[expect(clippy::cast_precision_loss, reason = "small whole number")]
    let scale = module_px as f32;
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    Ok(pixels)
}

/// An SVG as a PNG that is `width_px` wide; for drawings of ours, whose texts are outlines.
pub(crate) fn rasterise_to(svg: &str, width_px: u32) -> Result<Vec<u8>, Error> {
    let failed = |error: String| Error::Raster(error);
    let tree = usvg::Tree::from_str(svg, &usvg::Options::default()).map_err(|error| failed(error.to_string()))?;
    // A preview has some hundreds of pixels.
    #[expect(clippy::cast_precision_loss, reason = "small whole number")]
    let scale = width_px as f32 / tree.size().width();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a positive number of pixels"
    )]
    let height_px = (tree.size().height() * scale).round() as u32;
    let mut pixels = tiny_skia::Pixmap::new(width_px, height_px).ok_or_else(|| failed("no pixels".to_owned()))?;
    let transform = tiny_skia::Transform::from_scale(scale, scale);
    resvg::render(&tree, transform, &mut pixels.as_mut());
    encode_png(&pixels, true)
}

/// Grey unless a logo may have brought colour; the white ground makes every pixel opaque.
fn encode_png(pixels: &tiny_skia::Pixmap, coloured: bool) -> Result<Vec<u8>, Error> {
    let (bytes, colour): (Vec<u8>, _) = if coloured {
        let rgb = pixels.pixels().iter().flat_map(|p| [p.red(), p.green(), p.blue()]);
        (rgb.collect(), ExtendedColorType::Rgb8)
    } else {
        let grey = pixels.pixels().iter().map(|p| p.red());
        (grey.collect(), ExtendedColorType::L8)
    };
    let mut file = Vec::new();
    png::PngEncoder::new_with_quality(&mut file, png::CompressionType::Best, png::FilterType::NoFilter)
        .write_image(&bytes, pixels.width(), pixels.height(), colour)
        .map_err(|error| Error::Raster(error.to_string()))?;
    Ok(file)
}
