//! Which policy holds for which matter (办理时限的适用范围).
//!
//! A policy covers every matter, or those of a kind, of a category with all below it, of an urgency, of a division with all
//! below it, or of several of these at once. For each length of time, of the policies in effect on the day that cover a
//! matter, **the first in this order holds**:
//!
//! 1. the one that names the urgency,
//! 2. then the one that names the deeper category,
//! 3. then the one that names the kind,
//! 4. then the one that names the smaller division.
//!
//! Two policies that cover the same matter and are alike in all four name the same things, and of these only the one that
//! began last is in effect. So exactly one holds, whatever order they are read in; and because everything else stays in its
//! order, a new policy changes only what it covers.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Around, HandoverPolicies, Policies, Policy, Rules, Unit};
use crate::calendar::{Deadline, WorkCalendar};
use crate::submission::{Kind, Urgency};

/// What decides which policies hold for a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matter {
    pub kind: Kind,
    /// Path in the scheme, the names from level 1 down joined by `/`; a new submission has none yet.
    pub category: Option<String>,
    pub urgency: Urgency,
    /// Division code without trailing zeros.
    pub region_code: String,
}

impl Matter {
    /// What has just come in: nobody has sorted it or said how urgent it is.
    #[must_use]
    pub fn new(kind: Kind, region_code: &str) -> Self {
        Self {
            kind,
            category: None,
            urgency: Urgency::Normal,
            region_code: region_code.to_owned(),
        }
    }
}

/// What a policy is narrowed to; `None` everywhere: it is general.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cover {
    pub kind: Option<Kind>,
    /// Path of a category; those below it are covered too.
    pub category: Option<String>,
    pub urgency: Option<Urgency>,
    /// Code of a division; those below it are covered too.
    pub region_code: Option<String>,
}

impl Cover {
    /// Whether it is narrowed to nothing.
    #[must_use]
    pub fn is_general(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a matter falls under it.
    #[must_use]
    pub fn covers(&self, matter: &Matter) -> bool {
        let in_category = |wanted: &String| {
            let path = matter.category.as_deref().unwrap_or_default();
            path.strip_prefix(wanted.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.kind.is_none_or(|kind| kind == matter.kind)
            && self.urgency.is_none_or(|urgency| urgency == matter.urgency)
            && self.category.as_ref().is_none_or(in_category)
            && self
                .region_code
                .as_ref()
                .is_none_or(|code| matter.region_code.starts_with(code.as_str()))
    }

    /// The larger comes before the smaller.
    fn rank(&self) -> (bool, usize, bool, usize) {
        let depth = self.category.as_ref().map_or(0, |path| path.split('/').count());
        let digits = self.region_code.as_ref().map_or(0, String::len);
        (self.urgency.is_some(), depth, self.kind.is_some(), digits)
    }
}

/// A policy as it was set (一条办理时限).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyEntry {
    /// `submission`, or the word of a way to an office.
    pub applies_to: String,
    /// Such as `answer`.
    pub step: String,
    pub cover: Cover,
    /// `None`: from this day on nothing of its own holds here, but what covers more.
    pub policy: Option<Policy>,
    pub effective_from: NaiveDate,
}

impl PolicyEntry {
    fn is_for(&self, applies_to: &str, step: &str) -> bool {
        self.applies_to == applies_to && self.step == step
    }

    fn replaces(&self, other: &Self) -> bool {
        self.is_for(&other.applies_to, &other.step)
            && self.cover == other.cover
            && self.effective_from > other.effective_from
    }
}

/// A length of time has no general policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no policy for {step} of {applies_to}")]
pub struct NoPolicy {
    pub applies_to: &'static str,
    pub step: &'static str,
}

/// The policies in effect on a day: general ones for everything, and narrower ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    general: Policies,
    narrowed: Vec<PolicyEntry>,
}

impl Book {
    /// Of everything that was ever set, what is in effect on `day`.
    ///
    /// # Errors
    /// [`NoPolicy`] names a length of time for which nothing general is in effect.
    pub fn on(day: NaiveDate, entries: &[PolicyEntry]) -> Result<Self, NoPolicy> {
        let begun: Vec<&PolicyEntry> = entries.iter().filter(|entry| entry.effective_from <= day).collect();
        let (general, narrowed): (Vec<&PolicyEntry>, Vec<&PolicyEntry>) = begun
            .iter()
            .copied()
            .filter(|entry| entry.policy.is_some() && !begun.iter().any(|other| other.replaces(entry)))
            .partition(|entry| entry.cover.is_general());
        let mut policies = UNSET;
        for (applies_to, step, length) in policies.lengths() {
            let set = general.iter().find(|entry| entry.is_for(applies_to, step));
            *length = set
                .and_then(|entry| entry.policy)
                .ok_or(NoPolicy { applies_to, step })?;
        }
        Ok(Self {
            general: policies,
            narrowed: narrowed.into_iter().cloned().collect(),
        })
    }

