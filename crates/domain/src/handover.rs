//! Handing a matter over to the office that can act (交办): its own lifecycle beside the submission's.

use crate::lifecycle::Party;
use crate::transitions::{self, Table};
use crate::words::words;

words! {
    /// By which way a matter goes to an office (三种渠道).
    Channel {
        Office = "office", "镇街承办单位";
        Intersession = "intersession", "闭会期间代表建议";
        Proposal = "proposal", "代表建议";
    }
}

impl Channel {
    /// The way that leads to an office of this division: street and town offices are asked directly, the county's by
    /// the form between the sessions, those of city and province by a proposal.
    #[must_use]
    pub const fn to_office_of(region_code: &str) -> Self {
        match region_code.len() {
            0..=4 => Self::Proposal,
            5..=6 => Self::Intersession,
            _ => Self::Office,
        }
    }
}

words! {
    /// Where a handover stands.
    State {
        Offered = "offered", "待签收";
        Accepted = "accepted", "办理中";
        Answered = "answered", "已回复，待代表评价";
        Redo = "redo", "重新办理";
        Done = "done", "已办结";
        Refused = "refused", "已退回";
        Withdrawn = "withdrawn", "已撤回";
    }
}

impl State {
    /// The office still has to do something.
    #[must_use]
    pub const fn waits_for_office(self) -> bool {
        matches!(self, Self::Offered | Self::Accepted | Self::Redo)
    }

    /// Nothing more happens with it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Refused | Self::Withdrawn)
    }
}

words! {
    /// What moves a handover on.
    Action {
        Accept = "accept", "签收";
        Refuse = "refuse", "退回";
        Extend = "extend", "延期";
        Invite = "invite", "邀请协办";
        Answer = "answer", "回复代表";
        Approve = "approve", "代表满意";
        SendBack = "send_back", "代表不满意，重新办理";
        Withdraw = "withdraw", "撤回";
    }
}

words! {
    /// What came of it (办理结果).
    ResultClass {
        A = "a", "A 类：已解决";
        B = "b", "B 类：正在解决";
        C = "c", "C 类：列入计划";
        D = "d", "D 类：留作参考";
    }
}

impl ResultClass {
    /// The office has to say by when, and is held to it.
    #[must_use]
    pub const fn needs_promise(self) -> bool {
        matches!(self, Self::B | Self::C)
    }
}

/// Every step that may be taken: (from, what, by whom, to).
pub const TABLE: Table<State, Action> = {
    use Action as A;
    use Party::{Handler, Office};
    use State as S;
    Table(&[
        (S::Offered, A::Accept, Office, S::Accepted),
        (S::Offered, A::Refuse, Office, S::Refused),
        // Once, which the store sees to.
        (S::Accepted, A::Extend, Office, S::Accepted),
        (S::Accepted, A::Invite, Office, S::Accepted),
        (S::Redo, A::Invite, Office, S::Redo),
        (S::Accepted, A::Answer, Office, S::Answered),
        (S::Redo, A::Answer, Office, S::Answered),
        (S::Answered, A::Approve, Handler, S::Done),
        (S::Answered, A::SendBack, Handler, S::Redo),
        (S::Offered, A::Withdraw, Handler, S::Withdrawn),
        (S::Accepted, A::Withdraw, Handler, S::Withdrawn),
        (S::Redo, A::Withdraw, Handler, S::Withdrawn),
    ])
};

/// A step that [`TABLE`] does not have.
pub type Refused = transitions::Refused<State, Action>;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn the_level_of_the_office_chooses_the_way() {
        let ways = ["99", "9901", "990102", "990102003"].map(Channel::to_office_of);
        assert_eq!(
            ways,
            [
                Channel::Proposal,
                Channel::Proposal,
                Channel::Intersession,
                Channel::Office
            ]
        );
    }

    #[test]
    fn exactly_the_last_states_have_no_way_out() {
        for &state in State::ALL {
            let leaves = TABLE.0.iter().any(|(from, _, _, to)| *from == state && *to != state);
            assert_eq!(leaves, !state.is_over(), "{state}");
        }
    }

    /// 代表不直接处理: what a deputy asks for is judged by a deputy, and only the office says what it did.
    #[test]
    fn the_office_answers_and_the_handler_judges() {
        for (_, action, party, to) in TABLE.0 {
            assert!(*to != State::Answered || *party == Party::Office, "{action}");
            assert!(*to != State::Done || *party == Party::Handler, "{action}");
        }
    }

    #[test]
    fn the_map_shows_this_table() {
        let map = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/architecture.md")).unwrap();
        let ends = State::ALL.iter().copied().filter(|state| state.is_over());
        let diagram = TABLE.diagram("offered: 交办 (handler)", ends, Action::zh);
        assert!(map.contains(&diagram), "docs/architecture.md must contain:\n{diagram}");
    }
}
