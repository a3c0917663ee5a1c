//! Making the model from labelled letters, and measuring how good it is.

mod bayes;
mod measure;

use std::collections::{BTreeMap, BTreeSet};

use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

pub use measure::{Report, Scores, keywords};

use crate::{
    model::{Entry, Model},
    words::{parts, words},
};

/// A word that occurs in fewer letters tells of single letters and stays out.
const FEWEST_DOCUMENTS: u32 = 5;

/// A letter of which somebody said what it is about.
#[derive(Debug, Clone)]
pub struct Labelled {
    pub text: String,
    /// Name of a category of level 1.
    pub category: String,
}

/// Makes the model. `named`: the names of the scheme, each as a short letter of its category; `others`: further letters,
/// only to know how common a word is.
#[must_use]
pub fn train(labelled: &[Labelled], named: &[Labelled], others: &[String]) -> Model {
    let texts = labelled
        .iter()
        .map(|letter| letter.text.as_str())
        .chain(others.iter().map(String::as_str));
    let (documents, counts) = document_counts(texts);
    let categories: BTreeSet<&str> = labelled
        .iter()
        .chain(named)
        .map(|letter| letter.category.as_str())
        .collect();
    let categories: Vec<String> = categories.into_iter().map(str::to_owned).collect();
    let examples: Vec<Labelled> = labelled.iter().chain(named).cloned().collect();
    let known: BTreeSet<&str> = examples
        .iter()
        .flat_map(|letter| parts(&letter.text))
        .map(|word| word.text)
        .collect();
    let width = |word: &str| if known.contains(word) { categories.len() } else { 0 };
    let entry = |word: &str, documents| Entry {
        documents,
        weights: vec![0.0; width(word)],
    };
    let entries = counts
        .into_iter()
        .map(|(word, documents)| (word.clone(), entry(&word, documents)))
        .collect();
    let blank = Model::new(documents, categories, Vec::new(), entries);
    bayes::fit(blank, &examples)
}

/// Letters, and in how many of them each common word occurs: names stay out, and so does what is rare.
fn document_counts<'a>(texts: impl Iterator<Item = &'a str>) -> (u32, BTreeMap<String, u32>) {
    let (mut documents, mut counts) = (0, BTreeMap::new());
    for text in texts {
        documents += 1;
        let distinct: BTreeSet<&str> = parts(text)
            .iter()
            .filter(|word| word.is_common())
            .map(|word| word.text)
            .collect();
        for word in distinct {
            *counts.entry(word.to_owned()).or_insert(0) += 1;
        }
    }
    // A part of a longer word may be a name when it stands alone.
    counts.retain(|word: &String, count| *count >= FEWEST_DOCUMENTS && is_common_alone(word));
    (documents, counts)
}

fn is_common_alone(word: &str) -> bool {
    matches!(words(word).as_slice(), [alone] if alone.text == word && alone.is_common())
}

/// Letters split into `folds`, each category spread evenly; the same seed gives the same split.
fn split(labelled: &[Labelled], folds: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut by_category: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, letter) in labelled.iter().enumerate() {
        by_category.entry(&letter.category).or_default().push(index);
    }
    let mut rng = StdRng::seed_from_u64(seed);
    let mut parts = vec![Vec::new(); folds];
    let mut turn = (0..folds).cycle();
    for members in by_category.values_mut() {
        members.shuffle(&mut rng);
        for (index, fold) in members.iter().zip(&mut turn) {
            if let Some(part) = parts.get_mut(fold) {
                part.push(*index);
            }
        }
    }
    parts
}
