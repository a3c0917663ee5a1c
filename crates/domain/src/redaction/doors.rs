//! Addresses down to the door (门牌): house, stair, floor, room.

use std::ops::Range;

use super::{
    Kind, Marks,
    signs::{Sign, ends_with, longest},
};

/// Units by how far down they lead; longer words first do not matter, the longest that stands there is taken.
const UNITS: [&[&str]; 4] = [
    &["栋", "幢", "座", "号楼", "号院", "号栋", "组", "#楼", "#"],
    &["单元", "门"],
    &["楼", "层"],
    &["室", "号房", "号室", "号", "房", "户"],
];
/// What is a room by itself.
const ROOMS: [&str; 3] = ["室", "号房", "号室"];
/// A number behind them is a house's.
const STREETS: [&str; 10] = ["路", "街", "巷", "弄", "胡同", "大道", "村", "条", "里", "坊"];
/// `3号` before them is no house.
const NO_HOUSES: [&str; 8] = ["线", "车", "楼", "机", "令", "文", "公告", "段"];

pub fn scan(signs: &[Sign], marks: &mut Marks<'_>) {
    let mut at = 0;
    while at < signs.len() {
        let end = (starts_number(signs, at))
            .then(|| {
                door(signs, at)
                    .or_else(|| house(signs, at))
                    .or_else(|| dashed(signs, at))
            })
            .flatten();
        match end {
            Some(end) if marks.claim(Kind::Door, at..end) => at = end,
            _ => at += 1,
        }
    }
}

/// A number of a house begins here, and does not only go on.
fn starts_number(signs: &[Sign], at: usize) -> bool {
    let part = |index: usize| {
        signs
            .get(index)
            .is_some_and(|sign| is_number(sign) || sign.plain.is_ascii_alphabetic())
    };
    part(at) && !at.checked_sub(1).is_some_and(part)
}

fn is_number(sign: &Sign) -> bool {
    sign.digit.is_some() || matches!(sign.plain, '十' | '百' | '两' | '甲' | '乙' | '丙')
}

/// Where the number that begins at `at` ends: `3`, `G2`, `十二`, `12-3`.
fn number(signs: &[Sign], at: usize) -> Option<usize> {
    let rest = signs.get(at..).unwrap_or_default();
    let fits = |sign: &&Sign| is_number(sign) || sign.plain.is_ascii_alphabetic() || sign.plain == '-';
    let length = rest.iter().take(8).take_while(fits).count();
    (length > 0).then_some(at + length)
}

/// The rank of the unit at `at` and where it ends.
fn unit(signs: &[Sign], at: usize) -> Option<(usize, usize)> {
    let standing = UNITS
        .iter()
        .enumerate()
        .filter_map(|(rank, words)| Some((rank, at + longest(signs, at, words)?)));
    standing.max_by_key(|(_, end)| *end)
}

/// `3栋2单元501室`, `G2栋320`, `501室`: at least two steps down, or a room.
fn door(signs: &[Sign], from: usize) -> Option<usize> {
    let (mut at, mut last, mut steps, mut end) = (from, None, 0, None);
    while let Some(after) = number(signs, at) {
        let Some((rank, behind)) = unit(signs, after).filter(|(rank, _)| last.is_none_or(|last| *rank > last)) else {
            // The room's number alone.
            let bare = steps > 0 && figures(signs, at..after) >= 2 && !leads_on(signs, after);
            return if bare { Some(after) } else { end };
        };
        let room = longest(signs, after, &ROOMS).is_some_and(|length| after + length == behind);
        if steps == 0 && rank == 3 && !room {
            return None;
        }
        steps += 1;
        if steps > 1 || (room && figures(signs, at..after) >= 2) {
            end = Some(behind);
        }
        last = Some(rank);
        at = behind + usize::from(signs.get(behind).is_some_and(|sign| sign.separates()));
    }
    end
}

fn figures(signs: &[Sign], range: Range<usize>) -> usize {
    let part = signs.get(range).unwrap_or_default();
    part.iter().filter(|sign| sign.digit.is_some()).count()
}

/// The number counts something: `3栋20户`, `1栋18层` are no doors, `3栋200多` neither.
fn leads_on(signs: &[Sign], at: usize) -> bool {
    const COUNTED: [&str; 16] = [
        "多", "余", "个", "年", "月", "日", "人", "米", "平", "元", "万", "名", "家", "台", "次", "%",
    ];
    longest(signs, at, &COUNTED).is_some()
}

/// `幸福路12号`
fn house(signs: &[Sign], at: usize) -> Option<usize> {
    let before = at.saturating_sub(usize::from(
        at > 0 && signs.get(at - 1).is_some_and(|sign| sign.separates()),
    ));
    ends_with(signs, before, &STREETS)?;
    let mut after = number(signs, at)?;
    after += usize::from(signs.get(after).is_some_and(|sign| sign.separates()));
    let end = after + longest(signs, after, &["号附", "号"])?;
    longest(signs, end, &NO_HOUSES).is_none().then_some(end)
}

/// `3-2-501`
fn dashed(signs: &[Sign], at: usize) -> Option<usize> {
    let end = number(signs, at)?;
    let parts: Vec<&[Sign]> = signs.get(at..end)?.split(|sign| sign.plain == '-').collect();
    let figures = |part: &[Sign]| part.iter().all(|sign| sign.digit.is_some_and(|digit| digit.figure));
    match parts.as_slice() {
        [house, stair, room] if parts.iter().all(|part| figures(part)) => {
            let fits = (1..=2).contains(&house.len()) && stair.len() == 1 && (3..=4).contains(&room.len());
            fits.then_some(end)
        }
        _ => None,
    }
}
