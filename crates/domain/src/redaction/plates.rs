//! Signs made of letters and figures: plates of vehicles, mail addresses, accounts of WeChat and QQ.

use super::{
    Kind, Marks,
    signs::{Sign, longest},
};

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const LAST: &str = "学警港澳挂领";
const ACCOUNTS: [&str; 10] = [
    "微信号",
    "微信",
    "v信",
    "威信",
    "vx",
    "wx",
    "qq号",
    "qq",
    "wechat",
    "抖音号",
];

pub fn scan(signs: &[Sign], marks: &mut Marks<'_>) {
    for at in 0..signs.len() {
        if let Some(end) = plate(signs, at) {
            marks.claim(Kind::Plate, at..end);
        }
    }
    for (at, _) in signs.iter().enumerate().filter(|(_, sign)| sign.plain == '@') {
        mail(signs, at, marks);
    }
    for at in 0..signs.len() {
        if let Some(length) = longest(signs, at, &ACCOUNTS) {
            account(signs, at + length, marks);
        }
    }
}

/// Where the plate that begins at `at` ends: province, letter, five signs, or six of a new-energy vehicle.
fn plate(signs: &[Sign], at: usize) -> Option<usize> {
    if !PROVINCES.contains(signs.get(at)?.plain) {
        return None;
    }
    let letter = after_gap(signs, at + 1);
    if !signs.get(letter)?.plain.is_ascii_lowercase() {
        return None;
    }
    tail(signs, letter + 1, false).or_else(|| tail(signs, letter + 1, true))
}

/// The signs after the letter, together or with single separators between.
fn tail(signs: &[Sign], from: usize, gaps: bool) -> Option<usize> {
    let (mut next, mut count, mut figures, mut end) = (after_gap(signs, from), 0, 0, None);
    while let Some(sign) = signs.get(next).filter(|_| count < 6) {
        let figure = sign.digit.is_some_and(|digit| digit.figure);
        let last = count == 4 && LAST.contains(sign.plain);
        if !figure && !sign.plain.is_ascii_lowercase() && !last {
            break;
        }
        count += 1;
        figures += usize::from(figure);
        if count >= 5 && figures >= 3 {
            end = Some(next + 1);
        }
        if last {
            break;
        }
        next = if gaps { after_gap(signs, next + 1) } else { next + 1 };
    }
    end
}

/// The next sign behind at most one separator.
fn after_gap(signs: &[Sign], at: usize) -> usize {
    at + usize::from(signs.get(at).is_some_and(|sign| sign.separates()))
}

fn is_word(sign: &Sign) -> bool {
    sign.plain.is_ascii_alphanumeric() || matches!(sign.plain, '_' | '-')
}

/// The address around an `@`.
fn mail(signs: &[Sign], at: usize, marks: &mut Marks<'_>) {
    let fits = |sign: &&Sign| is_word(sign) || matches!(sign.plain, '.' | '+');
    let before = signs
        .get(..at)
        .unwrap_or_default()
        .iter()
        .rev()
        .take_while(fits)
        .count();
    let after = signs.get(at + 1..).unwrap_or_default();
    let length = after.iter().take_while(fits).count();
    let name = after.get(..length).unwrap_or_default();
    let dots = name.iter().rev().take_while(|sign| sign.plain == '.').count();
    if before > 0 && name.iter().rev().skip(dots).any(|sign| sign.plain == '.') {
        marks.claim(Kind::Email, at - before..at + 1 + length - dots);
    }
}

/// The account that is named at `at`, behind at most three signs such as `：` or `是`.
fn account(signs: &[Sign], at: usize, marks: &mut Marks<'_>) {
    let between = |sign: &&Sign| sign.separates() || matches!(sign.plain, ':' | '=' | '是' | '为' | '号' | '【' | ',');
    let rest = signs.get(at..).unwrap_or_default();
    let from = at + rest.iter().take(3).take_while(between).count();
    let length = signs
        .get(from..)
        .unwrap_or_default()
        .iter()
        .take_while(|sign| is_word(sign))
        .count();
    if (5..=20).contains(&length) {
        marks.claim(Kind::Account, from..from + length);
    }
}
