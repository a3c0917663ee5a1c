//! The words by which a text is found again among others (相似民意).

use std::collections::HashMap;

use crate::{
    model::{count, model},
    words::{Word, words},
};

/// Words of one text, at most.
pub const MAX_TERMS: usize = 12;
/// A place is named in many letters from there: taken to occur in one of so many.
const PLACE_IN: u32 = 60;
/// What the dictionary does not know is mostly a name: of an estate, a firm, a road.
const UNKNOWN_DOCUMENTS: u32 = 8;

/// A telling word of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    pub word: String,
    /// Above 0, at most 1; the squares of all terms of a text sum up to 1. So the sum of the products of what two
    /// texts share is 1 for the same words and 0 for none.
    pub weight: f32,
}

/// The most telling words of a text, the strongest first.
#[must_use]
pub fn terms(text: &str) -> Vec<Term> {
    let mut counted: HashMap<&str, (Word<'_>, u32)> = HashMap::new();
    for word in words(text) {
        counted.entry(word.text).or_insert((word, 0)).1 += 1;
    }
    let mut weighed: Vec<(&str, f32)> = counted
        .into_values()
        .map(|(word, times)| (word.text, (1.0 + count(times).ln()) * rarity(&word)))
        .collect();
    weighed.sort_by(|(a_word, a), (b_word, b)| b.total_cmp(a).then(a_word.cmp(b_word)));
    weighed.truncate(MAX_TERMS);
    let length = weighed.iter().map(|(_, weight)| weight * weight).sum::<f32>().sqrt();
    weighed
        .into_iter()
        .map(|(word, weight)| Term {
            word: word.to_owned(),
            weight: weight / length,
        })
        .collect()
}

fn rarity(word: &Word<'_>) -> f32 {
    let model = model();
    let documents = match model.entries.get(word.text) {
        Some(entry) => entry.documents,
        None if word.place => model.documents / PLACE_IN,
        None if word.known => 3,
        None => UNKNOWN_DOCUMENTS,
    };
    model.rarity(documents)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(a: &str, b: &str) -> f32 {
        let theirs: HashMap<String, f32> = terms(b).into_iter().map(|term| (term.word, term.weight)).collect();
        terms(a)
            .iter()
            .filter_map(|term| Some(term.weight * theirs.get(&term.word)?))
            .sum()
    }

    #[test]
    fn the_same_words_are_wholly_alike_and_others_not_at_all() {
        let lamp = "小区门口的路灯坏了，晚上看不清路面。";
        assert!((likeness(lamp, lamp) - 1.0).abs() < 1e-5);
        assert!(likeness(lamp, "路灯坏了一直不亮，小区里看不清路面。") > 0.4);
        assert!(likeness(lamp, "学校食堂的饭菜太贵。") < 0.01);
    }

    #[test]
    fn a_long_text_has_a_bounded_number_of_terms() {
        let long = "路灯下水道垃圾噪音施工学校医院公交车停车场污水电梯物业拆迁工资社保食堂老师".repeat(50);
        assert_eq!(terms(&long).len(), MAX_TERMS);
        assert!(terms("12345 ！").is_empty());
    }
}
