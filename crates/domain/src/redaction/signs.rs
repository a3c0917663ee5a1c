//! The characters of a text as the scanners read them.

/// A character and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sign {
    /// First byte in the text.
    pub at: usize,
    /// Folded: full-width letters and signs as ASCII, letters small.
    pub plain: char,
    /// The digit that it stands for, and how it is written.
    pub digit: Option<Digit>,
}

/// A digit in one of the ways of writing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digit {
    pub value: u8,
    /// As a figure (`8`, `８`), not as a word (`八`, `⑧`).
    pub figure: bool,
}

/// All characters of the text; those that nobody sees are left out, so that they separate nothing.
pub fn read(text: &str) -> Vec<Sign> {
    let sign = |(at, c): (usize, char)| Sign {
        at,
        plain: plain(c),
        digit: digit(c),
    };
    let seen = text.char_indices().filter(|(_, c)| !is_invisible(*c));
    seen.map(sign).collect()
}

/// Zero-width characters, soft hyphens, direction marks, variation selectors.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn plain(c: char) -> char {
    let folded = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    };
    folded.to_ascii_lowercase()
}

fn digit(c: char) -> Option<Digit> {
    let from = |first: char, start: u32| u8::try_from(c as u32 - first as u32 + start).ok();
    let (value, figure) = match c {
        '0'..='9' => (from('0', 0)?, true),
        '０'..='９' => (from('０', 0)?, true),
        '\u{1d7ce}'..='\u{1d7ff}' => ((from('\u{1d7ce}', 0)?) % 10, true),
        '①'..='⑨' => (from('①', 1)?, false),
        '❶'..='❾' => (from('❶', 1)?, false),
        '零' | '〇' | '○' => (0, false),
        '一' | '壹' | '幺' => (1, false),
        '二' | '贰' => (2, false),
        '三' | '叁' => (3, false),
        '四' | '肆' => (4, false),
        '五' | '伍' => (5, false),
        '六' | '陆' => (6, false),
        '七' | '柒' => (7, false),
        '八' | '捌' => (8, false),
        '九' | '玖' => (9, false),
        _ => return None,
    };
    Some(Digit { value, figure })
}

impl Sign {
    /// A Chinese character.
    pub const fn is_han(self) -> bool {
        matches!(self.plain, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}')
    }

    /// May stand between the digits of one number.
    pub fn separates(self) -> bool {
        self.plain.is_whitespace()
            || matches!(
                self.plain,
                '-' | '_' | '.' | '/' | '(' | ')' | '+' | '~' | '*' | '·' | '•' | '−'
            )
            || matches!(self.plain, '\u{2010}'..='\u{2015}')
    }
}

/// Whether the text `word` stands at `at`.
pub fn stands(signs: &[Sign], at: usize, word: &str) -> bool {
    let mut here = signs.get(at..).unwrap_or_default().iter();
    word.chars().all(|c| here.next().is_some_and(|sign| sign.plain == c))
}

/// The longest of the words that stands at `at`, in characters.
pub fn longest(signs: &[Sign], at: usize, words: &[&str]) -> Option<usize> {
    let standing = words.iter().filter(|word| stands(signs, at, word));
    standing.map(|word| word.chars().count()).max()
}

/// The longest of the words that ends before `at`, in characters.
pub fn ends_with(signs: &[Sign], at: usize, words: &[&str]) -> Option<usize> {
    let length = |word: &&str| word.chars().count();
    let before = |word: &&&str| {
        at.checked_sub(length(word))
            .is_some_and(|from| stands(signs, from, word))
    };
    words.iter().filter(before).map(length).max()
}
