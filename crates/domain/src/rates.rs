//! Rates that are fair (响应率、解决率、满意率): what is counted, what is divided by what, and how it is said where it is
//! shown. All figures of a period are about the submissions that were registered in it.

use std::collections::BTreeMap;

use crate::words::words;

words! {
    /// A volume: how many submissions meet one condition.
    Measure {
        Registered = "registered", "登记";
        /// Answered at least once; a refusal with guidance is an answer.
        Answered = "answered", "已答复";
        Declined = "declined", "不予受理";
        /// Still being worked on; what goes on together with another one included.
        Open = "open", "在办";
        Closed = "closed", "已办结";
        /// The answer is missing and the present promise is over.
        Overdue = "overdue", "现在超期";
        /// At any time.
        Escalated = "escalated", "升级督办";
        /// Escalated now: it is still being worked on, and this promise has not been made anew since.
        EscalatedOpen = "escalated_open", "正在升级督办";
        /// At least once, by the resident.
        Reopened = "reopened", "重新办理";
        /// The promise of the first answer is over. While the resident is asked, the clock stands still.
        Due = "due", "承诺到期";
        /// Of these, answered in time.
        InTime = "in_time", "按期答复";
        /// Answered and not declined: the resident could rate it.
        Rateable = "rateable", "可评价";
        Rated = "rated", "已评价";
        /// By the last rating, as are the following.
        Solved = "solved", "评价已解决";
        /// Satisfied and basically satisfied.
        Content = "content", "满意和基本满意";
        Satisfied = "satisfied", "满意";
        BasicallySatisfied = "basically_satisfied", "基本满意";
        Dissatisfied = "dissatisfied", "不满意";
    }
}

words! {
    /// A share of one volume in another.
    Rate {
        Response = "response", "响应率";
        Solved = "solved", "解决率";
        Satisfaction = "satisfaction", "满意率";
        Participation = "participation", "参评率";
    }
}

words! {
    /// By what figures are taken apart. Each submission is in exactly one group.
    Grouping {
        /// The divisions one level below the person's own.
        Region = "region", "区域";
        Site = "site", "联络站";
        /// Who is responsible now.
        Deputy = "deputy", "代表";
        /// The office that has it, or had it last; refused and withdrawn ones do not count.
        Office = "office", "承办单位";
        /// The first level of the scheme.
        Category = "category", "分类";
        Month = "month", "月份";
        /// Named by its Monday.
        Week = "week", "周";
    }
}

/// The key of the group of those that have no deputy, no office, or no category.
pub const NONE: &str = "none";

impl Rate {
    /// What is counted.
    #[must_use]
    pub const fn numerator(self) -> Measure {
        match self {
            Self::Response => Measure::InTime,
            Self::Solved => Measure::Solved,
            Self::Satisfaction => Measure::Content,
            Self::Participation => Measure::Rated,
        }
    }

    /// What it is counted among.
    #[must_use]
    pub const fn denominator(self) -> Measure {
        match self {
            Self::Response => Measure::Due,
            Self::Solved | Self::Satisfaction => Measure::Rated,
            Self::Participation => Measure::Rateable,
        }
    }

    /// The definition in Chinese, shown wherever the rate is.
    #[must_use]
    pub const fn definition(self) -> &'static str {
        match self {
            Self::Response => {
                "承诺期限已到的民意里，在承诺期限内作出第一次答复的比例。不予受理并告知也算答复；还没到期的、等居民补充而暂停计时的不计入。"
            }
            Self::Solved => {
                "居民作了评价的民意里，最近一次评价为“已解决”的比例。没有评价的既不算已解决，也不算没有解决，不计入。"
            }
            Self::Satisfaction => {
                "居民作了评价的民意里，最近一次评价为“满意”或“基本满意”的比例；“基本满意”另外单列。没有评价的不算满意，不计入。"
            }
            Self::Participation => {
                "已经答复、可以评价的民意里，居民作了评价的比例。参评率低时，解决率和满意率只代表少数人的意见。"
            }
        }
    }
}

/// How the time to the first answer is counted, shown wherever it is.
pub const TIME_DEFINITION: &str = "从登记到第一次答复的工作日数，登记当天不计，当天答复为 0。中位数：一半的民意不超过这个时间；九成时间：十件里有九件不超过这个时间。只计已经答复的。";

/// How small numbers are marked, shown wherever they are.
pub const SMALL_DEFINITION: &str = "分母不到 20 件的比例标为“样本少”，一两件就会让它大变，不宜用来比较。";

/// A rate's denominator below this makes the rate say little.
const SMALL: i64 = 20;

