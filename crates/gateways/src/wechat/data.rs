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

use serde_json::json;

use super::encode;
use crate::channels::{Notice, NoticeKind, Value};

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

/// The keywords of a notice's template with their values.
pub(crate) fn keywords(notice: &Notice) -> Vec<Value> {
    let number = || encode::character_string(&notice.number);
    let place = || encode::thing(&notice.place);
    let summary = || encode::thing(&notice.summary);
    let (at, state) = (encode::time(notice.at), encode::phrase(&notice.state));
    let keyword = |name, label, value| Value { name, label, value };
    match notice.kind {
        NoticeKind::DeputyNew => vec![
            keyword("character_string1", "编号", number()),
            keyword("thing2", "地点", place()),
            keyword("thing3", "内容摘要", summary()),
            keyword("time4", "答复期限", at),
            keyword("phrase5", "状态", state),
        ],
        NoticeKind::DeputyDeadline | NoticeKind::Digest => vec![
            keyword("character_string1", "编号", number()),
            keyword("thing2", "地点", place()),
            keyword("phrase3", "状态", state),
            keyword("time4", "期限", at),
            keyword("thing5", "提示", summary()),
        ],
        NoticeKind::ResidentProgress => vec![
            keyword("character_string1", "编号", number()),
            keyword("phrase2", "状态", state),
            keyword("time3", "时间", at),
            keyword("thing4", "说明", summary()),
        ],
    }
}

/// The value of `data` in the request: `{"thing2": {"value": "…"}, …}`.
#[must_use]
pub fn data(notice: &Notice) -> serde_json::Value {
    let entry = |keyword: Value| (keyword.name.to_owned(), json!({"value": keyword.value}));
    keywords(notice).into_iter().map(entry).collect()
}
