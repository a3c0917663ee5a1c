//! The way of a submission from registration to the end (办理流程). One table says what may be; everything else is refused.

use crate::people::Role;
use crate::rights::Permission;
use crate::submission::Satisfaction;
use crate::transitions::{self, Table};
use crate::words::words;

words! {
    /// Where a submission stands.
    State {
        Registered = "registered", "已登记，待办理";
        Accepted = "accepted", "已受理，办理中";
        AwaitingResident = "awaiting_resident", "待居民补充";
        HandedOver = "handed_over", "已交办";
        Merged = "merged", "已并案办理";
        Answered = "answered", "已答复，待评价";
        Declined = "declined", "不予受理，已告知";
        Reopened = "reopened", "重新办理中";
        Closed = "closed", "已办结";
    }
}

impl State {
    /// Somebody still owes the resident an answer by a date of its own; what was merged waits for the other's.
    #[must_use]
    pub const fn awaits_answer(self) -> bool {
        matches!(
            self,
            Self::Registered | Self::Accepted | Self::AwaitingResident | Self::HandedOver | Self::Reopened
        )
    }
}

words! {
    /// What moves a submission on.
    Action {
        Accept = "accept", "受理";
        AskResident = "ask_resident", "请居民补充";
        GiveInfo = "give_info", "补充情况";
        LapseInfo = "lapse_info", "逾期未补充，继续办理";
        Transfer = "transfer", "转办";
        Restrict = "restrict", "转为保密件";
        ChangeUrgency = "change_urgency", "调整缓急";
        Merge = "merge", "并案";
        Unmerge = "unmerge", "取消并案";
        Split = "split", "拆分";
        HandOver = "hand_over", "交办";
        ReturnHandover = "return_handover", "退回交办";
        TakeBack = "take_back", "撤回交办";
        Answer = "answer", "答复";
        AnswerTogether = "answer_together", "随主件一并答复";
        Decline = "decline", "不予受理并告知";
        DeclineTogether = "decline_together", "随主件不予受理";
        RequestReview = "request_review", "申请复核";
        CloseDeclined = "close_declined", "未申请复核，自动办结";
        RateAndClose = "rate_and_close", "评价并办结";
        RateAndReopen = "rate_and_reopen", "不满意，重新办理";
        RateAndRaise = "rate_and_raise", "再次不满意，上级办理";
        CloseUnrated = "close_unrated", "逾期未评价，自动办结";
    }
}

words! {
    /// Who moves it.
    Party {
        Resident = "resident", "群众";
        Handler = "handler", "代表或联络站";
        Office = "office", "承办单位";
        Clock = "clock", "时限";
    }
}

impl Party {
    /// A signed-in person as a party; `None`: this role never moves a submission.
    #[must_use]
    pub const fn of(role: Role) -> Option<Self> {
        if role.may(Permission::Handle) {
            Some(Self::Handler)
        } else if role.may(Permission::ActForOffice) {
            Some(Self::Office)
        } else {
            None
        }
    }
}

