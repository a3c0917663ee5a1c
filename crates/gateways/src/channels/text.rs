//! Text that platforms accept.

use chrono::{DateTime, Utc};
use minyi_domain::calendar::CHINA;

/// The text on one line: white space becomes one space, characters without a shape of their own
/// (controls, joiners, direction marks) disappear.
pub(crate) fn visible(text: &str) -> String {
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

/// At most `most` characters; longer text ends in "…".
pub(crate) fn cut_chars(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// At most `most` bytes in UTF-8; longer text ends in "…"; nothing if not even that fits.
pub(crate) fn cut_bytes(text: &str, most: usize) -> String {
    const MARK: &str = "…";
    if text.len() <= most {
        return text.to_owned();
    }
    let Some(room) = most.checked_sub(MARK.len()) else {
        return String::new();
    };
    let mut used = 0;
    let kept = text.chars().take_while(|c| {
        used += c.len_utf8();
        used <= room
    });
    let kept: String = kept.collect();
    format!("{}{MARK}", kept.trim_end())
}

/// `2019年10月1日 15:01` in China's time, without seconds.
pub(crate) fn time(at: DateTime<Utc>) -> String {
    in_china(at, "%Y年%-m月%-d日 %H:%M")
}

/// A time in China in the given form.
pub(crate) fn in_china(at: DateTime<Utc>, format: &str) -> String {
    at.with_timezone(&CHINA).format(format).to_string()
}
