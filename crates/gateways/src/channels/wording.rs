//! The words of messages on channels that take free text, with places for what differs from message to message.
//!
//! WeChat's templates and text messages cannot be worded here: their words belong to templates that the platform has
//! approved.

use minyi_domain::delivery::Channel;

use super::{Notice, NoticeKind, text};
use crate::{dingtalk, mail, wecom};

/// What can stand between braces.
const PLACES: [&str; 6] = ["地点", "编号", "状态", "内容", "时间", "链接"];
/// A message without these leads nowhere.
const NEEDED: [&str; 2] = ["编号", "链接"];
/// Longer places, numbers and states than any real one are cut, so that the rest of a text has room.
const PLACE_CHARS: usize = 40;
const NUMBER_CHARS: usize = 32;
const STATE_CHARS: usize = 12;
/// A link that is longer is left out rather than cut.
const LINK_BYTES: usize = 256;
/// All values but the summary at their longest.
const VALUES_BYTES: usize = 4 * (PLACE_CHARS + NUMBER_CHARS + STATE_CHARS) + LINK_BYTES + 40;

/// What a message says, such as `编号 {编号}，{状态}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording(String);

/// Why words cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordingError {
    #[error("the platform has the words of this channel")]
    NotFree,
    #[error("no words")]
    Empty,
    /// The words alone, in bytes of UTF-8.
    #[error("{actual} bytes, at most {most} are possible")]
    TooLong { most: usize, actual: usize },
    #[error("there is no place {{{0}}}")]
    UnknownPlace(String),
    #[error("the place {{{0}}} stands more than once")]
    Twice(&'static str),
    #[error("the place {{{0}}} is needed")]
    Missing(&'static str),
    #[error("a control character")]
    ControlCharacter,
}

/// How many bytes a text may have on a channel; `None`: it takes no free text.
const fn most_bytes(channel: Channel) -> Option<usize> {
    match channel {
        Channel::Wecom => Some(wecom::TEXT_BYTES),
        Channel::Dingtalk => Some(dingtalk::TEXT_BYTES),
        Channel::Mail => Some(mail::TEXT_BYTES),
        Channel::Wechat | Channel::WechatService | Channel::Sms | Channel::DingtalkRobot => None,
    }
}

impl Wording {
    /// Most characters.
    pub const MAX: usize = 300;

    /// Whether messages of a channel can be worded.
    #[must_use]
    pub const fn is_free(channel: Channel) -> bool {
        most_bytes(channel).is_some()
    }

    /// The usual words of a kind of message.
    #[must_use]
    pub fn usual(kind: NoticeKind) -> Self {
        Self(format!(
            "【{}】{{地点}}\n编号 {{编号}}，{{状态}}\n{{内容}}\n{} {{时间}}\n{{链接}}",
            kind.title(),
            kind.time_label(),
        ))
    }

    /// Reads what a person wrote for a channel that takes free text.
    ///
    /// # Errors
    /// [`WordingError`].
    pub fn parse(raw: &str, channel: Channel) -> Result<Self, WordingError> {
        let words = raw.replace("\r\n", "\n").replace('\r', "\n");
        let words = words.trim();
        if words.is_empty() {
            return Err(WordingError::Empty);
        }
        if words.chars().any(|c| c.is_control() && c != '\n') {
            return Err(WordingError::ControlCharacter);
        }
        let (mut literal, mut seen) = (0, Vec::new());
        for part in parts(words) {
            match part {
                Part::Words(words) => literal += words.len(),
                Part::Place(name) => {
                    let known = PLACES.into_iter().find(|place| *place == name);
                    let place = known.ok_or_else(|| WordingError::UnknownPlace(name.to_owned()))?;
                    if seen.contains(&place) {
                        return Err(WordingError::Twice(place));
                    }
                    seen.push(place);
                }
            }
        }
        if let Some(place) = NEEDED.into_iter().find(|place| !seen.contains(place)) {
            return Err(WordingError::Missing(place));
        }
        let free = most_bytes(channel).ok_or(WordingError::NotFree)?;
        let most = free.saturating_sub(VALUES_BYTES).min(3 * Self::MAX);
        if literal > most || words.chars().count() > Self::MAX {
            return Err(WordingError::TooLong { most, actual: literal });
        }
        Ok(Self(words.to_owned()))
    }

    /// As it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text of a notice, at most `max_bytes` (UTF-8) long. Only the summary is cut; a line on which nothing but empty
    /// places stand is left out.
    pub(super) fn fill(&self, notice: &Notice, max_bytes: usize) -> String {
        let without = self.lines(notice, "");
        let room = max_bytes.saturating_sub(without.len() + 1);
        self.lines(notice, &text::cut_bytes(&text::visible(&notice.summary), room))
    }

    fn lines(&self, notice: &Notice, summary: &str) -> String {
        let short = |value: &str, most| text::cut_chars(&text::visible(value), most);
        let value = |place: &str| match place {
            "地点" => short(&notice.place, PLACE_CHARS),
            "编号" => short(&notice.number, NUMBER_CHARS),
            "状态" => short(&notice.state, STATE_CHARS),
            "内容" => summary.to_owned(),
            "时间" => text::time(notice.at),
            _ => notice.short_link().unwrap_or_default().to_owned(),
        };
        let filled = |line: &str| {
            let mut has_place = false;
            let mut said = String::new();
            for part in parts(line) {
                match part {
                    Part::Words(words) => said.push_str(words),
                    Part::Place(place) => {
                        has_place = true;
                        said.push_str(&value(place));
                    }
                }
            }
            (!has_place || !said.trim().is_empty()).then_some(said)
        };
        self.0.lines().filter_map(filled).collect::<Vec<_>>().join("\n")
    }
}

impl Notice {
    /// The link, unless it is too long for a text.
    pub(crate) fn short_link(&self) -> Option<&str> {
        self.link.as_deref().filter(|link| link.len() <= LINK_BYTES)
    }
}

enum Part<'a> {
    Words(&'a str),
    /// Without its braces.
    Place(&'a str),
}

/// The words and places of a text in their order; a brace without its fellow is a word.
fn parts(text: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((words, after)) = rest.split_once('{') {
        let Some((place, further)) = after.split_once('}') else {
            break;
        };
        parts.extend([Part::Words(words), Part::Place(place)]);
        rest = further;
    }
    parts.push(Part::Words(rest));
    parts
}
