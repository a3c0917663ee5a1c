//! How good a way of classifying is: accuracy and F1 by cross-validation, beside a keyword baseline.

use std::{collections::BTreeMap, fmt};

use super::{Labelled, split, train};
use crate::{category::suggest_by, words::parts};

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
    fn count(&mut self, is: &str, said: Option<&str>) {
        let own = self.tallies.entry(is.to_owned()).or_default();
        own.is += 1;
        own.right += u32::from(said == Some(is));
        if let Some(said) = said {
            self.tallies.entry(said.to_owned()).or_default().said += 1;
        }
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
        let asked: Vec<f64> = self
            .tallies
            .values()
            .filter(|tally| tally.is > 0)
            .map(|tally| tally.f1())
            .collect();
        asked.iter().sum::<f64>() / f64::from(u32::try_from(asked.len()).unwrap_or(u32::MAX).max(1))
    }
}

/// The model beside the baseline, on the same folds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    pub model: Scores,
    pub baseline: Scores,
}

impl Report {
    /// Trains on all folds but one and asks for that one, for each in turn. `keywords`: the words of each category's
    /// names, for the baseline.
    #[must_use]
    pub fn cross_validate(
        labelled: &[Labelled],
        named: &[Labelled],
        others: &[String],
        keywords: &BTreeMap<String, Vec<String>>,
        folds: usize,
        seed: u64,
    ) -> Self {
        let (mut report, parts) = (Self::default(), split(labelled, folds, seed));
        for part in &parts {
            let rest: Vec<Labelled> = parts
                .iter()
                .filter(|other| *other != part)
                .flatten()
                .filter_map(|i| labelled.get(*i))
                .cloned()
                .collect();
            let model = train(&rest, named, others);
            for letter in part.iter().filter_map(|index| labelled.get(*index)) {
                let suggestion = suggest_by(&model, &letter.text);
                let said = suggestion.as_ref().map(|suggestion| suggestion.category.as_str());
                report.model.count(&letter.category, said);
                report.model.sureness += suggestion.map_or(0.0, |suggestion| suggestion.confidence.into());
                report
                    .baseline
                    .count(&letter.category, by_keywords(keywords, &letter.text));
            }
        }
        report
    }
}

/// The words of names.
#[must_use]
pub fn keywords<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = names.flat_map(parts).map(|word| word.text.to_owned()).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The category most of whose words stand in the text.
fn by_keywords<'a>(keywords: &'a BTreeMap<String, Vec<String>>, text: &str) -> Option<&'a str> {
    let hits = |words: &[String]| {
        words
            .iter()
            .map(|word| text.matches(word.as_str()).count())
            .sum::<usize>()
    };
    let best = keywords
        .iter()
        .map(|(category, words)| (category, hits(words)))
        .filter(|(_, hits)| *hits > 0);
    best.max_by_key(|(_, hits)| *hits)
        .map(|(category, _)| category.as_str())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "category\tletters\tF1 model\tF1 keywords")?;
        for (category, tally) in self.model.tallies.iter().filter(|(_, tally)| tally.is > 0) {
            let baseline = self.baseline.tallies.get(category).copied().unwrap_or_default();
            writeln!(f, "{category}\t{}\t{:.3}\t{:.3}", tally.is, tally.f1(), baseline.f1())?;
        }
        let (model, baseline) = (&self.model, &self.baseline);
        writeln!(f, "macro-F1\t\t{:.3}\t{:.3}", model.macro_f1(), baseline.macro_f1())?;
        writeln!(f, "accuracy\t\t{:.3}\t{:.3}", model.accuracy(), baseline.accuracy())?;
        writeln!(f, "confidence\t\t{:.3}\t-", model.confidence())
    }
}
