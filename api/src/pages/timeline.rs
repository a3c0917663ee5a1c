//! The events of a submission as sentences.

use chrono::{NaiveDate, SecondsFormat};
use minyi_store::{EventKind, EventView};
use serde_json::Value;

use super::words::moment;

/// One line of the timeline.
pub struct Line {
    pub words: String,
    /// For people.
    pub when: String,
    /// For programs (RFC 3339).
    pub iso: String,
}

/// Who reads the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    Resident,
    Handler,
}

/// All events, one line each.
pub fn lines(events: &[EventView], reader: Reader, today: NaiveDate) -> Vec<Line> {
    let line = |event: &EventView| Line {
        words: words(event, reader),
        when: moment(event.occurred_at, today),
        iso: event.occurred_at.to_rfc3339_opts(SecondsFormat::Secs, true),
    };
    events.iter().map(line).collect()
}

fn words(event: &EventView, reader: Reader) -> String {
    let data = |field: &str| event.data.get(field).and_then(Value::as_str).unwrap_or_default();
    let who = if reader == Reader::Resident { "您" } else { "居民" };
    match event.kind {
        EventKind::Registered => format!("{who}提交，已登记"),
        EventKind::Routed => routed(data("reason"), data("deputy")),
        EventKind::Notified if data("role") == "deputy" => "已通知到代表".to_owned(),
        EventKind::Notified => "已通知到工作人员".to_owned(),
        EventKind::Reminded => "快到期了，已提醒办理人员".to_owned(),
        EventKind::Overdue => "超过了答复期限，已催办".to_owned(),
        EventKind::Escalated => "已报上级督办".to_owned(),
        EventKind::Answered => "已答复".to_owned(),
        EventKind::Rated => format!("{who}评价：{}", satisfaction(data("satisfaction"))),
        EventKind::Reopened => "已退回，重新办理".to_owned(),
        EventKind::Closed if data("reason") == "no_rating" => "没有收到评价，自动办结".to_owned(),
        EventKind::Closed => "已办结".to_owned(),
        EventKind::ContactViewed => "有人查看了联系方式".to_owned(),
    }
}

fn routed(reason: &str, deputy: &str) -> String {
    match reason {
        "on_duty" => format!("转给今天值班的代表{deputy}"),
        "lead" => format!("转给负责这里的代表{deputy}"),
        "assistant" => format!("转给协助这里的代表{deputy}"),
        _ => "转给联络站工作人员".to_owned(),
    }
}

fn satisfaction(word: &str) -> &'static str {
    word.parse().map_or("已评价", minyi_domain::submission::Satisfaction::zh)
}
