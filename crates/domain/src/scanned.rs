//! What a scanned or typed text says, judged without asking anybody: ours by its address and its check character, or a
//! copy that leads elsewhere.

use crate::token::{CodeToken, TokenError};

/// How a text reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// Our address (or a token alone) with a token whose check character fits. Whether it was ever made, the database
    /// knows.
    Ours(CodeToken),
    /// Our address with a token that we never make: it was invented or damaged.
    WrongToken(TokenError),
    /// An address of somebody else. `looks_like_ours`: it imitates our host or our path, and so was made to deceive.
    Foreign { host: String, looks_like_ours: bool },
    /// Neither an address nor a token.
    Nothing,
}

/// The path under which codes stand.
const PATH: &str = "/c/";
/// A host that differs in so few characters is an imitation.
const NEAR: usize = 2;

/// Reads what a code says. `public_url` is our own address, such as `https://my.example.gov.cn`, without a slash at the
/// end.
#[must_use]
pub fn read(text: &str, public_url: &str) -> Scanned {
    let text = text.trim();
    let Some((scheme, rest)) = text.split_once("://") else {
        return match CodeToken::parse(text) {
            Ok(token) => Scanned::Ours(token),
            Err(TokenError::Checksum) => Scanned::WrongToken(TokenError::Checksum),
            Err(_) => Scanned::Nothing,
        };
    };
    let (own_scheme, own_host) = public_url.split_once("://").unwrap_or(("https", public_url));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    // An address `https://ours@theirs/` leads to theirs.
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host).to_lowercase();
    let token = path.strip_prefix(PATH).map(|rest| {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        rest.get(..end).unwrap_or(rest)
    });
    if host == own_host.to_lowercase() && scheme.eq_ignore_ascii_case(own_scheme) {
        return match token.map(CodeToken::parse) {
            Some(Ok(token)) => Scanned::Ours(token),
            Some(Err(error)) => Scanned::WrongToken(error),
            None => Scanned::Nothing,
        };
    }
    let imitates =
        token.is_some_and(|token| CodeToken::parse(token).is_ok()) || is_like(&host, &own_host.to_lowercase());
    Scanned::Foreign {
        looks_like_ours: imitates,
        host,
    }
}

/// The host is ours with a few characters changed, or has ours inside.
fn is_like(host: &str, own: &str) -> bool {
    host.contains(own) || distance(host, own) <= NEAR
}

/// How many characters have to be inserted, removed or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, a) in one.chars().enumerate() {
        let mut next = vec![index + 1];
        let above = row.iter().zip(row.iter().skip(1));
        for ((diagonal, up), b) in above.zip(&other) {
            let left = next.last().copied().unwrap_or(0);
            next.push((diagonal + usize::from(a != *b)).min(up + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail loudly")]
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    const OURS: &str = "https://my.example.gov.cn";

    fn token(seed: u64) -> CodeToken {
        CodeToken::random(&mut StdRng::seed_from_u64(seed))
    }

    #[test]
    fn our_own_code_is_ours_however_it_is_written() {
        let token = token(1);
        for text in [
            format!("{OURS}/c/{token}"),
            format!("  HTTPS://MY.EXAMPLE.GOV.CN/c/{token}?from=wall#x "),
            token.grouped().to_lowercase(),
        ] {
            assert_eq!(read(&text, OURS), Scanned::Ours(token.clone()), "{text}");
        }
    }

    #[test]
    fn imitations_are_told_from_other_peoples_codes() {
        let token = token(2);
        let imitates = |text: &str| match read(text, OURS) {
            Scanned::Foreign { looks_like_ours, .. } => Some(looks_like_ours),
            _ => None,
        };
        for copy in [
            format!("https://my.examp1e.gov.cn/c/{token}"),
            format!("https://my.example.gov.cn.evil.test/c/{token}"),
            format!("https://my.example.gov.cn@evil.test/c/{token}"),
            format!("http://my.example.gov.cn/c/{token}"),
            "https://my.example.gov.com/pay".to_owned(),
        ] {
            assert_eq!(imitates(&copy), Some(true), "{copy}");
        }
        assert_eq!(imitates("https://shop.test/order/17"), Some(false));
        assert_eq!(read("wxp://f2f0abc", OURS), read("wxp://f2f0abc", OURS));
        assert_eq!(read("路灯坏了", OURS), Scanned::Nothing);
        assert_eq!(read(&format!("{OURS}/open"), OURS), Scanned::Nothing);
    }

    proptest! {
        #[test]
        fn a_token_with_one_wrong_character_is_never_taken_for_ours(seed in any::<u64>(), place in 0_usize..12, by in 1_usize..23) {
            let token = token(seed);
            let mut wrong: Vec<u8> = token.as_str().bytes().collect();
            let at = crate::token::ALPHABET.iter().position(|c| Some(c) == wrong.get(place)).unwrap();
            wrong[place] = crate::token::ALPHABET[(at + by) % 23];
            let text = format!("{OURS}/c/{}", String::from_utf8(wrong).unwrap());
            prop_assert_eq!(read(&text, OURS), Scanned::WrongToken(TokenError::Checksum));
        }

        #[test]
        fn anything_can_be_read(text in "\\PC{0,60}") {
            let _ = read(&text, OURS);
        }
    }
}
