//! Which passwords are taken (口令复杂度).

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordFault {
    /// Fewer characters than the policy wants.
    TooShort,
    /// More than [`MOST_CHARACTERS`].
    TooLong,
    /// Not three of: small letters, capitals, digits, others.
    TooPlain,
    /// The user name stands in it.
    ContainsUsername,
    /// One of those that everybody tries first.
    Common,
}

/// Long enough for any sentence, short enough to be hashed at once.
pub const MOST_CHARACTERS: usize = 128;

/// What everybody tries first, without digits and signs at its ends and with letters for the signs that stand for them.
const COMMON: [&str; 25] = [
    "password",
    "passwd",
    "admin",
    "administrator",
    "root",
    "qwerty",
    "qwertyuiop",
    "qazwsx",
    "asdfgh",
    "zxcvbn",
    "abc",
    "abcd",
    "abcdef",
    "iloveyou",
    "woaini",
    "letmein",
    "welcome",
    "monkey",
    "dragon",
    "minyi",
    "minyima",
    "renda",
    "mima",
    "test",
    "guest",
];

/// Judges a password of this user name.
///
/// # Errors
/// The first [`PasswordFault`].
pub fn judge(password: &str, username: &str, min_length: u8) -> Result<(), PasswordFault> {
    let length = password.chars().count();
    if length < usize::from(min_length) {
        return Err(PasswordFault::TooShort);
    }
    if length > MOST_CHARACTERS {
        return Err(PasswordFault::TooLong);
    }
    let classes: [fn(char) -> bool; 4] = [
        |c| c.is_lowercase(),
        |c| c.is_uppercase(),
        |c| c.is_ascii_digit(),
        |c| !c.is_lowercase() && !c.is_uppercase() && !c.is_ascii_digit(),
    ];
    if classes.iter().filter(|class| password.chars().any(class)).count() < 3 {
        return Err(PasswordFault::TooPlain);
    }
    let lower = password.to_lowercase();
    if !username.is_empty() && lower.contains(&username.to_lowercase()) {
        return Err(PasswordFault::ContainsUsername);
    }
    if COMMON.contains(&core_of(&lower).as_str()) {
        return Err(PasswordFault::Common);
    }
    Ok(())
}

/// `P@ssw0rd!2026` is `password`.
fn core_of(lower: &str) -> String {
    let stem = lower.trim_end_matches(|c: char| !c.is_alphabetic());
    let stem = stem.trim_start_matches(|c: char| !c.is_alphabetic() && c != '@' && c != '$');
    stem.chars()
        .map(|c| match c {
            '@' | '4' => 'a',
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '$' | '5' => 's',
            c => c,
        })
        .filter(|c| c.is_alphabetic())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_mixed_not_the_name_and_not_what_everybody_tries() {
        use PasswordFault as F;
        let cases = [
            ("Xk7#m2q", Err(F::TooShort)),
            ("correct horse battery", Err(F::TooPlain)),
            ("20262026", Err(F::TooPlain)),
            ("P@ssw0rd!2026", Err(F::Common)),
            ("Admin@123456", Err(F::Common)),
            ("Zhandian01#x", Err(F::ContainsUsername)),
            ("杏林路3号的Deng", Ok(())),
            ("Correct horse 9", Ok(())),
        ];
        for (password, verdict) in cases {
            assert_eq!(judge(password, "zhandian01", 8), verdict, "{password}");
        }
        assert_eq!(judge(&"aB3".repeat(50), "x", 8), Err(F::TooLong));
    }
}
