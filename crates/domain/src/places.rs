//! Codes and kinds of places (行政区划、站点、网格).

use crate::words::words;

words! {
    /// Kinds of sites (站点类型).
    SiteKind {
        Center = "center", "代表联络中心";
        Home = "home", "代表之家";
        Station = "station", "代表联络站";
        Point = "point", "代表联络点";
        Studio = "studio", "代表工作室";
        Mobile = "mobile", "流动联络站";
        Online = "online", "网上联络站";
    }
}

words! {
    /// What a deputy is to a grid (代表进网格).
    GridRole {
        Lead = "lead", "责任代表";
        Assistant = "assistant", "协助代表";
    }
}

/// The lengths of division codes (GB/T 2260 and GB/T 10114, trailing zeros left away): province, city, county, township,
/// village.
pub const DIVISION_LENGTHS: [usize; 5] = [2, 4, 6, 9, 12];

/// A division's code as it is kept, from how people write it: with or without trailing zeros. `None`: it is none.
#[must_use]
pub fn division_code(written: &str) -> Option<&str> {
    let code = written.trim();
    if code.len() > 12 || code.is_empty() || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // Six digits may be a province or a city, nine a county, twelve anything: what is all zeros says nothing.
    let says = |until: usize, from: usize| {
        code.get(from..until)
            .is_some_and(|part| part.bytes().any(|b| b != b'0'))
    };
    let mut length = DIVISION_LENGTHS.iter().position(|&length| length == code.len())?;
    while let (Some(&until), Some(&from)) = (
        DIVISION_LENGTHS.get(length),
        length.checked_sub(1).and_then(|shorter| DIVISION_LENGTHS.get(shorter)),
    ) {
        if says(until, from) {
            break;
        }
        length -= 1;
    }
    code.get(..*DIVISION_LENGTHS.get(length)?)
}

/// The code of the division above; `None` for a province.
#[must_use]
pub fn division_above(code: &str) -> Option<&str> {
    let above = DIVISION_LENGTHS.iter().rev().find(|&&length| length < code.len())?;
    code.get(..*above)
}

/// Whether this is a grid's code: 15 digits, the first ones its division's.
#[must_use]
pub fn is_grid_code(code: &str, region_code: &str) -> bool {
    code.len() == 15 && code.bytes().all(|byte| byte.is_ascii_digit()) && code.starts_with(region_code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn trailing_zeros_are_left_away_level_by_level() {
        for (written, kept) in [
            ("99", "99"),
            ("990000", "99"),
            ("990100", "9901"),
            ("990102000000", "990102"),
            (" 990102003000 ", "990102003"),
            ("990102003201", "990102003201"),
            ("990110", "990110"),
            ("990102100", "990102100"),
        ] {
            assert_eq!(division_code(written), Some(kept), "{written}");
        }
        for wrong in ["", "9", "990", "99010200", "99010a", "9901020030011", "九九"] {
            assert_eq!(division_code(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_division_lies_in_the_one_above() {
        assert_eq!(division_above("990102003201"), Some("990102003"));
        assert_eq!(division_above("990102003"), Some("990102"));
        assert_eq!(division_above("990102"), Some("9901"));
        assert_eq!(division_above("9901"), Some("99"));
        assert_eq!(division_above("99"), None);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_kept_again(code in "[1-9][0-9](([0-9]{2}){0,2}|[0-9]{7}|[0-9]{10})") {
            let kept = division_code(&code);
            prop_assert!(kept.is_some());
            prop_assert_eq!(kept.and_then(division_code), kept);
        }
    }

    #[test]
    fn a_grid_begins_with_its_division() {
        assert!(is_grid_code("990102003201001", "990102003201"));
        assert!(is_grid_code("990102003000001", "990102003"));
        assert!(!is_grid_code("990102003201001", "990102004"));
        assert!(!is_grid_code("99010200320100", "990102003"));
        assert!(!is_grid_code("99010200320100x", "990102003"));
    }
}
