//! What a text is about (分类建议).

use std::collections::{BTreeMap, HashMap};

use crate::{
    model::{Entry, Model, count, model},
    words::parts,
};

/// Words that are named as the reason, at most.
pub const REASONS: usize = 5;
/// What the words of a category's names weigh beside those that were learnt: with some hundred letters few words of a
/// category are met, and its names know others.
const NAMES: f32 = 1.8;
/// Below this the model does not know.
const SURE_ENOUGH: f32 = 0.35;
/// Suggested places under a category, at most.
const CANDIDATES: usize = 3;

/// What the model takes a text to be about.
#[derive(Debug, Clone, PartialEq)]
pub struct CategorySuggestion {
    /// Name of a category of level 1.
    pub category: String,
    /// Between 0 and 1.
    pub confidence: f32,
    /// The words of the text that spoke most for it.
    pub reason: Vec<String>,
}

/// What the text is about, unless the model does not know.
#[must_use]
pub fn suggest_category(text: &str) -> Option<CategorySuggestion> {
    suggest_by(model(), text).filter(|suggestion| suggestion.confidence >= SURE_ENOUGH)
}

/// The best category of a model, however sure it is; `None`: it knows no word of the text.
pub(crate) fn suggest_by(model: &Model, text: &str) -> Option<CategorySuggestion> {
    let (features, named) = (features(model, text), named(model, text));
    let by_name: Vec<f32> = named.iter().map(|hits| NAMES * count(sum(hits)).ln_1p()).collect();
    let mut scores = scores(&model.biases, &features);
    for (score, by_name) in scores.iter_mut().zip(&by_name) {
        *score += by_name;
    }
    let (best, confidence) = softmax(&scores)
        .into_iter()
        .enumerate()
        .max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let mut support: BTreeMap<&str, f32> = BTreeMap::new();
    for feature in &features {
        *support.entry(feature.word).or_default() += feature.value * above_average(&feature.entry.weights, best);
    }
    let hits = named.get(best)?;
    for (word, times) in hits {
        let share = count(*times) / count(sum(hits));
        *support.entry(word).or_default() += share * above_average(&by_name, best);
    }
    let reason = speaking(support);
    let category = model.categories.get(best)?.clone();
    (!reason.is_empty()).then_some(CategorySuggestion {
        category,
        confidence,
        reason,
    })
}

/// Of each category the words of its names that stand in the text, and how often.
pub(crate) fn named<'a>(model: &'a Model, text: &str) -> Vec<Vec<(&'a str, u32)>> {
    let times = |word: &str| u32::try_from(text.matches(word).count()).unwrap_or(u32::MAX);
    let hits = |words: &'a Vec<String>| {
        let all = words.iter().map(|word| (word.as_str(), times(word)));
        all.filter(|(_, times)| *times > 0).collect()
    };
    model.names.iter().map(hits).collect()
}

/// How often all of them stand in the text.
pub(crate) fn sum(hits: &[(&str, u32)]) -> u32 {
    hits.iter().map(|(_, times)| times).sum()
}

/// The words that speak most for a category.
fn speaking(support: BTreeMap<&str, f32>) -> Vec<String> {
    let mut speaking: Vec<(&str, f32)> = support.into_iter().filter(|(_, support)| *support > 0.0).collect();
    speaking.sort_by(|(a_word, a), (b_word, b)| b.total_cmp(a).then(a_word.cmp(b_word)));
    let words = speaking.into_iter().take(REASONS);
    words.map(|(word, _)| word.to_owned()).collect()
}

/// A word of a text with its weight in it.
pub(crate) struct Feature<'a> {
    pub word: &'a str,
    pub entry: &'a Entry,
    /// Frequency times rarity, the whole text's length being 1.
    pub value: f32,
}

pub(crate) fn features<'a>(model: &'a Model, text: &str) -> Vec<Feature<'a>> {
    let mut counted: HashMap<&str, (&'a str, &'a Entry, u32)> = HashMap::new();
    for word in parts(text) {
        if let Some((known, entry)) = model.entries.get_key_value(word.text)
            && !entry.weights.is_empty()
        {
            counted.entry(word.text).or_insert((known.as_str(), entry, 0)).2 += 1;
        }
    }
    let mut features: Vec<Feature<'a>> = counted
        .into_values()
        .map(|(word, entry, times)| {
            let value = (1.0 + count(times).ln()) * model.rarity(entry.documents);
            Feature { word, entry, value }
        })
        .collect();
    // The sum of the same numbers in another order may differ in the last digit.
    features.sort_by_key(|feature| feature.word);
    let length = features
        .iter()
        .map(|feature| feature.value * feature.value)
        .sum::<f32>()
        .sqrt();
    for feature in &mut features {
        feature.value /= length;
    }
    features
}

