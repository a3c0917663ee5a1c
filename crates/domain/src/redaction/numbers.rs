//! Numbers that lead to one person: phones, identity cards, bank cards, also with gaps and in other figures.

use std::ops::Range;

use super::{
    Kind, Marks,
    signs::{Sign, ends_with},
};

/// Separators between two parts of one number, at most: `(0731) - 8800`.
const MAX_GAP: usize = 4;
/// Digits that a number has, at most.
const MAX_DIGITS: usize = 19;
/// Before a number of seven or eight digits they make it a phone.
const CALLS: [&str; 13] = [
    "电话", "座机", "热线", "联系", "拨打", "致电", "手机", "号码", "传真", "来电", "tel", "打", "phone",
];

/// Figures that stand together, or one digit as a word: behind `一二三四` may come `一直`.
struct Group {
    /// Characters.
    range: Range<usize>,
    digits: Vec<u8>,
    figures: bool,
    /// Belongs to the number of the group before, if there is one: only separators stand between.
    goes_on: bool,
}

/// Marks the numbers; those that are longer first.
pub fn scan(signs: &[Sign], marks: &mut Marks<'_>) {
    let groups = groups(signs);
    for kind in [Kind::IdNumber, Kind::BankCard, Kind::Phone] {
        for start in 0..groups.len() {
            number_from(signs, &groups, start, kind, marks);
        }
    }
    for group in groups.iter().filter(|group| group.figures && group.digits.len() >= 12) {
        marks.claim(Kind::BankCard, group.range.clone());
    }
}

fn groups(signs: &[Sign]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (index, sign) in signs.iter().enumerate() {
        let Some(digit) = sign.digit else { continue };
        if let Some(last) = groups.last_mut()
            && last.range.end == index
            && last.figures
            && digit.figure
        {
            last.range.end = index + 1;
            last.digits.push(digit.value);
            continue;
        }
        let gap = groups.last().map(|last| last.range.end..index);
        let goes_on = gap.is_some_and(|gap| {
            gap.len() <= MAX_GAP
                && signs
                    .get(gap)
                    .is_some_and(|gap| gap.iter().all(|sign| sign.separates()))
        });
        groups.push(Group {
            range: index..index + 1,
            digits: vec![digit.value],
            figures: digit.figure,
            goes_on,
        });
    }
    groups
}

/// Marks the longest number of this kind that begins with a group and ends with one.
fn number_from(signs: &[Sign], groups: &[Group], start: usize, kind: Kind, marks: &mut Marks<'_>) {
    let Some(first) = groups.get(start) else { return };
    let (mut digits, mut parts, mut best) = (Vec::new(), Vec::new(), None);
    let mut range = first.range.start..first.range.start;
    let following = groups.iter().skip(start + 1).take_while(|group| group.goes_on);
    for group in std::iter::once(first).chain(following) {
        digits.extend_from_slice(&group.digits);
        if digits.len() > MAX_DIGITS {
            break;
        }
        match parts.last_mut() {
            Some(part) if group.range.start == range.end => *part += group.digits.len(),
            _ => parts.push(group.digits.len()),
        }
        range.end = group.range.end;
        let end = match kind {
            Kind::IdNumber => id_end(signs, &digits, range.end),
            Kind::BankCard => is_card(&digits, &parts).then_some(range.end),
            _ => is_phone(signs, &digits, &parts, range.start).then_some(range.end),
        };
        best = end.map(|end| range.start..end).or(best);
    }
    if let Some(range) = best {
        let from = if kind == Kind::Phone {
            country_code(signs, groups, start)
        } else {
            range.start
        };
        if !marks.claim(kind, from..range.end) {
            marks.claim(kind, range);
        }
    }
}

