//! Pages with their boxes and crop marks.

use krilla::Document;
use krilla::geom::{Rect, Transform};
use krilla::page::PageSettings;

use super::canvas::{Canvas, Ink};
use super::{Sheet, labels, numbered, poster};
use crate::{Error, font::Typeface};

/// Points in a millimetre.
const POINTS: f32 = 72.0 / 25.4;
/// What a page with crop marks has around the sheet, in millimetres.
const MARGIN: f32 = 12.0;
/// How far colour is printed beyond the cut, in millimetres.
pub(super) const BLEED: f32 = 3.0;
/// The crop marks' thickness, in millimetres.
const HAIRLINE: f32 = 0.1;

/// A4, in millimetres.
pub(super) const WIDTH: f32 = 210.0;
/// A4, in millimetres.
pub(super) const HEIGHT: f32 = 297.0;

/// What all pages of a document share.
pub(super) struct Press<'f> {
    pub regular: Typeface<'f>,
    pub bold: Typeface<'f>,
    pub crop_marks: bool,
}

impl Press<'_> {
    /// A page a sheet; the layout is that of A4, drawn `scale` times as large.
    pub fn posters(&self, document: &mut Document, sheets: &[Sheet], scale: f32) -> Result<(), Error> {
        let margin = if self.crop_marks { MARGIN } else { 0.0 };
        for (index, sheet) in sheets.iter().enumerate() {
            self.page(document, scale, margin, |canvas| {
                poster::draw(canvas, sheet)?;
                if self.crop_marks {
                    corner_marks(canvas, scale);
                }
                Ok(())
            })
            .map_err(numbered(index))?;
        }
        Ok(())
    }

    /// A4 pages full of labels.
    pub fn labels(&self, document: &mut Document, sheets: &[Sheet]) -> Result<(), Error> {
        for (index, some) in sheets.chunks(labels::PER_PAGE).enumerate() {
            self.page(document, 1.0, 0.0, |canvas| {
                labels::draw(canvas, some, index * labels::PER_PAGE)?;
                if self.crop_marks {
                    labels::crosses(canvas);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// A page of `width` × `height` millimetres that is not cut.
    pub fn plain(
        &self,
        document: &mut Document,
        (width, height): (f32, f32),
        draw: impl FnOnce(&mut Canvas) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let settings = PageSettings::from_wh(width * POINTS, height * POINTS).ok_or_else(sizeless)?;
        self.page_of(document, settings, 1.0, 0.0, draw)
    }

    fn page(
        &self,
        document: &mut Document,
        scale: f32,
        margin: f32,
        draw: impl FnOnce(&mut Canvas) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.page_of(document, settings(scale, margin)?, scale, margin, draw)
    }

    fn page_of(
        &self,
        document: &mut Document,
        settings: PageSettings,
        scale: f32,
        margin: f32,
        draw: impl FnOnce(&mut Canvas) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let (unit, origin) = (scale * POINTS, margin * POINTS);
        surface.push_transform(&Transform::from_row(unit, 0.0, 0.0, unit, origin, origin));
        let mut canvas = Canvas {
            surface: &mut surface,
            regular: &self.regular,
            bold: &self.bold,
        };
        let drawn = draw(&mut canvas);
        // A surface must be left as it was found, also when a sheet could not be set.
        surface.pop();
        surface.finish();
        page.finish();
        drawn
    }
}

fn sizeless() -> Error {
    Error::Pdf("a page without a size".to_owned())
}

/// A page of the sheet's size and its margin on each side, which tells the printer where to cut.
fn settings(scale: f32, margin: f32) -> Result<PageSettings, Error> {
    let (width, height) = (WIDTH * scale * POINTS, HEIGHT * scale * POINTS);
    let margin = margin * POINTS;
    let settings = PageSettings::from_wh(width + 2.0 * margin, height + 2.0 * margin).ok_or_else(sizeless)?;
    if margin == 0.0 {
        return Ok(settings);
    }
    let bleed = BLEED * scale * POINTS;
    let bleed_box = Rect::from_xywh(
        margin - bleed,
        margin - bleed,
        width + 2.0 * bleed,
        height + 2.0 * bleed,
    );
    let trim_box = Rect::from_xywh(margin, margin, width, height);
    Ok(settings.with_bleed_box(bleed_box).with_trim_box(trim_box))
}

/// Two short lines at each corner, outside of the bleed.
fn corner_marks(canvas: &mut Canvas, scale: f32) {
    // The page is scaled, the marks are not.
    let (near, far) = ((BLEED + 1.0) / scale, (MARGIN - 2.0) / scale);
    for (x, outward_x) in [(0.0, -1.0), (WIDTH, 1.0)] {
        for (y, outward_y) in [(0.0, -1.0), (HEIGHT, 1.0)] {
            let (from, to) = (x + outward_x * near, x + outward_x * far);
            canvas.line((from, y), (to, y), HAIRLINE, Ink::Black);
            let (from, to) = (y + outward_y * near, y + outward_y * far);
            canvas.line((x, from), (x, to), HAIRLINE, Ink::Black);
        }
    }
}
