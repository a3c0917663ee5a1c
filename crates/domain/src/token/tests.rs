#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests fail loudly"
)]

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

fn code(seed: u64) -> CodeToken {
    CodeToken::random(&mut StdRng::seed_from_u64(seed))
}

proptest! {
    #[test]
    fn a_token_survives_every_way_of_writing_it(seed: u64) {
        let token = code(seed);
        let full_width: String =
            token.as_str().chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect();
        for typed in [token.grouped(), token.as_str().to_lowercase(), format!("  {} ", token.grouped().replace('-', " ")), full_width] {
            prop_assert_eq!(&CodeToken::parse(&typed).unwrap(), &token);
        }
    }

    #[test]
    fn one_mistyped_character_is_always_found(seed: u64, index in 0..12_usize, value in 0..23_usize) {
        let token = code(seed);
        let mut bytes = token.as_str().as_bytes().to_vec();
        prop_assume!(bytes[index] != ALPHABET[value]);
        bytes[index] = ALPHABET[value];
        prop_assert_eq!(CodeToken::parse(&String::from_utf8(bytes).unwrap()), Err(TokenError::Checksum));
    }

    #[test]
    fn a_swapped_pair_is_always_found(seed: u64, a in 0..20_usize, b in 0..20_usize) {
        let token = ReceiptToken::random(&mut StdRng::seed_from_u64(seed));
        let mut bytes = token.as_str().as_bytes().to_vec();
        prop_assume!(bytes[a] != bytes[b]);
        bytes.swap(a, b);
        prop_assert_eq!(ReceiptToken::parse(&String::from_utf8(bytes).unwrap()), Err(TokenError::Checksum));
    }

    #[test]
    fn any_text_is_read_without_a_panic(typed: String) {
        let _ = CodeToken::parse(&typed);
        let _ = SubmissionNumber::parse(&typed);
    }

    #[test]
    fn a_number_survives_every_way_of_writing_it(seed: u64) {
        let date = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        let number = SubmissionNumber::random(date, &mut StdRng::seed_from_u64(seed));
        prop_assert_eq!(&SubmissionNumber::parse(number.as_str()).unwrap(), &number);
        prop_assert_eq!(&SubmissionNumber::parse(&number.as_str().to_lowercase().replace('-', " ")).unwrap(), &number);
    }
}

#[test]
fn an_error_names_what_is_wrong() {
    assert_eq!(
        CodeToken::parse("ACDE"),
        Err(TokenError::Length {
            expected: 12,
            actual: 4
        })
    );
    let typed = format!("O{}", &code(1).as_str()[1..]);
    assert_eq!(CodeToken::parse(&typed), Err(TokenError::Character { position: 1 }));
    assert_eq!(
        SubmissionNumber::parse("2026112X-ACDE347"),
        Err(TokenError::Character { position: 8 })
    );
}