/// Where a phone begins that a group begins, with `+86` before it.
fn country_code(signs: &[Sign], groups: &[Group], start: usize) -> usize {
    let Some(first) = groups.get(start) else { return 0 };
    let before = start.checked_sub(1).and_then(|before| groups.get(before));
    let code = before.filter(|code| first.goes_on && matches!(code.digits.as_slice(), [8, 6] | [0, 0, 8, 6]));
    let from = code.map_or(first.range.start, |code| code.range.start);
    // `+86…`, `(0731) …`
    let closes = signs.get(first.range.end).is_some_and(|sign| sign.plain == ')');
    let opening: &[&str] = if closes { &["+", "("] } else { &["+"] };
    from - ends_with(signs, from, opening).unwrap_or(0)
}

/// A mobile, a landline with its area code, or a local number that is called one. `parts` are the lengths of what
/// stands together: an area code is not cut in two, but a date is.
fn is_phone(signs: &[Sign], digits: &[u8], parts: &[usize], at: usize) -> bool {
    let national = match digits {
        [0, 0, 8, 6, rest @ ..] if rest.len() >= 10 => rest,
        [8, 6, rest @ ..] if rest.len() >= 10 => rest,
        whole => whole,
    };
    let whole = parts.first().is_some_and(|first| *first >= 3) || parts.iter().all(|part| *part <= 2);
    match national {
        [1, 3..=9, rest @ ..] => rest.len() == 9,
        [0, 1, 0, rest @ ..] | [0, 2, _, rest @ ..] => whole && matches!(rest.len(), 7 | 8),
        [0, 3..=9, _, _, rest @ ..] => whole && matches!(rest.len(), 7 | 8),
        [2..=8, ..] if matches!(national.len(), 7 | 8) => !is_date(national) && is_called(signs, at),
        _ => false,
    }
}

/// A word for phoning stands shortly before.
fn is_called(signs: &[Sign], at: usize) -> bool {
    (at.saturating_sub(6)..=at).any(|end| ends_with(signs, end, &CALLS).is_some())
}

/// Where an identity number ends whose digits these are; the last of eighteen may be an X.
fn id_end(signs: &[Sign], digits: &[u8], end: usize) -> Option<usize> {
    match digits.len() {
        18 if is_date(digits.get(6..14)?) || checks(digits) => Some(end),
        17 if is_date(digits.get(6..14)?) => {
            let gap = signs
                .get(end..)?
                .iter()
                .take(MAX_GAP)
                .take_while(|sign| sign.separates());
            let last = end + gap.count();
            (signs.get(last)?.plain == 'x').then_some(last + 1)
        }
        15 => is_short_date(digits.get(6..12)?).then_some(end),
        _ => None,
    }
}

/// The check digit of an identity number (GB 11643).
fn checks(digits: &[u8]) -> bool {
    const WEIGHTS: [u32; 18] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1];
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(*digit) * weight)
        .sum();
    sum % 11 == 1 && !digits.starts_with(&[0])
}

/// Sixteen to nineteen digits with the check digit of cards (Luhn), or in groups of four.
fn is_card(digits: &[u8], parts: &[usize]) -> bool {
    if !(16..=19).contains(&digits.len()) {
        return false;
    }
    let doubled = |(index, digit): (usize, &u8)| {
        let value = u32::from(*digit) * if index % 2 == 1 { 2 } else { 1 };
        if value > 9 { value - 9 } else { value }
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    let fours = parts.len() >= 4 && parts.iter().rev().skip(1).all(|part| *part == 4);
    fours || sum.is_multiple_of(10) && parts.len() <= 5
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(*digit))
}

/// `yyyymmdd` of this time.
fn is_date(digits: &[u8]) -> bool {
    digits.len() == 8
        && (1900..2100).contains(&number(digits.get(..4).unwrap_or_default()))
        && is_day(digits.get(4..).unwrap_or_default())
}

/// `yymmdd`
fn is_short_date(digits: &[u8]) -> bool {
    digits.len() == 6 && is_day(digits.get(2..).unwrap_or_default())
}

/// `mmdd`
fn is_day(digits: &[u8]) -> bool {
    let (month, day) = digits.split_at(digits.len().min(2));
    (1..=12).contains(&number(month)) && (1..=31).contains(&number(day))
}
