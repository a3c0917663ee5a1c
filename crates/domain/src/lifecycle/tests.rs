#![allow(clippy::unwrap_used, reason = "tests fail loudly")]
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

#[test]
fn every_state_but_the_last_has_a_way_out_and_a_way_in() {
    for &state in State::ALL {
        let leaves = TABLE.0.iter().any(|(from, _, _, to)| *from == state && *to != state);
        assert_eq!(leaves, state != State::Closed, "{state}");
        let entered = TABLE.0.iter().any(|(from, _, _, to)| *to == state && *from != state);
        assert_eq!(entered, state != State::Registered, "{state}");
    }
}

/// Whatever people do or leave undone, the end can be reached from everywhere.
#[test]
fn the_end_can_be_reached_from_every_state() {
    let mut reaching = BTreeSet::from([State::Closed.as_str()]);
    for _ in State::ALL {
        let before: Vec<_> = TABLE
            .0
            .iter()
            .filter(|(_, _, _, to)| reaching.contains(to.as_str()))
            .collect();
        reaching.extend(before.iter().map(|(from, ..)| from.as_str()));
    }
    assert_eq!(reaching.len(), State::ALL.len());
}

#[test]
fn the_table_is_unambiguous() {
    for (index, (from, action, party, _)) in TABLE.0.iter().enumerate() {
        let same = TABLE.0.iter().filter(|(f, a, p, _)| (f, a, p) == (from, action, party));
        assert_eq!(same.count(), 1, "row {index}");
    }
}

#[test]
fn every_action_of_every_role_is_in_the_table_or_refused() {
    for &role in Role::ALL {
        let Some(party) = Party::of(role) else { continue };
        for (&state, &action) in State::ALL
            .iter()
            .flat_map(|state| Action::ALL.iter().map(move |action| (state, action)))
        {
            let row = TABLE
                .0
                .iter()
                .find(|(f, a, p, _)| (*f, *a, *p) == (state, action, party));
            match TABLE.next(state, action, party) {
                Ok(to) => assert_eq!(row.unwrap().3, to),
                Err(refused) => {
                    assert!(row.is_none());
                    assert_eq!(refused, Refused { state, action, party });
                }
            }
            assert_eq!(TABLE.possible(state, party).any(|found| found == action), row.is_some());
        }
    }
}

/// 代表不直接处理: an office never speaks to the resident, and only the resident or the clock ends a matter.
#[test]
fn nobody_but_the_resident_and_the_clock_closes() {
    for (_, action, party, to) in TABLE.0 {
        assert!(
            *to != State::Closed || matches!(party, Party::Resident | Party::Clock),
            "{action}"
        );
        assert!(*party != Party::Office || *to == State::Accepted, "{action}");
    }
}

#[test]
fn what_the_level_above_decides_is_neither_answered_nor_declined_below() {
    let above = Standing {
        handled_above: true,
        ..Standing::default()
    };
    for &role in Role::ALL {
        assert!(Standing::default().leaves(Action::Decline, role), "{role}");
        assert!(!above.leaves(Action::Transfer, role), "{role}");
    }
    assert!(!above.leaves(Action::Decline, Role::Deputy));
    assert!(!above.leaves(Action::Answer, Role::StationHead) && above.leaves(Action::Accept, Role::Deputy));
    assert!(above.leaves(Action::Decline, Role::CountyAdmin) && above.leaves(Action::Answer, Role::StreetAdmin));
}

#[test]
fn a_report_on_an_official_goes_to_no_deputy() {
    let confidential = Standing {
        confidential: true,
        ..Standing::default()
    };
    assert!(!confidential.leaves(Action::Transfer, Role::CityAdmin));
    assert!(!confidential.leaves(Action::Restrict, Role::CityAdmin));
    assert!(confidential.leaves(Action::Answer, Role::CountyAdmin));
}

#[test]
fn the_map_shows_this_table() {
    let map = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/architecture.md")).unwrap();
    let diagram = TABLE.diagram("registered: 扫码提交 (resident)", [State::Closed], Action::zh);
    assert!(map.contains(&diagram), "docs/architecture.md must contain:\n{diagram}");
}

proptest! {
    #[test]
    fn nothing_is_closed_without_an_answer(
        steps in proptest::collection::vec((select(Action::ALL), select(Party::ALL)), 0..80)
    ) {
        let mut state = State::Registered;
        let mut answered_since_opened = false;
        for (action, party) in steps {
            let Ok(to) = TABLE.next(state, action, party) else { continue };
            answered_since_opened = match to {
                State::Answered | State::Declined => true,
                State::Reopened => false,
                _ => answered_since_opened,
            };
            state = to;
            prop_assert!(state != State::Closed || answered_since_opened);
        }
    }
}
