//! How often a code is scanned, and when that should make somebody look.

/// So many days before today are compared with.
pub const COMPARED_DAYS: u32 = 28;
/// An active code that nobody scanned for so many days is looked at: it may have fallen off the wall.
pub const UNSCANNED_DAYS: u32 = 30;
/// Fewer scans than this on one day never raise an alarm.
pub const FEWEST_UNUSUAL: u32 = 50;
/// A day with more than so many times the usual raises one.
const TIMES_THE_USUAL: u32 = 10;

/// What is usual: the median of the scans of the last [`COMPARED_DAYS`] days, rounded down. Days that are not given had
/// no scan; days beyond the limit are not looked at.
#[must_use]
pub fn usual(before: &[u32]) -> u32 {
    let days = usize::try_from(COMPARED_DAYS).unwrap_or(usize::MAX);
    let mut scans: Vec<u32> = before.iter().copied().take(days).collect();
    scans.resize(days, 0);
    scans.sort_unstable();
    let upper = scans.get(days / 2).copied().unwrap_or(0);
    let lower = scans.get(days / 2 - 1).copied().unwrap_or(0);
    lower.midpoint(upper)
}

/// Whether so many scans on one day should make somebody look (扫码异常): more than the usual ten times, and more than
/// fifty. A code that was copied to a busy place, or is called by a machine, looks like this.
#[must_use]
pub fn is_unusual(today: u32, before: &[u32]) -> bool {
    today > usual(before).saturating_mul(TIMES_THE_USUAL).max(FEWEST_UNUSUAL)
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    #[test]
    fn a_quiet_code_may_have_fifty_scans_and_a_busy_one_ten_times_its_usual() {
        assert!(!is_unusual(50, &[]));
        assert!(is_unusual(51, &[]));
        let busy = [20; 28];
        assert!(!is_unusual(200, &busy));
        assert!(is_unusual(201, &busy));
        let one_feast = [&[900][..], &[1; 27]].concat();
        assert_eq!(usual(&one_feast), 1, "one day does not change what is usual");
    }

    proptest! {
        #[test]
        fn the_order_of_the_days_does_not_matter(mut before in vec(0_u32..500, 0..28), today in 0_u32..5000) {
            let once = is_unusual(today, &before);
            before.reverse();
            prop_assert_eq!(is_unusual(today, &before), once);
        }

        #[test]
        fn more_scans_are_never_less_unusual(before in vec(0_u32..500, 0..40), today in 0_u32..5000, more in 0_u32..500) {
            prop_assert!(!is_unusual(today, &before) || is_unusual(today + more, &before));
        }

        #[test]
        fn the_usual_lies_between_the_fewest_and_the_most(before in vec(0_u32..500, 28)) {
            let (fewest, most) = (before.iter().min().copied(), before.iter().max().copied());
            let usual = Some(usual(&before));
            prop_assert!(fewest <= usual && usual <= most);
        }

        #[test]
        fn what_happened_long_ago_does_not_count(before in vec(0_u32..500, 28), older in vec(0_u32..9000, 0..20)) {
            let longer = [before.clone(), older].concat();
            prop_assert_eq!(usual(&longer), usual(&before));
        }
    }
}
