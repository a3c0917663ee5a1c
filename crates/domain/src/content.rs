//! The check of what the public wrote before anybody but the staff reads it (内容检查): words that a person has to look
//! at.
//!
//! A marked word refuses nothing: complaints use hard words, and who reports gambling has to name it. It only keeps a
//! text from being published before somebody has seen the word. WeChat's rules for user content (运营规范 5.18) want a
//! filter of one's own beside the platform's.

mod builtin;
mod fold;

use std::{collections::HashSet, ops::Range};

use aho_corasick::{AhoCorasick, MatchKind};

use crate::words::words;
use fold::Folded;

pub use aho_corasick::BuildError;

words! {
    /// What a marked word is about (类别).
    Category {
        Gambling = "gambling", "赌博";
        Drugs = "drugs", "毒品";
        Sexual = "sexual", "色情";
        Weapons = "weapons", "枪支爆炸物";
        Fraud = "fraud", "诈骗";
        Advertising = "advertising", "广告引流";
        Cult = "cult", "邪教";
        Threat = "threat", "威胁";
        Abuse = "abuse", "辱骂";
        Other = "other", "其他";
    }
}

words! {
    /// What a check says.
    Verdict {
        Pass = "pass", "没有标出";
        /// A person has to look before anything of it is published.
        Look = "look", "需要人看";
    }
}

/// A word that stands in a text, perhaps in disguise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub category: Category,
    /// As it stands in the list.
    pub word: String,
    /// Bytes of the text, both ends between characters: with everything that was put between the word's characters.
    pub range: Range<usize>,
}

/// A word for the list: long enough not to stand in every sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedWord(String);

impl ListedWord {
    /// Characters.
    pub const MAX: usize = 30;

