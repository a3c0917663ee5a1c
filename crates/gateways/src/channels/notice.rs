//! What a message says, once for all channels.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::text;

/// What a message is about; chooses the template where a platform wants one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// Something to do (待办), for a deputy, a station or an office.
    DeputyNew,
    /// A deadline that comes or has passed (期限), for those and their supervisors.
    DeputyDeadline,
    /// Progress (进展) of a submission, for the resident.
    ResidentProgress,
    /// Several things to do at once (汇总), in the morning.
    Digest,
}

/// A message. Texts may be of any length and content: every channel makes them fit.
#[derive(Clone, PartialEq, Eq)]
pub struct Notice {
    /// The same in every attempt and on every channel: by it a repetition is recognised.
    pub id: Uuid,
    pub kind: NoticeKind,
    /// The submission's number (编号); of a digest, how many there are.
    pub number: String,
    /// Where it comes from (地点).
    pub place: String,
    /// Its state (状态), in up to five Chinese characters.
    pub state: String,
    /// The beginning of a submission, what to do, or what happened (内容、提示、说明).
    pub summary: String,
    /// When the answer is due; of progress, when it happened.
    pub at: DateTime<Utc>,
    /// Page of the mini-program with its query, without a leading slash.
    pub page: Option<String>,
    /// Address for all who are not in the mini-program.
    pub link: Option<String>,
    /// When the message was written: before its first attempt, and the same in each.
    pub written_at: DateTime<Utc>,
}

/// Longer places, numbers and states than any real one are cut, so that the rest of a text has room.
const PLACE_CHARS: usize = 40;
const NUMBER_CHARS: usize = 32;
const STATE_CHARS: usize = 12;
/// A link that is longer is left out rather than cut.
const LINK_BYTES: usize = 256;

impl NoticeKind {
    /// The heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::DeputyNew => "待办提醒",
            Self::DeputyDeadline => "期限提醒",
            Self::ResidentProgress => "办理进展",
            Self::Digest => "待办汇总",
        }
    }

    /// What [`Notice::at`] is called.
    #[must_use]
    pub const fn time_label(self) -> &'static str {
        match self {
            Self::DeputyNew => "答复期限",
            Self::DeputyDeadline => "期限",
            Self::ResidentProgress | Self::Digest => "时间",
        }
    }
}

impl Notice {
    /// The notice as lines for channels that take plain text, at most `max_bytes` (UTF-8, at least 700) long. Only the
    /// summary is cut.
    #[must_use]
    pub fn text(&self, max_bytes: usize) -> String {
        let place = text::cut_chars(&text::visible(&self.place), PLACE_CHARS);
        let head = format!(
            "【{}】{place}\n编号 {}，{}\n",
            self.kind.title(),
            text::cut_chars(&text::visible(&self.number), NUMBER_CHARS),
            text::cut_chars(&text::visible(&self.state), STATE_CHARS),
        );
        let mut tail = format!("{} {}", self.kind.time_label(), text::time(self.at));
        if let Some(link) = self.short_link() {
            tail = format!("{tail}\n{link}");
        }
        let room = max_bytes.saturating_sub(head.len() + tail.len() + 1);
        match text::cut_bytes(&text::visible(&self.summary), room) {
            summary if summary.is_empty() => format!("{head}{tail}"),
            summary => format!("{head}{summary}\n{tail}"),
        }
    }

    /// The link, unless it is too long for a text.
    pub(crate) fn short_link(&self) -> Option<&str> {
        self.link.as_deref().filter(|link| link.len() <= LINK_BYTES)
    }
}

/// Only the kind: the content is somebody's words.
impl std::fmt::Debug for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Notice({:?}, {})", self.kind, self.id)
    }
}
