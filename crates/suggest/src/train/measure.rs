//! How good a way of classifying is: accuracy and F1 by repeated cross-validation, beside a keyword baseline.

use std::{collections::BTreeMap, fmt};

use super::{Labelled, split, train};
use crate::{
    category::{named, suggest_by, sum},
    model::Model,
};

/// Right and wrong of one category.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    right: u32,
    said: u32,
    is: u32,
}

impl Tally {
    fn f1(self) -> f64 {
        2.0 * f64::from(self.right) / f64::from((self.said + self.is).max(1))
    }
}

/// The scores of one way of classifying.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scores {
    tallies: BTreeMap<String, Tally>,
    /// The confidences of all letters together.
    sureness: f64,
}

impl Scores {
    fn count(&mut self, is: &str, said: Option<&str>) -> bool {
        let own = self.tallies.entry(is.to_owned()).or_default();
        own.is += 1;
        own.right += u32::from(said == Some(is));
        if let Some(said) = said {
            self.tallies.entry(said.to_owned()).or_default().said += 1;
        }
        said == Some(is)
    }

    /// The share of letters that were put right.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let sum = |part: fn(&Tally) -> u32| f64::from(self.tallies.values().map(part).sum::<u32>());
        sum(|tally| tally.right) / sum(|tally| tally.is).max(1.0)
    }

    /// How sure it was on average; to be trusted if it equals the accuracy.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        self.sureness / f64::from(self.tallies.values().map(|tally| tally.is).sum::<u32>().max(1))
    }

    /// The mean of the categories' F1: small ones count as much as large ones.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        let asked = self.tallies.values().filter(|tally| tally.is > 0);
        mean(&asked.map(|tally| tally.f1()).collect::<Vec<_>>())
    }
}

/// One cross-validation: the model and the baselines on the same letters.
#[derive(Debug, Clone, Default, PartialEq)]
struct Round {
    model: Scores,
    /// Knows the names of the whole scheme, as the model does.
    keywords: Scores,
    /// Was told which categories the letters have, and chooses among these only.
    told: Scores,
    /// Letters that only the model put right, and those that only the keywords did.
    only: (u32, u32),
}

/// The model beside the baselines, several times on other folds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report(Vec<Round>);

impl Report {
    /// Trains on all folds but one and asks for that one, for each in turn; once a seed.
    #[must_use]
    pub fn cross_validate(
        labelled: &[Labelled],
        named: &[Labelled],
        others: &[String],
        folds: usize,
        seeds: impl Iterator<Item = u64>,
    ) -> Self {
        let round = |seed| {
            let (mut round, parts) = (Round::default(), split(labelled, folds, seed));
            for part in &parts {
                let rest = parts.iter().filter(|other| *other != part).flatten();
                let rest: Vec<Labelled> = rest.filter_map(|index| labelled.get(*index)).cloned().collect();
                let model = train(&rest, named, others);
                for letter in part.iter().filter_map(|index| labelled.get(*index)) {
                    round.ask(&model, letter, |category| {
                        labelled.iter().any(|letter| letter.category == category)
                    });
                }
            }
            round
        };
        Self(seeds.map(round).collect())
    }
}

impl Round {
    fn ask(&mut self, model: &Model, letter: &Labelled, occurs: impl Fn(&str) -> bool) {
        let suggestion = suggest_by(model, &letter.text);
        let said = suggestion.as_ref().map(|suggestion| suggestion.category.as_str());
        let by_model = self.model.count(&letter.category, said);
        self.model.sureness += suggestion.as_ref().map_or(0.0, |made| made.confidence.into());
        let by_keywords = by_keywords(model, &letter.text, |_| true);
        let by_keywords = self.keywords.count(&letter.category, by_keywords);
        self.told
            .count(&letter.category, self::by_keywords(model, &letter.text, occurs));
        self.only.0 += u32::from(by_model && !by_keywords);
        self.only.1 += u32::from(by_keywords && !by_model);
    }
}

/// The category most of whose words stand in the text.
fn by_keywords<'a>(model: &'a Model, text: &str, among: impl Fn(&str) -> bool) -> Option<&'a str> {
    let hits = named(model, text);
    let all = model
        .categories
        .iter()
        .zip(&hits)
        .map(|(category, hits)| (category, sum(hits)));
    all.filter(|(category, hits)| *hits > 0 && among(category))
        .max_by_key(|(_, hits)| *hits)
        .map(|(category, _)| category.as_str())
}

/// How likely it is that two equally good ways differ so much (McNemar's exact test, two-sided).
fn chance(only: (u32, u32)) -> f64 {
    let (all, fewer) = (only.0 + only.1, only.0.min(only.1));
    let mut ways = 0.5_f64.powf(f64::from(all));
    let mut chance = 0.0;
    for chosen in 0..=fewer {
        chance += ways;
        ways *= f64::from(all - chosen) / f64::from(chosen + 1);
    }
    (2.0 * chance).min(1.0)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).unwrap_or(u32::MAX).max(1))
}

/// `0.861 ±0.005`: the mean and the standard deviation.
fn spread(values: &[f64]) -> String {
    let middle = mean(values);
    let squares: Vec<f64> = values.iter().map(|value| (value - middle).powi(2)).collect();
    format!("{middle:.3} ±{:.3}", mean(&squares).sqrt())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = |value: &dyn Fn(&Round) -> f64| spread(&self.0.iter().map(value).collect::<Vec<_>>());
        writeln!(f, "category\tletters\tF1 model\tF1 keywords\tF1 told keywords")?;
        let asked = self.0.first().map(|round| &round.model.tallies);
        for (category, tally) in asked.into_iter().flatten().filter(|(_, tally)| tally.is > 0) {
            let f1 = |scores: &Scores| scores.tallies.get(category).map_or(0.0, |tally| tally.f1());
            let (model, keywords) = (each(&|round| f1(&round.model)), each(&|round| f1(&round.keywords)));
            let told = each(&|round| f1(&round.told));
            writeln!(f, "{category}\t{}\t{model}\t{keywords}\t{told}", tally.is)?;
        }
        let line = |of: fn(&Scores) -> f64| {
            let (model, keywords) = (each(&|round| of(&round.model)), each(&|round| of(&round.keywords)));
            format!("\t\t{model}\t{keywords}\t{}", each(&|round| of(&round.told)))
        };
        writeln!(f, "macro-F1{}", line(Scores::macro_f1))?;
        writeln!(f, "accuracy{}", line(Scores::accuracy))?;
        writeln!(f, "confidence\t\t{}", each(&|round| round.model.confidence()))?;
        for Round { only, .. } in &self.0 {
            let chance = chance(*only);
            writeln!(
                f,
                "only the model right: {}, only the keywords: {}, p = {chance:.4}",
                only.0, only.1
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_as_likely_as_the_coin_says() {
        assert!((chance((5, 5)) - 1.0).abs() < 1e-9);
        assert!((chance((3, 0)) - 0.25).abs() < 1e-9);
        assert!((chance((31, 11)) - 0.0029).abs() < 1e-4);
    }
}
