//! The crate's one error type.

use std::path::PathBuf;

/// Why something could not be drawn. No variant carries a resident's or a deputy's data, so all may be logged.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The content is too long for the largest code at this level of error correction.
    #[error("the content does not fit into a code: {0}")]
    Content(#[from] qrcode::types::QrError),
    /// A logo hides modules, and only level H has enough redundancy for that.
    #[error("a logo needs error correction level H")]
    LogoNeedsLevelH,
    /// The content, of more than some 58 bytes, needs a code with an alignment pattern where the logo would be.
    #[error("the content is too long for a code with a logo")]
    LogoNeedsShorterContent,
    /// The logo's file is not a PNG or JPEG, or a larger one than is taken.
    #[error("the logo is not a usable picture: {0}")]
    LogoPicture(#[source] image::ImageError),
    /// The picture would have less than two pixels a module.
    #[error("the picture is too small to be read, it needs at least {minimum_px} px")]
    TooSmall {
        /// The smallest size that this code can be drawn in, in pixels.
        minimum_px: u32,
    },
    /// The picture would be larger than is drawn here.
    #[error("the picture is too large, at most {maximum_px} px are drawn")]
    TooLarge {
        /// The largest size, in pixels.
        maximum_px: u32,
    },
    /// The drawing could not be turned into pixels.
    #[error("the code could not be rasterised: {0}")]
    Raster(String),
    /// The font's file could not be read.
    #[error("cannot read the font {path}")]
    FontFile {
        /// The file asked for.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is not an OpenType font, or has no face of that index.
    #[error("{path} has no usable font at index {index}")]
    FontFormat {
        /// The file asked for.
        path: PathBuf,
        /// The face's index inside the collection.
        index: u32,
    },
    /// No known place holds a Chinese font.
    #[error("no Chinese font found; on Debian or Ubuntu install it with `apt-get install fonts-noto-cjk`")]
    FontMissing,
    /// The font has no picture of this character; printing without it would change what is said.
    #[error("the font has no glyph for {character:?} (U+{:04X}) in {field}", *character as u32)]
    MissingGlyph {
        /// Which part of the sheet holds the character.
        field: &'static str,
        /// The character.
        character: char,
    },
    /// The text is too long for its place even in the smallest legible size.
    #[error("the {field} is too long for the sheet")]
    DoesNotFit {
        /// Which part of the sheet is too long.
        field: &'static str,
    },
    /// One sheet of a batch could not be set.
    #[error("sheet {number}: {source}")]
    Sheet {
        /// Which sheet of the batch, counted from 1.
        number: usize,
        /// What is wrong with it.
        #[source]
        source: Box<Error>,
    },
    /// A batch without a sheet has no page.
    #[error("there is no sheet to print")]
    NoSheets,
    /// The workbook could not be written.
    #[error("the workbook could not be written: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// A part of a batch is not a PDF as this crate writes them.
    #[error("a part cannot be joined: {0}")]
    Part(&'static str),
    /// The PDF could not be written.
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
}

impl Error {
    /// What to change, in Chinese, if whoever asked for the drawing can help it.
    #[must_use]
    pub fn zh(&self) -> Option<String> {
        Some(match self {
            Self::LogoNeedsLevelH => "带图标的二维码只能用 H 级纠错（level=H）。".to_owned(),
            Self::LogoNeedsShorterContent => "网址太长，带图标的二维码不好扫，请去掉图标（logo=false）。".to_owned(),
            Self::LogoPicture(_) => "图标要用 PNG 或 JPEG 图片，边长不超过 2048 像素。".to_owned(),
            Self::TooSmall { minimum_px } => format!("图片太小，至少要 {minimum_px} 像素。"),
            Self::TooLarge { maximum_px } => format!("图片太大，最多 {maximum_px} 像素。"),
            Self::Sheet { source, .. } => return source.zh(),
            Self::MissingGlyph { character, .. } => {
                format!("字体里没有“{character}”这个字，请换一个字体或者换一种写法。")
            }
            Self::DoesNotFit { field } => format!("{}太长，印不下，请改短一些。", sheet_part(field)),
            Self::NoSheets => "没有可以印的民意码。".to_owned(),
            _ => return None,
        })
    }

    /// Which sheet of a batch it is about, counted from 1.
    #[must_use]
    pub fn sheet_number(&self) -> Option<usize> {
        match self {
            Self::Sheet { number, .. } => Some(*number),
            _ => None,
        }
    }
}

/// A part of a printed sheet as people call it.
fn sheet_part(field: &str) -> &'static str {
    match field {
        "title" => "标题",
        "hint" => "提示语",
        "purpose" => "用途",
        "place" => "地点",
        "station" => "站点名称",
        "deputy's name" => "代表姓名",
        "deputy's level" => "代表层级",
        "hotline" => "电话",
        "typed address" => "网址",
        "token" => "民意码编号",
        _ => "有一项文字",
    }
}
