//! The Chinese font that sheets embed as a subset.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

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

/// How an OpenType font begins, and how a collection of them does.
const FONT_MARKS: [[u8; 4]; 3] = [[0, 1, 0, 0], *b"OTTO", *b"true"];
const COLLECTION_MARK: [u8; 4] = *b"ttcf";

/// A font in its regular and its bold weight. Each has some 20 MB, which are read when something is set in it for the first
/// time and kept from then on: make one and share it; a clone is cheap.
#[derive(Clone)]
pub struct Font {
    regular: Arc<Face>,
    bold: Arc<Face>,
}

struct Face {
    path: PathBuf,
    index: u32,
    loaded: OnceLock<Loaded>,
}

struct Loaded {
    bytes: Arc<Vec<u8>>,
    embedded: krilla::text::Font,
}

impl Font {
    /// A font from one file, used for both weights; `index` is the face inside a collection (`.ttc`), else 0. That the file
    /// is such a font is seen at once; one that is damaged further on is an error of whatever is set in it.
    ///
    /// # Errors
    /// [`Error::FontFile`] or [`Error::FontFormat`].
    pub fn load(path: &Path, index: u32) -> Result<Self, Error> {
        let regular = Arc::new(Face::at(path, index)?);
        Ok(Self {
            bold: Arc::clone(&regular),
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
            bold: Arc::new(Face::at(path, index)?),
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
    /// Looks at the head of the file only.
    fn at(path: &Path, index: u32) -> Result<Self, Error> {
        let face = Self {
            path: path.to_owned(),
            index,
            loaded: OnceLock::new(),
        };
        match File::open(path).and_then(|mut file| has_face(&mut file, index)) {
            Ok(true) => Ok(face),
            Ok(false) => Err(face.unusable()),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(face.unusable()),
            Err(source) => Err(face.unreadable(source)),
        }
    }

    fn open(&self) -> Result<Typeface<'_>, Error> {
        let Loaded { bytes, embedded } = self.loaded()?;
        let face = ttf_parser::Face::parse(bytes, self.index).map_err(|_| self.unusable())?;
        Ok(Typeface { face, embedded })
    }

    fn loaded(&self) -> Result<&Loaded, Error> {
        if let Some(loaded) = self.loaded.get() {
            return Ok(loaded);
        }
        let bytes = Arc::new(std::fs::read(&self.path).map_err(|source| self.unreadable(source))?);
        let embedded = krilla::text::Font::new(Arc::clone(&bytes).into(), self.index);
        let embedded = embedded.ok_or_else(|| self.unusable())?;
        // Of two that read it at once one keeps what it has read.
        Ok(self.loaded.get_or_init(|| Loaded { bytes, embedded }))
    }

    fn unusable(&self) -> Error {
        Error::FontFormat {
            path: self.path.clone(),
            index: self.index,
        }
    }

    fn unreadable(&self, source: io::Error) -> Error {
        Error::FontFile {
            path: self.path.clone(),
            source,
        }
    }
}

/// Whether a file begins as a font, or as a collection with a font at `index`.
fn has_face(file: &mut (impl Read + Seek), index: u32) -> io::Result<bool> {
    let mut mark = four_bytes(file)?;
    if mark == COLLECTION_MARK {
        let _version = four_bytes(file)?;
        if index >= u32::from_be_bytes(four_bytes(file)?) {
            return Ok(false);
        }
        // A list of where each face begins follows.
        file.seek(SeekFrom::Current(i64::from(index) * 4))?;
        let start = u32::from_be_bytes(four_bytes(file)?);
        file.seek(SeekFrom::Start(start.into()))?;
        mark = four_bytes(file)?;
    } else if index > 0 {
        return Ok(false);
    }
    Ok(FONT_MARKS.contains(&mark))
}

fn four_bytes(file: &mut impl Read) -> io::Result<[u8; 4]> {
    let mut bytes = [0; 4];
    file.read_exact(&mut bytes)?;
    Ok(bytes)
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
