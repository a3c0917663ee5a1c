//! Asking again after a matter was closed (上门回访): everybody for whom it was not solved, and a sample of the others.

use uuid::Uuid;

use crate::submission::Satisfaction;
use crate::words::words;

words! {
    /// Why somebody is asked again.
    Reason {
        Sample = "sample", "抽样回访";
        Unsolved = "unsolved", "未解决或不满意";
    }
}

words! {
    /// How somebody was asked.
    Way {
        Visit = "visit", "上门";
        Phone = "phone", "电话";
    }
}

words! {
    /// What came out.
    Outcome {
        Solved = "solved", "确已解决";
        Unsolved = "unsolved", "没有解决";
        Unreachable = "unreachable", "联系不上";
    }
}

impl Outcome {
    /// The resident was reached, and so can say how content he is.
    #[must_use]
    pub const fn was_reached(self) -> bool {
        matches!(self, Self::Solved | Self::Unsolved)
    }
}

/// How a matter ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// The last rating: whether it is solved, and how content the resident is.
    pub rating: Option<(bool, Satisfaction)>,
    /// Not taken, and a review of that was asked for.
    pub refused_after_review: bool,
}

/// Why the resident is to be asked again; `None`: this one is not in the sample. The same id always falls the same way,
/// so nobody chooses who is asked.
#[must_use]
pub fn reason(id: Uuid, ending: Ending, sample_percent: u8) -> Option<Reason> {
    let unhappy = ending
        .rating
        .is_some_and(|(solved, satisfaction)| !solved || satisfaction == Satisfaction::Dissatisfied);
    if unhappy || ending.refused_after_review {
        Some(Reason::Unsolved)
    } else {
        (hash(id) % 100 < u64::from(sample_percent)).then_some(Reason::Sample)
    }
}

/// FNV-1a of the id, mixed once more, because ids of one moment begin alike.
fn hash(id: Uuid) -> u64 {
    let fnv = id.as_bytes().iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (fnv ^ (fnv >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    const HAPPY: Ending = Ending {
        rating: Some((true, Satisfaction::Satisfied)),
        refused_after_review: false,
    };

    proptest! {
        #[test]
        fn whoever_is_unhappy_is_always_asked(id in any::<u128>(), solved in any::<bool>(),
            satisfaction in select(Satisfaction::ALL), refused_after_review in any::<bool>(), percent in 0_u8..=100) {
            let rating = Some((solved, satisfaction));
            let asked = reason(Uuid::from_u128(id), Ending { rating, refused_after_review }, percent);
            if !solved || satisfaction == Satisfaction::Dissatisfied || refused_after_review {
                prop_assert_eq!(asked, Some(Reason::Unsolved));
            } else {
                prop_assert_ne!(asked, Some(Reason::Unsolved));
            }
        }

        #[test]
        fn nobody_and_everybody_can_be_sampled(id in any::<u128>()) {
            prop_assert_eq!(reason(Uuid::from_u128(id), HAPPY, 0), None);
            prop_assert_eq!(reason(Uuid::from_u128(id), HAPPY, 100), Some(Reason::Sample));
        }
    }

    #[test]
    fn the_sample_is_as_large_as_it_should_be_also_for_ids_in_a_row() {
        for stride in [1_u128, 1 << 64, 1 << 80] {
            let ids = (0..10_000_u128).map(|n| Uuid::from_u128(n.wrapping_mul(stride)));
            let asked = ids.filter(|id| reason(*id, HAPPY, 10).is_some()).count();
            assert!((800..1200).contains(&asked), "{stride}: {asked}");
        }
    }
}
