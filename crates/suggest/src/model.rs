//! The model: how often a word occurs in letters of residents, how much it speaks for a category, and the words of which
//! the names of the scheme are made. A text file, after its head with one word a line, made by `train-categories`.

use std::{collections::HashMap, fmt::Write as _, sync::LazyLock};

const EMBEDDED: &str = include_str!("../data/categories.model");
const HEADER: &str = "minyi-categories 2";

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let read = Model::read(EMBEDDED);
    debug_assert!(read.is_ok(), "{read:?}");
    read.unwrap_or_default()
});

/// The model that is part of the program.
#[must_use]
pub fn model() -> &'static Model {
    &MODEL
}

/// A model file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct ModelError {
    /// From 1.
    pub line: usize,
    pub what: &'static str,
}

/// What is known of one word.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Entry {
    /// Letters in which it occurs.
    pub documents: u32,
    /// One number a category; empty: it tells nothing about categories.
    pub weights: Vec<f32>,
}

/// A linear classifier with the counts behind it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Model {
    /// Letters that were counted.
    pub(crate) documents: u32,
    /// Names of the categories (level 1).
    pub(crate) categories: Vec<String>,
    /// What speaks for each category before a word is read.
    pub(crate) biases: Vec<f32>,
    /// Of each category the words in its name and in the names below it.
    pub(crate) names: Vec<Vec<String>>,
    pub(crate) entries: HashMap<String, Entry>,
    version: String,
}

impl Model {
    /// Puts a model together.
    pub(crate) fn new(
        documents: u32,
        categories: Vec<String>,
        biases: Vec<f32>,
        names: Vec<Vec<String>>,
        entries: HashMap<String, Entry>,
    ) -> Self {
        let mut model = Self {
            documents,
            categories,
            biases,
            names,
            entries,
            version: String::new(),
        };
        model.version = digest(&model.write());
        model
    }

    /// Names the model; changes with its content.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The names of the categories that it knows.
    #[must_use]
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// How rare a word is that occurs in `documents` letters.
    pub(crate) fn rarity(&self, documents: u32) -> f32 {
        ((1.0 + count(self.documents)) / (1.0 + count(documents))).ln() + 1.0
    }

    /// Reads a model file.
    ///
    /// # Errors
    /// [`ModelError`] with the first line that is not as it should be.
    pub fn read(text: &str) -> Result<Self, ModelError> {
        let mut lines = (1..).zip(text.lines());
        let mut next = |what| lines.next().ok_or(ModelError { line: 0, what });
        if next("no header")?.1 != HEADER {
            return Err(ModelError {
                line: 1,
                what: "another header",
            });
        }
        let (line, counted) = next("no count of documents")?;
        let documents = counted.parse().map_err(|_| ModelError {
            line,
            what: "no number",
        })?;
        let categories: Vec<String> = next("no categories")?.1.split('\t').map(str::to_owned).collect();
        let (line, biases) = next("no biases")?;
        let biases = numbers(line, biases.split('\t'), categories.len())?;
        let mut names = Vec::new();
        for _ in &categories {
            let row = next("not one line of names a category")?.1.split('\t');
            names.push(row.filter(|word| !word.is_empty()).map(str::to_owned).collect());
        }
        let mut entries = HashMap::new();
        for (line, entry) in lines {
            let mut fields = entry.split('\t');
            let (word, documents) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
            let documents = documents.parse().map_err(|_| ModelError {
                line,
                what: "no number",
            })?;
            let weights: Vec<&str> = fields.collect();
            let expected = if weights.is_empty() { 0 } else { categories.len() };
            let weights = numbers(line, weights.into_iter(), expected)?;
            entries.insert(word.to_owned(), Entry { documents, weights });
        }
        Ok(Self {
            documents,
            categories,
            biases,
            names,
            entries,
            version: digest(text),
        })
    }

    /// Writes a model file, sorted by word.
    #[must_use]
    pub fn write(&self) -> String {
        let joined = |numbers: &[f32]| {
            numbers
                .iter()
                .map(|weight| format!("{weight:.2}"))
                .collect::<Vec<_>>()
                .join("\t")
        };
        let (categories, biases) = (self.categories.join("\t"), joined(&self.biases));
        let mut text = format!("{HEADER}\n{}\n{categories}\n{biases}\n", self.documents);
        for words in &self.names {
            text.push_str(&words.join("\t"));
            text.push('\n');
        }
        let mut sorted: Vec<_> = self.entries.iter().collect();
        sorted.sort_by_key(|(word, _)| *word);
        for (word, entry) in sorted {
            let separator = if entry.weights.is_empty() { "" } else { "\t" };
            // Writing into a string cannot fail.
            let _ = writeln!(text, "{word}\t{}{separator}{}", entry.documents, joined(&entry.weights));
        }
        text
    }
}

/// Counts of letters are far below the numbers that this type cannot tell apart.
#[expect(clippy::cast_precision_loss, reason = "counts of letters are small")]
pub(crate) const fn count(documents: u32) -> f32 {
    documents as f32
}

fn numbers<'a>(line: usize, fields: impl Iterator<Item = &'a str>, expected: usize) -> Result<Vec<f32>, ModelError> {
    let numbers: Result<Vec<f32>, _> = fields.map(str::parse).collect();
    let numbers = numbers.map_err(|_| ModelError {
        line,
        what: "no number",
    })?;
    let fits = numbers.len() == expected && numbers.iter().all(|number| number.is_finite());
    if fits {
        Ok(numbers)
    } else {
        Err(ModelError {
            line,
            what: "not one number a category",
        })
    }
}

/// FNV-1a: short, and the same on every machine.
fn digest(text: &str) -> String {
    let fold = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    format!("{:016x}", text.bytes().fold(0xcbf2_9ce4_8422_2325, fold))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use super::*;

    #[test]
    fn the_embedded_model_can_be_read_and_is_written_the_same() {
        let model = Model::read(EMBEDDED).unwrap();
        assert_eq!(model.write(), EMBEDDED);
        assert!(EMBEDDED.len() < 1 << 20);
    }

    #[test]
    fn the_embedded_model_holds_words_and_nothing_else() {
        for word in model().entries.keys() {
            let read = crate::words(word);
            assert!(
                matches!(read.as_slice(), [alone] if alone.text == word && alone.is_common()),
                "{word}"
            );
        }
        assert!(model().entries.values().all(|entry| entry.documents >= 5));
    }

    #[test]
    fn a_file_that_is_not_a_model_is_refused_with_its_line() {
        let line = |text: &str| Model::read(text).unwrap_err().line;
        assert_eq!(line("something else"), 1);
        assert_eq!(line("minyi-categories 2\nmany\n"), 2);
        assert_eq!(line("minyi-categories 2\n9\n甲\t乙\n0.1\n"), 4);
        assert_eq!(line("minyi-categories 2\n9\n甲\t乙\n0.1\t0.2\n甲\n\n路灯\t5\t0.3\n"), 7);
    }
}
