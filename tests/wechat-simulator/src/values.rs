//! Which text a keyword takes, by the type in its name (`thing1` is a `thing`).

mod times;

use crate::templates::Keyword;

/// True if `text` (not empty) is a value that `keyword` takes.
pub fn fits(keyword: &Keyword, text: &str) -> bool {
    if text.chars().any(char::is_control) {
        return false;
    }
    let length = text.chars().count();
    match keyword.key.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "thing" => length <= 20,
        "number" => length <= 32 && is_decimal(text),
        "letter" => length <= 32 && text.chars().all(|c| c.is_ascii_alphabetic()),
        "symbol" => length <= 5 && text.chars().all(|c| !c.is_alphanumeric() && c != ' '),
        "character_string" => length <= 32 && text.chars().all(|c| c.is_ascii_graphic()),
        "time" => times::is_time(text),
        "date" => times::is_date(text),
        "amount" => is_amount(text),
        "phone_number" => length <= 17 && text.chars().all(|c| c.is_ascii_digit() || is_sign(c)),
        "car_number" => length <= 8 && is_car_number(text),
        "name" => is_name(text, length),
        "phrase" => length <= 5 && text.chars().all(is_han),
        "enum" | "enum_string" => keyword.values.iter().any(|value| value == text),
        _ => false,
    }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{323af}' | '〇')
}

fn is_sign(c: char) -> bool {
    c.is_ascii_punctuation() || c == ' '
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn is_decimal(text: &str) -> bool {
    match text.split_once('.') {
        None => is_digits(text),
        Some((whole, fraction)) => is_digits(whole) && is_digits(fraction),
    }
}

// One currency sign, ten digits with decimals, and 元 at the end if wanted.
fn is_amount(text: &str) -> bool {
    let text = text.strip_suffix('元').unwrap_or(text);
    let number = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let signs = text.chars().count() - number.chars().count();
    let digits = number.chars().filter(char::is_ascii_digit).count();
    signs <= 1 && digits <= 10 && is_decimal(number)
}

// The first and the last sign may be Chinese.
fn is_car_number(text: &str) -> bool {
    let last = text.chars().count().saturating_sub(1);
    text.chars()
        .enumerate()
        .all(|(at, c)| c.is_ascii_alphanumeric() || ((at == 0 || at == last) && is_han(c)))
}

// Chinese names have ten characters, others twenty; a mixed one counts as Chinese.
fn is_name(text: &str, length: usize) -> bool {
    let limit = if text.chars().any(is_han) { 10 } else { 20 };
    length <= limit && !text.chars().any(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes(key: &str, text: &str) -> bool {
        let keyword = Keyword {
            key: key.to_owned(),
            label: String::new(),
            values: vec!["晴".to_owned(), "雨".to_owned()],
        };
        fits(&keyword, text)
    }

    #[test]
    fn each_type_takes_what_is_within_its_limit_and_nothing_else() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            (
                "thing1",
                &["路灯坏了,3天没人修!", "一二三四五六七八九十一二三四五六七八九十"],
                &["一二三四五六七八九十一二三四五六七八九十一", "两\n行"],
            ),
            (
                "number12",
                &["0", "3.14"],
                &["3.", "-1", "1e3", "123456789012345678901234567890123"],
            ),
            (
                "letter2",
                &["abcXYZ"],
                &["abc1", "中", "abcdefghijklmnopqrstuvwxyzabcdefg"],
            ),
            ("symbol3", &["!@#$%", "。"], &["a", "!!!!!!", "1"]),
            (
                "character_string1",
                &["MY-2026/0001#a", "12345678901234567890123456789012"],
                &["编号1", "123456789012345678901234567890123"],
            ),
            (
                "time4",
                &[
                    "15:01",
                    "2019年10月1日 15:01",
                    "2026-11-21 08:05:59",
                    "15:01~16:30",
                    "2026年11月21日 09:00~2026年11月23日 18:00",
                ],
                &[
                    "24:00",
                    "15:60",
                    "2026年11月21日",
                    "tomorrow",
                    "15:01~",
                    "2026年2月30日 10:00",
                ],
            ),
            (
                "date5",
                &[
                    "2019年10月1日",
                    "2019年10月",
                    "10月1日",
                    "2019-10-01",
                    "2019/10/1",
                    "2019.10.1 15:01",
                    "2026年1月1日~2026年1月3日",
                ],
                &["15:01", "2019年13月1日", "2026-02-30", "2026-02"],
            ),
            (
                "amount1",
                &["¥100.50", "100元", "1234567890"],
                &["12345678901", "¥¥1", "元", "1角"],
            ),
            (
                "phone_number1",
                &["+86-0571-66888866"],
                &["138000000001234567", "电话138"],
            ),
            ("car_number1", &["浙A1234挂", "浙A12345"], &["浙A12345678", "A浙1234"]),
            (
                "name1",
                &["王小明", "John Smith"],
                &["一二三四五六七八九十一", "John王Smithsonian", "王5"],
            ),
            ("phrase5", &["待答复", "一二三四五"], &["一二三四五六", "ok", "待答!"]),
            ("enum1", &["晴"], &["阴"]),
            ("enum_string1", &["雨"], &["雪"]),
            ("unheard1", &[], &["x"]),
        ];
        for (key, good, bad) in cases {
            for text in *good {
                assert!(takes(key, text), "{key} should take {text}");
            }
            for text in *bad {
                assert!(!takes(key, text), "{key} should refuse {text:?}");
            }
        }
    }
}
