//! Breaking Chinese text into lines and finding the size that fits.

use crate::{Error, font::Typeface};

/// Characters that must not begin a line (避头).
const NOT_FIRST: &str = "，。、；：！？）》〉」』】〕”’…—·％%,.;:!?)]}";
/// Characters that must not end a line (避尾).
const NOT_LAST: &str = "（《〈「『【〔“‘([{";

/// From one size to the next smaller one that is tried.
const SHRINK: f32 = 0.96;
/// As long as one line at this share of the largest size does, the text is not broken.
const ONE_LINE_SHARE: f32 = 0.72;

/// A text's sizes, in millimetres, and what it is called in errors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub field: &'static str,
    pub largest: f32,
    pub smallest: f32,
    /// The distance of two base lines, in em.
    pub leading: f32,
    /// Additional air behind each character, in em.
    pub tracking: f32,
}

/// A text that has been broken into lines of one size.
#[derive(Debug)]
pub(super) struct Block {
    pub lines: Vec<Line>,
    /// The size of an em, in millimetres.
    pub size: f32,
}

#[derive(Debug)]
pub(super) struct Line {
    pub text: String,
    /// In em.
    pub width: f32,
}

/// The text in the largest size whose lines fit into `width` × `height` millimetres.
pub(super) fn fit(face: &Typeface, text: &str, width: f32, height: f32, sizes: &Sizes) -> Result<Block, Error> {
    let units = units(face, text, sizes)?;
    let whole: f32 = units.iter().map(|u| u.width).sum();
    let mut size = sizes.largest;
    while size >= sizes.smallest {
        let ems = width / size;
        // Half a thousandth of an em, so that a text measured by itself fits into its own width.
        let single = whole <= ems + 0.0005 && size * sizes.leading <= height + 0.01;
        if single || size < sizes.largest * ONE_LINE_SHARE {
            break;
        }
        size *= SHRINK;
    }
    if whole > width / size {
        size = (sizes.largest * 0.9).max(sizes.smallest);
    }
    loop {
        if let Some(lines) = wrap(&units, width / size)
            && block_height(lines.len(), size, sizes) <= height + 0.01
        {
            let lines = balance(&units, lines, width / size);
            return Ok(Block { lines, size });
        }
        if size <= sizes.smallest {
            return Err(Error::DoesNotFit { field: sizes.field });
        }
        size = (size * SHRINK).max(sizes.smallest);
    }
}

/// The text in lines of the largest size, as many as it needs. Nobody chose these words for print: a character that the
/// face lacks becomes □, and what is too long for a line is cut anywhere.
pub(super) fn paragraph(face: &Typeface, text: &str, width: f32, sizes: &Sizes) -> Result<Block, Error> {
    let lines = wrap(
        &pieces(face, text, width / sizes.largest, sizes)?,
        width / sizes.largest,
    );
    let lines = lines.ok_or(Error::DoesNotFit { field: sizes.field })?;
    Ok(Block {
        lines,
        size: sizes.largest,
    })
}

/// What may not be broken, as far as it fits into a line.
fn pieces(face: &Typeface, text: &str, ems: f32, sizes: &Sizes) -> Result<Vec<Unit>, Error> {
    let shown = |c: char| c.is_whitespace() || face.face().glyph_index(c).is_some_and(|glyph| glyph.0 != 0);
    let text: String = text.chars().map(|c| if shown(c) { c } else { '□' }).collect();
    let mut pieces = Vec::new();
    for unit in units(face, &text, sizes)? {
        if unit.width <= ems {
            pieces.push(unit);
            continue;
        }
        for character in unit.text.chars() {
            let text = character.to_string();
            let width = face.width(&text, sizes.field)? + sizes.tracking;
            pieces.push(Unit { text, width });
        }
    }
    Ok(pieces)
}

/// Paragraphs broken into lines of at most `ems`, each beginning with `indent` em of air; as many as there are.
pub(super) fn flow(face: &Typeface, text: &str, ems: f32, indent: f32, sizes: &Sizes) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut pieces = pieces(face, paragraph, ems - indent, sizes)?;
        if pieces.is_empty() {
            continue;
        }
        if indent > 0.0 {
            let text = "\u{3000}\u{3000}".to_owned();
            pieces.insert(0, Unit { text, width: indent });
        }
        lines.extend(wrap(&pieces, ems).ok_or(Error::DoesNotFit { field: sizes.field })?);
    }
    Ok(lines)
}

/// The height of so many lines, in millimetres.
pub(super) fn block_height(lines: usize, size: f32, sizes: &Sizes) -> f32 {
    // A sheet has a few dozen lines at most.
    #[expect(clippy::cast_precision_loss, reason = "small whole number")]
    let lines = lines as f32;
    lines * size * sizes.leading
}

/// What may not be broken: a Chinese character with the punctuation that clings to it, or a run of Latin and digits.
struct Unit {
    text: String,
    width: f32,
}

fn units(face: &Typeface, text: &str, sizes: &Sizes) -> Result<Vec<Unit>, Error> {
    let mut units: Vec<Unit> = Vec::new();
    let mut previous = None;
    for character in printable(text).chars() {
        let width = face.width(character.encode_utf8(&mut [0; 4]), sizes.field)? + sizes.tracking;
        let clings = previous.is_some_and(|p| clings(p, character));
        match units.last_mut() {
            Some(unit) if clings => {
                unit.text.push(character);
                unit.width += width;
            }
            _ => units.push(Unit {
                text: character.to_string(),
                width,
            }),
        }
        previous = Some(character);
    }
    Ok(units)
}

/// Line breaks and tabs of a form field are only spaces here.
fn printable(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| if c.is_whitespace() && c != '\u{3000}' { ' ' } else { c })
        .collect()
}

fn clings(previous: char, next: char) -> bool {
    let word = |c: char| c.is_ascii_graphic();
    NOT_FIRST.contains(next) || NOT_LAST.contains(previous) || (word(previous) && word(next))
}

/// Lines of at most `ems`, or nothing when a single unit is wider than that.
fn wrap(units: &[Unit], ems: f32) -> Option<Vec<Line>> {
    let mut lines: Vec<Line> = vec![Line {
        text: String::new(),
        width: 0.0,
    }];
    for unit in units {
        if unit.width > ems + 0.0005 {
            return None;
        }
        match lines.last_mut() {
            Some(line) if line.width + unit.width <= ems + 0.0005 => {
                line.text.push_str(&unit.text);
                line.width += unit.width;
            }
            _ if unit.text == " " => {}
            _ => lines.push(Line {
                text: unit.text.clone(),
                width: unit.width,
            }),
        }
    }
    Some(lines)
}

/// The same number of lines, as even as can be: no single character on the last one.
fn balance(units: &[Unit], mut lines: Vec<Line>, mut ems: f32) -> Vec<Line> {
    while lines.len() > 1 {
        ems -= 0.25;
        match wrap(units, ems) {
            Some(narrower) if narrower.len() == lines.len() => lines = narrower,
            _ => break,
        }
    }
    lines
}
