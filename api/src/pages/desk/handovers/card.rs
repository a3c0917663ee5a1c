//! A handover as pages show it, and what this person may do with it.

use chrono::{DateTime, NaiveDate, Utc};
use minyi_domain::{
    calendar::{WorkCalendar, local_date},
    handover::{Action, State},
    lifecycle,
    people::Actor,
    rights::Permission,
};
use minyi_store::{HandoverView, OfficeAnswerView, PartnerView};
use uuid::Uuid;

use crate::{
    offices::views::possible,
    pages::words::{self, Due, day, moment},
};

/// A handover.
pub struct Handed {
    pub id: Uuid,
    pub office: String,
    pub channel: &'static str,
    pub state: &'static str,
    pub due: Due,
    pub demand: String,
    pub by: String,
    pub when: String,
    pub answer_due: String,
    pub responsible: String,
    /// Why it was put off, or came back.
    pub reasons: Vec<String>,
    pub answers: Vec<Reply>,
    pub partners: Vec<Partner>,
}

/// An office's answer.
pub struct Reply {
    pub by: String,
    pub when: String,
    pub text: String,
    pub result: &'static str,
    /// `3月31日（周三）前：…`
    pub promise: Option<String>,
    pub verdict: Option<&'static str>,
    pub comment: String,
}

/// An office that helps.
pub struct Partner {
    pub office: String,
    pub due: String,
    pub opinion: Option<String>,
}

/// What this person may do with it now.
pub struct May {
    pub accept: bool,
    pub refuse: bool,
    pub extend: bool,
    pub invite: bool,
    pub answer: bool,
    pub opine: bool,
    pub approve: bool,
    pub send_back: bool,
    pub withdraw: bool,
    /// Say that the promise was kept.
    pub keep: bool,
}

/// Asks the lifecycle; an invited office only says its opinion.
pub fn may(view: &HandoverView, actor: &Actor) -> May {
    let is_lead = actor.office_id == Some(view.office_id);
    let acts = possible(view, actor);
    let may = |action| acts.contains(&action);
    let invited = |partner: &PartnerView| Some(partner.office_id) == actor.office_id && partner.opinion.is_none();
    May {
        accept: may(Action::Accept),
        refuse: may(Action::Refuse),
        extend: may(Action::Extend),
        invite: may(Action::Invite),
        answer: may(Action::Answer),
        opine: view.state.waits_for_office() && view.partners.iter().any(invited),
        approve: may(Action::Approve),
        send_back: may(Action::SendBack),
        withdraw: may(Action::Withdraw),
        keep: is_lead || actor.role.may(Permission::Handle),
    }
}

/// How much time is left for what comes next.
pub fn due(
    state: State,
    accept_due: DateTime<Utc>,
    answer_due: DateTime<Utc>,
    now: DateTime<Utc>,
    calendar: &WorkCalendar,
) -> Due {
    let said = |words: &str, tone| Due {
        words: words.to_owned(),
        tone,
    };
    let left = |due_at| words::due(lifecycle::State::HandedOver, due_at, now, calendar);
    match state {
        State::Offered => Due {
            words: format!("签收{}", left(accept_due).words),
            ..left(accept_due)
        },
        State::Accepted | State::Redo => left(answer_due),
        State::Answered => said("等代表评价", "warn"),
        State::Done => said("已办结", "good"),
        State::Refused => said("已退回", ""),
        State::Withdrawn => said("已撤回", ""),
    }
}

/// For the eyes of those who have to do with it.
pub fn handed(view: HandoverView, now: DateTime<Utc>, today: NaiveDate, calendar: &WorkCalendar) -> Handed {
    let reply = |answer: OfficeAnswerView| Reply {
        promise: answer
            .promised_on
            .zip(answer.promise)
            .map(|(on, promise)| format!("{}前：{promise}", day(on, today))),
        by: answer.author_name,
        when: moment(answer.answered_at, today),
        text: answer.text,
        result: answer.result.zh(),
        verdict: answer.satisfied.map(|satisfied| {
            if satisfied {
                "代表满意"
            } else {
                "代表不满意，重新办理"
            }
        }),
        comment: answer.judge_comment.unwrap_or_default(),
    };
    let partner = |partner: PartnerView| Partner {
        office: partner.office_name,
        due: day(local_date(partner.due_at), today),
        opinion: partner.opinion,
    };
    let reasons = [
        view.extension_reason.map(|reason| format!("延期：{reason}")),
        view.refusal_reason.map(|reason| format!("退回：{reason}")),
    ];
    Handed {
        due: due(view.state, view.accept_due_at, view.answer_due_at, now, calendar),
        id: view.id,
        office: view.office_name,
        channel: view.channel.zh(),
        state: view.state.zh(),
        demand: view.demand,
        by: view.handed_by_name,
        when: moment(view.handed_at, today),
        answer_due: day(local_date(view.answer_due_at), today),
        responsible: view.responsible_name.unwrap_or_default(),
        reasons: reasons.into_iter().flatten().collect(),
        answers: view.answers.into_iter().map(reply).collect(),
        partners: view.partners.into_iter().map(partner).collect(),
    }
}
