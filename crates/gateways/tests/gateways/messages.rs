use chrono::{DateTime, TimeZone, Utc};
use minyi_gateways::wechat::{DeputyDeadline, DeputyNew, Message, ResidentProgress};
use proptest::prelude::*;
use serde_json::json;

fn deputy_new(number: &str, place: &str, summary: &str, state: &str, due: DateTime<Utc>) -> Message {
    Message::DeputyNew(DeputyNew {
        number: number.into(),
        place: place.into(),
        summary: summary.into(),
        answer_due_at: due,
        state: state.into(),
    })
}

fn due() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 30, 16, 5, 59).unwrap()
}

/// The encoded summary, which is a `thing`.
fn thing(text: &str) -> String {
    let data = deputy_new("20261121-ACDE347", "地点", text, "待答复", due()).data();
    data["thing3"]["value"].as_str().unwrap().to_owned()
}

#[test]
fn the_three_messages_have_exactly_the_keywords_of_their_templates() {
    let number = "20261121-ACDE347";
    let new = deputy_new(number, "幸福社区三网格", "路灯不亮", "待答复", due());
    assert_eq!(
        new.data(),
        json!({
            "character_string1": {"value": number}, "thing2": {"value": "幸福社区三网格"},
            "thing3": {"value": "路灯不亮"}, "time4": {"value": "2026年12月1日 00:05"},
            "phrase5": {"value": "待答复"},
        })
    );
    let deadline = Message::DeputyDeadline(DeputyDeadline {
        number: number.into(),
        place: "幸福社区三网格".into(),
        state: "已超期".into(),
        due_at: due(),
        hint: "请尽快答复".into(),
    });
    assert_eq!(
        deadline.data(),
        json!({
            "character_string1": {"value": number}, "thing2": {"value": "幸福社区三网格"},
            "phrase3": {"value": "已超期"}, "time4": {"value": "2026年12月1日 00:05"},
            "thing5": {"value": "请尽快答复"},
        })
    );
    let progress = Message::ResidentProgress(ResidentProgress {
        number: number.into(),
        state: "已答复".into(),
        at: due(),
        note: "代表已答复，请查看".into(),
    });
    assert_eq!(
        progress.data(),
        json!({
            "character_string1": {"value": number}, "phrase2": {"value": "已答复"},
            "time3": {"value": "2026年12月1日 00:05"}, "thing4": {"value": "代表已答复，请查看"},
        })
    );
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
        let data = deputy_new("1", "地点", "内容", state, due()).data();
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
        let data = deputy_new(&number, &place, &summary, &state, at).data();
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
}
