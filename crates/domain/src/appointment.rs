//! Meeting a deputy (预约见面): one side asks for a slot, the other says yes or no.

use crate::lifecycle::{self, Party};
use crate::words::words;

words! {
    /// Where an appointment stands.
    State {
        Asked = "asked", "等对方确认";
        Confirmed = "confirmed", "已约定";
        Declined = "declined", "对方不能来";
        Cancelled = "cancelled", "已取消";
        Held = "held", "已见面";
        Missed = "missed", "没有到场";
    }
}

impl State {
    /// The slot is taken by it.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Asked | Self::Confirmed)
    }
}

words! {
    /// What moves an appointment on.
    Action {
        Confirm = "confirm", "确认";
        Decline = "decline", "不能来";
        Cancel = "cancel", "取消";
        Move = "move", "改时间";
        Hold = "hold", "记录已见面";
        Miss = "miss", "记录没有到场";
    }
}

impl Action {
    /// It tells what happened, so it cannot be done before the time has come.
    #[must_use]
    pub const fn tells_what_happened(self) -> bool {
        matches!(self, Self::Hold | Self::Miss)
    }
}

words! {
    /// Which side asked.
    Side {
        Resident = "resident", "群众";
        Handler = "handler", "代表或联络站";
    }
}

impl Side {
    /// The side of a party; offices and the clock have none.
    #[must_use]
    pub const fn of(party: Party) -> Option<Self> {
        match party {
            Party::Resident => Some(Self::Resident),
            Party::Handler => Some(Self::Handler),
            Party::Office | Party::Clock => None,
        }
    }
}

/// Who of the two may take a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// The side that asked.
    Asking,
    /// The side that was asked.
    Asked,
    Either,
    /// The handler, whoever asked.
    Handler,
}

impl By {
    fn includes(self, side: Side, asked_by: Side) -> bool {
        match self {
            Self::Asking => side == asked_by,
            Self::Asked => side != asked_by,
            Self::Either => true,
            Self::Handler => side == Side::Handler,
        }
    }
}

/// Every step that may be taken: (from, what, by whom, to).
pub const TABLE: &[(State, Action, By, State)] = {
    use Action as A;
    use State as S;
    &[
        (S::Asked, A::Confirm, By::Asked, S::Confirmed),
        (S::Asked, A::Decline, By::Asked, S::Declined),
        (S::Asked, A::Cancel, By::Asking, S::Cancelled),
        // Another time is a new question to the resident.
        (S::Asked, A::Move, By::Handler, S::Asked),
        (S::Confirmed, A::Move, By::Handler, S::Asked),
        (S::Confirmed, A::Cancel, By::Either, S::Cancelled),
        (S::Confirmed, A::Hold, By::Handler, S::Held),
        (S::Confirmed, A::Miss, By::Handler, S::Missed),
    ]
};

/// The step is not in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{side} cannot {action} an appointment that is {state}")]
pub struct Refused {
    pub state: State,
    pub action: Action,
    pub side: Side,
}

/// The state after `action` of `side`.
///
/// # Errors
/// [`Refused`] when the table has no such step.
pub fn next(state: State, action: Action, side: Side, asked_by: Side) -> Result<State, Refused> {
    let found = TABLE
        .iter()
        .find(|(from, what, by, _)| (*from, *what) == (state, action) && by.includes(side, asked_by));
    found.map(|(_, _, _, to)| *to).ok_or(Refused { state, action, side })
}

/// Whether one can meet about a submission: nothing is closed by a talk, and the station has no business with a report
/// on an official.
#[must_use]
pub const fn may_meet(state: lifecycle::State, confidential: bool) -> bool {
    !matches!(state, lifecycle::State::Closed) && !confidential
}

/// What a side may do now.
pub fn possible(state: State, side: Side, asked_by: Side) -> impl Iterator<Item = Action> {
    let may = move |action: &Action| next(state, *action, side, asked_by).is_ok();
    Action::ALL.iter().copied().filter(move |action| may(action))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    #[test]
    fn exactly_the_active_states_have_a_way_out() {
        for &state in State::ALL {
            let leaves = TABLE.iter().any(|(from, _, _, to)| *from == state && *to != state);
            assert_eq!(leaves, state.is_active(), "{state}");
        }
    }

    #[test]
    fn each_side_can_always_get_rid_of_an_appointment() {
        for state in [State::Asked, State::Confirmed] {
            for (&side, &asked_by) in Side::ALL
                .iter()
                .flat_map(|side| Side::ALL.iter().map(move |by| (side, by)))
            {
                let ends = possible(state, side, asked_by)
                    .filter_map(|action| next(state, action, side, asked_by).ok())
                    .any(|to| !to.is_active());
                assert!(ends, "{state} {side} {asked_by}");
            }
        }
    }

    proptest! {
        /// Nobody says yes for the other: confirmed is only what the two sides agreed on.
        #[test]
        fn what_is_confirmed_both_sides_wanted(
            steps in prop::collection::vec((select(Action::ALL), select(Side::ALL)), 0..12),
            first in select(Side::ALL),
        ) {
            let (mut state, mut asked_by) = (State::Asked, first);
            let mut wanted = vec![first];
            for (action, side) in steps {
                let Ok(to) = next(state, action, side, asked_by) else { continue };
                match action {
                    Action::Move => {
                        asked_by = side;
                        wanted = vec![side];
                    }
                    Action::Confirm => wanted.push(side),
                    _ => {}
                }
                state = to;
                if matches!(state, State::Confirmed | State::Held | State::Missed) {
                    prop_assert!(Side::ALL.iter().all(|side| wanted.contains(side)));
                }
            }
        }
    }
}
