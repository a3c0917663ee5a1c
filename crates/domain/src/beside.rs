//! What a handler may do with a submission besides moving it on: ask a congress, meet the resident, publish.

use crate::appointment::may_meet;
use crate::lifecycle::State;
use crate::people::Role;
use crate::release::may_be_released;
use crate::rights::Permission;
use crate::words::words;

words! {
    /// What is done beside the lifecycle.
    Beside {
        Propose = "propose", "写成代表建议";
        Meet = "meet", "约居民见面";
        Release = "release", "公开办理结果";
        WithdrawRelease = "withdraw_release", "停止公开";
    }
}

/// How a submission stands, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    pub state: State,
    /// A report on an official (保密件).
    pub confidential: bool,
    /// An appointment was asked for or agreed on.
    pub meets: bool,
    /// The resident has agreed to its being published.
    pub consented: bool,
    /// The public reads it now.
    pub released: bool,
}

impl Beside {
    const fn permission(self) -> Permission {
        match self {
            Self::Propose => Permission::Propose,
            Self::Meet => Permission::Hold,
            Self::Release | Self::WithdrawRelease => Permission::Release,
        }
    }

    const fn fits(self, known: Circumstances) -> bool {
        match self {
            Self::Propose => known.state.awaits_answer() && !known.confidential,
            Self::Meet => may_meet(known.state, known.confidential) && !known.meets,
            Self::Release => may_be_released(known.state) && !known.confidential && known.consented,
            Self::WithdrawRelease => known.released,
        }
    }
}

/// What this role may do now, in the order in which it is offered.
pub fn possible(role: Role, known: Circumstances) -> impl Iterator<Item = Beside> {
    let may = move |deed: &Beside| role.may(deed.permission()) && deed.fits(known);
    Beside::ALL.iter().copied().filter(may)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn circumstances() -> impl Strategy<Value = Circumstances> {
        (select(State::ALL), any::<[bool; 4]>()).prop_map(|(state, [confidential, meets, consented, released])| {
            Circumstances {
                state,
                confidential,
                meets,
                consented,
                released,
            }
        })
    }

    proptest! {
        /// The resident's word stands above everything that is offered.
        #[test]
        fn nothing_is_published_without_consent_nor_of_a_report_on_an_official(
            role in select(Role::ALL), known in circumstances(),
        ) {
            let offered = possible(role, known).any(|deed| deed == Beside::Release);
            prop_assert!(!offered || (known.consented && !known.confidential && may_be_released(known.state)));
        }

        /// What the public reads can always be taken off, by whoever may publish.
        #[test]
        fn what_is_published_can_be_taken_off(role in select(Role::ALL), known in circumstances()) {
            let offered = possible(role, known).any(|deed| deed == Beside::WithdrawRelease);
            prop_assert_eq!(offered, known.released && role.may(Permission::Release));
        }

        #[test]
        fn a_report_on_an_official_is_neither_proposed_nor_talked_over(
            role in select(Role::ALL), known in circumstances(),
        ) {
            let confidential = Circumstances { confidential: true, ..known };
            let offered: Vec<_> = possible(role, confidential).collect();
            prop_assert!(!offered.contains(&Beside::Propose) && !offered.contains(&Beside::Meet));
        }
    }
}