    /// `None`: fewer than two letters, digits or characters are left of it, or it is too long.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let word = raw.trim();
        let told = Folded::new(word).characters();
        (told >= 2 && word.chars().count() <= Self::MAX).then(|| Self(word.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The words that are looked for: those that every installation has, and those that people added.
#[derive(Debug)]
pub struct WordList {
    automaton: AhoCorasick,
    words: Vec<(String, Category)>,
}

impl WordList {
    /// Puts the list together.
    ///
    /// # Errors
    /// Too many words for one automaton (millions).
    pub fn new(further: impl IntoIterator<Item = (String, Category)>) -> Result<Self, BuildError> {
        let own = builtin::words().map(|(word, category)| (word.to_owned(), category));
        let (mut known, mut words, mut patterns) = (HashSet::new(), Vec::new(), Vec::new());
        for (word, category) in own.chain(further) {
            let pattern = Folded::new(&word).text;
            // An empty pattern would stand everywhere.
            if !pattern.is_empty() && known.insert(pattern.clone()) {
                patterns.push(pattern);
                words.push((word, category));
            }
        }
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns)?;
        Ok(Self { automaton, words })
    }

    /// The marked words of a text in its order; of those that overlap, the one that begins first, and of these the
    /// longest.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Mark> {
        let folded = Folded::new(text);
        let mut marks: Vec<Mark> = self
            .automaton
            .find_overlapping_iter(&folded.text)
            .filter_map(|found| {
                let range = folded.original(found.range())?;
                let (word, category) = self.words.get(found.pattern().as_usize())?.clone();
                Some(Mark { category, word, range })
            })
            .collect();
        marks.sort_by_key(|mark| (mark.range.start, std::cmp::Reverse(mark.range.end)));
        let mut end = 0;
        marks.retain(|mark| {
            let free = mark.range.start >= end;
            if free {
                end = mark.range.end;
            }
            free
        });
        marks
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use proptest::prelude::*;

    use super::*;

    fn list() -> WordList {
        WordList::new([("安居宝".to_owned(), Category::Advertising)]).unwrap()
    }

    fn found(text: &str) -> Vec<String> {
        list().find(text).into_iter().map(|mark| mark.word).collect()
    }

    #[test]
    fn words_are_found_in_the_texts_order_with_what_was_put_between_them() {
        let text = "三楼有人赌 博，还贴了安-居-宝的广告。";
        let marks = list().find(text);
        let words: Vec<_> = marks.iter().map(|mark| (mark.word.as_str(), mark.category)).collect();
        assert_eq!(words, [("赌博", Category::Gambling), ("安居宝", Category::Advertising)]);
        let seen: Vec<_> = marks.iter().map(|mark| &text[mark.range.clone()]).collect();
        assert_eq!(seen, ["赌 博", "安-居-宝"]);
    }

    #[test]
    fn disguises_do_not_help() {
        for text in [
            "加Ｖ信",
            "加 v 信",
            "加\u{200b}V\u{200d}信",
            "加ⓥ信",
            "賭博",
            "赌*博",
            "赌…博",
            "毒\u{feff}品",
            "K 粉",
            "к粉",
        ] {
            assert_eq!(found(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn what_belongs_to_two_sentences_is_no_word() {
        assert_eq!(found("有人打赌。博物馆门口的灯坏了"), [""; 0]);
        assert_eq!(found("楼下太毒\n品质不好"), [""; 0]);
        assert_eq!(found("路灯坏了半个多月，老人晚上出门看不清，请来修。"), [""; 0]);
    }

    #[test]
    fn a_word_of_letters_is_no_part_of_a_longer_one() {
        let list = WordList::new([("abc".to_owned(), Category::Other)]).unwrap();
        assert_eq!(list.find("ABC 来了，a b c 也来了").len(), 2);
        assert!(list.find("xabcd 和 abcd").is_empty());
    }

    #[test]
    fn a_listed_word_has_something_to_find() {
        assert_eq!(ListedWord::parse(" 安居宝 ").unwrap().as_str(), "安居宝");
        assert!(ListedWord::parse("赌").is_none() && ListedWord::parse("赌！？").is_none());
        assert!(ListedWord::parse(&"长".repeat(31)).is_none());
    }

    /// One of the words that every installation has.
    fn word() -> impl Strategy<Value = &'static str> {
        let words: Vec<_> = builtin::words().map(|(word, _)| word).collect();
        proptest::sample::select(words)
    }

    /// What somebody puts between two characters.
    fn noise() -> impl Strategy<Value = String> {
        let signs = proptest::sample::select(vec![
            ' ', '\u{3000}', '\u{200b}', '\u{200d}', '\u{2060}', '\u{feff}', '*', '-', '.', '_', '，', '、', '·', '|',
            '★',
        ]);
        proptest::collection::vec(signs, 0..4).prop_map(String::from_iter)
    }

    fn disguise(character: char, how: u8) -> char {
        match (character, how % 4) {
            ('a'..='z' | 'A'..='Z' | '0'..='9', 1) => char::from_u32(u32::from(character) + 0xfee0).unwrap(),
            ('a'..='z', 2) => character.to_ascii_uppercase(),
            ('1'..='9', 3) => char::from_u32(u32::from(character) - u32::from('1') + 0x2460).unwrap(),
            ('a'..='z', 3) => char::from_u32(u32::from(character) - u32::from('a') + 0x24d0).unwrap(),
            _ => character,
        }
    }

    proptest! {
        #[test]
        fn every_word_is_found_in_every_disguise(
            word in word(), gaps in proptest::collection::vec(noise(), 30), how in proptest::collection::vec(0u8..4, 30),
        ) {
            let mut hidden = String::new();
            for (at, character) in word.chars().enumerate() {
                if at > 0 {
                    hidden.push_str(&gaps[at]);
                }
                hidden.push(disguise(character, how[at]));
            }
            let text = format!("我要反映：{hidden}。请看看");
            let marks = list().find(&text);
            let whole = marks.iter().any(|mark| text[mark.range.clone()].contains(&hidden) || hidden.contains(&text[mark.range.clone()]));
            prop_assert!(whole, "{text}: {marks:?}");
        }

        #[test]
        fn marks_lie_in_the_text_one_after_the_other(text in "\\PC{0,80}", word in word()) {
            let text = format!("{text}{word}{text}");
            let mut end = 0;
            for mark in list().find(&text) {
                prop_assert!(mark.range.start >= end && mark.range.end > mark.range.start);
                prop_assert!(text.get(mark.range.clone()).is_some());
                end = mark.range.end;
            }
        }
    }
}
