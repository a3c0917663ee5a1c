//! Times and dates as message keywords take them, alone or as a range joined with `~`.

use chrono::NaiveDate;

/// `15:01`, `15:01:30`, or either after a date.
pub fn is_time(text: &str) -> bool {
    each_end(text, |end| match end.rsplit_once(' ') {
        None => is_clock(end),
        Some((date, clock)) => is_day(date) && is_clock(clock),
    })
}

/// A date, with a time behind it if wanted.
pub fn is_date(text: &str) -> bool {
    each_end(text, |end| match end.rsplit_once(' ') {
        None => is_day(end),
        Some((date, clock)) => is_day(date) && is_clock(clock),
    })
}

fn each_end(text: &str, fits: impl Fn(&str) -> bool) -> bool {
    match text.split_once('~') {
        None => fits(text),
        Some((from, to)) => fits(from.trim()) && fits(to.trim()),
    }
}

fn number(text: &str, max_digits: usize) -> Option<u32> {
    let plain = (1..=max_digits).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn is_clock(text: &str) -> bool {
    let parts: Vec<Option<u32>> = text.split(':').map(|part| number(part, 2)).collect();
    match parts.as_slice() {
        [Some(hour), Some(minute)] => *hour < 24 && *minute < 60,
        [Some(hour), Some(minute), Some(second)] => *hour < 24 && *minute < 60 && *second < 60,
        _ => false,
    }
}

// y年m月d日, y年m月, m月d日, or y m d joined with one of - / .
fn is_day(text: &str) -> bool {
    let in_chinese = text.contains('月');
    if in_chinese {
        return chinese_day(text).is_some_and(|(year, month, day)| exists(year, month, day));
    }
    ['-', '/', '.'].into_iter().any(|sign| {
        let parts: Vec<Option<u32>> = text.split(sign).map(|part| number(part, 4)).collect();
        matches!(parts.as_slice(), [Some(year), Some(month), Some(day)] if exists(*year, *month, *day))
    })
}

// What is not said becomes a value that exists: a leap year, the first day.
fn chinese_day(text: &str) -> Option<(u32, u32, u32)> {
    let (year, rest) = match text.split_once('年') {
        Some((year, rest)) => (Some(number(year, 4)?), rest),
        None => (None, text),
    };
    let (month, rest) = rest.split_once('月')?;
    let day = match rest {
        "" => None,
        _ => Some(number(rest.strip_suffix('日')?, 2)?),
    };
    if year.is_none() && day.is_none() {
        return None;
    }
    Some((year.unwrap_or(2000), number(month, 2)?, day.unwrap_or(1)))
}

fn exists(year: u32, month: u32, day: u32) -> bool {
    i32::try_from(year).is_ok_and(|year| NaiveDate::from_ymd_opt(year, month, day).is_some())
}
