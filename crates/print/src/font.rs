//! The Chinese font that sheets embed as a subset.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use krilla::text::{GlyphId, KrillaGlyph};

use crate::Error;

/// Where the systems put Noto Sans CJK: the regular file, the bold one, and the index of the simplified Chinese face.
///
/// Debian and Ubuntu (package fonts-noto-cjk), Fedora (google-noto-sans-cjk-fonts), Arch (noto-fonts-cjk),
/// Alpine (font-noto-cjk).
pub const CANDIDATES: [(&str, &str, u32); 4] = [
    (
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
        2,
    ),
    (
        "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Bold.ttc",
        2,
    ),
    (
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/noto-cjk/NotoSansCJK-Bold.ttc",
        2,
    ),
    (
        "/usr/share/fonts/noto/NotoSansCJK-Regular.ttc",
        "/usr/share/fonts/noto/NotoSansCJK-Bold.ttc",
        2,
    ),
];

/// A font in its regular and its bold weight. Loading reads some 40 MB: load once and share; a clone is cheap.
#[derive(Clone)]
pub struct Font {
    regular: Face,
    bold: Face,
}

#[derive(Clone)]
struct Face {
    bytes: Arc<Vec<u8>>,
    index: u32,
    embedded: krilla::text::Font,
}

impl Font {
    /// A font from one file, used for both weights; `index` is the face inside a collection (`.ttc`), else 0.
    ///
    /// # Errors
    /// [`Error::FontFile`] or [`Error::FontFormat`].
    pub fn load(path: &Path, index: u32) -> Result<Self, Error> {
        let regular = Face::load(path, index)?;
        Ok(Self {
            bold: regular.clone(),
            regular,
        })
    }

    /// The font of the settings: from this file, or the system's.
    ///
    /// # Errors
    /// As [`Self::load`] and [`Self::find`].
    pub fn open(file: Option<&Path>, index: u32) -> Result<Self, Error> {
        file.map_or_else(Self::find, |file| Self::load(file, index))
    }

    /// The same font with another file for what is set bold.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn with_bold(self, path: &Path, index: u32) -> Result<Self, Error> {
        Ok(Self {
            bold: Face::load(path, index)?,
            ..self
        })
    }

    /// The first of [`CANDIDATES`] that this machine has, with its bold weight if that is there too.
    ///
    /// # Errors
    /// [`Error::FontMissing`] when there is none; else as [`Self::load`].
    pub fn find() -> Result<Self, Error> {
        let (regular, bold, index) = CANDIDATES
            .iter()
            .find(|(regular, ..)| Path::new(regular).is_file())
            .ok_or(Error::FontMissing)?;
        let font = Self::load(Path::new(regular), *index)?;
        let bold = PathBuf::from(bold);
        if bold.is_file() {
            font.with_bold(&bold, *index)
        } else {
            Ok(font)
        }
    }

    pub(crate) fn regular(&self) -> Result<Typeface<'_>, Error> {
        self.regular.open()
    }

    pub(crate) fn bold(&self) -> Result<Typeface<'_>, Error> {
        self.bold.open()
    }
}

impl std::fmt::Debug for Font {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Font").finish_non_exhaustive()
    }
}

impl Face {
    fn load(path: &Path, index: u32) -> Result<Self, Error> {
        let bytes = std::fs::read(path).map_err(|source| Error::FontFile {
            path: path.to_owned(),
            source,
        })?;
        let bytes = Arc::new(bytes);
        let embedded = krilla::text::Font::new(Arc::clone(&bytes).into(), index);
        let embedded = embedded.ok_or_else(|| Error::FontFormat {
            path: path.to_owned(),
            index,
        })?;
        Ok(Self { bytes, index, embedded })
    }

    fn open(&self) -> Result<Typeface<'_>, Error> {
        let face = ttf_parser::Face::parse(&self.bytes, self.index).map_err(|_| Error::FontFormat {
            path: PathBuf::new(),
            index: self.index,
        })?;
        Ok(Typeface {
            face,
            embedded: &self.embedded,
        })
    }
}

/// One weight, opened for measuring and setting. Each character takes its own glyph and advance: Chinese and
/// digits need no more shaping.
pub(crate) struct Typeface<'a> {
    face: ttf_parser::Face<'a>,
    embedded: &'a krilla::text::Font,
}

/// A line of text as glyphs of one face.
pub(crate) struct Glyphs<'a> {
    pub text: &'a str,
    pub glyphs: Vec<KrillaGlyph>,
    pub face: &'a Typeface<'a>,
}

impl Typeface<'_> {
    pub fn embedded(&self) -> krilla::text::Font {
        self.embedded.clone()
    }

    /// The face itself, for who draws outlines.
    pub fn face(&self) -> &ttf_parser::Face<'_> {
        &self.face
    }

    /// The width of a text in em; `field` names the part of the sheet in errors.
    pub fn width(&self, text: &str, field: &'static str) -> Result<f32, Error> {
        text.chars()
            .map(|c| self.glyph(c, field).map(|(_, advance)| advance))
            .sum()
    }

    /// The text's glyphs, each followed by `tracking` em of air.
    pub fn glyphs<'g>(&'g self, text: &'g str, tracking: f32, field: &'static str) -> Result<Glyphs<'g>, Error> {
        let glyphs: Result<_, Error> = text
            .char_indices()
            .map(|(start, c)| {
                let (id, advance) = self.glyph(c, field)?;
                let range = start..start + c.len_utf8();
                Ok(KrillaGlyph::new(id, advance + tracking, 0.0, 0.0, 0.0, range, None))
            })
            .collect();
        Ok(Glyphs {
            text,
            glyphs: glyphs?,
            face: self,
        })
    }

    fn glyph(&self, character: char, field: &'static str) -> Result<(GlyphId, f32), Error> {
        let missing = Error::MissingGlyph { field, character };
        let id = self.face.glyph_index(character).filter(|id| id.0 != 0).ok_or(missing)?;
        let advance = f32::from(self.face.glyph_hor_advance(id).unwrap_or(0));
        Ok((
            GlyphId::new(u32::from(id.0)),
            advance / f32::from(self.face.units_per_em()),
        ))
    }
}
