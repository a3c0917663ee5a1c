//! Values of a subscribe message, as its template's keyword types allow them. A value outside
//! the limits makes WeChat refuse the whole message (47003), so everything is made to fit here.

use chrono::{DateTime, FixedOffset, Utc};

/// Stands where there is nothing to say, because an empty value is refused.
const NOTHING: &str = "无";
const THING_UNITS: usize = 20;
const CHARACTER_STRING_CHARS: usize = 32;
const PHRASE_CHARS: usize = 5;
const BEIJING_SECONDS: i32 = 8 * 3600;

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

/// `time`: `2019年10月1日 15:01` in China's time, without seconds.
pub(super) fn time(at: DateTime<Utc>) -> String {
    match FixedOffset::east_opt(BEIJING_SECONDS) {
        Some(beijing) => at.with_timezone(&beijing).format(TIME_FORMAT).to_string(),
        None => at.format(TIME_FORMAT).to_string(),
    }
}

const TIME_FORMAT: &str = "%Y年%-m月%-d日 %H:%M";

/// The text on one line: white space becomes one space, characters without a shape of their own
/// (controls, joiners, direction marks) disappear.
fn visible(text: &str) -> String {
    let shown: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !is_shapeless(*c))
        .collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_shapeless(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}'
        )
}
