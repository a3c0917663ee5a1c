//! The longest that the law allows (法定期限); a policy may be shorter, never longer.
//!
//! Nothing of the law limits how long a deputy takes to answer a resident. The ways of a deputy's proposal (闭会期间代表建议,
//! 代表建议) are limited by 代表法 (2025) Art. 51, and by what local regulations say of its parts; where two differ, by the
//! longer.

use chrono::{DateTime, Days, Utc};

use super::{Policy, Unit};
use crate::calendar::WorkCalendar;

/// A limit, and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LegalLimit {
    pub longest: Policy,
    /// The law or regulation.
    pub source: &'static str,
}

/// The limit of a length of time, if the law has one.
#[must_use]
pub fn legal_limit(applies_to: &str, step: &str) -> Option<LegalLimit> {
    const LAW: &str = "《代表法》第五十一条：三个月内答复，疑难的六个月";
    const QINGDAO: &str = "青岛市人大代表建议办理条例";
    const BEIJING: &str = "北京市人大代表建议办理条例";
    if !matches!(applies_to, "intersession" | "proposal") {
        return None;
    }
    let (amount, unit, source) = match step {
        // The usual time and its one extension are together the six months of what is hard.
        "answer" | "extend" => (3, Unit::Months, LAW),
        "accept" => (5, Unit::WorkingDays, QINGDAO),
        "partner" => (1, Unit::Months, QINGDAO),
        "redo" => (2, Unit::Months, BEIJING),
        "judge" => (15, Unit::WorkingDays, BEIJING),
        _ => return None,
    };
    Some(LegalLimit {
        longest: Policy { amount, unit },
        source,
    })
}

impl LegalLimit {
    /// Whether a policy never ends later. Lengths of different units are held against each other on every day of the four
    /// years from `start` on, in which every date falls on every length of month.
    #[must_use]
    pub fn allows(&self, policy: Policy, calendar: &WorkCalendar, start: DateTime<Utc>) -> bool {
        const FOUR_YEARS: u64 = 1461;
        if policy.unit == self.longest.unit {
            return policy.amount <= self.longest.amount;
        }
        (0..FOUR_YEARS).all(|day| {
            let start = start + Days::new(day);
            policy.after(calendar, start).at <= self.longest.after(calendar, start).at
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    fn allows(step: &str, amount: u16, unit: Unit) -> bool {
        let limit = legal_limit("proposal", step).unwrap();
        let start = "2026-01-01T02:00:00Z".parse().unwrap();
        limit.allows(Policy { amount, unit }, &WorkCalendar::new([], [2026]), start)
    }

    #[test]
    fn a_proposal_is_never_answered_later_than_the_law_says_in_whatever_unit() {
        assert!(allows("answer", 3, Unit::Months) && !allows("answer", 4, Unit::Months));
        // From 1 February three months are 89 days.
        assert!(allows("answer", 89, Unit::CalendarDays) && !allows("answer", 90, Unit::CalendarDays));
        assert!(allows("answer", 60, Unit::WorkingDays) && !allows("answer", 70, Unit::WorkingDays));
        // Five working days from a Sunday end on Friday.
        assert!(allows("accept", 5, Unit::CalendarDays) && !allows("accept", 6, Unit::CalendarDays));
        assert!(!allows("accept", 1, Unit::Months));
    }

    #[test]
    fn what_the_law_does_not_name_has_no_limit() {
        assert_eq!(legal_limit("submission", "answer"), None);
        assert_eq!(legal_limit("office", "answer"), None);
        assert_eq!(legal_limit("proposal", "remind"), None);
    }
}
