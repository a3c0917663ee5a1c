//! The way of a submission from registration to the end (办理流程). One table says what may be; everything else is refused.

use crate::people::Role;
use crate::submission::Satisfaction;
use crate::words::words;

words! {
    /// Where a submission stands.
    State {
        Registered = "registered", "已登记，待答复";
        Answered = "answered", "已答复，待评价";
        Reopened = "reopened", "重新办理中";
        Closed = "closed", "已办结";
    }
}

impl State {
    /// Somebody still owes the resident an answer.
    #[must_use]
    pub const fn awaits_answer(self) -> bool {
        matches!(self, Self::Registered | Self::Reopened)
    }
}

words! {
    /// What moves a submission on.
    Action {
        Answer = "answer", "答复";
        RateAndClose = "rate_and_close", "评价并办结";
        RateAndReopen = "rate_and_reopen", "不满意，重新办理";
        CloseUnrated = "close_unrated", "逾期未评价，自动办结";
    }
}

words! {
    /// Who moves it.
    Party {
        Resident = "resident", "群众";
        Handler = "handler", "代表或联络站";
        Clock = "clock", "时限";
    }
}

impl Party {
    /// A signed-in person as a party; `None`: this role never moves a submission.
    #[must_use]
    pub const fn of(role: Role) -> Option<Self> {
        if role.may_answer() { Some(Self::Handler) } else { None }
    }
}

/// Every step that may be taken: (from, what, by whom, to).
pub const TABLE: &[(State, Action, Party, State)] = &[
    (State::Registered, Action::Answer, Party::Handler, State::Answered),
    (State::Reopened, Action::Answer, Party::Handler, State::Answered),
    // A handler may add to an answer until the resident has rated it.
    (State::Answered, Action::Answer, Party::Handler, State::Answered),
    (State::Answered, Action::RateAndClose, Party::Resident, State::Closed),
    (State::Answered, Action::RateAndReopen, Party::Resident, State::Reopened),
    (State::Answered, Action::CloseUnrated, Party::Clock, State::Closed),
];

/// The step is not in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{party} cannot {action} a submission that is {state}")]
pub struct Refused {
    pub state: State,
    pub action: Action,
    pub party: Party,
}

/// The state after `action`.
///
/// # Errors
/// [`Refused`] when the table has no such step.
pub fn next(state: State, action: Action, party: Party) -> Result<State, Refused> {
    TABLE
        .iter()
        .find(|(from, what, who, _)| (*from, *what, *who) == (state, action, party))
        .map(|(_, _, _, to)| *to)
        .ok_or(Refused { state, action, party })
}

/// Reopenings that a dissatisfied rating brings about by itself.
pub const MAX_ROUNDS: u8 = 1;

/// What a rating does: dissatisfied in the first round sends the submission back to its handler, everything else closes.
#[must_use]
pub const fn rating_action(satisfaction: Satisfaction, round: u8) -> Action {
    match satisfaction {
        Satisfaction::Dissatisfied if round < MAX_ROUNDS => Action::RateAndReopen,
        _ => Action::RateAndClose,
    }
}

/// The table as a Mermaid diagram; docs/architecture.md contains exactly this.
#[must_use]
pub fn diagram() -> String {
    let mut text = String::from("stateDiagram-v2\n    [*] --> registered: 扫码提交 (resident)\n");
    for (from, action, party, to) in TABLE {
        text.push_str(&format!("    {from} --> {to}: {} ({party})\n", action.zh()));
    }
    text.push_str("    closed --> [*]\n");
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    #[test]
    fn every_state_but_the_last_has_a_way_out() {
        for &state in State::ALL {
            let leaves = TABLE.iter().any(|(from, _, _, to)| *from == state && *to != state);
            assert_eq!(leaves, state != State::Closed, "{state}");
        }
    }

    #[test]
    fn the_table_is_unambiguous() {
        for (index, (from, action, party, _)) in TABLE.iter().enumerate() {
            let same = TABLE.iter().filter(|(f, a, p, _)| (f, a, p) == (from, action, party));
            assert_eq!(same.count(), 1, "row {index}");
        }
    }

    #[test]
    fn the_map_shows_this_table() {
        let map = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/architecture.md")).unwrap();
        assert!(
            map.contains(&diagram()),
            "docs/architecture.md must contain:\n{}",
            diagram()
        );
    }

    proptest! {
        #[test]
        fn nothing_is_closed_without_an_answer(
            steps in proptest::collection::vec((select(Action::ALL), select(Party::ALL)), 0..40)
        ) {
            let mut state = State::Registered;
            let mut answered_since_opened = false;
            for (action, party) in steps {
                let Ok(to) = next(state, action, party) else { continue };
                answered_since_opened = match to {
                    State::Answered => true,
                    State::Reopened => false,
                    _ => answered_since_opened,
                };
                state = to;
                prop_assert!(state != State::Closed || answered_since_opened);
            }
        }
    }
}
