//! How a submission goes, and when.

use chrono::{DateTime, TimeDelta, Utc};
use minyi_domain::{
    deadlines::{self, AnswerPlan},
    submission::{Kind, Satisfaction},
};

use crate::{data::Matter, moments::Moments};

/// What has become of a submission when the story ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Just registered.
    Fresh,
    /// The deputy has been reminded.
    DueSoon,
    Overdue,
    Escalated,
    /// Answered, not rated yet.
    Answered,
    Rated(Satisfaction),
    /// Escalated, answered after all, rated.
    AnsweredLate,
    /// Closed by the clock, because nobody rated.
    Unrated,
    /// The resident was not satisfied; the second answer is awaited.
    Reopened,
    AnsweredAgain,
    RatedAgain(Satisfaction),
    /// What a plot says, see [`crate::plot`].
    Written,
}

/// How many there are of each; the choosiest come first, while there are texts for them.
pub const FATES: [(Fate, usize); 14] = [
    (Fate::Reopened, 5),
    (Fate::AnsweredAgain, 4),
    (Fate::RatedAgain(Satisfaction::Satisfied), 6),
    (Fate::RatedAgain(Satisfaction::BasicallySatisfied), 3),
    (Fate::RatedAgain(Satisfaction::Dissatisfied), 3),
    (Fate::Overdue, 3),
    (Fate::Escalated, 4),
    (Fate::AnsweredLate, 4),
    (Fate::DueSoon, 8),
    (Fate::Fresh, 15),
    (Fate::Answered, 20),
    (Fate::Unrated, 24),
    (Fate::Rated(Satisfaction::BasicallySatisfied), 20),
    (Fate::Rated(Satisfaction::Satisfied), 46),
];

/// One move after the submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Answer,
    Rate(Satisfaction),
}

/// The times of one submission: sent, and what followed.
pub type Course = (DateTime<Utc>, Vec<(DateTime<Utc>, Move)>);

impl Fate {
    /// Whether this can become of a matter: thanks are not escalated, a second answer must have been written.
    pub fn suits(self, matter: &Matter) -> bool {
        let calm = matter.kind != Kind::Thanks;
        match self {
            Self::Reopened | Self::AnsweredAgain | Self::RatedAgain(_) => calm && matter.again.is_some(),
            Self::Overdue | Self::Escalated | Self::AnsweredLate | Self::DueSoon => calm,
            Self::Rated(Satisfaction::BasicallySatisfied) => calm,
            _ => true,
        }
    }
}

/// The rules of time that the story obeys.
#[derive(Debug)]
pub struct Rules(pub deadlines::Rules);

impl Rules {
    /// The clock of a round that begins at `start`.
    pub fn plan(&self, start: DateTime<Utc>) -> AnswerPlan {
        self.0.plan(start)
    }

    /// One try at a course for this fate; most tries fail, because a drawn time does not fit.
    pub fn course(&self, fate: Fate, moments: &mut Moments<'_>) -> Option<Course> {
        match fate {
            Fate::Fresh | Fate::DueSoon | Fate::Overdue | Fate::Escalated => {
                let sent = moments.sent(0..27)?;
                (self.open_fate(sent, moments.end) == fate).then_some((sent, Vec::new()))
            }
            Fate::Answered => self.answered(2..13, moments),
            Fate::Rated(satisfaction) => {
                let course = self.answered(3..35, moments)?;
                rated(course, satisfaction, 1..90, moments)
            }
            Fate::AnsweredLate => {
                let sent = moments.sent(12..35)?;
                let answered = moments.answered(self.plan(sent).escalate_at, 2..20)?;
                rated(
                    (sent, vec![(answered, Move::Answer)]),
                    Satisfaction::BasicallySatisfied,
                    3..60,
                    moments,
                )
            }
            Fate::Unrated => self.answered(18..36, moments).filter(|(_, moves)| {
                moves
                    .last()
                    .is_some_and(|(answered, _)| self.0.auto_close_at(*answered) < moments.end)
            }),
            Fate::Written => None,
            Fate::Reopened => self.reopened(4..12, moments),
            Fate::AnsweredAgain => self.answered_again(7..16, moments),
            Fate::RatedAgain(satisfaction) => {
                let course = self.answered_again(11..35, moments)?;
                rated(course, satisfaction, 1..70, moments)
            }
        }
    }

    fn open_fate(&self, sent: DateTime<Utc>, end: DateTime<Utc>) -> Fate {
        let plan = self.plan(sent);
        if plan.escalate_at < end {
            Fate::Escalated
        } else if plan.answer_due.at < end {
            Fate::Overdue
        } else if plan.remind_at.is_none_or(|remind_at| remind_at < end) {
            Fate::DueSoon
        } else {
            Fate::Fresh
        }
    }

    fn answered(&self, days_back: std::ops::Range<i64>, moments: &mut Moments<'_>) -> Option<Course> {
        let sent = moments.sent(days_back)?;
        self.answer((sent, Vec::new()), sent, moments)
    }

    fn reopened(&self, days_back: std::ops::Range<i64>, moments: &mut Moments<'_>) -> Option<Course> {
        let course = self.answered(days_back, moments)?;
        rated(course, Satisfaction::Dissatisfied, 2..60, moments)
    }

    fn answered_again(&self, days_back: std::ops::Range<i64>, moments: &mut Moments<'_>) -> Option<Course> {
        let course = self.reopened(days_back, moments)?;
        let reopened = course.1.last()?.0;
        self.answer(course, reopened, moments)
    }

    /// An answer in time, counted from `start`.
    fn answer(&self, course: Course, start: DateTime<Utc>, moments: &mut Moments<'_>) -> Option<Course> {
        let (sent, mut moves) = course;
        let answered = moments.answered(start, 5..80)?;
        moves.push((answered, Move::Answer));
        (answered < self.plan(start).answer_due.at).then_some((sent, moves))
    }
}

fn rated(
    course: Course,
    satisfaction: Satisfaction,
    hours: std::ops::Range<i64>,
    moments: &mut Moments<'_>,
) -> Option<Course> {
    let (sent, mut moves) = course;
    let answered = moves.last()?.0;
    // A rating comes before the clock closes, and at an hour at which people hold their phones.
    let rated = moments.answered(answered, hours)? + TimeDelta::seconds(7);
    moves.push((rated, Move::Rate(satisfaction)));
    Some((sent, moves))
}
