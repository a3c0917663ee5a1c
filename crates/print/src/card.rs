//! A receipt as a picture (回执图片): what a resident keeps in the phone's album.

use std::fmt::Write as _;

use image::{ExtendedColorType, ImageEncoder as _, codecs::png};
use resvg::{tiny_skia, usvg};
use ttf_parser::OutlineBuilder;

use crate::{
    Error,
    code::CodeImage,
    font::{Font, Typeface},
};

const WIDTH_PX: u32 = 750;
const HEIGHT_PX: u32 = 1180;
/// The column of text, in pixels.
const LEFT: f32 = 75.0;
const COLUMN: f32 = 600.0;
const CODE_SIDE: f32 = 380.0;

const INK: &str = "#221c17";
const SOFT: &str = "#5d544b";
const RED: &str = "#b3261e";

/// What stands on the card. Whoever has it can open the submission.
#[derive(Debug, Clone)]
pub struct Card<'a> {
    /// 登记编号.
    pub number: &'a str,
    /// 回执码, in groups.
    pub receipt: &'a str,
    /// Address of the receipt's page.
    pub url: &'a str,
    /// The promised day in words; `None` once there is nothing more to wait for.
    pub answer_by: Option<&'a str>,
    /// Where the code hangs.
    pub place: &'a str,
    /// The station's name.
    pub station: &'a str,
    /// The station's phone.
    pub hotline: Option<&'a str>,
}

impl Card<'_> {
    /// The card as a PNG, 750 × 1180 pixels.
    ///
    /// # Errors
    /// [`Error::MissingGlyph`] when the font lacks a character, [`Error::Raster`] when drawing fails.
    pub fn png(&self, font: &Font) -> Result<Vec<u8>, Error> {
        let svg = self.svg(font)?;
        let failed = |error: String| Error::Raster(error);
        let tree = usvg::Tree::from_str(&svg, &usvg::Options::default()).map_err(|error| failed(error.to_string()))?;
        let mut pixels = tiny_skia::Pixmap::new(WIDTH_PX, HEIGHT_PX).ok_or_else(|| failed("no pixels".to_owned()))?;
        resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixels.as_mut());
        let bytes: Vec<u8> = pixels
            .pixels()
            .iter()
            .flat_map(|p| [p.red(), p.green(), p.blue()])
            .collect();
        let mut file = Vec::new();
        png::PngEncoder::new(&mut file)
            .write_image(&bytes, WIDTH_PX, HEIGHT_PX, ExtendedColorType::Rgb8)
            .map_err(|error| failed(error.to_string()))?;
        Ok(file)
    }

    fn svg(&self, font: &Font) -> Result<String, Error> {
        let (regular, bold) = (font.regular()?, font.bold()?);
        let mut drawing = Drawing::new();
        drawing.text(&bold, "民意回执", 62.0, 128.0, RED)?;
        drawing.text(&regular, "请保存好这张图片，凭它看答复", 30.0, 182.0, SOFT)?;
        let mut y = 262.0;
        let mut line = |label: &str, value: &str| {
            drawing.text(&regular, label, 26.0, y, SOFT)?;
            drawing.text(&bold, value, 36.0, y + 44.0, INK)?;
            y += 92.0;
            Ok::<(), Error>(())
        };
        line("登记编号", self.number)?;
        if let Some(day) = self.answer_by {
            line("最晚答复", day)?;
        }
        line("地方", self.place)?;
        let station = match self.hotline {
            Some(hotline) => format!("{} {hotline}", self.station),
            None => self.station.to_owned(),
        };
        line("联络站", &station)?;
        drawing.code(self.url, y - 14.0)?;
        drawing.text(&regular, "扫码看进展；回执码（别给外人看）", 26.0, 1076.0, SOFT)?;
        drawing.text(&bold, self.receipt, 36.0, 1124.0, INK)?;
        Ok(drawing.finish())
    }
}

