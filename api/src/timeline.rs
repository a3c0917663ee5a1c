//! The timeline in words that people understand.

use minyi_domain::{
    appointment,
    routing::RouteReason,
    submission::{Channel, Satisfaction},
};
use minyi_store::{EventActor, EventKind, EventView};

/// One step as a sentence.
pub fn sentence(event: &EventView) -> String {
    match event.kind {
        EventKind::Registered => match word(event, "channel").and_then(|word| word.parse::<Channel>().ok()) {
            Some(channel) => format!("{}，联络站代为登记", channel.zh()),
            None => "已登记".to_owned(),
        },
        EventKind::Routed => routed(event),
        EventKind::Notified => "已通知办理人".to_owned(),
        EventKind::MessageResent => "没有送到的消息已重新发送".to_owned(),
        EventKind::Reminded => reminded(event),
        EventKind::Overdue => "超过答复期限，已催办".to_owned(),
        EventKind::Escalated => match word(event, "to") {
            Some("station_head") => "超过答复期限，已告知站长".to_owned(),
            Some("county") => "仍未答复，已转县级督办".to_owned(),
            _ => "已转上级督办".to_owned(),
        },
        EventKind::Answered => "办理人已答复".to_owned(),
        EventKind::Rated => rated(event),
        EventKind::Reopened if word(event, "reason") == Some("review") => "已转上级人大复核办理".to_owned(),
        EventKind::Reopened => "对答复不满意，重新办理".to_owned(),
        EventKind::Closed if word(event, "reason") == Some("no_rating") => "没有收到评价，自动办结".to_owned(),
        EventKind::Closed if word(event, "reason") == Some("declined") => "没有申请复核，已结束".to_owned(),
        EventKind::Closed if word(event, "satisfaction") == Some("dissatisfied") => "已结束，居民不满意".to_owned(),
        EventKind::Closed => "已办结".to_owned(),
        EventKind::ContactViewed => "办理人查看了联系方式".to_owned(),
        _ => casework(event),
    }
}

/// Who was reminded, and of what.
fn reminded(event: &EventView) -> String {
    let whom = word(event, "office").unwrap_or("办理人");
    if event.data.get("late").is_some() {
        format!("还没有办结，已催办{whom}")
    } else if event.data.get("half").is_some() {
        format!("时间过半，已提醒{whom}")
    } else if word(event, "office").is_some() {
        format!("办理期限快到了，已提醒{whom}")
    } else {
        "答复期限快到了，已提醒办理人".to_owned()
    }
}

/// What handlers do before they answer.
fn casework(event: &EventView) -> String {
    let of = |key| word(event, key).unwrap_or_default();
    match event.kind {
        EventKind::Accepted => "办理人已受理".to_owned(),
        EventKind::InfoAsked => format!("办理人请您补充：{}", of("question")),
        EventKind::InfoGiven => "居民已补充情况，继续办理".to_owned(),
        EventKind::InfoLapsed => "没有收到补充，按现有情况继续办理".to_owned(),
        EventKind::Declined => "不属于受理范围，已告知该找哪里".to_owned(),
        EventKind::ReviewAsked => "居民申请复核".to_owned(),
        EventKind::Transferred => transferred(event),
        EventKind::Merged if word(event, "joined").is_some() => format!("{} 号民意并入，一起办理", of("joined")),
        EventKind::Merged => format!("已和 {} 号民意一起办理", of("number")),
        EventKind::Unmerged => "改为单独办理".to_owned(),
        EventKind::Split => split(event),
        EventKind::Classified => format!("已分类：{}", of("category")),
        EventKind::MadeConfidential => "已转为保密件，由上级人大办理".to_owned(),
        EventKind::UrgencyChanged => match word(event, "urgency") {
            Some("urgent") => "已列为急事，加快办理".to_owned(),
            Some("hard") => "已列为难事，协调几个单位一起办".to_owned(),
            _ => "已调整缓急，答应的日期不变".to_owned(),
        },
        EventKind::Proposed => format!("已写入代表建议《{}》", of("title")),
        EventKind::HearingPlanned if word(event, "off") == Some("cancelled") => format!("“{}”已取消", of("title")),
        EventKind::HearingPlanned if word(event, "off").is_some() => format!("不再在“{}”上答复", of("title")),
        EventKind::HearingPlanned if event.data.get("invited").is_some() => {
            format!("已通知受邀单位和代表参加“{}”", of("title"))
        }
        EventKind::HearingPlanned => format!("将举行“{}”，地点：{}", of("title"), of("place")),
        EventKind::HearingHeld => format!("已举行“{}”", of("title")),
        EventKind::AppointmentAsked if event.actor == EventActor::Account => "办理人约您见面，请确认时间".to_owned(),
        EventKind::AppointmentAsked => "已预约当面反映".to_owned(),
        EventKind::AppointmentSettled => {
            let state = of("state").parse::<appointment::State>();
            format!("预约见面：{}", state.map_or("有了结果", appointment::State::zh))
        }
        EventKind::Revisited => "已回访".to_owned(),
        EventKind::PublishConsented => "居民同意去掉个人信息后公开".to_owned(),
        EventKind::PublishWithdrawn => "居民撤回了公开的同意".to_owned(),
        EventKind::Released => "已去掉个人信息对外公开".to_owned(),
        EventKind::ReleaseWithdrawn => "已停止对外公开".to_owned(),
        _ => office(event),
    }
}

