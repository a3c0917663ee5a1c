//! What a notice becomes in a WeChat template and as plain text.

use chrono::{DateTime, TimeZone, Utc};
use minyi_gateways::{
    channels::{Notice, NoticeKind},
    wechat::data,
};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn notice(kind: NoticeKind, summary: &str) -> Notice {
    Notice {
        id: Uuid::nil(),
        kind,
        number: "20261121-ACDE347".into(),
        place: "幸福社区三网格".into(),
        state: "待答复".into(),
        summary: summary.into(),
        at: due(),
        page: None,
        link: Some("https://example.cn/m/#/case?id=1".into()),
        written_at: due(),
        wording: None,
    }
}

fn deputy_new(number: &str, place: &str, summary: &str, state: &str, due: DateTime<Utc>) -> Notice {
    Notice {
        number: number.into(),
        place: place.into(),
        state: state.into(),
        at: due,
        ..notice(NoticeKind::DeputyNew, summary)
    }
}

fn due() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 30, 16, 5, 59).unwrap()
}

/// The encoded summary, which is a `thing`.
fn thing(text: &str) -> String {
    let data = data(&notice(NoticeKind::DeputyNew, text));
    data["thing3"]["value"].as_str().unwrap().to_owned()
}

#[test]
fn the_messages_have_exactly_the_keywords_of_their_templates() {
    let number = "20261121-ACDE347";
    let of = |kind, summary| data(&notice(kind, summary));
    let value = |value: &str| json!({ "value": value });
    assert_eq!(
        of(NoticeKind::DeputyNew, "路灯不亮"),
        json!({
            "character_string1": value(number), "thing2": value("幸福社区三网格"), "thing3": value("路灯不亮"),
            "time4": value("2026年12月1日 00:05"), "phrase5": value("待答复"),
        })
    );
    for kind in [NoticeKind::DeputyDeadline, NoticeKind::Digest] {
        assert_eq!(
            of(kind, "请尽快答复"),
            json!({
                "character_string1": value(number), "thing2": value("幸福社区三网格"), "phrase3": value("待答复"),
                "time4": value("2026年12月1日 00:05"), "thing5": value("请尽快答复"),
            })
        );
    }
    assert_eq!(
        of(NoticeKind::ResidentProgress, "代表已答复，请查看"),
        json!({
            "character_string1": value(number), "phrase2": value("待答复"),
            "time3": value("2026年12月1日 00:05"), "thing4": value("代表已答复，请查看"),
        })
    );
}

#[test]
fn as_plain_text_a_notice_has_a_line_for_each_thing() {
    assert_eq!(
        notice(NoticeKind::DeputyNew, "路灯\n不亮").text(2048),
        "【待办提醒】幸福社区三网格\n编号 20261121-ACDE347，待答复\n路灯 不亮\n答复期限 2026年12月1日 00:05\n\
         https://example.cn/m/#/case?id=1"
    );
    let wordless = notice(NoticeKind::ResidentProgress, " ").text(2048);
    assert!(wordless.contains("待答复\n时间 2026年12月1日 00:05\n"), "{wordless}");
}

#[test]
fn long_text_is_cut_with_an_ellipsis_inside_the_limit() {
    let twenty = "一二三四五六七八九十一二三四五六七八九十";
    assert_eq!(thing(twenty), twenty);
    assert_eq!(thing(&format!("{twenty}一")), "一二三四五六七八九十一二三四五六七八九…");
}

#[test]
fn an_emoji_counts_as_two_and_is_never_cut_in_half() {
    assert_eq!(thing(&"😀".repeat(10)), "😀".repeat(10));
    assert_eq!(thing(&"😀".repeat(11)), format!("{}…", "😀".repeat(9)));
}

#[test]
fn text_becomes_one_visible_line() {
    assert_eq!(thing("路灯\r\n不亮\u{2028}三天\t了"), "路灯 不亮 三天 了");
    assert_eq!(thing("a\u{0}b\u{202e}c\u{200b}d\u{7f}"), "abcd");
    for empty in ["", "  \n ", "\u{200b}\u{0}"] {
        assert_eq!(thing(empty), "无");
    }
}

#[test]
fn a_phrase_keeps_only_chinese_and_five_of_it() {
    let phrase = |state: &str| {
        let data = data(&deputy_new("1", "地点", "内容", state, due()));
        data["phrase5"]["value"].as_str().unwrap().to_owned()
    };
    assert_eq!(phrase("已答复（第2次）"), "已答复第次");
    assert_eq!(phrase("等待选民重新评价"), "等待选民重");
    assert_eq!(phrase("OK"), "无");
}

proptest! {
    /// The limits of WeChat's page on keyword types, for any input whatever.
    #[test]
    fn every_value_keeps_the_limits_of_its_type(
        number in any::<String>(),
        place in any::<String>(),
        summary in "(\\PC|\\pC|[一-龥]|\r\n){0,60}",
        state in "[一-龥]{0,9}|\\PC{0,12}",
        seconds in -2_000_000_000..4_000_000_000_i64,
    ) {
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        let data = data(&deputy_new(&number, &place, &summary, &state, at));
        for (name, value) in data.as_object().unwrap() {
            let value = value["value"].as_str().unwrap();
            let chars = value.chars().count();
            prop_assert!(chars >= 1 && value.trim() == value && !value.chars().any(char::is_control));
            match name.trim_end_matches(char::is_numeric) {
                "thing" => prop_assert!(value.encode_utf16().count() <= 20),
                "character_string" => {
                    prop_assert!(chars <= 32 && value.chars().all(|c| c.is_ascii_graphic()));
                }
                "phrase" => {
                    let chinese = |c: char| matches!(c, '\u{3400}'..='\u{9fff}');
                    prop_assert!(chars <= 5 && value.chars().all(chinese));
                }
                "time" => {
                    let read = chrono::NaiveDateTime::parse_from_str(value, "%Y年%m月%d日 %H:%M");
                    let beijing = at.naive_utc() + chrono::TimeDelta::hours(8);
                    let seconds_off = (beijing - read.unwrap()).num_seconds();
                    prop_assert!((0..60).contains(&seconds_off));
                }
                other => prop_assert!(false, "an unknown type {other}"),
            }
        }
    }

    /// Only the summary is cut, and never in the middle of a character; the rest always fits.
    #[test]
    fn plain_text_keeps_the_limit_and_says_when_and_where(
        words in prop::array::uniform4("(\\PC|\\pC|[一-龥]|\r\n|[\"\\\\]){0,400}"),
        link in prop::option::of("https://[a-z]{1,300}"),
        most in 700..2048_usize,
    ) {
        let [number, place, state, summary] = words;
        let said = Notice { number, place, state, link: link.clone(), ..notice(NoticeKind::DeputyNew, &summary) };
        let text = said.text(most);
        prop_assert!(text.len() <= most, "{} > {most}", text.len());
        prop_assert!(text.contains("答复期限 2026年12月1日 00:05"));
        if let Some(link) = link.filter(|link| link.len() <= 256) {
            prop_assert!(text.ends_with(&link));
        }
    }
}
