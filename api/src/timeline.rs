//! The timeline in words that people understand.

use minyi_domain::{routing::RouteReason, submission::Satisfaction};
use minyi_store::{EventKind, EventView};

/// One step as a sentence.
pub fn sentence(event: &EventView) -> String {
    match event.kind {
        EventKind::Registered => "已登记".to_owned(),
        EventKind::Routed => routed(event),
        EventKind::Notified => "已通过微信通知办理人".to_owned(),
        EventKind::Reminded => "答复期限快到了，已提醒办理人".to_owned(),
        EventKind::Overdue => "超过答复期限，已催办并告知站长".to_owned(),
        EventKind::Escalated => "已转上级督办".to_owned(),
        EventKind::Answered => "办理人已答复".to_owned(),
        EventKind::Rated => rated(event),
        EventKind::Reopened => "对答复不满意，重新办理".to_owned(),
        EventKind::Closed if word(event, "reason") == Some("no_rating") => "没有收到评价，自动办结".to_owned(),
        EventKind::Closed => "已办结".to_owned(),
        EventKind::ContactViewed => "办理人查看了联系方式".to_owned(),
    }
}

fn word<'a>(event: &'a EventView, key: &str) -> Option<&'a str> {
    event.data.get(key)?.as_str()
}

fn routed(event: &EventView) -> String {
    let reason = word(event, "reason").and_then(|word| word.parse::<RouteReason>().ok());
    match (reason, word(event, "deputy")) {
        (Some(RouteReason::StationStaff) | None, _) => "已转联络站工作人员办理".to_owned(),
        (Some(reason), Some(name)) => format!("已转{name}代表办理（{}）", reason.zh()),
        (Some(reason), None) => format!("已转{}办理", reason.zh()),
    }
}

fn rated(event: &EventView) -> String {
    let satisfaction = word(event, "satisfaction").and_then(|word| word.parse::<Satisfaction>().ok());
    let solved = event.data.get("solved").and_then(serde_json::Value::as_bool);
    let solved = if solved == Some(true) { "已解决" } else { "未解决" };
    format!("已评价：{}，{solved}", satisfaction.map_or("", Satisfaction::zh))
}
