//! Fills a written text with place and dates.

use chrono::{Datelike, NaiveDate};

use crate::seed::Chance;

/// What `{…}` in a text stands for.
#[derive(Debug)]
pub struct Filling<'a> {
    /// The grid's place in words, without 一带.
    pub spot: &'a str,
    pub village: &'a str,
    /// When the author of an answer had a look.
    pub seen: NaiveDate,
    /// The day on which something is promised.
    pub soon: NaiveDate,
    /// The day on which something bigger is promised.
    pub later: NaiveDate,
}

impl Filling<'_> {
    /// The text without braces.
    pub fn fill(&self, template: &str, chance: &mut Chance) -> String {
        let mut filled = String::with_capacity(template.len() + 64);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            filled.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            filled.push_str(&self.value(name, chance));
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    fn value(&self, name: &str, chance: &mut Chance) -> String {
        match name {
            "spot" => self.spot.to_owned(),
            "village" => self.village.to_owned(),
            "seen" => format!("{}月{}日", self.seen.month(), self.seen.day()),
            "soon" => day(self.soon),
            "later" => day(self.later),
            choices => {
                let choices: Vec<&str> = choices.split('|').collect();
                chance.pick(&choices).copied().unwrap_or_default().to_owned()
            }
        }
    }
}

/// `11月24日（周二）`
fn day(date: NaiveDate) -> String {
    const DAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    let index = usize::try_from(date.weekday().num_days_from_monday()).unwrap_or(0);
    let weekday = DAYS.get(index).copied().unwrap_or_default();
    format!("{}月{}日（周{weekday}）", date.month(), date.day())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn places_dates_and_choices_are_filled_in() {
        let date = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let filling = Filling {
            spot: "石拱桥",
            village: "石桥社区",
            seen: date(2),
            soon: date(24),
            later: date(30),
        };
        let mut chance = Chance(StdRng::from_seed([7; 32]));
        let text = filling.fill("{seen}到{spot}，{soon}前{好了|好了}。{village}", &mut chance);
        assert_eq!(text, "11月2日到石拱桥，11月24日（周二）前好了。石桥社区");
    }
}
