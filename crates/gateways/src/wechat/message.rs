//! The messages that there are. The keyword names belong to the templates as they were chosen
//! in WeChat's console; whoever sets up a mini-program must choose these keywords in this order.
//!
//! | message | keywords |
//! |---|---|
//! | [`DeputyNew`] | character_string1 编号, thing2 地点, thing3 内容摘要, time4 答复期限, phrase5 状态 |
//! | [`DeputyDeadline`] | character_string1 编号, thing2 地点, phrase3 状态, time4 期限, thing5 提示 |
//! | [`ResidentProgress`] | character_string1 编号, phrase2 状态, time3 时间, thing4 说明 |
//!
//! Texts may be of any length and content: they are made to fit.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{WechatConfig, encode};

/// A message and its content.
#[derive(Clone, PartialEq, Eq)]
pub enum Message {
    /// Tells a deputy of a new submission.
    DeputyNew(DeputyNew),
    /// Reminds of a deadline that comes or has passed.
    DeputyDeadline(DeputyDeadline),
    /// Tells a resident that something happened to their submission.
    ResidentProgress(ResidentProgress),
}

/// A new submission (新民意) for a deputy.
#[derive(Clone, PartialEq, Eq)]
pub struct DeputyNew {
    /// The submission's number (编号).
    pub number: String,
    /// Where it comes from (地点).
    pub place: String,
    /// Its text, or the beginning of it (内容摘要).
    pub summary: String,
    /// When the first answer is due (答复期限).
    pub answer_due_at: DateTime<Utc>,
    /// Its state in up to five Chinese characters (状态).
    pub state: String,
}

/// A deadline (期限) of a submission, for a deputy or a station's head.
#[derive(Clone, PartialEq, Eq)]
pub struct DeputyDeadline {
    /// The submission's number (编号).
    pub number: String,
    /// Where it comes from (地点).
    pub place: String,
    /// Its state in up to five Chinese characters (状态).
    pub state: String,
    /// The deadline (期限).
    pub due_at: DateTime<Utc>,
    /// What to do (提示).
    pub hint: String,
}

/// Progress (进展) of a submission, for the resident.
#[derive(Clone, PartialEq, Eq)]
pub struct ResidentProgress {
    /// The submission's number (编号).
    pub number: String,
    /// Its state in up to five Chinese characters (状态).
    pub state: String,
    /// When it happened (时间).
    pub at: DateTime<Utc>,
    /// What happened (说明).
    pub note: String,
}

impl Message {
    /// The value of `data` in the request: `{"thing2": {"value": "…"}, …}`.
    pub fn data(&self) -> Value {
        let keywords = match self {
            Self::DeputyNew(m) => vec![
                ("character_string1", encode::character_string(&m.number)),
                ("thing2", encode::thing(&m.place)),
                ("thing3", encode::thing(&m.summary)),
                ("time4", encode::time(m.answer_due_at)),
                ("phrase5", encode::phrase(&m.state)),
            ],
            Self::DeputyDeadline(m) => vec![
                ("character_string1", encode::character_string(&m.number)),
                ("thing2", encode::thing(&m.place)),
                ("phrase3", encode::phrase(&m.state)),
                ("time4", encode::time(m.due_at)),
                ("thing5", encode::thing(&m.hint)),
            ],
            Self::ResidentProgress(m) => vec![
                ("character_string1", encode::character_string(&m.number)),
                ("phrase2", encode::phrase(&m.state)),
                ("time3", encode::time(m.at)),
                ("thing4", encode::thing(&m.note)),
            ],
        };
        keywords
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!({"value": value})))
            .collect()
    }

    pub(super) fn template_id<'a>(&self, config: &'a WechatConfig) -> &'a str {
        match self {
            Self::DeputyNew(_) => &config.wechat_template_deputy_new,
            Self::DeputyDeadline(_) => &config.wechat_template_deputy_deadline,
            Self::ResidentProgress(_) => &config.wechat_template_resident_progress,
        }
    }
}

/// Only the kind: the content is somebody's words.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::DeputyNew(_) => "DeputyNew",
            Self::DeputyDeadline(_) => "DeputyDeadline",
            Self::ResidentProgress(_) => "ResidentProgress",
        })
    }
}
