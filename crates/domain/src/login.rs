//! What opens a door for a deputy once: the invitation of the station (邀请码), and the code in a text message (短信验证码).

use chrono::TimeDelta;
use rand::{Rng, RngExt};

use crate::token::{ALPHABET, normalise};

/// An invitation that a station prints or sends: 8 characters (36 bits), without those that look like others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation(String);

impl Invitation {
    /// Characters without separators.
    pub const LENGTH: usize = 8;
    /// How long it is good.
    pub const LIFE: TimeDelta = TimeDelta::days(7);

    /// A new one that nobody can guess.
    pub fn random(rng: &mut impl Rng) -> Self {
        let characters = (0..Self::LENGTH).filter_map(|_| ALPHABET.get(rng.random_range(0..ALPHABET.len())));
        Self(characters.map(|&byte| char::from(byte)).collect())
    }

    /// Reads what a person typed: small letters, spaces and dashes are forgiven. `None`: it cannot be one.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let characters = normalise(typed);
        let known = |c: &char| u8::try_from(*c).is_ok_and(|byte| ALPHABET.contains(&byte));
        (characters.len() == Self::LENGTH && characters.iter().all(known)).then(|| Self(characters.iter().collect()))
    }

    /// The plain characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For reading: `7KM3-PXWA`.
    #[must_use]
    pub fn grouped(&self) -> String {
        let (one, other) = self.0.split_at_checked(4).unwrap_or((&self.0, ""));
        format!("{one}-{other}")
    }
}

/// Six digits in a text message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

impl OneTimeCode {
    /// How long it is good.
    pub const LIFE: TimeDelta = TimeDelta::minutes(5);
    /// Wrong tries after which it is worth nothing.
    pub const WRONG_TRIES: i16 = 5;

    /// A new one.
    pub fn random(rng: &mut impl Rng) -> Self {
        Self(format!("{:06}", rng.random_range(0..1_000_000)))
    }

    /// Reads what a person typed; spaces are forgiven. `None`: it cannot be one.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let digits: String = normalise(typed).into_iter().collect();
        (digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(Self(digits))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn an_invitation_is_read_as_people_write_it() {
        let new = Invitation::random(&mut StdRng::seed_from_u64(3));
        assert_eq!(Invitation::parse(&new.grouped().to_lowercase()).unwrap(), new);
        assert_eq!(Invitation::parse(" 7km3－pxwa ").unwrap().as_str(), "7KM3PXWA");
        for wrong in ["", "7KM3PXW", "7KM3PXWAA", "7KM3PXW0", "七七七七七七七七"] {
            assert_eq!(Invitation::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_code_has_six_digits() {
        let mut rng = StdRng::seed_from_u64(3);
        for _ in 0..100 {
            let new = OneTimeCode::random(&mut rng);
            assert_eq!(OneTimeCode::parse(new.as_str()).unwrap(), new);
        }
        assert_eq!(OneTimeCode::parse("０12 345").unwrap().as_str(), "012345");
        for wrong in ["", "12345", "1234567", "12345a"] {
            assert_eq!(OneTimeCode::parse(wrong), None, "{wrong}");
        }
    }
}