/// How often each measure was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts([i64; Measure::ALL.len()]);

impl Counts {
    /// From the counts in the order of [`Measure::ALL`]; missing ones are 0.
    pub fn new(counts: impl IntoIterator<Item = i64>) -> Self {
        let mut all = Self::default();
        for (place, count) in all.0.iter_mut().zip(counts) {
            *place = count;
        }
        all
    }

    /// The count of one measure.
    #[must_use]
    pub fn of(&self, measure: Measure) -> i64 {
        Measure::ALL
            .iter()
            .zip(self.0)
            .find(|(known, _)| **known == measure)
            .map_or(0, |(_, count)| count)
    }

    /// A rate with what it was made of.
    #[must_use]
    pub fn share(&self, rate: Rate) -> Share {
        Share {
            numerator: self.of(rate.numerator()),
            denominator: self.of(rate.denominator()),
        }
    }
}

impl std::ops::Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::new(self.0.into_iter().zip(other.0).map(|(one, two)| one + two))
    }
}

/// How many took how many working days to the first answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Times(BTreeMap<i64, i64>);

impl Times {
    /// So many more took so many days.
    pub fn add(&mut self, days: i64, count: i64) {
        *self.0.entry(days).or_default() += count;
    }

    /// Within how many days this share of all was answered: 0.5 is the median. Where the share ends between two of them, as
    /// far between their days, as `percentile_cont` in SQL; `None`: nothing was answered.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts of submissions")]
    pub fn within(&self, share: f64) -> Option<f64> {
        let place = share * (self.0.values().sum::<i64>() - 1) as f64;
        let (low, high) = (self.at(place.floor())?, self.at(place.ceil())?);
        Some(low + (high - low) * (place - place.floor()))
    }

    /// The days of the one at this place, counted from 0, the quickest first.
    #[expect(clippy::cast_precision_loss, reason = "counts of submissions")]
    fn at(&self, place: f64) -> Option<f64> {
        let mut seen = 0;
        let mut all = self.0.iter();
        let found = all.find(|(_, count)| {
            seen += **count;
            seen as f64 > place
        });
        found.map(|(days, _)| *days as f64)
    }
}

/// A rate that never hides how few it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub numerator: i64,
    pub denominator: i64,
}

impl Share {
    /// Between 0 and 1; `None`: there is nothing to divide by, which is neither good nor bad.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        // Counts of submissions are far below 2^52.
        #[expect(clippy::cast_precision_loss, reason = "counts of submissions")]
        let value = self.numerator as f64 / self.denominator as f64;
        (self.denominator > 0).then_some(value)
    }

    /// Too few to compare with (样本少).
    #[must_use]
    pub const fn small(self) -> bool {
        self.denominator < SMALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_neither_solved_nor_satisfied() {
        let counts = Counts::new(Measure::ALL.iter().map(|measure| match measure {
            Measure::Rateable => 100,
            Measure::Rated => 10,
            Measure::Solved => 7,
            Measure::Content => 8,
            _ => 0,
        }));
        assert_eq!(counts.share(Rate::Solved).value(), Some(0.7));
        assert_eq!(counts.share(Rate::Satisfaction).value(), Some(0.8));
        assert_eq!(counts.share(Rate::Participation).value(), Some(0.1));
        assert!(counts.share(Rate::Solved).small() && !counts.share(Rate::Participation).small());
    }

    #[test]
    fn nothing_divided_by_nothing_is_no_rate() {
        for &rate in Rate::ALL {
            let share = Counts::default().share(rate);
            assert_eq!((share.value(), share.small()), (None, true), "{rate}");
        }
    }

    #[test]
    fn half_and_nine_of_ten_are_those_of_all_in_a_row() {
        let times = |all: &[i64]| {
            let mut times = Times::default();
            all.iter().for_each(|days| times.add(*days, 1));
            times
        };
        assert_eq!(times(&[]).within(0.5), None);
        assert_eq!(times(&[7]).within(0.9), Some(7.0));
        assert_eq!(times(&[3, 1, 1]).within(0.5), Some(1.0));
        assert_eq!(times(&[0, 1, 2, 4]).within(0.5), Some(1.5));
        assert_eq!(times(&[0, 10]).within(0.9), Some(9.0));
    }

    #[test]
    fn sums_are_sums_of_each_measure() {
        let one = Counts::new(1..);
        let two = one + one;
        for &measure in Measure::ALL {
            assert_eq!(two.of(measure), 2 * one.of(measure), "{measure}");
        }
    }
}
