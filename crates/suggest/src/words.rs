//! Chinese segmentation (分词), reduced to the words that say something.

use std::sync::LazyLock;

use jieba_rs::Jieba;

/// The dictionary: a few tens of megabytes, so once a process.
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Longer "words" are sentences that the segmentation could not cut.
const LONGEST: usize = 8;

/// What stands in nearly every letter to an office and tells nothing apart.
const EMPTY: [&str; 40] = [
    "你好",
    "您好",
    "尊敬",
    "敬爱",
    "谢谢",
    "感谢",
    "领导",
    "书记",
    "市长",
    "县长",
    "区长",
    "局长",
    "主任",
    "部门",
    "相关",
    "有关",
    "希望",
    "请问",
    "请求",
    "恳请",
    "反映",
    "情况",
    "问题",
    "解决",
    "处理",
    "回复",
    "答复",
    "网友",
    "群众",
    "居民",
    "市民",
    "百姓",
    "老百姓",
    "政府",
    "关注",
    "帮忙",
    "没有",
    "不能",
    "可以",
    "已经",
];

/// A word of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word<'a> {
    pub text: &'a str,
    /// It stands in the dictionary. What the segmentation only guessed may be the name of a place, a firm or a person.
    pub known: bool,
    /// The name of a place.
    pub place: bool,
}

impl Word<'_> {
    /// A word of the language, not a name: such words may stand in the model.
    #[must_use]
    pub const fn is_common(&self) -> bool {
        self.known && !self.place
    }
}

/// The words of a text that carry meaning, in its order: two to eight Chinese characters, without names of persons,
/// numbers, letters, particles and courtesies.
#[must_use]
pub fn words(text: &str) -> Vec<Word<'_>> {
    let tagged = JIEBA.tag(text, true);
    let told = tagged.into_iter().filter(|tag| is_telling(tag.word, tag.tag));
    told.map(|tag| Word {
        text: tag.word,
        known: tag.tag != "x" && JIEBA.has_word(tag.word),
        place: matches!(tag.tag, "ns" | "nt" | "nz"),
    })
    .collect()
}

/// The words of [`words`] and the shorter ones of two characters within them: 公共交通 is about 公共 and 交通 too.
#[must_use]
pub fn parts(text: &str) -> Vec<Word<'_>> {
    let mut found = words(text);
    let long: Vec<Word<'_>> = found
        .iter()
        .filter(|word| word.text.chars().count() > 2)
        .copied()
        .collect();
    for word in long {
        let starts: Vec<usize> = word.text.char_indices().map(|(start, _)| start).collect();
        for pair in starts.iter().zip(starts.iter().skip(2).chain([&word.text.len()])) {
            let part = word.text.get(*pair.0..*pair.1).unwrap_or_default();
            if JIEBA.has_word(part) && !EMPTY.contains(&part) {
                found.push(Word {
                    text: part,
                    known: true,
                    place: word.place,
                });
            }
        }
    }
    found
}

fn is_telling(word: &str, tag: &str) -> bool {
    let length = word.chars().count();
    (2..=LONGEST).contains(&length)
        && word.chars().all(is_han)
        && !EMPTY.contains(&word)
        // Nouns, verbs, adjectives, idioms, abbreviations; nr: names of persons.
        && tag.starts_with(['n', 'v', 'a', 'b', 'i', 'j', 'l', 's', 'g', 'x'])
        && !tag.starts_with("nr")
}

const fn is_han(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        words(text).iter().map(|word| word.text).collect()
    }

    #[test]
    fn what_carries_meaning_stays_and_the_rest_goes() {
        assert_eq!(
            texts("您好，小区门口的路灯坏了，希望尽快修理。"),
            ["小区", "门口", "路灯", "修理"]
        );
        assert_eq!(texts(""), [""; 0]);
        assert_eq!(texts("A3区 138001 http ！？"), [""; 0]);
    }

    #[test]
    fn names_of_persons_are_no_words() {
        assert!(!texts("李小龙在公园跳舞").contains(&"李小龙"));
    }
}
