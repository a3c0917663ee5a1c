//! What a message says, once for all channels.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::Wording;

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
    /// What this installation says on the channel instead of the usual words.
    pub wording: Option<Wording>,
}

impl NoticeKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::DeputyNew,
        Self::DeputyDeadline,
        Self::ResidentProgress,
        Self::Digest,
    ];

    /// The stable word of the database and of JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DeputyNew => "deputy_new",
            Self::DeputyDeadline => "deputy_deadline",
            Self::ResidentProgress => "resident_progress",
            Self::Digest => "digest",
        }
    }

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
        let usual;
        let wording = match &self.wording {
            Some(wording) => wording,
            None => {
                usual = Wording::usual(self.kind);
                &usual
            }
        };
        wording.fill(self, max_bytes)
    }
}

/// Only the kind: the content is somebody's words.
impl std::fmt::Debug for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Notice({:?}, {})", self.kind, self.id)
    }
}