pub(crate) fn scores(biases: &[f32], features: &[Feature<'_>]) -> Vec<f32> {
    let mut scores = biases.to_vec();
    for feature in features {
        for (score, weight) in scores.iter_mut().zip(&feature.entry.weights) {
            *score += feature.value * weight;
        }
    }
    scores
}

pub(crate) fn softmax(scores: &[f32]) -> Vec<f32> {
    let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

fn above_average(weights: &[f32], index: usize) -> f32 {
    let average = weights.iter().sum::<f32>() / count(u32::try_from(weights.len()).unwrap_or(u32::MAX));
    weights.get(index).map_or(0.0, |weight| weight - average)
}

/// The places of the scheme under a category whose names have words in common with the text, the best first.
/// `places`: an id and the name with the names above it, without the category itself.
#[must_use]
pub fn candidates<'a, I: Copy>(text: &str, places: impl Iterator<Item = (I, Vec<&'a str>)>) -> Vec<I> {
    let mut found: Vec<(I, f32)> = places
        .map(|(id, names)| (id, overlap(text, &names)))
        .filter(|(_, overlap)| *overlap > 0.0)
        .collect();
    found.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    found.into_iter().take(CANDIDATES).map(|(id, _)| id).collect()
}

/// The last name counts twice as much as those above it, a rare word more than a common one.
fn overlap(text: &str, names: &[&str]) -> f32 {
    let model = model();
    let mut sum = 0.0;
    for (factor, name) in [2.0, 1.0].into_iter().zip(names.iter().rev()) {
        for word in parts(name) {
            if text.contains(word.text) {
                let documents = model.entries.get(word.text).map_or(0, |entry| entry.documents);
                sum += factor * model.rarity(documents);
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn a_text_is_put_where_its_words_belong_and_says_why() {
        let expect = |text: &str, category: &str, word: &str| {
            let suggestion = suggest_category(text).unwrap();
            assert_eq!(suggestion.category, category, "{suggestion:?}");
            assert!(suggestion.reason.iter().any(|reason| reason == word), "{suggestion:?}");
            assert!((0.35..=1.0).contains(&suggestion.confidence));
            assert!(suggestion.reason.len() <= REASONS);
        };
        expect("学校老师让家长补课，教育局管不管？学生负担太重。", "教育文体", "学校");
        expect(
            "公司拖欠工资三个月，也不给缴纳社保，农民工怎么维权。",
            "劳动和社会保障",
            "工资",
        );
        expect("河边工厂排放污水，空气污染严重，请环保部门查一查。", "环境保护", "污染");
        expect("医院的医生态度不好，护士也不管病人。", "卫生计生", "医院");
    }

    #[test]
    fn a_text_without_a_word_that_is_known_has_no_category() {
        assert_eq!(suggest_category("123 ABC ……"), None);
        assert_eq!(suggest_category(""), None);
    }

    #[test]
    fn the_names_of_the_scheme_speak_for_a_category_too() {
        let names = vec![vec!["路灯".to_owned()], vec!["噪声".to_owned()]];
        let categories = vec!["市政".to_owned(), "环保".to_owned()];
        let model = Model::new(9, categories, vec![0.0; 2], names, HashMap::new());
        let found = suggest_by(&model, "晚上噪声大，路灯也坏了，噪声吵得睡不着。").unwrap();
        assert_eq!(
            (found.category.as_str(), found.reason),
            ("环保", vec!["噪声".to_owned()])
        );
        assert_eq!(suggest_by(&model, "今天下雨"), None);
    }

    #[test]
    fn the_same_text_gets_the_same_suggestion() {
        let text = "公交车站牌倒了，出租车乱收费，学校门口堵车。";
        assert_eq!(suggest_category(text), suggest_category(text));
    }

    #[test]
    fn places_of_the_scheme_are_found_by_their_names() {
        let places = [
            (1, vec!["市政", "路灯"]),
            (2, vec!["市政", "下水道"]),
            (3, vec!["房屋", "拆迁"]),
        ];
        let found = |text| candidates(text, places.clone().into_iter());
        assert_eq!(found("门口的路灯坏了，市政不管"), [1, 2]);
        assert_eq!(found("下水道堵了"), [2]);
        assert!(found("今天下雨").is_empty());
    }
}
