//! Values of a template message, as its template's keyword types allow them. A value outside
//! the limits makes WeChat refuse the whole message (47003), so everything is made to fit here.

pub(super) use crate::channels::text::time;
use crate::channels::text::visible;

/// Stands where there is nothing to say, because an empty value is refused.
const NOTHING: &str = "无";
const THING_UNITS: usize = 20;
const CHARACTER_STRING_CHARS: usize = 32;
const PHRASE_CHARS: usize = 5;

/// `thing`: any text, at most 20 characters; longer text ends in "…". An emoji counts as two,
/// since nothing documented says that it counts as one.
pub(super) fn thing(text: &str) -> String {
    let text = visible(text);
    if text.encode_utf16().count() <= THING_UNITS {
        return if text.is_empty() { NOTHING.to_owned() } else { text };
    }
    let mut units = 0;
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units < THING_UNITS
    });
    let kept: String = kept.collect();
    format!("{}…", kept.trim_end())
}

/// `character_string`: digits, Latin letters and symbols, at most 32.
pub(super) fn character_string(text: &str) -> String {
    let plain = text.chars().filter(char::is_ascii_graphic);
    let value: String = plain.take(CHARACTER_STRING_CHARS).collect();
    // The word for nothing is Chinese and would be refused.
    if value.is_empty() { "-".to_owned() } else { value }
}

/// `phrase`: at most five Chinese characters, nothing else.
pub(super) fn phrase(text: &str) -> String {
    let chinese = |c: &char| matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}');
    let value: String = text.chars().filter(chinese).take(PHRASE_CHARS).collect();
    if value.is_empty() { NOTHING.to_owned() } else { value }
}
