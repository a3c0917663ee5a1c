//! Pages with their boxes and crop marks.

use krilla::Document;
use krilla::geom::Rect;
use krilla::page::PageSettings;
use minyi_domain::sheet::{Design, Sheet, Template};

use super::canvas::{Canvas, Ink, Palette};
use super::paper::Paper;
use super::pdf::PdfPaper;
use super::svg::SvgPaper;
use super::{Look, cards, labels, numbered, poster, stand};
use crate::{
    Error,
    code::Picture,
    font::{Font, Typeface},
};

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
    palette: Palette,
    logo: Option<&'f Picture>,
}

impl<'f> Press<'f> {
    /// With the product's own colours.
    pub fn plain(font: &'f Font) -> Result<Self, Error> {
        Ok(Self {
            regular: font.regular()?,
            bold: font.bold()?,
            palette: Palette::of(&Design::default()),
            logo: None,
        })
    }

    pub fn of(look: &'f Look, font: &'f Font) -> Result<Self, Error> {
        Ok(Self {
            palette: Palette::of(&look.design),
            logo: look.logo.as_ref(),
            ..Self::plain(font)?
        })
    }

    /// Sheets of codes, as many on a page as the template has room for.
    pub fn sheets(&self, document: &mut Document, sheets: &[Sheet], look: &Look) -> Result<(), Error> {
        let (a_page, scale, margin) = (look.template.codes_a_page(), scale(look.template), margin(look));
        for (index, some) in sheets.chunks(a_page).enumerate() {
            self.page_of(document, settings(scale, margin)?, scale, margin, |canvas| {
                draw(canvas, some, look, index * a_page)
            })?;
        }
        Ok(())
    }

    /// The first page of such sheets as an SVG, without crop marks.
    pub fn preview(&self, sheets: &[Sheet], look: &Look) -> Result<String, Error> {
        let scale = scale(look.template);
        let mut paper = SvgPaper::new(WIDTH * scale, HEIGHT * scale);
        paper.push([scale, 0.0, 0.0, scale, 0.0, 0.0]);
        let first = sheets.chunks(look.template.codes_a_page()).next().unwrap_or_default();
        draw(&mut self.canvas(&mut paper), first, look, 0)?;
        paper.pop();
        Ok(paper.finish())
    }

    /// A page of `width` × `height` millimetres that is not cut.
    pub fn page(
        &self,
        document: &mut Document,
        (width, height): (f32, f32),
        draw: impl FnOnce(&mut Canvas) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let settings = PageSettings::from_wh(width * POINTS, height * POINTS).ok_or_else(sizeless)?;
        self.page_of(document, settings, 1.0, 0.0, draw)
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
        let mut paper = PdfPaper(&mut surface);
        paper.push([unit, 0.0, 0.0, unit, origin, origin]);
        let drawn = draw(&mut self.canvas(&mut paper));
        // A surface must be left as it was found, also when a sheet could not be set.
        paper.pop();
        surface.finish();
        page.finish();
        drawn
    }

    fn canvas<'c>(&'c self, paper: &'c mut dyn Paper) -> Canvas<'c> {
        Canvas {
            paper,
            regular: &self.regular,
            bold: &self.bold,
            palette: self.palette,
            logo: self.logo,
        }
    }
}

/// One page; `before` sheets of the batch have been printed already.
fn draw(canvas: &mut Canvas, sheets: &[Sheet], look: &Look, before: usize) -> Result<(), Error> {
    let design = &look.design;
    match look.template {
        Template::A4 | Template::A5 => {
            for sheet in sheets {
                poster::draw(canvas, sheet, design).map_err(numbered(before))?;
            }
            if look.crop_marks {
                corner_marks(canvas, scale(look.template));
            }
        }
        Template::Stand => {
            for sheet in sheets {
                stand::draw(canvas, sheet, design).map_err(numbered(before))?;
            }
        }
        Template::Labels => {
            labels::draw(canvas, sheets, design, before)?;
            if look.crop_marks {
                labels::crosses(canvas);
            }
        }
        Template::Cards => {
            cards::draw(canvas, sheets, design, before)?;
            cards::crosses(canvas);
        }
    }
    Ok(())
}

/// A5 is half of A4 in the same proportion.
fn scale(template: Template) -> f32 {
    if template == Template::A5 {
        std::f32::consts::FRAC_1_SQRT_2
    } else {
        1.0
    }
}

/// Only posters grow by their marks.
fn margin(look: &Look) -> f32 {
    let grows = look.crop_marks && matches!(look.template, Template::A4 | Template::A5);
    if grows { MARGIN } else { 0.0 }
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
