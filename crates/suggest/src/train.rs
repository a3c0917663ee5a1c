//! Making the model from labelled letters, and measuring how good it is.

mod bayes;
mod measure;

use std::collections::{BTreeMap, BTreeSet};

use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};

pub use measure::{Report, Scores};

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
    let names = categories.iter().map(|category| names(category, named)).collect();
    let blank = Model::new(documents, categories, Vec::new(), names, entries);
    bayes::fit(blank, &examples)
}

/// The words in the name of a category and in those below it.
fn names(category: &str, named: &[Labelled]) -> Vec<String> {
    let below = named.iter().filter(|name| name.category == category);
    let names = below.map(|name| name.text.as_str()).chain([category]);
    let words: BTreeSet<&str> = names.flat_map(parts).map(|word| word.text).collect();
    words.into_iter().map(str::to_owned).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(rows: &[(&str, &str)]) -> Vec<Labelled> {
        let letter = |(category, text): &(&str, &str)| Labelled {
            text: (*text).to_owned(),
            category: (*category).to_owned(),
        };
        rows.iter().map(letter).collect()
    }

    /// A made-up model, and what its file must say: whatever changes the training changes this.
    #[test]
    fn the_same_letters_give_the_same_file() {
        let school = [("教育", "学校老师补课太多"); 5];
        let lamp = [("市政", "门口的路灯坏了"); 5];
        let labelled = letters(&[school, lamp].concat());
        let named = letters(&[("市政", "市政,路灯,照明"), ("环保", "环保,噪声,")]);
        let model = train(&labelled, &named, &["路灯太暗".to_owned()]);
        let file = model.write();
        let head: Vec<&str> = file.lines().take(7).collect();
        let zeros = "0.00\t0.00\t0.00";
        let names = ["市政\t照明\t路灯", "教育", "噪声\t环保"];
        assert_eq!(
            head,
            [
                "minyi-categories 2",
                "11",
                "市政\t教育\t环保",
                zeros,
                names[0],
                names[1],
                names[2]
            ]
        );
        let lamp = file.lines().find(|line| line.starts_with("路灯\t"));
        // Reckoned by hand, too.
        assert_eq!(lamp, Some("路灯\t6\t5.96\t-4.14\t-1.82"));
        assert_eq!(train(&labelled, &named, &["路灯太暗".to_owned()]).write(), file);
        assert_eq!(Model::read(&file), Ok(model));
    }
}
