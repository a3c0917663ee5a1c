//! Texts without their disguises: what looks the same becomes the same, what is no letter goes.

use std::ops::Range;

/// Signs that may stand between two characters of one word.
const MAX_SIGNS: u32 = 4;

/// A text made plain, with the way back.
#[derive(Debug, Default)]
pub struct Folded {
    pub text: String,
    spans: Vec<Span>,
}

/// One character of the plain text.
#[derive(Debug)]
struct Span {
    /// Bytes before it in the plain text.
    at: usize,
    original: Range<usize>,
    /// It may belong to the same word as the one before it.
    joins: bool,
}

impl Folded {
    pub fn new(text: &str) -> Self {
        let mut folded = Self::default();
        let (mut signs, mut broken) = (0, false);
        for (start, character) in text.char_indices() {
            let original = start..start + character.len_utf8();
            let plain = plain(character);
            if !plain.is_alphanumeric() {
                signs += u32::from(!is_invisible(plain));
                broken |= ends_sentence(plain);
                continue;
            }
            let joins = signs <= MAX_SIGNS && !broken;
            for (nth, lower) in plain.to_lowercase().enumerate() {
                folded.spans.push(Span {
                    at: folded.text.len(),
                    original: original.clone(),
                    joins: joins || nth > 0,
                });
                folded.text.push(alike(lower));
            }
            (signs, broken) = (0, false);
        }
        folded
    }

    /// How many characters are left.
    pub fn characters(&self) -> usize {
        self.spans.len()
    }

    /// Where a match of the plain text stands in the original; `None`: its characters do not belong together, or it is
    /// a part of a longer word of letters and digits.
    pub fn original(&self, found: Range<usize>) -> Option<Range<usize>> {
        let first = self.spans.partition_point(|span| span.at < found.start);
        let last = self.spans.partition_point(|span| span.at < found.end);
        let spans = self.spans.get(first..last)?;
        let (head, rest) = spans.split_first()?;
        let end = rest.last().unwrap_or(head).original.end;
        let whole = rest.iter().all(|span| span.joins) && !self.is_cut(&found, first, last);
        whole.then_some(head.original.start..end)
    }

    /// Whether letters or digits stand directly beside a match that has nothing else.
    fn is_cut(&self, found: &Range<usize>, first: usize, last: usize) -> bool {
        let latin = |text: Option<&str>| text.is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if !latin(self.text.get(found.clone())) {
            return false;
        }
        let touches = |left: Option<&Span>, right: Option<&Span>| {
            left.zip(right)
                .is_some_and(|(left, right)| left.original.end == right.original.start)
        };
        let before = first.checked_sub(1).and_then(|at| self.spans.get(at));
        let is_latin = |span: &Span| latin(self.text.get(span.at..span.at + 1));
        (before.is_some_and(is_latin) && touches(before, self.spans.get(first)))
            || (self.spans.get(last).is_some_and(is_latin) && touches(self.spans.get(last - 1), self.spans.get(last)))
    }
}

/// What stands in no word even across a typing error: the end of a sentence or of a line.
const fn ends_sentence(character: char) -> bool {
    matches!(character, '。' | '！' | '？' | '；' | '!' | '?' | ';' | '\n')
}

/// Takes no room on the screen.
const fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// The usual form of a character that only looks special.
fn plain(character: char) -> char {
    let from =
        |base: char, first: u32| char::from_u32(u32::from(base) + u32::from(character) - first).unwrap_or(character);
    match character {
        // Full width.
        '！'..='～' => from('!', 0xff01),
        // Circled, bracketed, followed by a point; superior and inferior.
        '①'..='⑨' => from('1', 0x2460),
        '⑴'..='⑼' => from('1', 0x2474),
        '⒈'..='⒐' => from('1', 0x2488),
        '❶'..='❾' => from('1', 0x2776),
        '➀'..='➈' => from('1', 0x2780),
        'Ⓐ'..='Ⓩ' => from('a', 0x24b6),
        'ⓐ'..='ⓩ' => from('a', 0x24d0),
        '⁰' | '⁴'..='⁹' => from('0', 0x2070),
        '₀'..='₉' => from('0', 0x2080),
        '⓪' | '〇' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        // Mathematical letters and digits: alphabets of 52, digits of ten.
        '\u{1d400}'..='\u{1d6a3}' => letter((u32::from(character) - 0x1d400) % 26).unwrap_or(character),
        '\u{1d7ce}'..='\u{1d7ff}' => char::from_digit((u32::from(character) - 0x1d7ce) % 10, 10).unwrap_or(character),
        _ => like(character),
    }
}

fn letter(number: u32) -> Option<char> {
    char::from_u32(u32::from('a') + number)
}

/// Letters of other scripts that look like ours, and the traditional forms of the list's own characters.
const fn like(character: char) -> char {
    match character {
        'а' | 'А' | 'α' | 'Α' => 'a',
        'В' | 'в' | 'Β' | 'β' => 'b',
        'с' | 'С' => 'c',
        'е' | 'Е' | 'ё' | 'Ё' | 'Ε' => 'e',
        'Н' | 'н' | 'Η' => 'h',
        'і' | 'І' | 'ι' | 'Ι' => 'i',
        'к' | 'К' | 'κ' | 'Κ' => 'k',
        'м' | 'М' | 'Μ' => 'm',
        'о' | 'О' | 'ο' | 'Ο' => 'o',
        'р' | 'Р' | 'ρ' | 'Ρ' => 'p',
        'т' | 'Т' | 'τ' | 'Τ' => 't',
        'ν' => 'v',
        'х' | 'Х' | 'χ' | 'Χ' => 'x',
        'у' | 'У' | 'Υ' => 'y',
        '賭' => '赌',
        '場' => '场',
        '錢' => '钱',
        '網' => '网',
        '樂' => '乐',
        '機' => '机',
        '時' => '时',
        '販' => '贩',
        '製' => '制',
        '搖' => '摇',
        '頭' => '头',
        '賣' => '卖',
        '約' => '约',
        '黃' => '黄',
        '視' => '视',
        '頻' => '频',
        '槍' => '枪',
        '彈' => '弹',
        '藥' => '药',
        '詐' => '诈',
        '騙' => '骗',
        '單' => '单',
        '貸' => '贷',
        '傳' => '传',
        '銷' => '销',
        '發' => '发',
        '開' => '开',
        '證' => '证',
        '幣' => '币',
        '現' => '现',
        '輪' => '轮',
        '殺' => '杀',
        '滾' => '滚',
        '賺' => '赚',
        '領' => '领',
        '點' => '点',
        '擊' => '击',
        '鏈' => '链',
        '掃' => '扫',
        '碼' => '码',
        '費' => '费',
        other => other,
    }
}

/// One sign for those that are written for each other.
const fn alike(character: char) -> char {
    match character {
        'o' => '0',
        'l' | 'i' => '1',
        other => other,
    }
}
