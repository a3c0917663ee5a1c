//! Tokens that people scan, read aloud and type: the code on the wall, the receipt, the registration number.
//!
//! The alphabet has 23 characters, none of which looks like another (no 0 O Q, 1 I L, 2 Z, 5 S, 8 B, U V). The last
//! character is a check: with positions counted from 1 and letters valued by their place in the alphabet, the sum of
//! position × value is a multiple of 23. Since 23 is prime and greater than every length used, one wrong character
//! and one swapped pair are always found.

use std::fmt;

use chrono::NaiveDate;
use rand::{Rng, RngExt};

/// The 23 characters of every token.
pub const ALPHABET: &[u8; 23] = b"34679ACDEFGHJKMNPRTVWXY";
const MODULUS: usize = ALPHABET.len();

/// Why a typed token cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Too few or too many characters, separators not counted.
    #[error("token has {actual} characters instead of {expected}")]
    Length { expected: usize, actual: usize },
    /// A character that no token contains; `position` counts from 1 without separators.
    #[error("token has an impossible character at position {position}")]
    Character { position: usize },
    /// All characters are possible, but they do not belong together: one was mistyped or two were swapped.
    #[error("token does not match its check character")]
    Checksum,
}

fn value_of(character: u8) -> Option<usize> {
    ALPHABET.iter().position(|&known| known == character)
}

fn weighted_sum(values: impl Iterator<Item = usize>) -> usize {
    values.enumerate().map(|(index, value)| (index + 1) * value).sum()
}

/// `length` characters, the last of which is the check character.
fn random_characters(length: usize, rng: &mut impl Rng) -> String {
    let mut values: Vec<usize> = (1..length).map(|_| rng.random_range(0..MODULUS)).collect();
    let sum = weighted_sum(values.iter().copied());
    // Exactly one value solves sum + length × value ≡ 0, because 23 is prime and does not divide the length.
    values.extend((0..MODULUS).find(|value| (sum + length * value).is_multiple_of(MODULUS)));
    values
        .iter()
        .filter_map(|&value| ALPHABET.get(value))
        .map(|&byte| char::from(byte))
        .collect()
}

/// What people type: spaces and dashes of any kind are dropped, full-width forms and small letters are folded.
pub(crate) fn normalise(typed: &str) -> Vec<char> {
    typed
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '‐' | '‑' | '–' | '—' | '_' | '·' | '－'))
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

fn parse_characters(typed: &str, length: usize) -> Result<String, TokenError> {
    let characters = normalise(typed);
    if characters.len() != length {
        return Err(TokenError::Length {
            expected: length,
            actual: characters.len(),
        });
    }
    let mut values = Vec::with_capacity(length);
    for (index, &character) in characters.iter().enumerate() {
        let value = u8::try_from(character).ok().and_then(value_of);
        values.push(value.ok_or(TokenError::Character { position: index + 1 })?);
    }
    if !weighted_sum(values.into_iter()).is_multiple_of(MODULUS) {
        return Err(TokenError::Checksum);
    }
    Ok(characters.into_iter().collect())
}

macro_rules! token {
    ($(#[$meta:meta])* $name:ident, $length:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Characters without separators.
            pub const LENGTH: usize = $length;

            /// A new token that nobody can guess.
            pub fn random(rng: &mut impl Rng) -> Self {
                Self(random_characters(Self::LENGTH, rng))
            }

            /// Reads what a person typed or an address contains.
            ///
            /// # Errors
            /// [`TokenError`] says what is wrong before anybody is asked.
            pub fn parse(typed: &str) -> Result<Self, TokenError> {
                parse_characters(typed, Self::LENGTH).map(Self)
            }

            /// The plain characters.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// In groups of four for reading: `ACDE-3467-KMNP`.
            #[must_use]
            pub fn grouped(&self) -> String {
                let mut text = String::with_capacity(Self::LENGTH * 5 / 4);
                for (index, character) in self.0.chars().enumerate() {
                    if index > 0 && index % 4 == 0 {
                        text.push('-');
                    }
                    text.push(character);
                }
                text
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = TokenError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
    };
}

token!(
    /// The token of a 民意码 on a wall: 11 random characters (49 bits) and a check character.
    CodeToken, 12);
token!(
    /// The token of a receipt (回执码): whoever has it sees the submission. 19 random characters (85 bits) and a check
    /// character.
    ReceiptToken, 20);

token!(
    /// The token of a released case's page (公开的事): 15 random characters (67 bits) and a check character. It has nothing
    /// to do with the submission's own names.
    CaseToken, 16);

/// The registration number (登记编号) that people quote: the day and seven characters, `20261121-ACDE347`. It identifies
/// but does not open anything, and it tells nobody how many submissions there are.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SubmissionNumber(String);

impl SubmissionNumber {
    const SUFFIX_LENGTH: usize = 7;

    /// A new number for a submission registered on `date` (Asia/Shanghai).
    pub fn random(date: NaiveDate, rng: &mut impl Rng) -> Self {
        Self(format!(
            "{}-{}",
            date.format("%Y%m%d"),
            random_characters(Self::SUFFIX_LENGTH, rng)
        ))
    }

    /// Reads what a person typed, with or without the dash.
    ///
    /// # Errors
    /// [`TokenError`] as for tokens; positions count from 1 over all 15 characters.
    pub fn parse(typed: &str) -> Result<Self, TokenError> {
        let characters: String = normalise(typed).into_iter().collect();
        let expected = 8 + Self::SUFFIX_LENGTH;
        let actual = characters.chars().count();
        let (Some(date), Some(suffix)) = (characters.get(..8), characters.get(8..)) else {
            return Err(TokenError::Length { expected, actual });
        };
        if actual != expected {
            return Err(TokenError::Length { expected, actual });
        }
        if let Some(index) = date.bytes().position(|byte| !byte.is_ascii_digit()) {
            return Err(TokenError::Character { position: index + 1 });
        }
        let suffix = parse_characters(suffix, Self::SUFFIX_LENGTH).map_err(|error| match error {
            TokenError::Character { position } => TokenError::Character { position: position + 8 },
            other => other,
        })?;
        Ok(Self(format!("{date}-{suffix}")))
    }

    /// The number as it is printed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubmissionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