    /// The policies that hold for a matter: of each length of time exactly one.
    #[must_use]
    pub fn policies(&self, matter: &Matter) -> Policies {
        let covering: Vec<&PolicyEntry> = self
            .narrowed
            .iter()
            .filter(|entry| entry.cover.covers(matter))
            .collect();
        let mut policies = self.general;
        for (applies_to, step, length) in policies.lengths() {
            let of_step = covering.iter().filter(|entry| entry.is_for(applies_to, step));
            if let Some(policy) = of_step
                .max_by_key(|entry| entry.cover.rank())
                .and_then(|entry| entry.policy)
            {
                *length = policy;
            }
        }
        policies
    }
}

/// Calendar and policies of a day, for every matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBook {
    pub calendar: WorkCalendar,
    pub book: Book,
}

impl RuleBook {
    /// What holds for a matter.
    #[must_use]
    pub fn rules(&self, matter: &Matter) -> Rules {
        Rules {
            calendar: self.calendar.clone(),
            policies: self.book.policies(matter),
        }
    }

    /// What may be promised in a division before anybody has said what the matter is: the latest of all kinds.
    #[must_use]
    pub fn promise(&self, region_code: &str, now: DateTime<Utc>) -> (Policy, Deadline) {
        let of_kind = |kind: &Kind| {
            let answer = self.book.policies(&Matter::new(*kind, region_code)).answer;
            (answer, answer.after(&self.calendar, now))
        };
        let usual = (
            self.book.general.answer,
            self.book.general.answer.after(&self.calendar, now),
        );
        Kind::ALL
            .iter()
            .map(of_kind)
            .max_by_key(|(_, due)| due.at)
            .unwrap_or(usual)
    }
}

const NOT_YET: Policy = Policy {
    amount: 0,
    unit: Unit::CalendarDays,
};
const AROUND_UNSET: Around = Around {
    remind: NOT_YET,
    escalate_head: NOT_YET,
    escalate: NOT_YET,
    escalate_county: NOT_YET,
};
const HANDOVER_UNSET: HandoverPolicies = HandoverPolicies {
    accept: NOT_YET,
    answer: NOT_YET,
    extend: NOT_YET,
    partner: NOT_YET,
    redo: NOT_YET,
    judge: NOT_YET,
    around: AROUND_UNSET,
};
/// Before the first is read; [`Book::on`] lets none of it out.
const UNSET: Policies = Policies {
    answer: NOT_YET,
    around: AROUND_UNSET,
    auto_close: NOT_YET,
    give_info: NOT_YET,
    office: HANDOVER_UNSET,
    intersession: HANDOVER_UNSET,
    proposal: HANDOVER_UNSET,
};

type Length<'a> = (&'static str, &'static str, &'a mut Policy);

impl Policies {
    /// Every length of time, with what it applies to and its step.
    fn lengths(&mut self) -> Vec<Length<'_>> {
        const OF: &str = "submission";
        let mut all = vec![
            (OF, "answer", &mut self.answer),
            (OF, "auto_close", &mut self.auto_close),
            (OF, "give_info", &mut self.give_info),
        ];
        all.extend(self.around.lengths(OF));
        all.extend(self.office.lengths("office"));
        all.extend(self.intersession.lengths("intersession"));
        all.extend(self.proposal.lengths("proposal"));
        all
    }
}

impl HandoverPolicies {
    fn lengths(&mut self, of: &'static str) -> Vec<Length<'_>> {
        let mut all = vec![
            (of, "accept", &mut self.accept),
            (of, "answer", &mut self.answer),
            (of, "extend", &mut self.extend),
            (of, "partner", &mut self.partner),
            (of, "redo", &mut self.redo),
            (of, "judge", &mut self.judge),
        ];
        all.extend(self.around.lengths(of));
        all
    }
}

impl Around {
    fn lengths(&mut self, of: &'static str) -> [Length<'_>; 4] {
        [
            (of, "remind", &mut self.remind),
            (of, "escalate_head", &mut self.escalate_head),
            (of, "escalate", &mut self.escalate),
            (of, "escalate_county", &mut self.escalate_county),
        ]
    }
}

#[cfg(test)]
mod tests;