/// An SVG that grows.
struct Drawing(String);

impl Drawing {
    fn new() -> Self {
        Self(format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{HEIGHT_PX}" viewBox="0 0 {WIDTH_PX} {HEIGHT_PX}"><rect width="100%" height="100%" fill="#fbf8f3"/><rect x="30" y="30" width="690" height="1120" rx="24" fill="#fff" stroke="#e3dbd0" stroke-width="2"/><rect x="54" y="30" width="642" height="8" fill="{RED}"/>"##
        ))
    }

    /// One line from the left edge of the column, made smaller if it would leave the column.
    fn text(&mut self, face: &Typeface, text: &str, size: f32, y: f32, ink: &str) -> Result<(), Error> {
        const FIELD: &str = "card";
        let size = size.min(COLUMN / face.width(text, FIELD)?.max(1.0));
        let scale = size / f32::from(face.face().units_per_em());
        let _ = write!(self.0, r#"<g fill="{ink}" transform="translate({LEFT} {y})">"#);
        let mut x = 0.0;
        for character in text.chars() {
            let mut outline = Outline(String::new());
            if let Some(glyph) = face.face().glyph_index(character) {
                face.face().outline_glyph(glyph, &mut outline);
            }
            // Fonts count upwards, pictures downwards.
            let _ = write!(
                self.0,
                r#"<path transform="translate({x} 0) scale({scale} -{scale})" d="{}"/>"#,
                outline.0
            );
            x += face.width(character.encode_utf8(&mut [0; 4]), FIELD)? * size;
        }
        self.0.push_str("</g>");
        Ok(())
    }

    /// The code of an address in the middle of the card.
    fn code(&mut self, content: &str, y: f32) -> Result<(), Error> {
        let code = CodeImage {
            error_correction: crate::code::ErrorCorrection::M,
            ..CodeImage::new(content)
        };
        let side = (1040.0 - y).min(CODE_SIDE);
        #[expect(clippy::cast_precision_loss, reason = "small whole number")]
        let x = (WIDTH_PX as f32 - side) / 2.0;
        let place = format!(r#"<svg x="{x}" y="{y}" width="{side}" height="{side}" "#);
        self.0.push_str(&code.svg()?.replacen("<svg ", &place, 1));
        Ok(())
    }

    fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }
}

/// A glyph's outline as the data of an SVG path, in the font's units.
struct Outline(String);

// Writing to a String cannot fail.
impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let _ = write!(self.0, "M{x} {y}");
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let _ = write!(self.0, "L{x} {y}");
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let _ = write!(self.0, "Q{x1} {y1} {x} {y}");
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let _ = write!(self.0, "C{x1} {y1} {x2} {y2} {x} {y}");
    }

    fn close(&mut self) {
        self.0.push('Z');
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn the_code_on_a_card_leads_to_the_receipt() {
        let url = "https://my.example.gov.cn/r/ACDE3467KMNPRTVWXY34";
        let card = Card {
            number: "20261121-ACDE347",
            receipt: "ACDE-3467-KMNP-RTVW-XY34",
            url,
            answer_by: Some("11月27日（周五）"),
            place: "沿江街道临江社区第三网格（幸福小区 1–12 号楼）",
            station: "沿江街道临江社区人大代表联络站",
            hotline: Some("0000-12345678"),
        };
        let png = card.png(&Font::find().expect("a Chinese font is installed")).unwrap();
        let picture = image::load_from_memory(&png).unwrap().into_luma8();
        assert_eq!(picture.dimensions(), (WIDTH_PX, HEIGHT_PX));
        let (width, height) = (usize::try_from(WIDTH_PX).unwrap(), usize::try_from(HEIGHT_PX).unwrap());
        let raw = picture.as_raw();
        let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| raw[y * width + x]);
        let grids = prepared.detect_grids();
        assert_eq!(grids.first().expect("a code").decode().unwrap().1, url);
    }
}
