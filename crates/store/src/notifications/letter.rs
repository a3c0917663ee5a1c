//! What a message says: once for the sender, and for whoever looks at one that did not arrive.

use chrono::{DateTime, Utc};
use minyi_domain::{delivery::Channel, people::Actor};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Recipient, Template,
    outgoing::{About, Message, load},
    resend::dead_in_scope,
};
use crate::{EventKind, Result, Store, casework::Refusal};

/// What a message says, the same on every channel. Texts may be of any length: each channel makes them fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub template: Template,
    /// Several things in one message.
    pub is_digest: bool,
    pub number: String,
    pub place: String,
    /// In at most five characters.
    pub state: &'static str,
    pub summary: String,
    /// When the answer is due; of progress, when it happened; of an activity, when it begins.
    pub at: DateTime<Utc>,
    /// Page of the mini-program with its query, without a leading slash.
    pub page: String,
    /// The same for a browser, below the public address: the receipt of a resident, the client of the deputies, for a
    /// group the console.
    pub path: String,
}

/// A message that did not arrive, as it would go out now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    pub recipient: Recipient,
    /// On which it died.
    pub channel: Channel,
    pub letter: Letter,
    /// What it tells of is over: sent again, it would go nowhere.
    pub is_over: bool,
}

impl Store {
    /// What a dead message would say if it were sent again: alone, also if it was one of a digest.
    ///
    /// [`Refusal::NotFound`]: no dead message in this person's scope.
    pub fn dead_letter(&self, actor: &Actor, id: Uuid) -> Result<std::result::Result<DeadLetter, Refusal>> {
        self.act(|connection| {
            dead_in_scope(connection, actor, id)?;
            let (message, about) = load(connection, id)?;
            let recipient = match (message.account_id, message.robot_id) {
                (Some(account), _) => Recipient::Account(account),
                (None, Some(place)) => Recipient::Group(place),
                (None, None) => Recipient::Resident(message.subscription_id.ok_or(Refusal::NotFound)?),
            };
            Ok(DeadLetter {
                recipient,
                channel: message.channel,
                letter: Letter::of(&message, &about, 0),
                is_over: message.is_over(&about),
            })
        })
    }
}

impl Letter {
    /// `others`: how many go out with it in one message.
    pub(super) fn of(message: &Message, about: &About, others: usize) -> Self {
        let case = || format!("pages/case/index?id={}", message.submission_id);
        let text = |key: &str| message.said(key).and_then(Value::as_str);
        let starts_at = text("starts_at").and_then(|at| at.parse().ok());
        let meeting: Option<(DateTime<Utc>, String)> = starts_at.zip(text("place").map(str::to_owned));
        let (state, summary, page) = match message.template {
            _ if others > 0 => {
                let summary = format!("共 {} 件要留意，点开查看", others + 1);
                ("今日汇总", summary, "pages/messages/index".to_owned())
            }
            Template::DeputyNew => (task_words(message.event), about.text.clone(), case()),
            Template::DeputyDeadline => {
                let (state, hint) = deadline_words(message, meeting.is_some());
                (state, hint.to_owned(), case())
            }
            Template::ResidentProgress => {
                let (state, note) = progress_words(message.event);
                let page = format!("pages/receipt/index?receipt={}", about.receipt);
                (state, note.to_owned(), page)
            }
        };
        let usual = || {
            let at = match message.template {
                Template::ResidentProgress => message.event_at,
                Template::DeputyNew | Template::DeputyDeadline => about.answer_due_at,
            };
            (at, about.place.clone())
        };
        let tells_of_meeting = others == 0 && message.template == Template::DeputyDeadline;
        let (at, place) = meeting.filter(|_| tells_of_meeting).unwrap_or_else(usual);
        let path = match message.template {
            _ if message.robot_id.is_some() => format!("/console/desk/cases/{}", message.submission_id),
            Template::ResidentProgress => format!("/r/{}", about.receipt),
            Template::DeputyNew | Template::DeputyDeadline => format!("/deputy/#/{page}"),
        };
        Self {
            template: message.template,
            is_digest: others > 0,
            number: about.number.clone(),
            place,
            state,
            summary,
            at,
            page,
            path,
        }
    }
}

/// What is to be done, in at most five characters.
fn task_words(event: EventKind) -> &'static str {
    match event {
        EventKind::Reopened | EventKind::HandoverRedo => "重新办理",
        EventKind::InfoGiven | EventKind::InfoLapsed => "继续办理",
        EventKind::Transferred => "转给您办",
        EventKind::HandedOver => "待签收",
        EventKind::HandoverAccepted => "已签收",
        EventKind::HandoverRefused => "部门退回",
        EventKind::HandoverExtended => "部门延期",
        EventKind::HandoverAnswered => "待您评价",
        EventKind::HandoverPartnerOpined => "协办意见",
        EventKind::AppointmentAsked => "预约见面",
        EventKind::AppointmentSettled => "预约结果",
        EventKind::HearingPlanned => "答复活动",
        EventKind::PromiseKept => "承诺兑现",
        _ => "待答复",
    }
}

/// (state of at most five characters, hint of at most twenty)
fn deadline_words(message: &Message, has_meeting: bool) -> (&'static str, &'static str) {
    let says = |key: &str| message.said(key).is_some();
    match message.event {
        EventKind::Escalated => ("升级督办", "超期未答复，请尽快处理"),
        EventKind::Overdue => ("已超期", "请尽快答复群众"),
        EventKind::HandoverOverdue => ("承办超期", "承办单位超期，请尽快办理"),
        EventKind::HandoverEscalated => ("升级督办", "承办单位超期，请督促办理"),
        EventKind::JudgementOverdue => ("待评价", "部门已回复，请尽快评价"),
        EventKind::PromiseOverdue => ("承诺超期", "承诺到期还没有兑现"),
        EventKind::HearingPlanned if has_meeting => ("答复活动", "请您到会，点开看时间地点"),
        EventKind::HearingPlanned => ("活动取消", "请您参加的答复活动有变化"),
        EventKind::Reminded if says("late") => ("仍未办结", "已经超期，请尽快办理"),
        EventKind::Reminded if says("half") => ("时间过半", "期限已过一半，请抓紧办理"),
        EventKind::Reminded if message.said("office").is_some_and(Value::is_string) => {
            ("即将到期", "请在期限前回复代表")
        }
        _ => ("即将到期", "请在期限前答复群众"),
    }
}

fn progress_words(event: EventKind) -> (&'static str, &'static str) {
    match event {
        EventKind::Answered => ("已答复", "点开查看答复，并请评价"),
        EventKind::Overdue => ("已超期", "未按时答复，已告知联络站"),
        EventKind::Escalated => ("升级督办", "已由上级人大督促办理"),
        EventKind::InfoAsked => ("请您补充", "点开看看问题，补充后接着办"),
        EventKind::Declined => ("已告知", "不属于受理范围，点开看说明"),
        EventKind::HandedOver => ("已交办", "已请有关部门办理"),
        EventKind::PromiseKept => ("已兑现", "承诺的事已经办到，点开查看"),
        EventKind::PromiseOverdue => ("承诺超期", "到期没有兑现，正在催办"),
        EventKind::AppointmentAsked => ("约您见面", "办理人约您见面，点开确认"),
        EventKind::AppointmentSettled => ("预约结果", "点开查看预约的结果"),
        EventKind::HearingPlanned => ("答复活动", "点开查看时间和地点"),
        EventKind::HearingHeld => ("已答复活动", "点开查看答复活动的结果"),
        _ => ("办理中", "点开查看进展"),
    }
}
