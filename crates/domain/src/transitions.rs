//! A table of the steps that may be taken; everything else is refused (办理流程表).

use std::fmt::Display;

use crate::lifecycle::Party;

/// The rows: (from, what, by whom, to).
#[derive(Debug)]
pub struct Table<S: 'static, A: 'static>(pub &'static [(S, A, Party, S)]);

/// The step is not in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{party} cannot {action} what is {state}")]
pub struct Refused<S: Display, A: Display> {
    pub state: S,
    pub action: A,
    pub party: Party,
}

impl<S: Copy + PartialEq + Display, A: Copy + PartialEq + Display> Table<S, A> {
    /// The state after `action`.
    ///
    /// # Errors
    /// [`Refused`] when the table has no such step.
    pub fn next(&self, state: S, action: A, party: Party) -> Result<S, Refused<S, A>> {
        self.0
            .iter()
            .find(|(from, what, who, _)| (*from, *what, *who) == (state, action, party))
            .map(|(_, _, _, to)| *to)
            .ok_or(Refused { state, action, party })
    }

    /// The steps of a party that are possible in a state, in the order of the table.
    pub fn possible(&self, state: S, party: Party) -> impl Iterator<Item = A> {
        let rows = self
            .0
            .iter()
            .filter(move |(from, _, who, _)| (*from, *who) == (state, party));
        rows.map(|(_, action, _, _)| *action)
    }

    /// The table as a Mermaid diagram; docs/architecture.md contains exactly this.
    pub fn diagram(&self, beginning: &str, ends: impl IntoIterator<Item = S>, name: fn(A) -> &'static str) -> String {
        let mut text = format!("stateDiagram-v2\n    [*] --> {beginning}\n");
        for (from, action, party, to) in self.0 {
            text.push_str(&format!("    {from} --> {to}: {} ({party})\n", name(*action)));
        }
        for state in ends {
            text.push_str(&format!("    {state} --> [*]\n"));
        }
        text
    }
}