/// What offices do, and what was promised.
fn office(event: &EventView) -> String {
    let office = word(event, "office").unwrap_or("承办单位");
    let of = |key| word(event, key).unwrap_or_default();
    match event.kind {
        EventKind::HandedOver if event.data.get("partner").is_some() => format!("已请{office}协办"),
        EventKind::HandedOver => format!("已交{office}办理"),
        EventKind::HandoverAccepted => format!("{office}已签收"),
        EventKind::HandoverRefused => format!("{office}退回：{}", of("reason")),
        EventKind::HandoverExtended => format!("{office}申请延期：{}", of("reason")),
        EventKind::HandoverPartnerOpined => format!("{office}已提出协办意见"),
        EventKind::HandoverAnswered => format!("{office}已回复代表"),
        EventKind::HandoverRedo => format!("代表不满意，请{office}重新办理"),
        EventKind::HandoverDone => format!("代表认可{office}的办理结果"),
        EventKind::HandoverWithdrawn => format!("不再由{office}办理"),
        EventKind::HandoverOverdue => format!("{office}超过期限，已催办"),
        EventKind::HandoverEscalated => match word(event, "to") {
            Some("station_head") => format!("{office}超过期限，已告知站长"),
            Some("county") => format!("{office}仍未回复，已转县级督办"),
            _ => format!("{office}超过期限，已转上级督办"),
        },
        EventKind::JudgementOverdue => "部门回复后代表没有按时评价，已催办".to_owned(),
        EventKind::PromiseMade => format!("{}承诺在 {} 前办到", of("by"), of("due_on")),
        EventKind::PromiseKept => format!("{}已兑现承诺：{}", of("by"), of("note")),
        EventKind::PromiseOverdue => format!("{}没有按时兑现承诺，已催办", of("by")),
        _ => String::new(),
    }
}

fn transferred(event: &EventView) -> String {
    let to = match (word(event, "deputy"), word(event, "grid")) {
        (Some(deputy), _) => format!("{deputy}代表"),
        (None, Some(grid)) => format!("{grid}的代表"),
        (None, None) => "联络站工作人员".to_owned(),
    };
    let bounced = event.data.get("bounced").and_then(serde_json::Value::as_bool) == Some(true);
    let words = if bounced {
        "多次转办，由站长协调，交"
    } else {
        "已转"
    };
    format!("{words}{to}办理")
}

fn split(event: &EventView) -> String {
    match (
        word(event, "from"),
        event.data.get("numbers").and_then(serde_json::Value::as_array),
    ) {
        (Some(from), _) => format!("由 {from} 号民意拆分而来"),
        (None, Some(numbers)) => {
            let numbers: Vec<&str> = numbers.iter().filter_map(serde_json::Value::as_str).collect();
            format!("其中的其他事项已拆分为 {} 号民意", numbers.join("、"))
        }
        (None, None) => "已拆分办理".to_owned(),
    }
}

fn word<'a>(event: &'a EventView, key: &str) -> Option<&'a str> {
    event.data.get(key)?.as_str()
}

fn routed(event: &EventView) -> String {
    let reason = word(event, "reason").and_then(|word| word.parse::<RouteReason>().ok());
    match (reason, word(event, "deputy")) {
        (Some(RouteReason::StationStaff) | None, _) => "已转联络站工作人员办理".to_owned(),
        (Some(RouteReason::Confidential), _) => "保密件，已转上级人大办理".to_owned(),
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
