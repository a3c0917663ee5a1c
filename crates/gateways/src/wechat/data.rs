//! A notice as values of a template. The keyword names belong to the templates as they were chosen
//! in WeChat's console; whoever sets up an account must choose these keywords in this order.
//!
//! | notice | keywords |
//! |---|---|
//! | [`NoticeKind::DeputyNew`] | character_string1 编号, thing2 地点, thing3 内容摘要, time4 答复期限, phrase5 状态 |
//! | [`NoticeKind::DeputyDeadline`], [`NoticeKind::Digest`] | character_string1 编号, thing2 地点, phrase3 状态, time4 期限, thing5 提示 |
//! | [`NoticeKind::ResidentProgress`] | character_string1 编号, phrase2 状态, time3 时间, thing4 说明 |
//!
//! Texts may be of any length and content: they are made to fit.

use serde_json::{Value, json};

use super::encode;
use crate::channels::{Notice, NoticeKind};

/// The template of each kind.
#[derive(Debug, Clone)]
pub(super) struct Templates {
    pub deputy_new: String,
    pub deputy_deadline: String,
    pub resident_progress: String,
}

impl Templates {
    pub(super) fn of(&self, kind: NoticeKind) -> &str {
        match kind {
            NoticeKind::DeputyNew => &self.deputy_new,
            NoticeKind::DeputyDeadline | NoticeKind::Digest => &self.deputy_deadline,
            NoticeKind::ResidentProgress => &self.resident_progress,
        }
    }
}

/// The value of `data` in the request: `{"thing2": {"value": "…"}, …}`.
#[must_use]
pub fn data(notice: &Notice) -> Value {
    let keywords = match notice.kind {
        NoticeKind::DeputyNew => vec![
            ("character_string1", encode::character_string(&notice.number)),
            ("thing2", encode::thing(&notice.place)),
            ("thing3", encode::thing(&notice.summary)),
            ("time4", encode::time(notice.at)),
            ("phrase5", encode::phrase(&notice.state)),
        ],
        NoticeKind::DeputyDeadline | NoticeKind::Digest => vec![
            ("character_string1", encode::character_string(&notice.number)),
            ("thing2", encode::thing(&notice.place)),
            ("phrase3", encode::phrase(&notice.state)),
            ("time4", encode::time(notice.at)),
            ("thing5", encode::thing(&notice.summary)),
        ],
        NoticeKind::ResidentProgress => vec![
            ("character_string1", encode::character_string(&notice.number)),
            ("phrase2", encode::phrase(&notice.state)),
            ("time3", encode::time(notice.at)),
            ("thing4", encode::thing(&notice.summary)),
        ],
    };
    keywords
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!({"value": value})))
        .collect()
}
