//! The words of messages on channels that take free text.

use chrono::{TimeZone, Utc};
use minyi_domain::delivery::Channel;
use minyi_gateways::channels::{Notice, NoticeKind, Preview, Wording, WordingError, preview};
use proptest::prelude::*;
use uuid::Uuid;

const FREE: [Channel; 3] = [Channel::Wecom, Channel::Dingtalk, Channel::Mail];

fn notice(kind: NoticeKind, wording: Option<Wording>) -> Notice {
    Notice {
        id: Uuid::nil(),
        kind,
        number: "20261121-ACDE347".into(),
        place: "幸福社区三网格".into(),
        state: "待答复".into(),
        summary: "路灯不亮".into(),
        at: Utc.with_ymd_and_hms(2026, 11, 30, 16, 5, 59).unwrap(),
        page: None,
        link: Some("https://example.cn/m/#/case?id=1".into()),
        written_at: Utc.with_ymd_and_hms(2026, 11, 30, 16, 5, 59).unwrap(),
        wording,
    }
}

#[test]
fn the_usual_words_can_be_used_on_every_channel_with_free_text() {
    for kind in NoticeKind::ALL {
        for channel in FREE {
            let usual = Wording::usual(kind);
            let own = Wording::parse(usual.as_str(), channel).unwrap();
            assert_eq!(
                preview(channel, &notice(kind, Some(own))),
                preview(channel, &notice(kind, None))
            );
        }
    }
    assert_eq!(
        notice(NoticeKind::DeputyNew, None).text(2048),
        "【待办提醒】幸福社区三网格\n编号 20261121-ACDE347，待答复\n路灯不亮\n答复期限 2026年12月1日 00:05\n\
         https://example.cn/m/#/case?id=1"
    );
}

#[test]
fn a_line_with_nothing_but_empty_places_is_left_out() {
    let wording = Wording::parse("{编号}\n{内容}\n\n见 {链接}", Channel::Mail).unwrap();
    let said = Notice {
        summary: String::new(),
        link: None,
        ..notice(NoticeKind::DeputyNew, Some(wording))
    };
    assert_eq!(said.text(2048), "20261121-ACDE347\n\n见 ");
}

#[test]
fn what_would_lead_nowhere_or_stay_unfilled_is_refused() {
    let refused = |words: &str| Wording::parse(words, Channel::Mail).unwrap_err();
    assert_eq!(refused("{链接}"), WordingError::Missing("编号"));
    assert_eq!(refused("{编号}"), WordingError::Missing("链接"));
    assert_eq!(refused("{编号}{链接}{编号}"), WordingError::Twice("编号"));
    assert_eq!(
        refused("{编号}{链接}{电话}"),
        WordingError::UnknownPlace("电话".to_owned())
    );
    assert_eq!(refused(" \n"), WordingError::Empty);
    let of_wechat = Wording::parse("{编号}{链接}", Channel::Wechat);
    assert_eq!(of_wechat, Err(WordingError::NotFree));
    let long = format!("{}{{编号}}{{链接}}", "字".repeat(200));
    assert!(Wording::parse(&long, Channel::Mail).is_ok());
    assert!(matches!(
        Wording::parse(&long, Channel::Dingtalk),
        Err(WordingError::TooLong { .. })
    ));
}

#[test]
fn a_preview_shows_what_fills_the_platforms_template() {
    let Preview::Values(values) = preview(Channel::Sms, &notice(NoticeKind::DeputyNew, None)) else {
        panic!("text messages have templates");
    };
    let said: Vec<_> = values.iter().map(|value| (value.label, value.value.as_str())).collect();
    assert_eq!(
        said,
        [
            ("编号", "20261121-ACDE347"),
            ("状态", "待答复"),
            ("时间", "12月1日 00:05")
        ]
    );
}

proptest! {
    /// Whatever was written and whatever fills it: the limit of the platform is kept, and number and link are whole.
    #[test]
    fn own_words_keep_the_limit(
        head in "(\\PC|[一-龥]){0,120}", tail in "(\\PC|[一-龥]|\n){0,120}",
        values in prop::array::uniform3("(\\PC|\\pC|[一-龥]){0,400}"),
        channel in prop::sample::select(FREE.to_vec()),
    ) {
        let clean = |words: String| words.replace(['{', '}'], "");
        let words = format!("{}{{地点}}{{编号}}{{状态}}{{内容}}{{时间}}{}{{链接}}", clean(head), clean(tail));
        let Ok(wording) = Wording::parse(&words, channel) else { return Ok(()) };
        let [place, state, summary] = values;
        let most = match channel {
            Channel::Dingtalk => 940,
            Channel::Wecom => 2048,
            _ => 8192,
        };
        let said = Notice { place, state, summary, ..notice(NoticeKind::DeputyDeadline, Some(wording)) };
        let text = said.text(most);
        prop_assert!(text.len() <= most, "{} > {most}", text.len());
        prop_assert!(text.contains(&said.number) && text.ends_with("https://example.cn/m/#/case?id=1"));
    }
}