/// Every step that may be taken: (from, what, by whom, to).
pub const TABLE: Table<State, Action> = {
    use Action as A;
    use Party::{Clock, Handler, Office, Resident};
    use State as S;
    Table(&[
        (S::Registered, A::Accept, Handler, S::Accepted),
        (S::Registered, A::AskResident, Handler, S::AwaitingResident),
        (S::Accepted, A::AskResident, Handler, S::AwaitingResident),
        (S::Reopened, A::AskResident, Handler, S::AwaitingResident),
        (S::AwaitingResident, A::GiveInfo, Resident, S::Accepted),
        (S::AwaitingResident, A::LapseInfo, Clock, S::Accepted),
        // Another pair of hands, the same clock.
        (S::Registered, A::Transfer, Handler, S::Registered),
        (S::Accepted, A::Transfer, Handler, S::Accepted),
        (S::Reopened, A::Transfer, Handler, S::Reopened),
        (S::Registered, A::Restrict, Handler, S::Registered),
        (S::Accepted, A::Restrict, Handler, S::Accepted),
        (S::Reopened, A::Restrict, Handler, S::Reopened),
        (S::Registered, A::ChangeUrgency, Handler, S::Registered),
        (S::Accepted, A::ChangeUrgency, Handler, S::Accepted),
        (S::Reopened, A::ChangeUrgency, Handler, S::Reopened),
        (S::Registered, A::Merge, Handler, S::Merged),
        (S::Accepted, A::Merge, Handler, S::Merged),
        (S::Reopened, A::Merge, Handler, S::Merged),
        (S::Merged, A::Unmerge, Handler, S::Accepted),
        (S::Merged, A::AnswerTogether, Handler, S::Answered),
        (S::Merged, A::DeclineTogether, Handler, S::Declined),
        (S::Registered, A::Split, Handler, S::Accepted),
        (S::Accepted, A::Split, Handler, S::Accepted),
        (S::Reopened, A::Split, Handler, S::Reopened),
        (S::Registered, A::HandOver, Handler, S::HandedOver),
        (S::Accepted, A::HandOver, Handler, S::HandedOver),
        (S::Reopened, A::HandOver, Handler, S::HandedOver),
        // One more office (难事共办).
        (S::HandedOver, A::HandOver, Handler, S::HandedOver),
        // Only when no other office has it any more.
        (S::HandedOver, A::ReturnHandover, Office, S::Accepted),
        (S::HandedOver, A::TakeBack, Handler, S::Accepted),
        (S::Registered, A::Answer, Handler, S::Answered),
        (S::Accepted, A::Answer, Handler, S::Answered),
        (S::AwaitingResident, A::Answer, Handler, S::Answered),
        // Only when no office owes its answer any more.
        (S::HandedOver, A::Answer, Handler, S::Answered),
        (S::Reopened, A::Answer, Handler, S::Answered),
        // A handler may add to an answer until the resident has rated it.
        (S::Answered, A::Answer, Handler, S::Answered),
        (S::Registered, A::Decline, Handler, S::Declined),
        (S::Accepted, A::Decline, Handler, S::Declined),
        (S::Reopened, A::Decline, Handler, S::Declined),
        (S::Declined, A::RequestReview, Resident, S::Reopened),
        (S::Declined, A::CloseDeclined, Clock, S::Closed),
        (S::Answered, A::RateAndClose, Resident, S::Closed),
        (S::Answered, A::RateAndReopen, Resident, S::Reopened),
        (S::Answered, A::RateAndRaise, Resident, S::Reopened),
        (S::Answered, A::CloseUnrated, Clock, S::Closed),
    ])
};

/// A step that [`TABLE`] does not have.
pub type Refused = transitions::Refused<State, Action>;

/// What lies on a submission beside its state and narrows who may do what with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// A report on an official (保密件).
    pub confidential: bool,
    /// The level above answers now (上级办理).
    pub handled_above: bool,
}

impl Standing {
    /// Whether this role may do it, the state allowing. A report on an official goes to no deputy any more; what the
    /// level above decides is neither sent on nor answered nor declined by those whose work it was.
    #[must_use]
    pub const fn leaves(self, action: Action, role: Role) -> bool {
        let above = matches!(role, Role::StreetAdmin | Role::CountyAdmin | Role::CityAdmin);
        match action {
            Action::Transfer => !self.confidential && !self.handled_above,
            Action::Restrict => !self.confidential,
            Action::Decline | Action::Answer => !self.handled_above || above,
            _ => true,
        }
    }
}

/// What a rating does: dissatisfied in the first round sends the submission back to its handler, dissatisfied once more
/// raises it to the level above, everything else closes. `round` counts the reopenings.
#[must_use]
pub const fn rating_action(satisfaction: Satisfaction, round: u8) -> Action {
    match (satisfaction, round) {
        (Satisfaction::Dissatisfied, 0) => Action::RateAndReopen,
        (Satisfaction::Dissatisfied, 1) => Action::RateAndRaise,
        _ => Action::RateAndClose,
    }
}

#[cfg(test)]
mod tests;
